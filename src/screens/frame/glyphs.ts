import type { NodeState, VmState } from '../../platforms/contract.ts';
import type { ColourWord } from '../../state/theme/theme-file.ts';
import { drawsUnicode } from '../../terminal/facts.ts';

/** The signs that the screen is drawn with; all are one column wide on every terminal that can show them. */
export interface Glyphs {
  readonly open: string;
  readonly closed: string;
  readonly mark: string;
  /** What is sorted from the smallest up, from the largest down. */
  readonly ascending: string;
  readonly descending: string;
  readonly stale: string;
  readonly trouble: string;
  /** On a row that people have written a note on. */
  readonly note: string;
  readonly good: string;
  readonly bad: string;
  readonly bullet: string;
  readonly caret: string;
  readonly horizontal: string;
  readonly vertical: string;
  /** Top left, top right, bottom left, bottom right. */
  readonly corners: readonly [string, string, string, string];
  /** From nearly nothing to full, for the last cell of a gauge. */
  readonly gauge: readonly string[];
  readonly track: string;
  /** From low to high. */
  readonly spark: readonly string[];
  readonly spinner: readonly string[];
  readonly state: Readonly<Record<VmState | NodeState, string>>;
}

const unicode: Glyphs = {
  open: '▾',
  closed: '▸',
  mark: '✓',
  ascending: '↑',
  descending: '↓',
  stale: '~',
  trouble: '!',
  note: '¶',
  good: '✓',
  bad: '✗',
  bullet: '•',
  caret: '▏',
  horizontal: '─',
  vertical: '│',
  corners: ['╭', '╮', '╰', '╯'],
  gauge: ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  track: '·',
  spark: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  spinner: ['⠋', '⠙', '⠸', '⠴', '⠦', '⠇'],
  state: {
    running: '●',
    paused: '◐',
    suspended: '◌',
    stopped: '○',
    starting: '◔',
    stopping: '◔',
    migrating: '→',
    crashed: '✗',
    error: '✗',
    unknown: '?',
    up: '■',
    down: '✗',
    maintenance: '▪',
  },
};

/** For Linux' own console, serial lines and locales without UTF-8. */
const ascii: Glyphs = {
  open: '-',
  closed: '+',
  mark: '*',
  ascending: '^',
  descending: 'v',
  stale: '~',
  trouble: '!',
  note: '"',
  good: 'v',
  bad: 'x',
  bullet: '*',
  caret: '_',
  horizontal: '-',
  vertical: '|',
  corners: ['+', '+', '+', '+'],
  gauge: ['-', '=', '#'],
  track: '.',
  spark: ['_', '.', ':', '-', '=', '+', '*', '#'],
  spinner: ['|', '/', '-', '\\'],
  state: {
    running: '*',
    paused: '=',
    suspended: 'z',
    stopped: 'o',
    starting: '^',
    stopping: 'v',
    migrating: '>',
    crashed: 'x',
    error: 'x',
    unknown: '?',
    up: '#',
    down: 'x',
    maintenance: 'm',
  },
};

export type GlyphSet = 'unicode' | 'ascii';

/** By TERM and locale. */
export const glyphSet = (env: Readonly<Record<string, string | undefined>>): GlyphSet =>
  drawsUnicode(env) ? 'unicode' : 'ascii';

export const glyphsOf = (set: GlyphSet): Glyphs => (set === 'ascii' ? ascii : unicode);

const STATE_COLOURS: Readonly<Record<VmState | NodeState, ColourWord>> = {
  running: 'running',
  up: 'running',
  paused: 'paused',
  suspended: 'paused',
  maintenance: 'paused',
  stopped: 'stopped',
  unknown: 'dim',
  starting: 'busy',
  stopping: 'busy',
  migrating: 'busy',
  crashed: 'danger',
  error: 'danger',
  down: 'danger',
};

export const stateColour = (state: VmState | NodeState): ColourWord => STATE_COLOURS[state];
