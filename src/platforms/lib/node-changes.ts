import type { Change, Node } from '../contract.ts';

/** What makes the second nodes of the first ones, by whatever key: those that are new or different, then those that are gone. */
export function nodeChanges(before: ReadonlyMap<string, Node>, now: ReadonlyMap<string, Node>): readonly Change[] {
  const changes: Change[] = [];
  for (const [key, node] of now) {
    if (JSON.stringify(before.get(key)) !== JSON.stringify(node)) changes.push({ kind: 'node-upsert', node });
  }
  for (const [key, { id }] of before) if (!now.has(key)) changes.push({ kind: 'node-remove', id });
  return changes;
}
