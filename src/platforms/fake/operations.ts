import type { NodeOps, VmOps } from '../contract.ts';
import type { Calls } from './call.ts';
import { deleteVm, lossesOf } from './deletion.ts';
import { nodeInfo, vmInfo } from './info.ts';
import { createPower } from './power.ts';
import type { FakeServer } from './server.ts';
import { configure, readSettings } from './settings.ts';

/** The operations on VMs, each as one call to the simulated server. */
export function createVmOps(server: FakeServer, calls: Calls): VmOps & Required<Omit<VmOps, 'identity'>> {
  const power = createPower(server);
  return {
    info: (id, signal) => calls.vm('vm.info', id, signal, (vm, row) => vmInfo(server, vm, row)),
    ...(server.options.reusesIds && {
      identity: (id, signal) =>
        calls.vm('vm.identity', id, signal, ({ name, identity, uuid }) => ({ name, identity: identity ?? uuid })),
    }),
    start: (id, signal) => calls.vm('vm.start', id, signal, power.start),
    stop: (id, how, signal) => calls.vm('vm.stop', id, signal, (vm, row) => power.stop(vm, row, how)),
    restart: (id, how, signal) => calls.vm('vm.restart', id, signal, (vm, row) => power.restart(vm, row, how)),
    pause: (id, signal) => calls.vm('vm.pause', id, signal, power.pause),
    resume: (id, signal) => calls.vm('vm.resume', id, signal, power.resume),
    suspend: (id, signal) => calls.vm('vm.suspend', id, signal, power.suspend),
    planDelete: (id, signal) => calls.vm('vm.planDelete', id, signal, (vm, row) => lossesOf(server, vm, row)),
    delete: (id, options, signal) => calls.vm('vm.delete', id, signal, (vm, row) => deleteVm(server, vm, row, options)),
    settings: (id, target, signal) =>
      calls.vm('vm.settings', id, signal, (vm, row) => readSettings(server, vm, row, target)),
    configure: (id, target, changes, basedOn, signal) =>
      calls.vm('vm.configure', id, signal, (vm, row) => configure(server, vm, row, target, changes, basedOn)),
  };
}

export const createNodeInfo =
  (server: FakeServer, calls: Calls): Required<NodeOps>['info'] =>
  (id, signal) =>
    calls.node('node.info', id, signal, (node) => nodeInfo(server, node));
