import { FleetError } from '../../errors.ts';
import { nearest256 } from '../../palette.ts';

export type ColourLevel = 'truecolor' | '256' | '16' | 'none';

type Env = Readonly<Record<string, string | undefined>>;

/** What the terminal says that it can show: https://no-color.org, COLORTERM, TERM. */
export function colourLevel(env: Env): ColourLevel {
  if (env['NO_COLOR'] || env['TERM'] === 'dumb') return 'none';
  if (/truecolor|24bit/i.test(env['COLORTERM'] ?? '')) return 'truecolor';
  return /256|direct/.test(env['TERM'] ?? '') ? '256' : '16';
}

/** One word of a theme file. */
export interface WordStyle {
  readonly colour?: string;
  readonly on?: string;
  readonly ansi?: string;
  readonly 'on-ansi'?: string;
  readonly look?: readonly string[];
  readonly plain?: readonly string[];
}

const LOOKS: Readonly<Record<string, number>> = { bold: 1, dim: 2, underline: 4, inverse: 7 };
const ANSI_NAMES: readonly string[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** The sequence that switches to this style, empty for none. Throws config.invalid, beginning with `where`. */
export function opening(style: WordStyle, level: ColourLevel, where: string): string {
  const codes = [...(style.look ?? []), ...(level === 'none' ? (style.plain ?? []) : [])].map((look) => {
    const code = LOOKS[look];
    if (code === undefined) throw new FleetError('config.invalid', `${where}: there is no look ${look}`);
    return String(code);
  });
  if (level === '16') {
    if (style.ansi) codes.push(ansiCode(style.ansi, 30, where));
    if (style['on-ansi']) codes.push(ansiCode(style['on-ansi'], 40, where));
  } else if (level !== 'none') {
    if (style.colour) codes.push(`38;${richCode(style.colour, level, where)}`);
    if (style.on) codes.push(`48;${richCode(style.on, level, where)}`);
  }
  return codes.length === 0 ? '' : `\x1b[${codes.join(';')}m`;
}

function ansiCode(name: string, base: number, where: string): string {
  const bright = name.startsWith('bright-');
  const index = ANSI_NAMES.indexOf(bright ? name.slice('bright-'.length) : name);
  if (index < 0) throw new FleetError('config.invalid', `${where}: there is no colour ${name}`);
  return String(base + (bright ? 60 : 0) + index);
}

function richCode(hex: string, level: 'truecolor' | '256', where: string): string {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (!match) throw new FleetError('config.invalid', `${where}: ${hex} is no colour like #1f4f82`);
  const [red, green, blue] = match.slice(1).map((part) => Number.parseInt(part, 16)) as [number, number, number];
  return level === 'truecolor' ? `2;${red};${green};${blue}` : `5;${nearest256(red, green, blue)}`;
}
