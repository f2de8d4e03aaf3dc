import { colourLevel } from '../../state/theme/theme-colours.ts';
import { drawsUnicode, hasFewSigns, localeOf, whyNotPaintable } from '../../terminal/facts.ts';
import { type Finding, failed, fine, warning } from './finding.ts';

export interface TerminalFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined where drover has no terminal. */
  readonly size: { readonly columns: number; readonly rows: number } | undefined;
  /** Whether it paints a frame as a whole; undefined when it did not say. */
  readonly synchronized: boolean | undefined;
  /** How long tmux waits after an escape, ms; undefined outside of tmux, or when it did not say. */
  readonly tmuxEscapeMs: number | undefined;
}

const TERMINAL = 'terminal';
/** The size that screens are drawn for; smaller ones show less. */
const COMFORTABLE = { columns: 80, rows: 24 };
/** More is felt when Esc is pressed. */
const MOST_ESCAPE_MS = 50;

export function terminalFindings({ env, size, synchronized, tmuxEscapeMs }: TerminalFacts): readonly Finding[] {
  const term = env['TERM'] ?? '';
  if (!size) return [fine(TERMINAL, 'none here; only the screen needs one')];
  const why = whyNotPaintable(env);
  if (why !== undefined) return [failed(TERMINAL, `${why}, so nothing can be painted`, 'export TERM=xterm-256color')];
  return [
    sizeOf(size, term),
    coloursOf(env, term),
    charactersOf(env, term),
    ...multiplexer(env, tmuxEscapeMs),
    fine(
      TERMINAL,
      synchronized === undefined
        ? 'does not say whether it paints frames as a whole'
        : `${synchronized ? 'paints' : 'does not paint'} frames as a whole (synchronized output)`,
    ),
  ];
}

function sizeOf({ columns, rows }: { readonly columns: number; readonly rows: number }, term: string): Finding {
  const what = `${term}, ${columns}x${rows}`;
  return columns < COMFORTABLE.columns || rows < COMFORTABLE.rows
    ? warning(
        TERMINAL,
        `${what}: below ${COMFORTABLE.columns}x${COMFORTABLE.rows} less fits on it`,
        'make the window larger',
      )
    : fine(TERMINAL, what);
}

function coloursOf(env: TerminalFacts['env'], term: string): Finding {
  const level = colourLevel(env);
  if (level === 'none') return fine(TERMINAL, 'no colours, as NO_COLOR asks');
  if (level !== '16') return fine(TERMINAL, level === 'truecolor' ? 'all colours' : '256 colours');
  const says = `TERM=${term} says that it has 16 colours`;
  return /^(xterm|screen|tmux|rxvt)$/.test(term)
    ? warning(TERMINAL, `${says}; nearly all of its kind have more`, `export TERM=${term}-256color`)
    : fine(TERMINAL, says);
}

function charactersOf(env: TerminalFacts['env'], term: string): Finding {
  const locale = localeOf(env);
  if (hasFewSigns(env)) return fine(TERMINAL, `ASCII signs, since ${term} has few others`);
  if (locale === undefined) return fine(TERMINAL, 'no locale is set; UTF-8 is taken for granted');
  return drawsUnicode(env)
    ? fine(TERMINAL, `UTF-8 (${locale})`)
    : warning(TERMINAL, `the locale ${locale} is not UTF-8, so signs are drawn with ASCII`, 'export LANG=C.UTF-8');
}

function multiplexer(env: TerminalFacts['env'], tmuxEscapeMs: number | undefined): readonly Finding[] {
  if (env['TMUX']) {
    const prefix = fine(
      'tmux',
      'its prefix is ctrl-b unless you changed it; keys: { preset: tmux-safe } leaves that free',
    );
    if (tmuxEscapeMs === undefined || tmuxEscapeMs <= MOST_ESCAPE_MS) return [prefix];
    return [
      prefix,
      warning(
        'tmux',
        `holds Esc back for ${tmuxEscapeMs} ms`,
        'tmux set -sg escape-time 10, and the same in ~/.tmux.conf',
      ),
    ];
  }
  if (env['STY']) return [fine('screen', 'its key is ctrl-a, which drover leaves free')];
  return [];
}
