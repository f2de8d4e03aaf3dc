import { type SnapshotId, snapshotId } from '../../ids.ts';
import type { Snapshot, SnapshotSpec } from '../contract.ts';
import type { Fleet } from './fleet.ts';
import { hash } from './random.ts';

const DAY_MS = 86_400_000;

/** The snapshots of the fleet: computed from the row, until the first change of them. Their ids are their names. */
export interface Snapshots {
  /** Parents before their children. */
  of(row: number): readonly Snapshot[];
  /** On top of the current one, and the current one from then on. */
  add(row: number, spec: SnapshotSpec): Snapshot;
  /** The VM's disks continue from this one. */
  goTo(row: number, id: SnapshotId): void;
  /** The children of what is removed become children of what is above it. */
  remove(row: number, ids: ReadonlySet<SnapshotId>): void;
}

/** `createdAt`: when the VM of a row was made; epoch, ms. */
export function createSnapshots(fleet: Fleet, createdAt: (row: number) => number, now: () => number): Snapshots {
  const changed = new Map<number, readonly Snapshot[]>();

  function computed(row: number): readonly Snapshot[] {
    const vm = fleet.vm(row);
    const bits = hash(fleet.seed, row, 92);
    if (!vm || bits % 8 !== 0) return [];
    const names = ['before-upgrade', 'clean', 'golden'].slice(0, ((bits >>> 8) % 3) + 1);
    return names.map((name, index) => {
      const created = createdAt(row) + (index + 1) * 7 * DAY_MS;
      const before = names[index - 1];
      return {
        id: snapshotId(vm.id, name),
        name,
        identity: String(created),
        parent: before === undefined ? undefined : snapshotId(vm.id, before),
        created,
        current: index === names.length - 1,
        memory: index === 0,
        external: false,
        description: undefined,
      };
    });
  }

  const of = (row: number) => changed.get(row) ?? computed(row);

  return {
    of,
    add(row, { name, description, memory, external = false }) {
      const vm = fleet.vm(row);
      if (!vm) throw new RangeError(`no VM in row ${row}`);
      const before = of(row);
      const made: Snapshot = {
        id: snapshotId(vm.id, name),
        name,
        identity: String(now()),
        parent: before.find(({ current }) => current)?.id,
        created: now(),
        current: true,
        memory,
        external,
        description: description === '' ? undefined : description,
      };
      changed.set(row, [...before.map((one) => ({ ...one, current: false })), made]);
      return made;
    },
    goTo(row, id) {
      changed.set(
        row,
        of(row).map((one) => ({ ...one, current: one.id === id })),
      );
    },
    remove(row, ids) {
      const before = of(row);
      /** The nearest one above that stays. */
      const above = (id: SnapshotId | undefined): SnapshotId | undefined =>
        id !== undefined && ids.has(id) ? above(before.find((one) => one.id === id)?.parent) : id;
      const current = above(before.find((one) => one.current)?.id);
      changed.set(
        row,
        before
          .filter(({ id }) => !ids.has(id))
          .map((one) => ({ ...one, parent: above(one.parent), current: one.id === current })),
      );
    },
  };
}
