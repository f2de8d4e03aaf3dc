/** What is the same for the snapshots of every platform: which ones are meant, refused and lost. */
import { FleetError } from '../../errors.ts';
import { nativeOfPart, type SnapshotId } from '../../ids.ts';
import type { LossPlan, Snapshot, SnapshotSpec, Warning } from '../contract.ts';

/** For a VM, by its name, that has no snapshot of this id. */
export const noSnapshot = (vm: string, id: SnapshotId): FleetError =>
  new FleetError('snapshot.not-found', `${vm} has no snapshot ${JSON.stringify(nativeOfPart(id))}`);

/** Throws op.conflict for a name that one of them has, also where the server would take a second one. */
export function refuseTaken(vm: string, all: readonly Snapshot[], name: string): void {
  if (!all.some((one) => one.name === name)) return;
  throw new FleetError('op.conflict', `${vm} has a snapshot ${name} already`, { fix: 'choose another name' });
}

/** Warns where quiescing was asked for; `why` goes behind the name of the VM. */
export const notTold = (vm: string, { quiesce }: SnapshotSpec, why: string): readonly Warning[] =>
  quiesce === true
    ? [{ feature: 'quiesce', detail: `${vm} was not told to write out what it has in memory: ${why}` }]
    : [];

/** It and, with `children`, all that descend from it, in the order of the list, which has parents first. */
export function deletedWith(one: Snapshot, all: readonly Snapshot[], children: boolean): readonly Snapshot[] {
  if (!children) return [one];
  const ids = new Set([one.id]);
  for (const { id, parent } of all) if (parent !== undefined && ids.has(parent)) ids.add(id);
  return all.filter(({ id }) => ids.has(id));
}

/** What deleting these of all destroys, and what stays: what the VM has now, `files`, and what was made on top of them. */
export function lostByDelete(
  vm: string,
  goes: readonly Snapshot[],
  all: readonly Snapshot[],
  files: readonly string[] = [],
): LossPlan {
  const ids = new Set(goes.map(({ id }) => id));
  const onTop = all.filter(({ id, parent }) => parent !== undefined && ids.has(parent) && !ids.has(id));
  return {
    goes: goes.flatMap(({ name, memory }) => [
      `the snapshot ${name}`,
      ...(memory ? [`the memory kept with ${name}`] : []),
    ]),
    stays: [
      `what ${vm} has now`,
      ...files,
      ...onTop.map(({ name }) => `the snapshot ${name}, which was made on top of it`),
    ],
  };
}
