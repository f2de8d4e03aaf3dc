import { formatBytes, gib } from '../../units.ts';
import type { Node, NodeInfo, Vm, VmInfo } from '../contract.ts';
import { firstBoot } from './machines.ts';
import { hash, pick } from './random.ts';
import type { FakeServer } from './server.ts';

const DAY_MS = 86_400_000;

export function vmInfo(server: FakeServer, vm: Vm, row: number): VmInfo {
  const bits = hash(server.fleet.seed, row, 121);
  const sheet = server.sheets.read(row, 'config');
  return {
    state: vm.state,
    created: createdAt(server, row),
    ...(vm.ips.length > 0 ? { started: bootedAt(server, row) } : {}),
    nics: server.nics.of(row),
    disks: server.drives.disks(row),
    snapshots: server.snapshots.of(row),
    description: String(sheet['description']) || undefined,
    maxMemory: vm.memory,
    maxCpus: vm.cpus,
    more: [['Firmware', pick(['UEFI', 'BIOS'], bits >>> 9)]],
  };
}

/** Epoch, ms. Some day in the three years before the servers were switched on. */
export const createdAt = ({ fleet, startedAt }: FakeServer, row: number): number =>
  startedAt - (hash(fleet.seed, row, 122) % 1000) * DAY_MS - DAY_MS * 60;

/** Epoch, ms. */
export const bootedAt = ({ fleet, startedAt, boots }: FakeServer, row: number): number =>
  boots.get(row) ?? firstBoot(fleet.seed, row, startedAt);

export function nodeInfo({ fleet }: FakeServer, node: Node): NodeInfo {
  const row = fleet.nodeRowOf(node.id);
  const bits = hash(fleet.seed, row, 131);
  const residents = fleet.inventory().vms.filter((vm) => vm.node === node.id);
  const running = residents.filter((vm) => vm.state === 'running').length;
  const kernel = `6.${pick([1, 12], bits)}.${bits % 40}-sim`;
  const cpuModel = pick(['EPYC 7543', 'Xeon Gold 6338', 'EPYC 9354'], bits >>> 4);
  const address = `10.255.${Math.floor(row / 250)}.${(row % 250) + 1}`;
  return {
    facts: {
      kernel,
      architecture: 'x86_64',
      cpuModel,
      threads: node.cpus,
      addresses: [{ device: 'eno1', address }],
      networks: ['lan', 'dmz', 'storage'],
      defaultBridge: 'lan',
      storage: [{ name: '/srv/vms', kind: 'filesystem', size: gib(1_800), free: undefined }],
    },
    lines: [
      ['General', 'Version', node.version],
      ['General', 'Kernel', kernel],
      ['General', 'Architecture', 'x86_64'],
      ['General', 'Address', node.address ?? '-'],
      ['CPU', 'Count', String(node.cpus)],
      ['CPU', 'Model', cpuModel],
      ['Memory', 'Total', formatBytes(node.memory)],
      ['Disk', '/dev/nvme0n1', '1.8T on /srv/vms'],
      ['Network', 'eno1', address],
      ['Network', 'Bridges', 'lan, dmz, storage'],
      ['VMs', 'Defined', String(residents.length)],
      ['VMs', 'Running', String(running)],
    ],
  };
}
