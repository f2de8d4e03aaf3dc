import { endpointName, type VmId } from '../../ids.ts';
import { gib } from '../../units.ts';
import type { Endpoint, Vm } from '../contract.ts';
import { type PlatformTestkit, SNAPSHOT_OPERATIONS } from '../testkit.ts';
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
    ],
    login: true,
    keepsDisks: true,
    pushesEvents: true,
    startTakesMs: 5_000,
    stopTakesMs: 5_000,
    guestsAnswer: true,
    snapshots: { takeMs: 5_000, memory: true, revertsToOlder: true },
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
      mendLink: async () => server.link.mend(),
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
