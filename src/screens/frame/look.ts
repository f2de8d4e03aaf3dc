import type { Theme } from '../../state/theme/theme.ts';
import type { Glyphs } from './glyphs.ts';

/** Everything that a pure drawing function needs to know of taste. */
export interface Look {
  readonly theme: Theme;
  readonly glyphs: Glyphs;
}

/** A rectangle of cells to fill. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
}
