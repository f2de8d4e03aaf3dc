import { FleetError } from '../../errors.ts';
import { applyApplicationChange } from './apply-application.ts';
import { applyDefinitionChange } from './apply-definition.ts';
import { applyEndpointChange } from './apply-endpoint.ts';
import { applyNoteChange } from './apply-note.ts';
import { applyPoolChange } from './apply-pool.ts';
import { applyProfileChange } from './apply-profile.ts';
import { applyViewChange } from './apply-view.ts';
import type { ConfigChange } from './change.ts';
import type { Draft } from './draft.ts';
import type { PlatformFields } from './model.ts';

/** Makes the change in the draft. Throws FleetError when it does not fit what is there; the draft is spoilt then. */
export function applyChange(draft: Draft, change: ConfigChange, platforms: PlatformFields): void {
  switch (change.kind) {
    case 'endpoint-add':
    case 'endpoint-edit':
    case 'endpoint-remove':
    case 'endpoint-enable':
      applyEndpointChange(draft, change, platforms);
      return;
    case 'view-save':
    case 'view-remove':
      applyViewChange(draft, change);
      return;
    case 'note-write':
    case 'note-remove':
      applyNoteChange(draft, change);
      return;
    case 'application-details':
      applyApplicationChange(draft, change);
      return;
    case 'definition-add':
    case 'definition-edit':
    case 'definition-remove':
      applyDefinitionChange(draft, change);
      return;
    case 'profile-add':
    case 'profile-edit':
    case 'profile-remove':
      applyProfileChange(draft, change);
      return;
    case 'set':
      if (change.path[0] === 'endpoints' || change.path[0] === 'pools') {
        throw new FleetError('config.invalid', `${change.path[0]} have changes of their own`);
      }
      if (change.value === undefined) draft.remove(change.path);
      else draft.set(change.path, change.value);
      return;
    default:
      applyPoolChange(draft, change);
  }
}
