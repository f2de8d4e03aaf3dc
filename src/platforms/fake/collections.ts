import {
  backupId,
  dnsId,
  type EndpointName,
  imageId,
  leaseId,
  networkId,
  storageId,
  volumeId,
  volumeSnapshotId,
} from '../../ids.ts';
import { gib, mib } from '../../units.ts';
import type { Backup, DnsRecord, Image, Lease, Network, Storage, Volume, VolumeSnapshot } from '../contract.ts';
import { type CloudCollections, createCloudCollections } from './cloud/collections.ts';
import { type Collection, collection } from './collection.ts';
import { type Drives, storageAt } from './drives.ts';
import type { Fleet } from './fleet.ts';
import { IMAGES } from './names.ts';
import { hash, pick } from './random.ts';

/** What they are computed from. */
interface Cluster {
  readonly endpoint: EndpointName;
  readonly fleet: Fleet;
  readonly drives: Drives;
  /** Epoch, ms. */
  readonly startedAt: number;
}

export interface Collections extends CloudCollections {
  readonly storage: Collection<'storage'>;
  readonly volume: Collection<'volume'>;
  readonly network: Collection<'network'>;
  readonly image: Collection<'image'>;
  readonly lease: Collection<'lease'>;
  readonly dns: Collection<'dns'>;
  readonly backup: Collection<'backup'>;
  readonly volumesnapshot: Collection<'volumesnapshot'>;
}

export function createCollections(cluster: Cluster): Collections {
  return {
    storage: collection('storage', () => storages(cluster)),
    volume: collection('volume', () => volumes(cluster)),
    network: collection('network', () => networks(cluster)),
    image: collection('image', () => images(cluster)),
    lease: collection('lease', () => leases(cluster)),
    dns: collection('dns', () => dnsRecords(cluster)),
    backup: collection('backup', () => backups(cluster)),
    volumesnapshot: collection('volumesnapshot', () => volumeSnapshots(cluster)),
    ...createCloudCollections(cluster),
  };
}

const UNKNOWN = { node: undefined, mtu: undefined, device: undefined, vlan: undefined, domain: undefined } as const;

function networks({ endpoint }: Cluster): readonly Network[] {
  const one = (name: string, more: Partial<Network>): Network => ({
    ...UNKNOWN,
    id: networkId(endpoint, name),
    name,
    type: 'bridge',
    mode: 'bridge',
    active: true,
    cidrs: [],
    dhcp: false,
    mtu: 1500,
    device: `br-${name}`,
    ...more,
  });
  return [
    one('lan', { cidrs: ['10.0.0.0/16'], vlan: 10, domain: 'demo.example' }),
    one('dmz', { cidrs: ['10.1.0.0/16'], vlan: 20 }),
    one('storage', { cidrs: ['10.2.0.0/16'], vlan: 30, mtu: 9000 }),
    one('lab', { type: 'nat', mode: 'nat', cidrs: ['192.168.150.0/24', 'fd00:150::/64'], dhcp: true }),
    one('old', { type: 'nat', mode: 'isolated', cidrs: ['192.168.99.0/24'], active: false }),
  ];
}

const HOUR_MS = 3_600_000;

/** One of the first VM, from before the simulation began. */
function backups({ endpoint, fleet, startedAt }: Cluster): readonly Backup[] {
  const [first] = fleet.inventory().vms;
  return [
    {
      id: backupId(endpoint, 'vms/nightly-db'),
      name: 'nightly-db',
      vm: first?.name,
      storage: 'vms',
      created: startedAt - 8 * HOUR_MS,
      size: gib(3),
      format: 'simulated',
      description: undefined,
      protected: false,
      path: '/srv/vms/backups/nightly-db',
    },
  ];
}

/** One of a volume that nothing uses any more. */
const volumeSnapshots = ({ endpoint, startedAt }: Cluster): readonly VolumeSnapshot[] => [
  {
    id: volumeSnapshotId(endpoint, 'before-retiring'),
    name: 'before-retiring',
    volume: 'retired-web.qcow2',
    size: gib(10),
    created: startedAt - 24 * HOUR_MS,
    status: 'available',
    description: undefined,
  },
];

/** Of the network with DHCP. */
function leases({ endpoint, startedAt }: Cluster): readonly Lease[] {
  return ['printer', 'build-runner', 'guest-phone'].map((name, at) => ({
    id: leaseId(endpoint, `lab/192.168.150.${20 + at}`),
    name,
    network: 'lab',
    mac: `52:54:00:0d:0e:0${at}`,
    ip: `192.168.150.${20 + at}`,
    reserved: at === 0,
    until: startedAt + (at + 1) * HOUR_MS,
  }));
}

