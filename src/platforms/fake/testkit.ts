import { endpointName, type VmId } from '../../ids.ts';
import { gib } from '../../units.ts';
import type { Endpoint, Vm } from '../contract.ts';
import { LISTED_OPERATIONS, type PlatformTestkit, SNAPSHOT_OPERATIONS } from '../testkit.ts';
import { quickClock } from '../testkit-clock.ts';
import type { FakeServer } from './server.ts';
import { fakeServer } from './servers.ts';

/** Simulated seconds pass quickly, so that the suite need not wait for guests that boot. */
const clock = quickClock(20);

let servers = 0;

export const testkit: PlatformTestkit = {
  lab: undefined,
  facts: {
    operations: [
      'vm.info',
      'vm.identity',
      'vm.start',
      'vm.stop',
      'vm.restart',
      'vm.pause',
      'vm.resume',
      'vm.suspend',
      'vm.planDelete',
      'vm.delete',
      'vm.settings',
      'vm.configure',
      'console.serial',
      'console.output',
      'node.info',
      'node.shell',
      ...SNAPSHOT_OPERATIONS,
      ...LISTED_OPERATIONS,
    ],
    login: true,
    keepsDisks: true,
    pushesEvents: true,
    startTakesMs: 5_000,
    stopTakesMs: 5_000,
    guestsAnswer: true,
    snapshots: { takeMs: 5_000, memory: true, revertsToOlder: true },
    listed: {
      storage: { name: 'vms', type: 'nfs', active: true, shared: true, path: '/srv/vms' },
      volume: { name: 'retired-web.qcow2', storage: 'vms', format: 'qcow2', users: [] },
      network: { name: 'lan', mode: 'bridge', active: true, cidrs: ['10.0.0.0/16'], vlan: 10 },
      image: { name: 'debian-13', type: 'disk', arch: 'x86_64' },
      flavor: { name: 'medium', memory: gib(4) },
    },
    makes: {
      storage: { name: 'archive', type: 'dir', path: '/srv/archive' },
      volume: { name: 'spare.qcow2', storage: 'vms', size: gib(5), format: 'qcow2' },
      network: { name: 'test', mode: 'nat', cidr: '192.168.77.0/24', dhcp: true, device: '', domain: 'test.example' },
      image: { name: 'tiny', url: 'https://images.example/tiny.qcow2', storage: 'vms' },
    },
    listedTakesMs: 5_000,
    samples: ['cpu', 'memory', 'disk', 'net'],
    changes: {
      config: { memory: gib(3), vcpus: 3, autostart: true, description: 'changed by a test' },
      running: { memory: gib(1), vcpus: 5 },
    },
    prompt: /login: /,
  },
  available: async () => undefined,
  async start() {
    const endpoint: Endpoint = {
      name: endpointName(`fake-${++servers}`),
      platform: 'fake',
      values: { vms: 120, seed: 7, password: 'right', 'reuses-ids': true },
    };
    const server = await fakeServer(endpoint, clock);
    const vms = server.fleet.inventory().vms.filter((vm) => vm.node !== undefined);
    const [quiet, busy, ...others] = vms.filter((vm) => simple(server, vm));
    if (!quiet || !busy) throw new Error('the seed makes no VMs to test with');

    return {
      endpoint,
      wrongLogin: { ...endpoint, values: { ...endpoint.values, password: 'wrong' } },
      clock,
      stoppedVm: async () => bring(server, quiet.id, 'stopped'),
      runningVm: async () => bring(server, busy.id, 'running'),
      async doomedVm() {
        const next = others.shift();
        if (!next) throw new Error('the seed makes too few VMs');
        return bring(server, next.id, 'stopped');
      },
      hasDisk: async (path) => server.drives.exists(path),
      cutLink: async () => server.link.cut(),
      restoreLink: async () => server.link.restore(),
      close: async () => {},
    };
  },
};

/** Without snapshots, and of the smallest kind, so that every change of its settings is one. */
const simple = (server: FakeServer, { id, cpus }: Vm): boolean =>
  cpus === 2 && server.snapshots.of(server.fleet.rowOf(id)).length === 0;

function bring(server: FakeServer, id: VmId, state: 'running' | 'stopped'): VmId {
  const row = server.fleet.rowOf(id);
  server.underway.get(row)?.();
  if (server.fleet.vm(row)?.state !== state) server.enter(row, state);
  return id;
}
