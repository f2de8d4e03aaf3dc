import type { NodeOps, VmOps } from '../contract.ts';
import type { Calls } from './call.ts';
import { deleteVm, lossesOf } from './deletion.ts';
import { readHistory } from './history.ts';
import { nodeInfo, vmInfo } from './info.ts';
import { createMaker } from './make.ts';
import { createMigration } from './migrate.ts';
import { createModes } from './modes.ts';
import { createPower } from './power.ts';
import { createSavedFiles, define, definitionOf } from './saved-files.ts';
import type { FakeServer } from './server.ts';
import { configure, planConfigure, readSettings } from './settings.ts';

/** The operations on VMs, each as one call to the simulated server. */
export function createVmOps(
  server: FakeServer,
  calls: Calls,
): VmOps & Required<Omit<VmOps, 'identity' | 'confirmResize' | 'revertResize'>> {
  const power = createPower(server);
  const maker = createMaker(server, power);
  const files = createSavedFiles(server, power);
  const modes = createModes(server);
  return {
    create: (_of, spec, signal) => calls.endpoint('vm.create', signal, () => maker.create(spec)),
    limits: (_of, signal) => calls.endpoint('vm.limits', signal, maker.limits),
    clone: (id, spec, signal) => calls.vm('vm.clone', id, signal, (vm, row) => maker.clone(vm, row, spec)),
    ...createMigration(server, calls).vm,
    info: (id, signal) => calls.vm('vm.info', id, signal, (vm, row) => vmInfo(server, vm, row)),
    history: (id, range, signal) => calls.vm('vm.history', id, signal, (_vm, row) => readHistory(server, row, range)),
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
    save: (id, path, signal) => calls.vm('vm.save', id, signal, (vm, row) => files.save(vm, row, path)),
    restore: (_of, spec, signal) => calls.endpoint('vm.restore', signal, () => files.restore(spec)),
    export: (id, spec, signal) => calls.vm('vm.export', id, signal, (vm, row) => files.export(vm, row, spec)),
    definition: (id, signal) => calls.vm('vm.definition', id, signal, (vm, row) => definitionOf(server, vm, row)),
    define: (id, text, basedOn, signal) =>
      calls.vm('vm.define', id, signal, (vm, row) => define(server, vm, row, text, basedOn)),
    lock: (id, reason, signal) => calls.vm('vm.lock', id, signal, (vm, row) => modes.lock(vm, row, reason)),
    unlock: (id, signal) => calls.vm('vm.unlock', id, signal, modes.unlock),
    shelve: (id, signal) => calls.vm('vm.shelve', id, signal, modes.shelve),
    rescue: (id, { image }, signal) => calls.vm('vm.rescue', id, signal, (vm, row) => modes.rescue(vm, row, image)),
    unrescue: (id, signal) => calls.vm('vm.unrescue', id, signal, modes.unrescue),
    planRebuild: (id, { image }, signal) =>
      calls.vm('vm.planRebuild', id, signal, (vm, row) => modes.planRebuild(vm, row, image)),
    rebuild: (id, { image }, signal) => calls.vm('vm.rebuild', id, signal, (vm, row) => modes.rebuild(vm, row, image)),
    planDelete: (id, signal) => calls.vm('vm.planDelete', id, signal, (vm, row) => lossesOf(server, vm, row)),
    delete: (id, options, signal) => calls.vm('vm.delete', id, signal, (vm, row) => deleteVm(server, vm, row, options)),
    settings: (id, target, signal) =>
      calls.vm('vm.settings', id, signal, (vm, row) => readSettings(server, vm, row, target)),
    planConfigure: (id, target, changes, basedOn, signal) =>
      calls.vm('vm.planConfigure', id, signal, (vm, row) => planConfigure(server, vm, row, target, changes, basedOn)),
    configure: (id, target, changes, basedOn, signal) =>
      calls.vm('vm.configure', id, signal, (vm, row) => configure(server, vm, row, target, changes, basedOn)),
  };
}

export const createNodeInfo =
  (server: FakeServer, calls: Calls): Required<NodeOps>['info'] =>
  (id, signal) =>
    calls.node('node.info', id, signal, (node) => nodeInfo(server, node));
