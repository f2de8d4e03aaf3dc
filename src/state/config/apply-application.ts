import { FleetError } from '../../errors.ts';
import { detailsIn } from '../appliances/application.ts';
import { APPLICATIONS, MACHINE } from './applications.ts';
import type { ConfigChange } from './change.ts';
import type { Draft } from './draft.ts';

type ApplicationChange = Extract<ConfigChange, { kind: 'application-details' }>;

/** Throws FleetError when the change can't be made to what is in the draft. */
export function applyApplicationChange(draft: Draft, { of, details, uuid }: ApplicationChange): void {
  const path = [APPLICATIONS, of] as const;
  if (details === undefined) {
    if (!draft.has(path)) throw new FleetError('config.invalid', `nothing is said of an application in ${of}`);
    draft.remove(path);
    return;
  }
  const checked = detailsIn((key) => details[key]);
  if (typeof checked === 'string') throw new FleetError('config.invalid', checked);
  draft.put(path, { ...checked, ...(uuid !== undefined && { [MACHINE]: uuid }) });
}
