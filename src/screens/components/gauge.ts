import type { ColourWord } from '../../state/theme/theme-file.ts';
import type { Look } from '../frame/look.ts';

const MIDDLE_FROM = 0.6;
const HIGH_FROM = 0.85;

const loadColour = (share: number): ColourWord =>
  share >= HIGH_FROM ? 'gauge-high' : share >= MIDDLE_FROM ? 'gauge-middle' : 'gauge-low';

/** A bar of exactly `columns` cells for a share of 0..1; unknown (NaN) is blank, so that it never looks like nothing. */
export function gauge(share: number, columns: number, { theme, glyphs }: Look): string {
  if (Number.isNaN(share)) return ' '.repeat(columns);
  const steps = glyphs.gauge.length;
  const filled = Math.min(columns * steps, Math.round(Math.min(1, Math.max(0, share)) * columns * steps));
  const whole = Math.floor(filled / steps);
  const rest = filled % steps;
  const bar = (glyphs.gauge[steps - 1] ?? '#').repeat(whole) + (rest > 0 ? glyphs.gauge[rest - 1] : '');
  const track = glyphs.track.repeat(columns - whole - (rest > 0 ? 1 : 0));
  return theme.paint(loadColour(share), bar) + theme.paint('gauge-empty', track);
}

/** One cell per share, oldest first; blank where nothing is known. */
export function sparkline(shares: Float32Array, { theme, glyphs }: Look): string {
  const { spark } = glyphs;
  let text = '';
  for (const share of shares) {
    text += Number.isNaN(share) ? ' ' : spark[Math.min(spark.length - 1, Math.floor(share * spark.length))];
  }
  return theme.paint('accent', text);
}
