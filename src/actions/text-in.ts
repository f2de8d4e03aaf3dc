import type { Args } from './action.ts';

/** An option that is text; empty when it was not given. */
export const textIn = (args: Args, key: string): string => {
  const value = args[key];
  return typeof value === 'string' ? value.trim() : '';
};
