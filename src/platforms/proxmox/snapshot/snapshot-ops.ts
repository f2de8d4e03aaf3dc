/** Snapshots of a guest: tasks below /nodes/{node}/{qemu|lxc}/{vmid}/snapshot (PVE::AbstractConfig of pve-guest-common). */
import { FleetError, type FleetErrorOptions, sentence } from '../../../errors.ts';
import { type SnapshotId, snapshotId, vmOf } from '../../../ids.ts';
import type { Accepted, LossPlan, Snapshot, SnapshotOps, SnapshotSpec, Warning } from '../../contract.ts';
import { deletedWith, lostByDelete, noSnapshot, notTold, refuseTaken } from '../../lib/snapshots.ts';
import { segment } from '../api.ts';
import { type GuestCall, type GuestCalls, onGuest } from '../guest-call.ts';
import { stateOf } from '../states.ts';
import { newestOnly, refuseWithoutSnapshots } from './snapshot-storage.ts';
import { readSnapshots } from './snapshots.ts';

/** The format `pve-configid` (PVE::JSONSchema), and `maxLength` of `snapname` in the published schema. */
const NAME = /^[a-z][a-z0-9_-]+$/i;
const LONGEST = 40;
const RULE = `2 to ${LONGEST} letters, digits, - and _, the first one a letter`;
/** What else is a section or a place in a guest's configuration. */
const RESERVED = /^(?:current|pending|vzdump)$/i;

/** In a task's sentence: ZFS, and chains of volumes, go back to the newest only. */
const NOT_NEWEST = /is not most recent snapshot/;

export function createSnapshotOps(calls: GuestCalls): Required<SnapshotOps> {
  /** One guest with all its snapshots, and the one that is meant. */
  const on = <T>(id: SnapshotId, signal: AbortSignal, work: (call: GuestCall, found: Found) => Promise<T>) =>
    onGuest(calls, vmOf(id), signal, async (call) => {
      const all = await readSnapshots(vmOf(id), call);
      const one = all.find((snapshot) => snapshot.id === id);
      if (!one) throw noSnapshot(call.name, id);
      return work(call, { one, all });
    });

  return {
    list: (vm, signal) => onGuest(calls, vm, signal, (call) => readSnapshots(vm, call)),
    create: (vm, spec, signal) =>
      onGuest(calls, vm, signal, async (call) => {
        checkName(spec.name);
        refuseTaken(call.name, await readSnapshots(vm, call), spec.name);
        await refuseWithoutSnapshots(calls.api, call);
        const { form, warnings } = requestOf(call, spec);
        const accepted = await call.task('post', '/snapshot', form);
        return {
          ...accepted,
          warnings: [...accepted.warnings, ...warnings, ...notTold(call.name, spec, BY_OPTION)],
          id: snapshotId(vm, spec.name),
        };
      }),
    planRevert: (id, signal) => on(id, signal, async (call, found) => lossesOf(calls, call, found)),
    revert: (id, signal) =>
      on(id, signal, async (call, found) => {
        const below = `${pathOf(found.one)}/rollback`;
        return call.task('post', below, {}).catch((error: unknown) => {
          throw NOT_NEWEST.test(sentence(error)) ? inTheWay(call, found, error) : error;
        });
      }),
    planDelete: (id, { children }, signal) =>
      on(id, signal, async ({ name }, { one, all }) => lostByDelete(name, deletedWith(one, all, children), all)),
    delete: (id, { children }, signal) =>
      on(id, signal, (call, { one, all }) => removeAll(call, deletedWith(one, all, children))),
  };
}

interface Found {
  readonly one: Snapshot;
  readonly all: readonly Snapshot[];
}

const BY_OPTION =
  'Proxmox VE has its agent do so where that is switched on in its options, for each snapshot without memory';

function checkName(name: string): void {
  const said = JSON.stringify(name);
  if (!NAME.test(name) || name.length > LONGEST) {
    throw new FleetError('op.refused', `${said} can't be the name of a snapshot: Proxmox VE takes ${RULE}`, {
      fix: 'choose another name',
    });
  }
  if (RESERVED.test(name)) {
    throw new FleetError('op.refused', `${said} can't be the name of a snapshot: Proxmox VE uses it itself`, {
      fix: 'choose another name',
    });
  }
}

