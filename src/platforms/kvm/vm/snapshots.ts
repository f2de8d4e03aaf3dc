/** Snapshots of a guest: what can be done with them, and what that destroys. */
import { FleetError } from '../../../errors.ts';
import { type SnapshotId, vmOf } from '../../../ids.ts';
import { disabledReason, type LossPlan, type SnapshotOps } from '../../contract.ts';
import { deletedWith, lostByDelete, noSnapshot } from '../../lib/snapshots.ts';
import { DELETE_CHILDREN, REVERT_RUNNING } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { isSaved } from './guest.ts';
import { DONE, type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { createCreate, SNAPSHOT_MS } from './snapshot-create.ts';
import { type GuestSnapshot, listSnapshots } from './snapshot-list.ts';

/** libvirt 9.0 deletes a snapshot in files of its own, and leaves the file that its memory is in. */
const DELETES_MEMORY_FILES = 9_001_000;

export function createSnapshots(calls: GuestCalls): Required<SnapshotOps> {
  /** With the others of its guest. */
  const onSnapshot = <T>(
    id: SnapshotId,
    signal: AbortSignal,
    work: (call: GuestCall, one: GuestSnapshot, all: readonly GuestSnapshot[]) => Promise<T>,
  ): Promise<T> =>
    onGuest(calls, vmOf(id), signal, async (call) => {
      const all = await listSnapshots(vmOf(id), call);
      const one = all.find(({ snapshot }) => snapshot.id === id);
      if (!one) throw noSnapshot(call.domain.name, id);
      return work(call, one, all);
    });

  return {
    list: (id, signal) =>
      onGuest(calls, id, signal, async (call) => (await listSnapshots(id, call)).map(({ snapshot }) => snapshot)),
    create: createCreate(calls),

    planRevert: (id, signal) =>
      onSnapshot(id, signal, async (call, one, all) => {
        refuseDisabled(one, 'snapshot.revert');
        const saved = await isSaved(call.client, call.domain, signal);
        return lostByRevert(call, one, all, saved);
      }),

    revert: (id, signal) =>
      onSnapshot(id, signal, async ({ client, domain, change }, one) => {
        refuseDisabled(one, 'snapshot.revert');
        const saved = await isSaved(client, domain, signal);
        const flags = one.snapshot.memory ? REVERT_RUNNING : 0;
        await change('revert', async () => {
          // It belongs to disks that are gone afterwards. libvirt leaves it there: at a later start the guest would go on
          // with the memory of one state and the disks of the other.
          if (saved) await client.call(procedures.removeManagedSave, { domain, flags: 0 }, { signal });
          await client.call(
            procedures.revertToSnapshot,
            { snapshot: one.native, flags },
            { signal, deadlineMs: SNAPSHOT_MS },
          );
        });
        return DONE;
      }),

    planDelete: (id, options, signal) =>
      onSnapshot(id, signal, async (call, one, all) => {
        const goes = doomed(one, all, options.children);
        return lossesOf(call, all, goes);
      }),

    delete: (id, options, signal) =>
      onSnapshot(id, signal, async ({ client, change }, one, all) => {
        // libvirt refuses this flag for any that is in files of its own, also for one without children.
        const flags = doomed(one, all, options.children).length > 1 ? DELETE_CHILDREN : 0;
        await change('delete a snapshot', () =>
          client.call(procedures.deleteSnapshot, { snapshot: one.native, flags }, { signal, deadlineMs: SNAPSHOT_MS }),
        );
        return DONE;
      }),
  };
}

function refuseDisabled({ snapshot }: GuestSnapshot, operation: 'snapshot.revert' | 'snapshot.delete'): void {
  const why = disabledReason(snapshot, operation);
  if (why !== undefined) throw new FleetError('op.unsupported', `${snapshot.name}: ${why}`);
}

function lostByRevert(
  { domain }: GuestCall,
  { snapshot, images }: GuestSnapshot,
  all: readonly GuestSnapshot[],
  saved: boolean,
): LossPlan {
  const { name } = domain;
  const since = `since ${snapshot.name}`;
  // One inside of an image overwrites it; what was layered on that image meanwhile fits to nothing any more.
  const broken = snapshot.external
    ? []
    : all.filter((other) => other.snapshot.external && other.images.some((image) => images.includes(image)));
  return {
    goes: [
      `what ${name} has written to its disks ${since}`,
      `what was changed in the settings of ${name} ${since}`,
      ...(domain.id === -1 ? [] : [`what ${name} has in memory`]),
      ...(saved ? [`the saved memory of ${name}`] : []),
      ...broken.map((other) => `the snapshot ${other.snapshot.name}, whose files are layered on what is overwritten`),
    ],
    stays: broken.flatMap(({ snapshot: { name: of }, layers }) =>
      layers.map((layer) => `${layer} (of the snapshot ${of}, of no use then)`),
    ),
  };
}

/** What goes, in the order of the list; refuses what libvirt would refuse. */
function doomed(one: GuestSnapshot, all: readonly GuestSnapshot[], children: boolean): readonly GuestSnapshot[] {
  refuseDisabled(one, 'snapshot.delete');
  const ids = new Set(
    deletedWith(
      one.snapshot,
      all.map(({ snapshot }) => snapshot),
      children,
    ).map(({ id }) => id),
  );
  const goes = all.filter(({ snapshot }) => ids.has(snapshot.id));
  const external = goes.find(({ snapshot }) => snapshot.external);
  if (goes.length === 1 || !external) return goes;
  throw new FleetError(
    'op.unsupported',
    `libvirt deletes ${one.snapshot.name} with its children only where none is in files of its own, as ${external.snapshot.name} is`,
    { fix: 'delete them one at a time, children first' },
  );
}

function lossesOf(
  { domain, libvirt }: GuestCall,
  all: readonly GuestSnapshot[],
  goes: readonly GuestSnapshot[],
): LossPlan {
  const files = libvirt < DELETES_MEMORY_FILES ? goes.filter(({ memoryFile }) => memoryFile !== undefined) : [];
  const rows = ({ snapshot }: GuestSnapshot) => snapshot;
  return lostByDelete(domain.name, goes.map(rows), all.map(rows), [
    ...goes.flatMap(({ layers }) => layers.map((layer) => `${layer} (merged into the image below it)`)),
    ...files.map(({ snapshot, memoryFile }) => `${memoryFile} (memory of the snapshot ${snapshot.name})`),
  ]);
}
