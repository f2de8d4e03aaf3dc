/** Where a template is made of which the datastore alone is named, or nothing: templates do not run. */
import { FleetError } from '../../../errors.ts';
import { refused } from '../../lib/spec-values.ts';
import type { MoRef } from '../soap/envelope.ts';
import type { Catalog, Store } from './catalog.ts';
import { calledSo, choosePlace, mostRoomFirst, type Place } from './choose.ts';

export interface PlaceOfStore {
  readonly place: Place;
  readonly store: Store;
  /** Any that reaches it. */
  readonly host: MoRef;
}

/** The datastore of this name, or of all with most room for '', and a host that reaches it. Rejects with storage.not-found, name.ambiguous, op.refused. */
export function placeOfStore(catalog: Catalog, wanted: string): PlaceOfStore {
  const all = [...catalog.stores.values()];
  const named = wanted === '' ? all : calledSo(catalog, all, wanted);
  if (named.length === 0) throw new FleetError('storage.not-found', `there is no datastore ${JSON.stringify(wanted)}`);
  if (wanted !== '' && named.length > 1)
    throw new FleetError('name.ambiguous', `several datacenters have a datastore ${wanted}`, {
      fix: 'name it as DATACENTER/NAME',
    });
  // clusters before hosts without one
  const computes = [...catalog.computes.values()].toSorted(
    (a, b) => Number(b.isCluster) - Number(a.isCluster) || (a.name < b.name ? -1 : 1),
  );
  for (const store of mostRoomFirst(named)) {
    for (const compute of computes) {
      const host = compute.hosts
        .flatMap((one) => catalog.hosts.get(one) ?? [])
        .find(({ isUp, stores }) => isUp && stores.includes(store.ref.value));
      if (!host) continue;
      const wish = { datacenter: '', cluster: compute.ref.value, host: '', pool: '', folder: '' };
      return { store, host: host.ref, place: choosePlace(catalog, wish, {}) };
    }
  }
  throw refused(
    wanted === ''
      ? 'no datastore can be used now'
      : `${wanted} can't be used now, or no host that takes VMs reaches it`,
  );
}
