import { textDiff } from '../state/text-diff.ts';
import type { Args, ObjectAction } from './action.ts';

/** How what is edited differs from what was read, for the question before it is sent; undefined where nothing is edited. */
export async function differencesIn(
  { compares, differs }: Pick<ObjectAction, 'compares' | 'differs'>,
  args: Args,
  most: number,
): Promise<readonly string[] | undefined> {
  if (differs) return differs(args).slice(0, most);
  if (!compares) return undefined;
  const [before, after] = compares.map((key) => String(args[key] ?? ''));
  return textDiff(before ?? '', after ?? '', most);
}
