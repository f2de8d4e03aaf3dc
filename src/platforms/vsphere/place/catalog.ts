/** Where VMs can be: datacenters, clusters and hosts, resource pools, folders, datastores, networks. Read whole, without VMs. */
import { type Bytes, bytes } from '../../../units.ts';
import { childrenOf, textAt } from '../../transport/xml.ts';
import { nameOf, readAll, sizeAt } from '../lists.ts';
import { type ObjectContent, type Reach, refOf, way } from '../properties.ts';
import type { Session } from '../session.ts';
import { type MoRef, xml } from '../soap/envelope.ts';

export interface Placed {
  readonly ref: MoRef;
  readonly name: string;
  /** What it hangs under; '' for the root. */
  readonly parent: string;
}

export interface Datacenter extends Placed {
  /** The folder that all its VMs are in. */
  readonly vmFolder: string;
}

/** A cluster, or a host that is in none. */
export interface Compute extends Placed {
  readonly isCluster: boolean;
  readonly rootPool: string;
  readonly hosts: readonly string[];
}

export interface Host extends Placed {
  /** Connected, on, and not in maintenance: it takes VMs. */
  readonly isUp: boolean;
  readonly stores: readonly string[];
  readonly networks: readonly string[];
  readonly cpuModel: string;
  readonly memory: Bytes;
  /** Undefined where the host does not say. */
  readonly memoryFree: Bytes | undefined;
}

export interface Store extends Placed {
  /** The object that lists its files. */
  readonly browser: MoRef;
  readonly isUsable: boolean;
  readonly size: Bytes | undefined;
  readonly free: Bytes | undefined;
}

export interface Net extends Placed {
  /** Of a distributed port group. */
  readonly switch?: string;
  readonly portgroupKey?: string;
  /** Of NSX. */
  readonly opaque?: { readonly id: string; readonly type: string };
}

export interface Switch extends Placed {
  readonly uuid: string;
}

/** By the value of their references. */
export interface Catalog {
  readonly datacenters: ReadonlyMap<string, Datacenter>;
  readonly computes: ReadonlyMap<string, Compute>;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly pools: ReadonlyMap<string, Placed>;
  readonly folders: ReadonlyMap<string, Placed>;
  readonly stores: ReadonlyMap<string, Store>;
  readonly networks: ReadonlyMap<string, Net>;
  readonly switches: ReadonlyMap<string, Switch>;
}

const PLACE = ['name', 'parent'];
const MIB = 1024 ** 2;

const WANTED = [
  { type: 'Datacenter', paths: [...PLACE, 'vmFolder'] },
  { type: 'ComputeResource', paths: [...PLACE, 'resourcePool', 'host'] },
  {
    type: 'HostSystem',
    paths: [
      ...PLACE,
      'datastore',
      'network',
      'runtime.connectionState',
      'runtime.inMaintenanceMode',
      'summary.hardware.cpuModel',
      'summary.hardware.memorySize',
      'summary.quickStats.overallMemoryUsage',
    ],
  },
  { type: 'ResourcePool', paths: PLACE },
  { type: 'Folder', paths: PLACE },
  { type: 'Datastore', paths: [...PLACE, 'browser', 'summary'] },
  { type: 'Network', paths: PLACE },
  { type: 'DistributedVirtualPortgroup', paths: ['key', 'config.distributedVirtualSwitch'] },
  { type: 'OpaqueNetwork', paths: ['summary'] },
  { type: 'DistributedVirtualSwitch', paths: [...PLACE, 'uuid'] },
];

const DOWN = ['folder', 'vms', 'hosts', 'stores', 'networks', 'host', 'pool', 'subpool'];

const everywhere = (rootFolder: MoRef): Reach => ({
  from: [rootFolder],
  ways: xml`${[
    way('folder', 'Folder', 'childEntity', DOWN),
    way('vms', 'Datacenter', 'vmFolder', DOWN),
    way('hosts', 'Datacenter', 'hostFolder', DOWN),
    way('stores', 'Datacenter', 'datastoreFolder', DOWN),
    way('networks', 'Datacenter', 'networkFolder', DOWN),
    way('host', 'ComputeResource', 'host', []),
    way('pool', 'ComputeResource', 'resourcePool', ['subpool']),
    way('subpool', 'ResourcePool', 'resourcePool', ['subpool']),
  ]}`,
});

