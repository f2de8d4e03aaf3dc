/**
 * The real string-width, loaded on the first text that needs it: compiling its emoji expression takes 25 ms and 5 MB,
 * which a screen of Latin names and box characters should not pay. The build swaps this file (scripts/build/swaps.ts).
 */
import { createRequire } from 'node:module';
import type realWidth from 'string-width';

type StringWidth = typeof realWidth;

let loaded: StringWidth | undefined;

export function wideWidth(text: string, countEscapes: boolean): number {
  loaded ??= (createRequire(import.meta.url)('string-width') as { default: StringWidth }).default;
  return loaded(text, { countAnsiEscapeCodes: countEscapes });
}
