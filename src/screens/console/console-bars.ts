import type { ConsoleSession } from '../../console/console-session.ts';
import type { Awaited } from '../../console/consoles.ts';
import type { Scrollback } from '../../console/scrollback.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import { bottomLines } from '../frame/bottom.ts';
import type { Room } from '../frame/look.ts';
import type { ConsoleKeys, Stage } from '../stage.ts';
import { alarm, broadcastLine, linkTrouble, ownKeys, type TabSpan, tabs } from './console-lines.ts';

/** How much there is of it, and what is under way. */
function status(session: ConsoleSession, back: Scrollback | undefined): string {
  if (back)
    return `line ${back.cursor.line + 1} of ${session.model.lines()}  ${back.isSelecting ? 'y copies' : 'v V select  y copies'}  / ? n N search  q back`;
  const files = (['log', 'recording'] as const).flatMap((kind) => {
    const file = session.file(kind);
    return file ? [`${kind}: ${clean(file.path)}`] : [];
  });
  const title = clean(session.model.title());
  const above = session.model.top();
  return [...(title === '' ? [] : [title]), ...files, above > 0 ? `${above} lines scrolled off` : '']
    .filter((part) => part !== '')
    .join('  ');
}

/** The line below a console: a message, who is typed into, what is wrong, else how much there is. */
export function bottomBar(
  { look, message, consoles, services }: Stage,
  session: ConsoleSession,
  back: Scrollback | undefined,
  columns: number,
  hasKeys: boolean,
): string {
  const { group } = consoles;
  const trouble = linkTrouble(session.link(), services.clock.ticks());
  if (message.current && hasKeys)
    return bottomLines({ message: message.current, hints: [], otherwise: '', lines: 1 }, columns, look)[0] ?? '';
  if (group.size > 0) return alarm(broadcastLine(group, columns), columns, look);
  const { theme } = look;
  if (trouble !== undefined) return theme.paint('warning', fit(` ${trouble}`, columns));
  return theme.paint('dim', fit(` ${status(session, back)}`, columns));
}

/** The line above a console: the consoles that are open, or that what is typed goes to several; and drover's own keys. */
export function topBar(
  { look, consoles }: Stage,
  session: ConsoleSession,
  keys: ConsoleKeys,
  columns: number,
  hasKeys: boolean,
): { readonly line: string; readonly spans: readonly TabSpan[] } {
  const own = ownKeys(keys, hasKeys);
  const { group } = consoles;
  const room = columns - width(own) - 2;
  if (group.size > 0) {
    const what = group.has(session)
      ? `BROADCAST to ${group.size} consoles, here: ${session.label}`
      : `broadcast: ${session.label} is not in it, what is typed here comes here alone`;
    return { line: alarm(` ${fit(what, room - 1)}  ${own}`, columns, look), spans: [] };
  }
  const bar = tabs(consoles, room, look);
  return {
    line: `${bar.line}${' '.repeat(Math.max(0, room - (bar.spans.at(-1)?.to ?? 0)))}  ${look.theme.paint('key', own)}`,
    spans: bar.spans,
  };
}

/** In place of a console that is not there yet: what is awaited, and how that is given up. */
export function awaitedLines(
  { look, message }: Stage,
  { name, early }: Awaited,
  { detach }: ConsoleKeys,
  { columns, rows }: Room,
): readonly string[] {
  const { theme } = look;
  const lines = new Array<string>(rows).fill('');
  lines[0] = theme.paint('title', fit(`opening ${name}; ${detach} gives up`, columns));
  const bottom = message.current
    ? bottomLines({ message: message.current, hints: [], otherwise: '', lines: 1 }, columns, look)[0]
    : theme.paint(
        'dim',
        fit(early ? ' what is typed is sent as soon as it is open' : ' typing is refused until all are open', columns),
      );
  lines[rows - 1] = bottom ?? '';
  return lines;
}
