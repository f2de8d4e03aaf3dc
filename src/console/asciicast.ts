/** Recordings of consoles in asciicast v2, the format of asciinema (docs.asciinema.org/manual/asciicast/v2). */
import { FleetError } from '../errors.ts';
import type { ConsoleSize } from '../platforms/contract.ts';

export interface CastHeader {
  readonly size: ConsoleSize;
  readonly title: string;
}

/** What the guest wrote, or the size that its screen had from then on; seconds since the beginning. */
export type CastEvent =
  | { readonly at: number; readonly kind: 'output'; readonly text: string }
  | { readonly at: number; readonly kind: 'resize'; readonly size: ConsoleSize };

export interface Cast extends CastHeader {
  readonly events: readonly CastEvent[];
  /** Lines that could not be read, as those of a recording that broke off. */
  readonly left: number;
}

/** `startedAt`: epoch, ms. */
export const castHeader = ({ size, title }: CastHeader, startedAt: number): string =>
  `${JSON.stringify({
    version: 2,
    width: size.columns,
    height: size.rows,
    timestamp: Math.floor(startedAt / 1000),
    title,
    env: { TERM: 'xterm-256color' },
  })}\n`;

export function castLine(event: CastEvent): string {
  const [code, data] = event.kind === 'output' ? ['o', event.text] : ['r', spelled(event.size)];
  return `${JSON.stringify([Math.round(event.at * 1e6) / 1e6, code, data])}\n`;
}

const spelled = ({ columns, rows }: ConsoleSize): string => `${columns}x${rows}`;

const LARGEST = 1_000;
const isSize = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LARGEST;

/** Throws op.refused for a file that is no recording; what else is in one (what was typed, marks) is left out. */
export function readCast(text: string, file: string): Cast {
  const [first = '', ...lines] = text.split('\n');
  const header = parsed(first) as { version?: unknown; width?: unknown; height?: unknown; title?: unknown } | undefined;
  if (typeof header !== 'object' || header === null || header.version === undefined)
    throw new FleetError('op.refused', `${file} is no asciicast recording`);
  const { version, width, height, title } = header;
  if (version !== 2)
    throw new FleetError('op.refused', `${file} is asciicast ${String(version)}; only version 2 is played`);
  if (!isSize(width) || !isSize(height))
    throw new FleetError('op.refused', `${file} has no size that a screen could have`);
  let left = 0;
  let now = 0;
  const events = lines.flatMap((line): readonly CastEvent[] => {
    if (line.trim() === '') return [];
    const event = parsed(line);
    const [at, code, data] = Array.isArray(event) ? event : [];
    if (typeof at !== 'number' || !Number.isFinite(at) || typeof data !== 'string') {
      left++;
      return [];
    }
    now = Math.max(now, at);
    if (code === 'o') return [{ at: now, kind: 'output', text: data }];
    const [, columns, rows] = (code === 'r' && /^(\d+)x(\d+)$/.exec(data)?.map(Number)) || [];
    return isSize(columns) && isSize(rows) ? [{ at: now, kind: 'resize', size: { columns, rows } }] : [];
  });
  return { size: { columns: width, rows: height }, title: typeof title === 'string' ? title : '', events, left };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
