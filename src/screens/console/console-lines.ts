import type { ConsoleSession, Link } from '../../console/console-session.ts';
import type { Consoles } from '../../console/consoles.ts';
import { rowText } from '../../console/row-text.ts';
import type { Scrollback } from '../../console/scrollback.ts';
import type { ColourLevel } from '../../state/theme/theme-colours.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import type { Look, Room } from '../frame/look.ts';
import type { ConsoleKeys } from '../stage.ts';

/** The column and the line that are in the upper left corner; of a screen that is larger, the part with the cursor is shown. */
export function cornerOf(
  { model }: ConsoleSession,
  { columns, rows }: Room,
  scrollback: Scrollback | undefined,
): { readonly from: number; readonly first: number } {
  const cursor = model.cursor();
  const screen = model.size();
  const place = scrollback?.cursor ?? cursor;
  const low = model.top() + Math.max(0, screen.rows - rows);
  return {
    from: Math.max(0, Math.min((place?.column ?? 0) - columns + 1, screen.columns - columns)),
    first: scrollback?.first(rows) ?? Math.max(model.top(), Math.min((cursor?.line ?? low) - rows + 1, low)),
  };
}

/** The screen of a console in so many rows. */
export function screenLines(
  session: ConsoleSession,
  room: Room,
  depth: ColourLevel,
  scrollback: Scrollback | undefined,
  hasKeys: boolean,
): readonly string[] {
  const { model } = session;
  const { columns, rows } = room;
  const cursor = model.cursor();
  const { from, first } = cornerOf(session, room, scrollback);
  const scratch = model.terminal.buffer.active.getNullCell();
  return Array.from({ length: rows }, (_, row) => {
    const at = first + row;
    const line = model.line(at);
    if (!line) return '';
    const isInverted =
      scrollback?.isInverted(at) ?? ((column) => hasKeys && cursor?.line === at && cursor.column === column);
    return rowText(line, scratch, { from, columns, depth, isInverted });
  });
}

export interface TabSpan {
  readonly session: ConsoleSession;
  readonly from: number;
  readonly to: number;
}

/** `[1 web1] 2 web2+ 3 db1!`: which one is in front, which has new output, which has no link, which is chosen. */
export function tabs(
  consoles: Consoles,
  columns: number,
  { theme }: Look,
): { readonly line: string; readonly spans: readonly TabSpan[] } {
  const { all, front, chosen } = consoles;
  const names = all.map((session) => {
    const isShared = all.some((other) => other !== session && other.label === session.label);
    const mark = `${session.hasNews() ? '+' : ''}${session.link().kind === 'open' ? '' : '!'}`;
    const name = `${chosen.has(session) ? '*' : ''}${isShared ? session.name : session.label}${mark}`;
    const text = all.length === 1 ? session.name + mark : `${all.indexOf(session) + 1} ${name}`;
    return session === front ? `[${text}]` : ` ${text} `;
  });
  // The one in front is always to be seen, and as many before it as there is room for.
  const at = front ? all.indexOf(front) : 0;
  let first = at;
  let used = width(names[at] ?? '');
  while (first > 0 && used + width(names[first - 1] ?? '') <= columns) used += width(names[--first] ?? '');
  let line = '';
  let from = 0;
  const spans: TabSpan[] = [];
  for (const [index, session] of all.entries()) {
    const room = columns - from;
    if (index < first || room < 4) continue;
    const text = fit(names[index] ?? '', Math.min(room, width(names[index] ?? '')));
    const isLost = session.link().kind !== 'open';
    line +=
      session === front
        ? theme.paint('title', text)
        : isLost
          ? theme.paint('danger', text)
          : session.hasNews()
            ? theme.paint('accent', text)
            : theme.paint('dim', text);
    spans.push({ session, from, to: from + width(text) });
    from += width(text);
  }
  return { line, spans };
}

/** The keys that are drover's own while the guest has all others. */
export const ownKeys = ({ detach, menu }: ConsoleKeys, hasKeys: boolean): string =>
  hasKeys ? `${detach} detaches  ${menu} menu` : 'beside the tree';

/** Whole width, the other way round, so that it is seen with and without colours. */
export function alarm(text: string, columns: number, { theme }: Look): string {
  return `${theme.paint('danger', `\x1b[7m${fit(text, columns)}`)}\x1b[m`;
}

/** What is wrong with the link, a sentence; undefined while it is open. */
export function linkTrouble(link: Link, now: number): string | undefined {
  switch (link.kind) {
    case 'open':
      return undefined;
    case 'opening':
      return link.keepsTyped ? 'opening; what is typed is sent then' : 'opening; typing is refused';
    case 'waiting':
      return `no link, typing is refused; again in ${Math.max(0, Math.ceil((link.until - now) / 1000))} s or with enter: ${clean(link.why)}`;
    case 'closed':
      return `${clean(link.why)}; enter opens it again`;
  }
}

/** `BROADCAST to 3: web1, web2 and db1`; who gets nothing is named with that. */
export function broadcastLine(group: ReadonlySet<ConsoleSession>, columns: number): string {
  const named = (sessions: readonly ConsoleSession[]) => sessions.map(({ label }) => label);
  const open = named([...group].filter((session) => session.link().kind === 'open'));
  const others = named([...group].filter((session) => session.link().kind !== 'open'));
  const missing = others.length === 0 ? '' : `; NOT to ${listed(others, Math.floor(columns / 3))}`;
  return ` typed into ${listed(open, columns - width(missing) - 14)}${missing}`;
}

/** As many names as there is room for, and how many more there are. */
function listed(names: readonly string[], columns: number): string {
  if (names.length === 0) return 'none';
  const all = names.join(', ');
  if (width(all) <= columns) return all;
  let shown = '';
  let count = 0;
  for (const name of names) {
    const more = ` and ${names.length - count - 1} more`;
    const next = shown === '' ? name : `${shown}, ${name}`;
    if (count > 0 && width(next + more) > columns) break;
    shown = next;
    count++;
  }
  return `${shown} and ${names.length - count} more`;
}
