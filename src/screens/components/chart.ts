import { fit, width } from '../../terminal/width.ts';
import type { Look } from '../frame/look.ts';

/** One line of numbers over time, as a chart of blocks; it needs no colour to be read. */
export interface Chart {
  readonly title: string;
  /** Oldest first; NaN is not known, and stays blank. */
  readonly values: Float32Array;
  /** The value at the top. */
  readonly top: number;
  readonly spell: (value: number) => string;
}

const ROWS = 4;
/** `100% ` */
const AXIS = 6;
export const CHART_ROWS = ROWS + 2;

/** Exactly CHART_ROWS lines of exactly `columns` cells: the title, the chart, and what its edges are. `span`: how far back that goes. */
export function chartLines({ title, values, top, spell }: Chart, columns: number, span: string, look: Look): string[] {
  const { theme, glyphs } = look;
  const room = Math.max(1, columns - AXIS - 1);
  const shown = squeezed(values, Math.min(room, values.length));
  const steps = glyphs.spark.length;
  const rows = Array.from({ length: ROWS }, (_, at) => {
    const below = (ROWS - 1 - at) * steps;
    let text = '';
    for (const value of shown) {
      const height = top > 0 ? (value / top) * ROWS * steps - below : -below;
      if (Number.isNaN(value) || (height <= 0 && below > 0)) text += ' ';
      else text += glyphs.spark[Math.max(0, Math.min(steps - 1, Math.ceil(height) - 1))];
    }
    const edge = at === 0 ? spell(top) : at === ROWS - 1 ? spell(0) : '';
    return `${theme.paint('dim', edge.padStart(AXIS))} ${theme.paint('accent', text)}${' '.repeat(room - shown.length)}`;
  });
  const edges = `${span}${'now'.padStart(Math.max(4, shown.length - width(span)))}`;
  return [
    theme.paint('header', fit(title, columns)),
    ...rows,
    theme.paint('dim', fit(`${' '.repeat(AXIS + 1)}${edges}`, columns)),
  ];
}

/** Values in so many numbers: each the mean of those that fall together. */
export function squeezed(values: Float32Array, count: number): Float32Array {
  if (count >= values.length) return values;
  const out = new Float32Array(count).fill(Number.NaN);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    let known = 0;
    for (let at = Math.floor((i * values.length) / count); at < Math.floor(((i + 1) * values.length) / count); at++) {
      const value = values[at] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      sum += value;
      known++;
    }
    if (known > 0) out[i] = sum / known;
  }
  return out;
}
