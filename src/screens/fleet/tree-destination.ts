import type { Tree } from '../../state/query/tree.ts';

/** Where the cursor is on its way to: a large tree is filtered and sorted in steps, and the row may come with a later one. */
export type Destination =
  | { readonly kind: 'top' }
  | { readonly kind: 'row'; readonly key: string }
  /** This VM or template if the filter lets it through, else the first one. */
  | { readonly kind: 'match'; readonly preferred: string | undefined; readonly is: 'chosen' | 'typed' };

/** The index of the row to go to now; -1 while there is none. */
export function arrivalIndex(tree: Tree, to: Destination): number {
  if (to.kind === 'top') return 0;
  if (to.kind === 'row') return tree.indexOf(to.key);
  // Until the filter has gone through all, another VM may still come before the first.
  return tree.isAwaited ? -1 : matchIndex(tree, to.preferred);
}

/** Above the first VM, or the first template where there is no VM, there are only the branches that it hangs under. */
function matchIndex(tree: Tree, preferred: string | undefined): number {
  const kept = preferred !== undefined && /^(vm|template) /.test(preferred) ? tree.indexOf(preferred) : -1;
  if (kept >= 0) return kept;
  for (let at = 0; at < tree.length; at++) {
    const kind = tree.at(at)?.kind;
    if (kind === 'vm' || kind === 'template') return at;
  }
  // A group that was found by its name, and is empty.
  return tree.length - 1;
}
