import { FleetError } from '../errors.ts';
import { endpointOf, type Id, rowOf, type VmId } from '../ids.ts';
import type { Connection, ObjectKind, ObjectOf } from '../platforms/contract.ts';
import { endpointStatusOf } from '../state/fleet/store.ts';
import { type Asked, whyNot } from './action.ts';
import type { Services } from './services.ts';

/** An object and its connection, or the FleetError that says why the action can't run on it. */
export function permitted<K extends ObjectKind>(
  action: Asked,
  kind: K,
  id: Id<K>,
  services: Services,
): { readonly object: ObjectOf<K>; readonly connection: Connection } {
  const object = services.store.fleet.find(kind, id);
  if (!object) throw new FleetError(`${kind}.not-found`, `${id} is not there any more`);
  const no = whyNotOf(action, object, services);
  if (no !== undefined) throw new FleetError('op.refused', `${object.name}: ${no}`);
  // whyNot() has said no where there is none.
  return { object, connection: services.sessions.connection(endpointOf(id)) as Connection };
}

/** Why the action can't run on this object now, as a sentence; undefined when it can. */
export function whyNotOf(action: Asked, object: ObjectOf<ObjectKind>, services: Services): string | undefined {
  const { store, sessions } = services;
  const { id } = object;
  const connection = sessions.connection(endpointOf(id));
  const row = rowOf(id);
  const above = row === id ? undefined : store.fleet.vms.get(row as VmId);
  const status = endpointStatusOf(store.fleet, id);
  return whyNot(action, object, above, connection, status, services.policyFor(id), services.operations);
}
