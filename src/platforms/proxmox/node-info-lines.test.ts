/** Every line that people read of a node, and every fact that programs do. */
import { expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { readNodeInfo } from './node-info.ts';
import { scriptedApi } from './testkit/scripted-api.ts';

const { signal } = new AbortController();
const STATUS = {
  pveversion: 'pve-manager/9.1-1',
  'current-kernel': { sysname: 'Linux', release: '6.14', machine: 'x86_64' },
  'boot-info': { mode: 'efi' },
  uptime: 86_400 * 2 + 3_600 * 5 + 59 * 60,
  cpu: 0.25,
  cpuinfo: { model: 'Xeon', cpus: 8, sockets: 2, cores: 4 },
  loadavg: ['0.1', 0.2],
  memory: { total: 4 * 1024 ** 3, used: 1024 ** 3 },
  swap: { total: 1024 ** 3 },
  rootfs: { total: 8 * 1024 ** 3, used: 2 * 1024 ** 3, avail: 6 * 1024 ** 3 },
};
const NETWORK = [
  { iface: 'eno1', type: 'eth', address: '10.0.0.2', address6: 'fd00::2' },
  {
    iface: 'vmbr0',
    type: 'bridge',
    cidr: '10.0.0.1/24',
    cidr6: 'fd00::1/64',
    address: '10.0.0.1',
    gateway: '10.0.0.254',
  },
  { iface: 'ovs0', type: 'OVSBridge' },
  { type: 'bridge', address: '10.0.0.3' },
];

const read = (status: unknown, network: unknown = [], given = signal) => {
  const { api } = scriptedApi({
    'GET /nodes/pve1/status': status,
    'GET /nodes/pve1/network': (sent: unknown) => {
      expect(sent).toEqual({ deadlineMs: 5_000 });
      if (network instanceof Error) throw network;
      return network;
    },
  });
  return readNodeInfo(api, 'pve1', given);
};

it('tells what a node is', async () => {
  const { facts, lines } = await read(STATUS, NETWORK);
  expect(lines).toEqual([
    ['General', 'Version', 'pve-manager/9.1-1'],
    ['General', 'Kernel', 'Linux 6.14'],
    ['General', 'Architecture', 'x86_64'],
    ['General', 'Boot mode', 'efi'],
    ['General', 'Up for', '2 days 5 h'],
    ['CPU', 'Model', 'Xeon'],
    ['CPU', 'Threads', '8'],
    ['CPU', 'Sockets', '2'],
    ['CPU', 'In use', '25%'],
    ['CPU', 'Load', '0.1 0.2'],
    ['Memory', 'In use', '1.0G of 4.0G'],
    ['Memory', 'Swap', '- of 1.0G'],
    ['Disk', 'Root', '2.0G of 8.0G'],
    ['Network', 'eno1', '10.0.0.2'],
    ['Network', 'eno1', 'fd00::2'],
    ['Network', 'vmbr0', '10.0.0.1/24'],
    ['Network', 'vmbr0', 'fd00::1/64'],
    ['Network', '', '10.0.0.3'],
  ]);
  expect(facts).toEqual({
    kernel: '6.14',
    architecture: 'x86_64',
    cpuModel: 'Xeon',
    sockets: 2,
    cores: 4,
    threads: 8,
    memoryUsed: 1024 ** 3,
    storage: [{ name: '/', kind: 'filesystem', size: 8 * 1024 ** 3, free: 6 * 1024 ** 3 }],
    addresses: [
      { device: 'eno1', address: '10.0.0.2' },
      { device: 'eno1', address: 'fd00::2' },
      { device: 'vmbr0', address: '10.0.0.1/24' },
      { device: 'vmbr0', address: 'fd00::1/64' },
      { device: '', address: '10.0.0.3' },
    ],
    networks: ['vmbr0', 'ovs0'],
    defaultBridge: 'vmbr0',
  });
});

it('leaves out what an older node does not tell', async () => {
  const { facts, lines } = await read({ kversion: 'Linux 5.4', cpuinfo: 'x', memory: null, uptime: 0 });
  expect(lines).toEqual([
    ['General', 'Kernel', 'Linux 5.4'],
    ['General', 'Up for', '0 days 0 h'],
    ['CPU', 'In use', '-'],
  ]);
  expect(facts).toEqual({
    kernel: 'Linux 5.4',
    storage: [{ name: '/', kind: 'filesystem', size: undefined, free: undefined }],
    addresses: [],
    networks: [],
  });
});

it('does not leave out what was not refused', async () => {
  const refused = new FleetError('auth.forbidden', 'no');
  expect((await read(STATUS, refused)).facts.addresses).toEqual([]);
  await expect(read(STATUS, refused, AbortSignal.abort())).rejects.toThrow('no');
  await expect(read(STATUS, new TypeError('bug'))).rejects.toThrow('bug');
});
