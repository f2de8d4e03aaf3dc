/** Where a VM is: what it reaches now. */
import { FleetError } from '../../../errors.ts';
import type { VmCall } from '../vm-call.ts';
import { type Catalog, type Datacenter, datacenterOf, type Host, type Store } from './catalog.ts';

/** The host that it is on, and its datacenter. `call` has read `runtime.host`. Rejects with auth.forbidden for what is not seen. */
export function placeOf(
  catalog: Catalog,
  { name, values }: VmCall,
): { hosts: readonly Host[]; datacenter: Datacenter } {
  const host = catalog.hosts.get(values.get('runtime.host')?.text ?? '');
  const datacenter = host && datacenterOf(catalog, host);
  if (!host || !datacenter) {
    throw new FleetError('auth.forbidden', `${name}: the host that it is on may not be seen`, {
      fix: 'ask for the right System.Read on it',
    });
  }
  return { hosts: [host], datacenter };
}

/** Datastores that its host reaches. */
export function reachableStores(catalog: Catalog, call: VmCall): readonly Store[] {
  const { hosts } = placeOf(catalog, call);
  return [...catalog.stores.values()].filter(({ ref }) => hosts.some(({ stores }) => stores.includes(ref.value)));
}
