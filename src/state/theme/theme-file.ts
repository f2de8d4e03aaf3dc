import type { WordStyle } from './theme-colours.ts';

/** What a piece of the screen is, in the words of themes/*.yaml. */
export const COLOUR_WORDS = [
  'text',
  'dim',
  'title',
  'accent',
  'key',
  'border',
  'header',
  'cursor',
  'resting',
  'mark',
  'pool',
  'node',
  'running',
  'paused',
  'stopped',
  'busy',
  'danger',
  'warning',
  'good',
  'gauge-low',
  'gauge-middle',
  'gauge-high',
  'gauge-empty',
  'input',
] as const;
export type ColourWord = (typeof COLOUR_WORDS)[number];

/** A file of themes/, or one of the user's own. */
export interface ThemeFile {
  /** One sentence with a full stop. */
  readonly help?: string;
  /** What the background may be for the texts to be readable on it; the first is the one of the pictures. */
  readonly grounds?: readonly string[];
  /** The theme of drover that has the words which this one leaves out; dark unless it says so. */
  readonly base?: string;
  readonly words?: Readonly<Partial<Record<ColourWord, WordStyle>>>;
}