const dnsRecords = ({ endpoint }: Cluster): readonly DnsRecord[] => [
  {
    id: dnsId(endpoint, 'lab/A/gateway/192.168.150.1'),
    name: 'gateway',
    zone: 'lab',
    type: 'A',
    ttl: undefined,
    data: '192.168.150.1',
  },
];

/** The folders that the disks of VMs are in. */
function storages({ endpoint, fleet, drives }: Cluster): readonly Storage[] {
  const one = (name: string, more: Partial<Storage>): Storage => ({
    id: storageId(endpoint, name),
    name,
    type: 'dir',
    node: undefined,
    shared: true,
    active: true,
    size: undefined,
    used: undefined,
    path: `/srv/${name}`,
    content: ['images'],
    ...more,
  });
  let used = 0;
  for (let row = 0; row < fleet.columns.node.length; row++) {
    for (const { size, type } of drives.disks(row)) if (type === 'disk') used += size ?? 0;
  }
  const nodes = fleet.nodes().slice(0, 4);
  return [
    one('vms', {
      type: 'nfs',
      size: gib(Math.ceil(used / gib(1) / 700) * 1000 + 1000),
      used: gib(Math.ceil(used / gib(1))),
    }),
    one('iso', { size: gib(200), used: mib(650 * IMAGES.length), content: ['iso'] }),
    ...nodes.map((node, at) =>
      one(`scratch-${node.name}`, {
        type: 'zfs',
        shared: false,
        node: node.id,
        size: gib(1_800),
        used: gib(40 * (at + 1)),
        path: 'tank/scratch',
        active: at !== 1,
      }),
    ),
  ];
}

const usersOf = (cluster: Cluster): ReadonlyMap<string, { readonly disk: Volume; readonly users: string[] }> => {
  const { endpoint, fleet, drives } = cluster;
  const byPath = new Map<string, { readonly disk: Volume; readonly users: string[] }>();
  for (let row = 0; row < fleet.columns.node.length; row++) {
    const vm = fleet.vm(row);
    if (!vm) continue;
    for (const { path, size, format, type } of drives.disks(row)) {
      // An empty drive.
      if (path === '') continue;
      const known = byPath.get(path);
      if (known) {
        known.users.push(vm.name);
        continue;
      }
      const users = [vm.name];
      const storage = storageAt(path);
      const share = (20 + (hash(fleet.seed, row, 95) % 60)) / 100;
      byPath.set(path, {
        users,
        disk: {
          id: volumeId(endpoint, path),
          name: path.replace(`/srv/${storage}/`, ''),
          storage,
          type: 'file',
          format,
          size,
          used: type === 'cdrom' ? size : mib(Math.round(((size ?? 0) * share) / mib(1))),
          path,
          users,
        },
      });
    }
  }
  return byPath;
};

/** Disks and media of VMs, and a few that nothing uses any more. */
function volumes(cluster: Cluster): readonly Volume[] {
  const { endpoint, fleet } = cluster;
  const left = ['retired-web', 'migration-test', 'db-copy'].map((name, at): Volume => {
    const path = `/srv/vms/${name}.qcow2`;
    return {
      id: volumeId(endpoint, path),
      name: `${name}.qcow2`,
      storage: 'vms',
      type: 'file',
      format: 'qcow2',
      size: gib(pick([10, 40, 200], hash(fleet.seed, at, 96))),
      used: gib(4),
      path,
      users: [],
    };
  });
  return [...left, ...Array.from(usersOf(cluster).values(), ({ disk }) => disk)];
}

function images({ endpoint, fleet, startedAt }: Cluster): readonly Image[] {
  const one = (name: string, at: number, more: Partial<Image>): Image => ({
    id: imageId(endpoint, name),
    name,
    type: 'disk',
    format: 'qcow2',
    size: mib(300 + (hash(fleet.seed, at, 97) % 900)),
    storage: 'vms',
    path: `/srv/vms/images/${name}.qcow2`,
    os: name.replace(/-[\d.]+(\.iso)?$/, ''),
    arch: 'x86_64',
    created: startedAt - (30 + at * 17) * 86_400_000,
    status: 'active',
    visibility: 'public',
    ...more,
  });
  return [
    ...IMAGES.map((name, at) => one(name, at, {})),
    ...IMAGES.map((name, at) =>
      one(`${name}.iso`, at, {
        type: 'iso',
        format: 'raw',
        size: mib(650),
        storage: 'iso',
        path: `/srv/iso/${name}.iso`,
      }),
    ),
  ];
}