/** A name out of a list goes into a path: `..` would be another object's. */
function pathOf({ name }: Snapshot): string {
  if (!NAME.test(name)) {
    throw new FleetError('op.refused', `${JSON.stringify(name)} is not the name of a snapshot of Proxmox VE`);
  }
  return `/snapshot/${segment(name)}`;
}

function requestOf({ guest, name, current }: GuestCall, { name: snapname, description, memory }: SnapshotSpec) {
  const isOn = current.status === 'running';
  const keepsMemory = memory && isOn && guest.kind === 'qemu';
  const why =
    guest.kind === 'lxc' ? "is a container, whose memory can't be kept" : 'is off, so there was no memory to keep';
  const warnings: readonly Warning[] = memory && !keepsMemory ? [{ feature: 'memory', detail: `${name} ${why}` }] : [];
  const form = {
    snapname,
    ...(description !== '' && { description }),
    // containers have no such parameter
    ...(keepsMemory && { vmstate: '1' }),
  };
  return { form, warnings };
}

/** What a rollback destroys. The configuration of a guest goes back too, all but its notes (__snapshot_apply_config). */
async function lossesOf(calls: GuestCalls, call: GuestCall, found: Found): Promise<LossPlan> {
  const { name } = call;
  const { one } = found;
  const newer = newerThan(found);
  const storages = newer.length === 0 ? [] : await newestOnly(calls.api, call);
  const hasMemory = call.current.status === 'running' || stateOf(call.current).state === 'suspended';
  return {
    goes: [
      `what ${name} has written to its disks since ${one.name}`,
      `the settings that ${name} was given since ${one.name}`,
      ...(hasMemory ? [`what ${name} has in memory`] : []),
    ],
    stays: [`the notes of ${name}`, ...newer.map((each) => `the snapshot ${each.name}, which is newer`)],
    ...(storages.length > 0 && {
      refused: `${storages.join(', ')} goes back to the newest only: delete ${newer.map((each) => each.name).join(', ')} first`,
    }),
  };
}

/** Storages count by time, as the list does, not by which was made on top of which. */
const newerThan = ({ one, all }: Found): readonly Snapshot[] => all.slice(all.indexOf(one) + 1);

function inTheWay({ name }: GuestCall, found: Found, cause: unknown): FleetError {
  const newer = newerThan(found).map((each) => each.name);
  return new FleetError(
    'op.conflict',
    `${name}: its storage goes back to the newest snapshot only, and ${found.one.name} is not that (${sentence(cause)})`,
    {
      fix: newer.length > 0 ? `delete the newer ones first: ${newer.join(', ')}` : 'delete the newer ones first',
      cause,
    },
  );
}

/** The server deletes one at a time, and locks the guest meanwhile: each task is waited for, the children's first. */
async function removeAll(call: GuestCall, family: readonly Snapshot[]): Promise<Accepted> {
  const steps = family.toReversed().map((each) => ({ each, path: pathOf(each) }));
  const warnings: Warning[] = [];
  let accepted: Accepted = { warnings };
  for (const [at, { each, path }] of steps.entries()) {
    try {
      // the last one is followed by the caller, as every task is
      if (each === family[0]) accepted = await call.task('delete', path);
      else warnings.push(...(await call.finished('delete', path)));
    } catch (error) {
      throw halfWay(error, each, family.slice(family.length - at), family.slice(0, family.length - at));
    }
  }
  return { ...accepted, warnings: [...warnings, ...accepted.warnings] };
}

/** Of several only: what is gone and what is left, behind the reason. */
function halfWay(error: unknown, at: Snapshot, gone: readonly Snapshot[], left: readonly Snapshot[]): unknown {
  if (gone.length + left.length === 1 || !(error instanceof FleetError)) return error;
  const { code, message, fix } = error;
  const isUnknown = code === 'outcome.unknown';
  const parts = [
    message,
    ...(isUnknown ? [`not known: ${at.name}`] : []),
    `deleted: ${gone.length === 0 ? 'none' : namesOf(gone.toReversed())}`,
    `left: ${namesOf(isUnknown ? left.filter((each) => each !== at) : left) || 'none'}`,
  ];
  const options: FleetErrorOptions = { ...(fix !== undefined && { fix }), cause: error };
  return new FleetError(code, parts.join('; '), options);
}

const namesOf = (snapshots: readonly Snapshot[]): string => snapshots.map(({ name }) => name).join(', ');
