/** Snapshots of a VM: CreateSnapshot_Task, and the methods of VirtualMachineSnapshot (vSphere Web Services API). */
import { nativeOfPart, type SnapshotId, type VmId, vmOf } from '../../../ids.ts';
import type { Snapshot, SnapshotOps } from '../../contract.ts';
import { deletedWith, lostByDelete, noSnapshot, refuseTaken } from '../../lib/snapshots.ts';
import { type MoRef, xml } from '../soap/envelope.ts';
import { conflict, onVm, refuseTemplate, type VmCall, type VmCalls } from '../vm-call.ts';
import { readSnapshots, SNAPSHOT_PATHS } from './snapshots.ts';

export function createSnapshotOps(calls: VmCalls): Required<SnapshotOps> {
  const onAll = <T>(
    vm: VmId,
    signal: AbortSignal,
    work: (call: VmCall, all: readonly Snapshot[]) => Promise<T>,
    more: readonly string[] = [],
  ) => onVm(calls, vm, [...SNAPSHOT_PATHS, ...more], signal, (call) => work(call, readSnapshots(vm, call.values)));
  /** One VM with all its snapshots, and the one that is meant. */
  const on = <T>(id: SnapshotId, signal: AbortSignal, work: (call: VmCall, found: Found) => Promise<T>) =>
    onAll(vmOf(id), signal, async (call, all) => {
      const native = nativeOfPart(id);
      const one = all.find((snapshot) => snapshot.id === id);
      if (native === '' || !one) throw noSnapshot(call.name, id);
      return work(call, { one, all, ref: { type: 'VirtualMachineSnapshot', value: native } });
    });

  return {
    list: (vm, signal) => onAll(vm, signal, async (_call, all) => all),
    create: (vm, { name, description, memory, quiesce = false }, signal) =>
      onAll(
        vm,
        signal,
        async (call, all) => {
          refuseTemplate(call);
          refuseTaken(call.name, all, name);
          const isOff = call.power === 'poweredOff';
          if (quiesce && call.power === 'poweredOn') refuseWithoutTools(call);
          const flags = xml`<memory>${memory && !isOff}</memory><quiesce>${quiesce && !isOff}</quiesce>`;
          const about = description === '' ? xml`` : xml`<description>${description}</description>`;
          const accepted = await call.task('CreateSnapshot_Task', xml`<name>${name}</name>${about}${flags}`);
          const detail = `${call.name} is off, so there was no memory to keep`;
          return memory && isOff ? { ...accepted, warnings: [{ feature: 'memory', detail }] } : accepted;
        },
        quiesce ? [TOOLS] : [],
      ),
    planRevert: (id, signal) =>
      on(id, signal, async ({ name, power }, { one }) => ({
        goes: [
          `what ${name} has written to its disks since ${one.name}`,
          `the settings that ${name} was given since ${one.name}`,
          ...(power === 'poweredOff' ? [] : [`what ${name} has in memory`]),
        ],
        stays: [],
      })),
    revert: (id, signal) =>
      on(id, signal, async (call, { ref }) => {
        refuseTemplate(call);
        return call.task('RevertToSnapshot_Task', xml`<suppressPowerOn>false</suppressPowerOn>`, { target: ref });
      }),
    planDelete: (id, { children }, signal) =>
      on(id, signal, async ({ name }, { one, all }) => lostByDelete(name, deletedWith(one, all, children), all)),
    delete: (id, { children }, signal) =>
      on(id, signal, (call, { ref }) => {
        const args = xml`<removeChildren>${children}</removeChildren><consolidate>true</consolidate>`;
        return call.task('RemoveSnapshot_Task', args, { target: ref });
      }),
  };
}

const TOOLS = 'guest.toolsRunningStatus';

/** Throws op.conflict where nothing in the guest could do it: the server takes some of those as if it had not been asked for. */
function refuseWithoutTools({ name, values }: VmCall): void {
  if (values.get(TOOLS)?.text === 'guestToolsRunning') return;
  throw conflict(
    name,
    'does not run VMware Tools, which would write out what it has in memory',
    'install open-vm-tools in it, or take the snapshot without that',
  );
}

interface Found {
  readonly one: Snapshot;
  readonly all: readonly Snapshot[];
  readonly ref: MoRef;
}
