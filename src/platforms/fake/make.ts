import { FleetError } from '../../errors.ts';
import { vmId } from '../../ids.ts';
import { type Bytes, bytes, gib } from '../../units.ts';
import {
  type CloneSpec,
  type Disk,
  isRows,
  type Made,
  type Nic,
  type Node,
  type Settings,
  type Vm,
} from '../contract.ts';
import { freeDevice } from './disk-ops.ts';
import { RAW_STATES, uuidOf } from './machines.ts';
import { macOf } from './nics.ts';
import type { Power } from './power.ts';
import { hash } from './random.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import type { FakeServer } from './server.ts';
import { folderOf } from './volume-ops.ts';

/** Disks take their moment to be written. */
const WRITE_MS = 400;

const text = (spec: Settings, key: string): string => String(spec[key] ?? '');
const rowsOf = (spec: Settings, key: string): readonly Settings[] => {
  const value = spec[key];
  return value !== undefined && isRows(value) ? value : [];
};
const sizeOf = (spec: Settings, key: string, otherwise: Bytes): Bytes => {
  const value = spec[key];
  return typeof value === 'number' ? bytes(value) : otherwise;
};

/** What a clone has of its VM. */
const copyOf = ({ cpus, memory, autostart, plan, profile, image, tags }: Vm, name: string) => ({
  name,
  cpus,
  memory,
  autostart,
  plan,
  profile,
  image,
  tags,
});

/** New VMs: from the settings of the mode `provision`, and as clones. */
export function createMaker(server: FakeServer, power: Power) {
  const { agenda, collections, drives, endpoint, fleet, nics, sheets } = server;

  function refuseTaken(name: string): void {
    if (fleet.inventory().vms.some((vm) => vm.name === name))
      throw new FleetError('op.conflict', `${endpoint} has a VM ${name} already`, { fix: 'choose another name' });
  }

  const count = (): number => fleet.inventory().vms.length;
  const most = (): number => server.options.mostVms || Number.POSITIVE_INFINITY;
  function refuseTooMany(name: string): void {
    if (count() >= most())
      throw new FleetError('op.refused', `${name} would be one VM more than the ${most()} that ${endpoint} may have`);
  }

  /** One that is up: made VMs are spread over all of them. */
  function placeFor(row: number): Node {
    const up = fleet.nodes().filter(({ state }) => state === 'up');
    const node = up[row % Math.max(1, up.length)];
    if (!node) throw new FleetError('op.refused', `${endpoint} has no node that is up`);
    return node;
  }

  /** Its row: stopped. */
  function put(like: ReturnType<typeof copyOf>, row: number, node: Node): Vm {
    return {
      id: vmId(endpoint, `vm-${row + 1}`),
      uuid: uuidOf(endpoint, fleet.seed, row),
      node: node.id,
      pool: node.pool,
      state: 'stopped',
      rawState: RAW_STATES.stopped,
      ips: [],
      ...like,
    };
  }

  function begin(vm: Vm, disks: readonly Disk[], cards: readonly Nic[], start: boolean, said: string): Made {
    const row = fleet.rowOf(vm.id);
    drives.change(row, disks);
    nics.change(row, cards);
    server.news.event(vm.id, said);
    if (start) {
      agenda.plan(WRITE_MS, () => {
        const now = fleet.vm(row);
        if (now?.id === vm.id && now.state === 'stopped') power.start(now, row);
      });
    }
    return { warnings: [], id: vm.id };
  }

  function create(spec: Settings): Made {
    const name = text(spec, 'name');
    refuseTaken(name);
    refuseTooMany(name);
    const image = text(spec, 'image');
    if (image !== '') refuseUnknown(server, 'image', image);
    for (const nic of rowsOf(spec, 'nic')) refuseUnknown(server, 'network', text(nic, 'network'));
    const rows = rowsOf(spec, 'disk');
    const wanted = (rows.length > 0 ? rows : [{}]).map((disk) => ({
      size: sizeOf(disk, 'size', gib(10)),
      bus: text(disk, 'bus') || 'virtio',
      folder: folderOf(collections, endpoint, text(disk, 'storage') || 'vms'),
    }));
    const vm = server.add((row) =>
      put(
        {
          name,
          cpus: Number(spec['vcpus'] ?? 2),
          memory: sizeOf(spec, 'memory', gib(2)),
          autostart: spec['autostart'] === true,
          plan: text(spec, 'plan') || undefined,
          profile: text(spec, 'profile') || undefined,
          image: image || undefined,
          tags: [],
        },
        row,
        placeFor(row),
      ),
    );
    const row = fleet.rowOf(vm.id);
    sheets.save(row, { description: text(spec, 'description') });
    const disks: Disk[] = [];
    for (const { size, bus, folder } of wanted) {
      const device = freeDevice(bus, disks);
      const path = `${folder}/${vm.uuid}/${device}.qcow2`;
      const like = { type: 'disk', format: 'qcow2', storage: undefined, readOnly: false, shareable: false } as const;
      disks.push({ ...like, device, path, size, bus });
    }
    const cards = rowsOf(spec, 'nic').map(
      (nic, at): Nic => ({
        device: `eth${at}`,
        mac: text(nic, 'mac') || macOf(hash(fleet.seed, row, 500 + at)),
        net: text(nic, 'network'),
        type: text(nic, 'model') || 'virtio',
      }),
    );
    return begin(vm, disks, cards, spec['start'] !== false, image === '' ? 'Made' : `Made from ${image}`);
  }

  function clone(vm: Vm, row: number, { name, linked, start }: CloneSpec): Made {
    refuseTaken(name);
    refuseTooMany(name);
    const made = server.add((next) => put(copyOf(vm, name), next, placeFor(next)));
    const at = fleet.rowOf(made.id);
    sheets.save(at, sheets.read(row, 'config'));
    const disks = drives
      .disks(row)
      .map((disk) => (disk.readOnly ? disk : { ...disk, path: `/srv/vms/${made.uuid}/${disk.device}.qcow2` }));
    const cards = nics.of(row).map((nic, index) => ({ ...nic, mac: macOf(hash(fleet.seed, at, 500 + index)) }));
    return begin(made, disks, cards, start, `Cloned from ${vm.name}${linked ? ', linked' : ''}`);
  }

  const limits = (): Readonly<Record<string, string>> =>
    most() === Number.POSITIVE_INFINITY ? {} : { name: `${Math.max(0, most() - count())} of ${most()} VMs left` };

  return { create, clone, limits };
}
