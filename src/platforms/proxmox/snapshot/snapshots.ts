/** What GET /nodes/{node}/{qemu|lxc}/{vmid}/snapshot tells (PVE::API2::Qemu, PVE::API2::LXC::Snapshot). */
import { snapshotId, type VmId } from '../../../ids.ts';
import type { Snapshot } from '../../contract.ts';
import { asRows, type Row, textOf } from '../../lib/json.ts';
import type { GuestCall } from '../guest-call.ts';
import { flagOf, numberOf } from '../json.ts';

/** The place where the guest stands among its snapshots: no snapshot itself. */
const HERE = 'current';

/** The lock that a guest has while a snapshot is taken. */
const TAKING = 'snapshot';

export const readSnapshots = async (vm: VmId, call: GuestCall): Promise<readonly Snapshot[]> =>
  snapshotsOf(vm, asRows(await call.get('/snapshot'), call.name), call.current.lock);

/** Parents before their children, older before newer ones. A snapshot that is still being taken is not there yet. */
export function snapshotsOf(vm: VmId, rows: readonly Row[], lock: string | undefined): readonly Snapshot[] {
  const here = rows.find((row) => row['name'] === HERE);
  const standsOn = here && textOf(here, 'parent');
  const known = new Map<string, Row>();
  for (const row of rows) {
    const name = textOf(row, 'name');
    const isBeingTaken = lock === TAKING && textOf(row, 'snapstate') === 'prepare';
    if (name !== undefined && row !== here && !isBeingTaken) known.set(name, row);
  }
  return inOrder(known).map(({ name, parent, row }): Snapshot => {
    const created = numberOf(row, 'snaptime');
    const unfinished = textOf(row, 'snapstate');
    return {
      id: snapshotId(vm, name),
      name,
      parent: parent === undefined ? undefined : snapshotId(vm, parent),
      ...(created === undefined ? { created } : { created: created * 1000, identity: String(created) }),
      current: name === standsOn,
      memory: flagOf(row, 'vmstate'),
      external: undefined,
      // written into the configuration line by line, so that older servers give a newline more
      description: textOf(row, 'description')?.trimEnd() || undefined,
      ...(unfinished !== undefined && {
        disabled: { 'snapshot.revert': `${name} is incomplete: its task ended half-way (${unfinished})` },
      }),
    };
  });
}

interface Placed {
  readonly name: string;
  /** Undefined also where it names one that is not there, or where parents go round in a circle. */
  readonly parent: string | undefined;
  readonly row: Row;
}

/** By time, but each one behind its parent, whose clock may have been wrong. */
function inOrder(known: ReadonlyMap<string, Row>): readonly Placed[] {
  const placed = new Map<string, Placed>();
  const byTime = [...known].toSorted(([, a], [, b]) => (numberOf(a, 'snaptime') ?? 0) - (numberOf(b, 'snaptime') ?? 0));
  for (const [name] of byTime) {
    const chain = new Map<string, Row>();
    for (let at: string | undefined = name; at !== undefined && !placed.has(at) && !chain.has(at); ) {
      const row = known.get(at);
      if (!row) break;
      chain.set(at, row);
      at = textOf(row, 'parent');
    }
    for (const [one, row] of [...chain].reverse()) {
      const parent = textOf(row, 'parent');
      placed.set(one, { name: one, parent: parent !== undefined && placed.has(parent) ? parent : undefined, row });
    }
  }
  return [...placed.values()];
}
