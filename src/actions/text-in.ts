import { FleetError } from '../errors.ts';
import type { Pairs } from '../platforms/contract.ts';
import { type Bytes, bytes } from '../units.ts';
import type { Args } from './action.ts';

/** An option that is text; empty when it was not given. */
export const textIn = (args: Args, key: string): string => {
  const value = args[key];
  return typeof value === 'string' ? value.trim() : '';
};

/** The option `size`; 0 when it was not given. */
export const sizeIn = (args: Args): Bytes => bytes(typeof args['size'] === 'number' ? args['size'] : 0);

/** Words with commas or blanks between them. */
export const listIn = (args: Args, key: string): readonly string[] =>
  textIn(args, key)
    .split(/[\s,]+/)
    .filter(Boolean);

/**
 * Pairs: as a form gives them, or as they stand on a command line, `KEY=VALUE` each. Throws usage for what is none.
 */
export function pairsIn(args: Args, key: string): Pairs {
  const value = args[key];
  if (typeof value !== 'object' || value === null) return {};
  if (!Array.isArray(value)) return value as Pairs;
  return Object.fromEntries(
    value.map((one) => {
      const pair = pairOf(String(one));
      if (!pair) throw new FleetError('usage', `--${key}: must be KEY=VALUE`);
      return pair;
    }),
  );
}

/** `KEY=VALUE` in its two parts; undefined for what has no key or no equals sign. */
export function pairOf(text: string): readonly [key: string, value: string] | undefined {
  const middle = text.indexOf('=');
  return middle < 1 ? undefined : [text.slice(0, middle), text.slice(middle + 1)];
}
