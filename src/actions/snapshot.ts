/** Snapshots of VMs: a state of the disks, and of the memory where it is kept, that a VM can be put back to. */
import { type VmId, vmOf } from '../ids.ts';
import type { Snapshot } from '../platforms/contract.ts';
import type { Args, ListAction, ObjectAction, ReadOutcome } from './action.ts';
import { objectAction } from './object-action.ts';
import { isGone, seenByName, seenInList } from './seen-in-list.ts';

/** As long as some hundred GiB of memory take to a disk or from it. */
const LIMIT_MS = 600_000;

/** Names that every platform can take: Proxmox VE has letters, digits, `-` and `_` only. */
const NAME = { source: '^[A-Za-z][A-Za-z0-9_.-]{0,79}$', complaint: 'a letter, then letters, digits, - . or _' };

const nameIn = (args: Args): string => String(args['name'] ?? '');

/** Seen when the VM's list of snapshots shows it. */
const seen = (of: VmId, words: string, holds: (all: readonly Snapshot[]) => true | string): ReadOutcome =>
  seenInList({ kind: 'snapshot', of, words, limitMs: LIMIT_MS, holds });

export const snapshotListAction: ListAction = {
  kind: 'list',
  id: 'snapshot.list',
  noun: 'snapshot',
  on: 'vm',
  title: 'Snapshots',
  help: 'List the snapshots of a VM, or of those that are marked.',
  keys: ['4'],
  danger: 'none',
  needs: 'snapshot.list',
};

export const snapshotActions: readonly ObjectAction[] = [
  objectAction({
    id: 'snapshot.create',
    noun: 'snapshot',
    on: 'vm',
    title: 'Take snapshot',
    phrase: 'Take snapshot of …',
    help: 'Keep the disks of a VM as they are now, to be able to go back to them.',
    keys: ['a'],
    danger: 'none',
    needs: 'snapshot.create',
    aliases: ['snapshot.take', 'snapshot.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the snapshot.', kind: 'text', required: true, pattern: NAME },
      { key: 'description', label: 'Description', help: 'What it is for.', kind: 'text', default: '' },
      {
        key: 'memory',
        label: 'Memory',
        help: 'Keep the memory of a running VM too, so that it resumes from there.',
        kind: 'flag',
        default: true,
      },
      {
        key: 'external',
        label: 'External',
        help: 'Let the disks go on in files of their own, instead of keeping it inside of them.',
        kind: 'flag',
        default: false,
        advanced: true,
      },
      {
        key: 'quiesce',
        label: 'Quiesce',
        help: 'Let the guest write out to its disks what it has in memory, by its agent or tools, instead of keeping that.',
        kind: 'flag',
        default: false,
        advanced: true,
      },
    ],
    fits: () => true,
    outcome: (args, vm) => vm && seenByName('snapshot', args, vm.id, LIMIT_MS),
    send: (create, { id, state }, args, signal) =>
      create(
        id,
        {
          name: nameIn(args),
          description: String(args['description'] ?? ''),
          // A VM that is off has none, and the default is no wish that a warning must answer.
          memory: args['memory'] !== false && args['quiesce'] !== true && state !== 'stopped',
          ...(args['external'] === true && { external: true }),
          ...(args['quiesce'] === true && { quiesce: true }),
        },
        signal,
      ),
  }),
  objectAction({
    id: 'snapshot.revert',
    noun: 'snapshot',
    on: 'snapshot',
    title: 'Revert',
    phrase: 'Revert to …',
    help: 'Put the VM back to a snapshot; what it has written since then is lost.',
    keys: ['r'],
    danger: 'destroys',
    needs: 'snapshot.revert',
    aliases: ['snapshot.rollback', 'snapshot.restore'],
    fits: () => true,
    plan: (connection, { id }, _args, signal) => connection.snapshot?.planRevert?.(id, signal),
    outcome: (_args, snapshot) =>
      snapshot &&
      seen(
        vmOf(snapshot.id),
        'is current again',
        (all) => all.some(({ id, current }) => id === snapshot.id && current) || 'is not the current one yet',
      ),
    send: (revert, { id }, _args, signal) => revert(id, signal),
  }),
  objectAction({
    id: 'snapshot.delete',
    noun: 'snapshot',
    on: 'snapshot',
    title: 'Delete snapshot',
    help: 'Delete a snapshot; the VM keeps what it has now.',
    keys: ['X'],
    danger: 'destroys',
    needs: 'snapshot.delete',
    aliases: ['snapshot.remove', 'snapshot.rm'],
    options: [
      {
        key: 'children',
        label: 'Children',
        help: 'Delete the snapshots that were made on top of it too.',
        kind: 'flag',
        default: false,
      },
    ],
    fits: () => true,
    plannedBy: ['children'],
    plan: (connection, { id }, args, signal) =>
      connection.snapshot?.planDelete?.(id, { children: args['children'] === true }, signal),
    outcome: (_args, snapshot) => snapshot && seen(vmOf(snapshot.id), 'is deleted', isGone<'snapshot'>(snapshot.id)),
    send: (remove, { id }, args, signal) => remove(id, { children: args['children'] === true }, signal),
  }),
];
