/** VMs that go to another node of the simulated fleet, or of another one. */
import { wait } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { vmId } from '../../ids.ts';
import type {
  Migrated,
  MigrateSpec,
  MigrationOps,
  MigrationPlan,
  MigrationTarget,
  ReceivingOps,
  Vm,
} from '../contract.ts';
import { plansFor, refuseFailed, runVisit } from '../lib/migration.ts';
import type { Calls } from './call.ts';
import { planFor, type Side } from './migration-checks.ts';
import type { FakeServer } from './server.ts';

/** Memory and disks go over in steps, as a monitor shows them. */
const STEPS = 8;
const STEP_MS = 300;
/** A guest stands still this long at the end. */
const DOWNTIME_MS = 60;

const PLATFORM = 'fake';

export function createMigration(
  server: FakeServer,
  calls: Calls,
): { readonly vm: Required<MigrationOps>; readonly node: Required<ReceivingOps> } {
  /** Where a VM goes, as the other side says it. */
  async function onTarget<Result>(
    vm: Vm,
    { node, peer }: MigrationTarget,
    method: 'planReceive' | 'receive',
    signal: AbortSignal,
    run: (to: Side, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    if (node === undefined) throw new FleetError('op.unsupported', 'this fleet does not choose a node by itself');
    const visit = {
      platform: PLATFORM,
      vm: vm.name,
      run: (host: unknown, until: AbortSignal) => run(host as Side, until),
    };
    if (peer) return peer[method](node, visit, signal);
    return run(sideOf(server, node), signal);
  }

  const planOne = (vm: Vm, row: number, target: MigrationTarget, spec: MigrateSpec, signal: AbortSignal) =>
    onTarget(vm, target, 'planReceive', signal, async (to) => planFor(homeOf(server, vm), vm, row, to, spec));

  async function move(
    vm: Vm,
    row: number,
    target: MigrationTarget,
    spec: MigrateSpec,
    signal: AbortSignal,
  ): Promise<Migrated> {
    return onTarget(vm, target, 'receive', signal, async (to, until) => {
      const plan = planFor(homeOf(server, vm), vm, row, to, spec);
      refuseFailed(vm.name, plan, spec.despite);
      const total = bytesOf(vm, plan);
      const before = vm.state;
      const fails = server.faults.takeFailure('vm.migrate');
      server.underway.get(row)?.();
      server.enter(row, 'migrating');
      try {
        for (let step = 1; step <= STEPS; step++) {
          await wait(server.clock, STEP_MS, until);
          if (server.fleet.vm(row)?.state !== 'migrating')
            throw new FleetError('op.failed', `${vm.name} was changed while it moved, and stays where it is`);
          if (fails && step > STEPS / 2)
            throw new FleetError('op.failed', `moving ${vm.name} failed half-way; it stays where it is`);
          spec.progress?.({
            doing: plan.copies.length > 0 && step <= STEPS / 2 ? 'copying disks' : 'copying memory',
            done: (total * step) / STEPS,
            total,
            rate: total / ((STEPS * STEP_MS) / 1000),
          });
        }
      } catch (error) {
        if (server.fleet.vm(row)?.state === 'migrating') server.enter(row, before);
        if (until.aborted) throw new FleetError('op.cancelled', `${vm.name} was not moved, it is where it was`);
        throw error;
      }
      const id = arrive(server, vm, row, to, before);
      const downtimeMs = Math.min(DOWNTIME_MS, spec.maxDowntimeMs ?? DOWNTIME_MS);
      return { warnings: [], id, bytes: total, ...(before === 'running' && { downtimeMs }) };
    });
  }

  return {
    vm: {
      planMigrate: (id, targets, spec, signal) =>
        calls.vm('vm.planMigrate', id, signal, (vm, row) =>
          plansFor(targets, (target) => planOne(vm, row, target, spec, signal), signal),
        ),
      migrate: (id, target, spec, signal) =>
        calls.vm('vm.migrate', id, signal, (vm, row) => move(vm, row, target, spec, signal)),
    },
    node: {
      planReceive: (id, visit, signal) =>
        calls.node('node.planReceive', id, signal, (node) => runVisit(PLATFORM, visit, { server, node }, signal)),
      receive: (id, visit, signal) =>
        calls.node('node.receive', id, signal, (node) => runVisit(PLATFORM, visit, { server, node }, signal)),
    },
  };
}

const sideOf = (server: FakeServer, id: Side['node']['id']): Side => {
  const node = server.fleet.nodes()[server.fleet.nodeRowOf(id)];
  if (!node) throw new FleetError('node.not-found', `node ${id} not found`);
  return { server, node };
};

/** Throws op.refused for a VM that is on no node. */
function homeOf(server: FakeServer, vm: Vm): Side {
  if (vm.node !== undefined) return sideOf(server, vm.node);
  throw new FleetError('op.refused', `${vm.name} is on no node, so that there is nothing to move`);
}

const bytesOf = ({ memory, state }: Vm, { copies }: MigrationPlan): number =>
  (state === 'stopped' ? 0 : memory) + copies.reduce((sum, { size }) => sum + size, 0);

/** The VM is at the target, in the state that it had, and gone from where it was. */
function arrive(from: FakeServer, vm: Vm, row: number, { server: there, node }: Side, state: Vm['state']): Vm['id'] {
  if (there === from) {
    from.enter(row, state, { node: node.id, pool: node.pool });
    from.news.event(vm.id, `Moved to ${node.name}`);
    return vm.id;
  }
  const [disks, cards, sheet] = [from.drives.disks(row), from.nics.of(row), from.sheets.read(row, 'config')];
  from.remove(row);
  const { disabled: _here, trouble: _over, ...same } = vm;
  const made = there.add((next) => ({
    ...same,
    id: vmId(there.endpoint, `vm-${next + 1}`),
    node: node.id,
    pool: node.pool,
    state: 'stopped',
  }));
  const at = there.fleet.rowOf(made.id);
  there.drives.change(at, disks);
  there.nics.change(at, cards);
  there.sheets.save(at, sheet);
  // A row has what its seed gives it; what came had none.
  there.snapshots.remove(at, new Set(there.snapshots.of(at).map(({ id }) => id)));
  there.enter(at, state);
  there.news.event(made.id, `Came from ${from.endpoint}`);
  return made.id;
}
