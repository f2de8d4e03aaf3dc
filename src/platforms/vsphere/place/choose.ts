/** Where a new VM is made: what a user names, and of the rest what leaves no doubt. */
import { type ErrorCode, FleetError } from '../../../errors.ts';
import { refused } from '../../lib/spec-values.ts';
import type { MoRef } from '../soap/envelope.ts';
import {
  type Catalog,
  type Compute,
  type Datacenter,
  datacenterOf,
  type Host,
  type Placed,
  parentsOf,
  type Store,
  storesOf,
} from './catalog.ts';

/** Names, or references; '' leaves it open. */
export interface Wish {
  readonly datacenter: string;
  readonly cluster: string;
  readonly host: string;
  readonly pool: string;
  /** `web`, `prod/web`: below the folder of all VMs. */
  readonly folder: string;
}

export interface Place {
  readonly datacenter: Datacenter;
  readonly compute: Compute;
  /** Undefined: the cluster chooses. */
  readonly host: Host | undefined;
  readonly pool: MoRef;
  readonly folder: MoRef;
  /** The hosts that it may run on. */
  readonly hosts: readonly Host[];
}

/** `usual`: where it is made when nothing is named, as beside its template. Rejects with op.refused, and name.ambiguous. */
export function choosePlace(catalog: Catalog, wish: Wish, usual: Partial<Record<'compute' | 'folder', string>>): Place {
  const datacenter =
    wish.datacenter === '' ? undefined : oneOf([...catalog.datacenters.values()], wish.datacenter, 'datacenter');
  const inside = (one: Placed) => datacenter === undefined || datacenterOf(catalog, one) === datacenter;
  const host = wish.host === '' ? undefined : oneOf([...catalog.hosts.values()].filter(inside), wish.host, 'host');
  if (host && !host.isUp) throw refused(`${host.name} takes no VMs now`, 'name another host, or none');
  const compute = chooseCompute(catalog, [...catalog.computes.values()].filter(inside), wish, host, usual.compute);
  const own = datacenterOf(catalog, compute);
  if (!own) throw new FleetError('auth.forbidden', `the datacenter of ${compute.name} may not be seen`);
  const hosts = compute.hosts.flatMap((one) => catalog.hosts.get(one) ?? []).filter(({ isUp }) => isUp);
  if (hosts.length === 0) throw refused(`no host of ${compute.name} takes VMs now`, 'name another cluster');
  return {
    datacenter: own,
    compute,
    host,
    hosts: host ? [host] : hosts,
    pool: choosePool(catalog, compute, wish.pool),
    folder: chooseFolder(catalog, own, wish.folder, usual.folder),
  };
}

function chooseCompute(
  catalog: Catalog,
  all: readonly Compute[],
  wish: Wish,
  host: Host | undefined,
  usual: string | undefined,
): Compute {
  if (wish.cluster !== '') {
    const named = oneOf(all, wish.cluster, 'cluster');
    if (host && !named.hosts.includes(host.ref.value)) throw refused(`${host.name} is not in ${named.name}`);
    return named;
  }
  const ofPool = wish.pool === '' ? [] : [...catalog.pools.values()].filter((one) => isNamed(one, wish.pool));
  const able = all.filter(
    ({ hosts, ref }) =>
      (!host || hosts.includes(host.ref.value)) &&
      (wish.pool === '' || ofPool.some((pool) => parentsOf(catalog, pool).some((one) => one.ref.value === ref.value))),
  );
  const beside = able.find(({ ref }) => ref.value === usual);
  if (beside) return beside;
  const [first, second] = able;
  if (!first)
    throw refused(
      wish.pool === '' ? 'there is no cluster or host to make it on' : `no cluster has a resource pool ${wish.pool}`,
    );
  if (!second) return first;
  throw new FleetError('name.ambiguous', `it may be made on ${namesOf(able)}`, { fix: 'name one of them: cluster' });
}

