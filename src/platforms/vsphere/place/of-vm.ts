/** Where a VM is: what it reaches now. */
import { FleetError } from '../../../errors.ts';
import type { VmCall } from '../vm-call.ts';
import { type Catalog, type Datacenter, datacenterOf, type Host, type Store, storesOf } from './catalog.ts';

const unseen = ({ name }: VmCall): FleetError =>
  new FleetError('auth.forbidden', `${name}: the host that it is on may not be seen`, {
    fix: 'ask for the right System.Read on it',
  });

/** The host that it is on. `call` has read `runtime.host`. Throws auth.forbidden for one that is not seen. */
export function hostOf({ hosts }: Catalog, call: VmCall): Host {
  const host = hosts.get(call.values.get('runtime.host')?.text ?? '');
  if (host) return host;
  throw unseen(call);
}

/** The same with its datacenter. */
export function placeOf(catalog: Catalog, call: VmCall): { hosts: readonly Host[]; datacenter: Datacenter } {
  const host = hostOf(catalog, call);
  const datacenter = datacenterOf(catalog, host);
  if (!datacenter) throw unseen(call);
  return { hosts: [host], datacenter };
}

/** Datastores that its host reaches. */
export const reachableStores = (catalog: Catalog, call: VmCall): readonly Store[] =>
  storesOf(catalog, placeOf(catalog, call).hosts);
