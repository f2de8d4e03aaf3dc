import { FleetError } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import type { ConfigChange } from './change.ts';
import type { Draft } from './draft.ts';

type ProfileChange = Extract<ConfigChange, { kind: `profile-${string}` }>;

/** Throws FleetError when the change can't be made to what is in the draft. */
export function applyProfileChange(draft: Draft, change: ProfileChange): void {
  const { name } = change;
  const path = ['profiles', name] as const;
  if (change.kind === 'profile-add') {
    if (draft.has(path)) throw new FleetError('config.invalid', `there is a profile ${name} already`);
    draft.addGroup(path);
  } else if (!draft.has(path)) {
    throw new FleetError('config.invalid', `there is no profile ${name}${didYouMean(name, draft.keys(['profiles']))}`);
  }
  if (change.kind === 'profile-remove') {
    draft.remove(path);
    return;
  }
  for (const [key, value] of Object.entries(change.values)) {
    if (value === undefined) draft.remove([...path, key]);
    else draft.put([...path, key], value);
  }
}
