import { type SnapshotId, snapshotId, vmOf } from '../../ids.ts';
import type { Accepted, LossPlan, PlatformTask, Snapshot, SnapshotOps, SnapshotSpec, Vm } from '../contract.ts';
import { deletedWith, lostByDelete, noSnapshot, refuseTaken } from '../lib/snapshots.ts';
import type { Calls } from './call.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';

/** Writing memory takes the longest; of a VM that is off only its disks are marked. */
const MEMORY_MS = 1500;
const DISKS_MS = 300;
const ON: readonly Vm['state'][] = ['running', 'paused'];

export function createSnapshotOps(server: FakeServer, calls: Calls): Required<SnapshotOps> {
  const { agenda, faults, snapshots } = server;

  const find = (vm: Vm, row: number, id: SnapshotId): Snapshot => {
    const found = snapshots.of(row).find((one) => one.id === id);
    if (!found) throw noSnapshot(vm.name, id);
    return found;
  };

  /** What takes a moment: a task that says how far it is, and fails half-way where the fleet was made so. */
  function work(vm: Vm, what: string, fails: boolean, ms: number, happen: () => void): Accepted {
    const task = `${what.toLowerCase()}-${vm.id}-${server.clock.now()}`;
    const tell = (state: PlatformTask['state'], share: number, text: string) =>
      server.news.task({ task, subject: vm.id, state, share, text });
    tell('running', 0, what);
    agenda.plan(ms / 2, () => {
      if (fails) return tell('failed', Number.NaN, `${what} failed half-way, by order of this demo`);
      tell('running', 0.5, what);
      agenda.plan(ms / 2, () => {
        happen();
        tell('done', 1, what);
      });
    });
    return accepted(task);
  }

  function create(vm: Vm, row: number, spec: SnapshotSpec) {
    refuseTaken(vm.name, snapshots.of(row), spec.name);
    const isOn = ON.includes(vm.state);
    const memory = spec.memory && isOn;
    const fails = faults.takeFailure('snapshot.create');
    const answer = work(vm, 'Taking a snapshot', fails, memory ? MEMORY_MS : DISKS_MS, () => {
      if (!server.fleet.vm(row) || snapshots.of(row).some(({ name }) => name === spec.name)) return;
      snapshots.add(row, { ...spec, memory });
      server.news.event(vm.id, `Snapshot ${spec.name} taken`);
    });
    const warnings =
      spec.memory && !isOn ? [{ feature: 'memory', detail: `${vm.name} is off, so there was no memory to keep` }] : [];
    return { ...answer, warnings, id: snapshotId(vm.id, spec.name) };
  }

  function revert(vm: Vm, row: number, id: SnapshotId): Accepted {
    const { name, memory } = find(vm, row, id);
    const fails = faults.takeFailure('snapshot.revert');
    return work(vm, 'Reverting', fails, memory ? MEMORY_MS : DISKS_MS, () => {
      if (!snapshots.of(row).some((one) => one.id === id)) return;
      server.underway.get(row)?.();
      server.underway.delete(row);
      snapshots.goTo(row, id);
      server.enter(row, memory ? 'running' : 'stopped');
      server.news.event(vm.id, `Reverted to the snapshot ${name}`);
    });
  }

  return {
    list: (vm, signal) => calls.vm('snapshot.list', vm, signal, (_vm, row) => snapshots.of(row)),
    create: (id, spec, signal) => calls.vm('snapshot.create', id, signal, (vm, row) => create(vm, row, spec)),
    planRevert: (id, signal) =>
      calls.vm('snapshot.planRevert', vmOf(id), signal, (vm, row): LossPlan => {
        const { name } = find(vm, row, id);
        const isOn = ON.includes(vm.state) || vm.state === 'suspended';
        return {
          goes: [
            `what ${vm.name} has written to its disks since ${name}`,
            ...(isOn ? [`what ${vm.name} has in memory`] : []),
          ],
          stays: [],
        };
      }),
    revert: (id, signal) => calls.vm('snapshot.revert', vmOf(id), signal, (vm, row) => revert(vm, row, id)),
    planDelete: (id, { children }, signal) =>
      calls.vm('snapshot.planDelete', vmOf(id), signal, (vm, row) => {
        const all = snapshots.of(row);
        return lostByDelete(vm.name, deletedWith(find(vm, row, id), all, children), all);
      }),
    delete: (id, { children }, signal) =>
      calls.vm('snapshot.delete', vmOf(id), signal, (vm, row) => {
        const one = find(vm, row, id);
        const ids = new Set(deletedWith(one, snapshots.of(row), children).map((each) => each.id));
        return work(vm, 'Deleting a snapshot', faults.takeFailure('snapshot.delete'), DISKS_MS, () => {
          snapshots.remove(row, ids);
          server.news.event(vm.id, `Snapshot ${one.name} deleted`);
        });
      }),
  };
}
