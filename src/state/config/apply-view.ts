import { FleetError } from '../../errors.ts';
import type { ConfigChange } from './change.ts';
import type { Draft } from './draft.ts';
import { viewNameComplaint } from './views.ts';

type ViewChange = Extract<ConfigChange, { kind: `view-${string}` }>;

/** Throws FleetError when the change can't be made to what is in the draft. */
export function applyViewChange(draft: Draft, change: ViewChange): void {
  const path = ['views', change.name] as const;
  if (change.kind === 'view-remove') {
    if (!draft.has(path)) throw new FleetError('config.invalid', `there is no view ${change.name}`);
    draft.remove(path);
    return;
  }
  const wrong = viewNameComplaint(change.name);
  if (wrong !== undefined) throw new FleetError('config.invalid', wrong);
  const { filter, sort, columns, flat, nodes } = change.view;
  for (const key of draft.keys(path)) draft.remove([...path, key]);
  draft.addGroup(path);
  if (filter !== undefined) draft.set([...path, 'filter'], filter);
  if (sort !== undefined) draft.set([...path, 'sort'], sort);
  for (const id of columns ?? []) draft.append([...path, 'columns'], id);
  if (flat !== undefined) draft.set([...path, 'flat'], flat);
  if (nodes !== undefined) draft.set([...path, 'nodes'], nodes);
}
