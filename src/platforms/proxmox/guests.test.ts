import { expect, it } from 'vitest';
import { gib } from '../../units.ts';
import { readCurrent, readResources } from './guests.ts';

const WEB1 = {
  type: 'qemu',
  vmid: 100,
  node: 'pve1',
  name: 'web1',
  status: 'running',
  lock: 'backup',
  template: 1,
  maxcpu: 4,
  maxmem: gib(2),
  tags: 'prod;web, ssd',
  hastate: 'started',
  uptime: 60,
  cpu: 0.5,
  mem: 1000,
  diskread: 1,
  diskwrite: 2,
  netin: 3,
  netout: 4,
};

it('reads a guest of the list of the cluster', () => {
  const { guests, nodes } = readResources([WEB1]);
  expect([...guests]).toEqual([
    [
      'qemu/100',
      {
        key: 'qemu/100',
        kind: 'qemu',
        vmid: 100,
        node: 'pve1',
        name: 'web1',
        status: 'running',
        lock: 'backup',
        template: true,
        cpus: 4,
        memory: gib(2),
        tags: ['prod', 'web', 'ssd'],
        ha: 'started',
        use: { uptime: 60, cpu: 0.5, memory: 1000, diskRead: 1, diskWrite: 2, netIn: 3, netOut: 4 },
      },
    ],
  ]);
  expect(nodes.size).toBe(0);
});

it('knows what it is not told of a guest as unknown', () => {
  const { guests } = readResources([
    { type: 'qemu', vmid: 100, node: 'pve1' },
    { type: 'lxc', vmid: 101, node: 'pve1' },
  ]);
  const { NaN: unknown } = Number;
  expect(guests.get('qemu/100')).toEqual({
    key: 'qemu/100',
    kind: 'qemu',
    vmid: 100,
    node: 'pve1',
    name: 'VM 100',
    status: 'unknown',
    lock: undefined,
    template: false,
    cpus: 0,
    memory: 0,
    tags: [],
    ha: undefined,
    use: {
      uptime: 0,
      cpu: unknown,
      memory: unknown,
      diskRead: unknown,
      diskWrite: unknown,
      netIn: unknown,
      netOut: unknown,
    },
  });
  expect(guests.get('lxc/101')).toMatchObject({ kind: 'lxc', name: 'CT 101' });
});

it('passes over what is neither a guest nor a node', () => {
  const { guests, nodes } = readResources([
    { type: 'storage', node: 'pve1', vmid: 1 },
    { type: 'qemu', node: 'pve1' },
    { type: 'qemu', vmid: 100 },
    { type: 'node', status: 'online' },
  ]);
  expect([guests.size, nodes.size]).toEqual([0, 0]);
  expect(() => readResources({})).toThrow('the resources of the cluster: the server sent no list of objects');
});

it('reads the nodes of the list of the cluster', () => {
  const up = { type: 'node', node: 'pve1', status: 'online', maxcpu: 8, maxmem: gib(64), cpu: 0.25, mem: gib(3) };
  const { guests, nodes } = readResources([up, { type: 'node', node: 'pve2', status: 'offline', mem: 0 }]);
  expect(guests.size).toBe(0);
  expect([...nodes.values()]).toEqual([
    { name: 'pve1', online: true, cpus: 8, memory: gib(64), cpu: 0.25, memoryUsed: gib(3) },
    { name: 'pve2', online: false, cpus: 0, memory: 0, cpu: Number.NaN, memoryUsed: Number.NaN },
  ]);
});

it('reads a guest that was asked itself', () => {
  const row = { ...WEB1, qmpstatus: 'paused', cpus: 2, agent: 1 };
  expect(readCurrent(row)).toEqual({
    status: 'running',
    runState: 'paused',
    lock: 'backup',
    name: 'web1',
    cpus: 2,
    memory: gib(2),
    tags: ['prod', 'web', 'ssd'],
    agent: true,
    uptime: 60,
  });
  expect(readCurrent({ maxmem: 1 }).memory).toBe(1);
  expect(readCurrent({})).toEqual({
    status: 'unknown',
    runState: undefined,
    lock: undefined,
    name: undefined,
    cpus: undefined,
    memory: undefined,
    tags: [],
    agent: false,
    uptime: 0,
  });
});