/** One request where the server makes no pages. Rejects with a FleetError. */
export async function readCatalog(session: Session, signal: AbortSignal): Promise<Catalog> {
  const all = await readAll(session, WANTED, everywhere(session.content.rootFolder), signal);
  const of = <T>(types: RegExp, read: (object: ObjectContent) => T): ReadonlyMap<string, T> =>
    new Map(all.flatMap((one) => (types.test(one.ref.type) ? [[one.ref.value, read(one)] as const] : [])));
  return {
    datacenters: of(/^Datacenter$/, (one) => ({ ...placed(one), vmFolder: refOf(one.values.get('vmFolder')).value })),
    computes: of(/ComputeResource$/, (one) => ({
      ...placed(one),
      isCluster: one.ref.type === 'ClusterComputeResource',
      rootPool: refOf(one.values.get('resourcePool')).value,
      hosts: refsIn(one, 'host'),
    })),
    hosts: of(/^HostSystem$/, hostFrom),
    pools: of(/^(ResourcePool|VirtualApp)$/, placed),
    folders: of(/^Folder$/, placed),
    stores: of(/^Datastore$/, storeFrom),
    networks: of(/^(Network|DistributedVirtualPortgroup|OpaqueNetwork)$/, netFrom),
    switches: of(/DistributedVirtualSwitch$/, (one) => ({ ...placed(one), uuid: textOf(one, 'uuid') })),
  };
}

const textOf = ({ values }: ObjectContent, path: string): string => values.get(path)?.text ?? '';

const placed = (object: ObjectContent): Placed => ({
  ref: object.ref,
  name: nameOf(object),
  parent: textOf(object, 'parent'),
});

const refsIn = ({ values }: ObjectContent, path: string): readonly string[] =>
  childrenOf(values.get(path), 'ManagedObjectReference').map(({ text }) => text);

function hostFrom(object: ObjectContent): Host {
  const memory = Number(textOf(object, 'summary.hardware.memorySize'));
  const used = Number.parseInt(textOf(object, 'summary.quickStats.overallMemoryUsage'), 10) * MIB;
  return {
    ...placed(object),
    isUp:
      textOf(object, 'runtime.connectionState') === 'connected' &&
      textOf(object, 'runtime.inMaintenanceMode') !== 'true',
    stores: refsIn(object, 'datastore'),
    networks: refsIn(object, 'network'),
    cpuModel: textOf(object, 'summary.hardware.cpuModel'),
    memory: bytes(memory),
    memoryFree: used >= 0 && used <= memory ? bytes(memory - used) : undefined,
  };
}

function storeFrom(object: ObjectContent): Store {
  const summary = object.values.get('summary');
  const isUsable =
    textAt(summary, 'accessible') === 'true' && (textAt(summary, 'maintenanceMode') ?? 'normal') === 'normal';
  return {
    ...placed(object),
    browser: refOf(object.values.get('browser')),
    isUsable,
    size: sizeAt(summary, 'capacity'),
    free: sizeAt(summary, 'freeSpace'),
  };
}

function netFrom(object: ObjectContent): Net {
  const common = placed(object);
  const summary = object.values.get('summary');
  switch (object.ref.type) {
    case 'DistributedVirtualPortgroup':
      return {
        ...common,
        switch: textOf(object, 'config.distributedVirtualSwitch'),
        portgroupKey: textOf(object, 'key') || object.ref.value,
      };
    case 'OpaqueNetwork':
      return {
        ...common,
        opaque: { id: textAt(summary, 'opaqueNetworkId') ?? '', type: textAt(summary, 'opaqueNetworkType') ?? '' },
      };
    default:
      return common;
  }
}

/** Datastores that one of these hosts reaches. */
export const storesOf = ({ stores }: Catalog, hosts: readonly Host[]): readonly Store[] =>
  [...stores.values()].filter(({ ref }) => hosts.some((host) => host.stores.includes(ref.value)));

/** Deeper than any inventory. */
const HIGHEST = 64;

/** What it is in, from near to far: folders, clusters, the datacenter. */
export function parentsOf(catalog: Catalog, from: Placed): readonly Placed[] {
  const parents: Placed[] = [];
  const find = (value: string): Placed | undefined =>
    catalog.folders.get(value) ??
    catalog.datacenters.get(value) ??
    catalog.computes.get(value) ??
    catalog.pools.get(value);
  for (let at = find(from.parent); at && parents.length < HIGHEST; at = find(at.parent)) parents.push(at);
  return parents;
}

/** Undefined of a single ESX host whose one datacenter may not be seen. */
export function datacenterOf(catalog: Catalog, of: Placed): Datacenter | undefined {
  const found = parentsOf(catalog, of).find(({ ref }) => ref.type === 'Datacenter');
  return found && catalog.datacenters.get(found.ref.value);
}
