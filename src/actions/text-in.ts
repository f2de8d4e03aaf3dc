import type { Args } from './action.ts';

/** An option that is text; empty when it was not given. */
export const textIn = (args: Args, key: string): string => {
  const value = args[key];
  return typeof value === 'string' ? value.trim() : '';
};

/** Words with commas or blanks between them. */
export const listIn = (args: Args, key: string): readonly string[] =>
  textIn(args, key)
    .split(/[\s,]+/)
    .filter(Boolean);
