import { FleetError } from '../../errors.ts';

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

/** The levels of the 6x6x6 cube that starts at 16; 24 greys from 8 in steps of 10 start at 232. */
const CUBE = [0, 95, 135, 175, 215, 255] as const;

function nearest256(red: number, green: number, blue: number): number {
  const [r, g, b] = [red, green, blue].map(nearestLevel) as [number, number, number];
  const grey = Math.min(23, Math.max(0, Math.round(((red + green + blue) / 3 - 8) / 10)));
  const distance = (r: number, g: number, b: number) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
  const cubeDistance = distance(CUBE[r] as number, CUBE[g] as number, CUBE[b] as number);
  const greyDistance = distance(8 + grey * 10, 8 + grey * 10, 8 + grey * 10);
  return greyDistance < cubeDistance ? 232 + grey : 16 + 36 * r + 6 * g + b;
}

const nearestLevel = (value: number): number =>
  CUBE.reduce<number>(
    (best, level, index) => (Math.abs(level - value) < Math.abs((CUBE[best] ?? 0) - value) ? index : best),
    0,
  );