function choosePool({ pools, ...catalog }: Catalog, { rootPool, name }: Compute, wanted: string): MoRef {
  if (wanted === '') return { type: 'ResourcePool', value: rootPool };
  const inside = [...pools.values()].filter((one) =>
    parentsOf({ ...catalog, pools }, one).some(({ ref }) => ref.value === rootPool),
  );
  return oneOf(inside, wanted, `resource pool of ${name},`).ref;
}

function chooseFolder(
  { folders }: Catalog,
  { vmFolder, name }: Datacenter,
  path: string,
  usual: string | undefined,
): MoRef {
  if (path === '') return { type: 'Folder', value: usual !== undefined && folders.has(usual) ? usual : vmFolder };
  let at = vmFolder;
  for (const step of path.split('/').filter(Boolean)) {
    const next = [...folders.values()].find((one) => one.parent === at && one.name === step);
    if (!next) throw refused(`${name} has no folder ${JSON.stringify(path)} of VMs`);
    at = next.ref.value;
  }
  return { type: 'Folder', value: at };
}

/**
 * The datastore of this name that a host of the place reaches; of all with most room where none is named. `size`: bytes that it must
 * have free. Rejects with storage.not-found, and op.refused.
 */
export function chooseStore(
  catalog: Catalog,
  { hosts, datacenter }: Pick<Place, 'hosts' | 'datacenter'>,
  wanted: string,
  size = 0,
): Store {
  const reached = storesOf(catalog, hosts);
  if (wanted !== '') {
    const there = [...catalog.stores.values()].filter((one) => datacenterOf(catalog, one) === datacenter);
    const store = oneOf(there, wanted, 'datastore', 'storage.not-found');
    if (!reached.includes(store)) throw refused(`${store.name} is not reached from ${namesOf(hosts)}`);
    if (!store.isUsable) throw refused(`${store.name} can't be used now`, 'name another datastore');
    return store;
  }
  const [best] = mostRoomFirst(reached).filter(({ free }) => (free ?? 0) >= size);
  if (!best) throw new FleetError('op.refused', `no datastore of ${namesOf(hosts)} has room for it`);
  return best;
}

/** Those that can be used now. */
export const mostRoomFirst = (stores: readonly Store[]): readonly Store[] =>
  stores
    .filter(({ isUsable }) => isUsable)
    .toSorted((a, b) => (b.free ?? 0) - (a.free ?? 0) || (a.name < b.name ? -1 : 1));

const MOST_NAMED = 5;

export const namesOf = (all: readonly Placed[]): string =>
  `${all
    .slice(0, MOST_NAMED)
    .map(({ name }) => name)
    .join(', ')}${all.length > MOST_NAMED ? ' and others' : ''}`;

const isNamed = ({ ref, name }: Placed, wanted: string): boolean => name === wanted || ref.value === wanted;

/** By name, by reference, or by name behind its datacenter: `Berlin/datastore1`. */
export const calledSo = <One extends Placed>(catalog: Catalog, all: Iterable<One>, wanted: string): readonly One[] =>
  [...all].filter((one) => isNamed(one, wanted) || `${datacenterOf(catalog, one)?.name ?? ''}/${one.name}` === wanted);

/** By name or reference. Rejects with op.refused or the code, and name.ambiguous. */
export function oneOf<One extends Placed>(
  all: readonly One[],
  wanted: string,
  what: string,
  code: ErrorCode = 'op.refused',
): One {
  const found = all.filter((one) => isNamed(one, wanted));
  const [first, second] = found;
  if (!first) throw new FleetError(code, `there is no ${what} ${JSON.stringify(wanted)}`);
  if (!second) return first;
  throw new FleetError(
    'name.ambiguous',
    `there are several called ${wanted}: ${found.map(({ ref }) => ref.value).join(', ')}`,
    {
      fix: 'take one of these in place of the name',
    },
  );
}
