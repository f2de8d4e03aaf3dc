/** Snapshots of volumes, which a VM need not have. */
import { endpointOf } from '../ids.ts';
import type { ObjectAction } from './action.ts';
import { deleteAction, LIMIT_MS, listAction } from './listed-verbs.ts';
import { NEW_NAME, VOLUME_NAME } from './new-name.ts';
import { objectAction } from './object-action.ts';
import { seenByName, seenInList } from './seen-in-list.ts';
import { textIn } from './text-in.ts';

/** As long as a large disk takes to be written. */
const WRITE_LIMIT_MS = 600_000;

export const volumeSnapshotListAction = listAction(
  'volumesnapshot',
  'Volume snapshots',
  'List the snapshots of volumes, also of volumes that are gone.',
);

export const volumeSnapshotActions: readonly ObjectAction[] = [
  objectAction({
    // The table of volumes has the keys of this noun alone.
    id: 'volume.snapshot',
    noun: 'volume',
    on: 'volume',
    title: 'Take volume snapshot',
    phrase: 'Take snapshot of …',
    help: 'Keep what is on a volume now; what its VM has not written out yet is not on it.',
    keys: ['s'],
    makes: true,
    danger: 'none',
    needs: 'volumesnapshot.create',
    options: [
      { key: 'name', label: 'Name', help: 'Name of the snapshot.', kind: 'text', required: true, pattern: NEW_NAME },
      { key: 'description', label: 'Description', help: 'What it is for.', kind: 'text', default: '' },
    ],
    fits: () => true,
    outcome: (args, volume) =>
      volume && seenByName('volumesnapshot', args, endpointOf(volume.id), LIMIT_MS, 'snapshot'),
    send: (create, { id }, args, signal) =>
      create(id, { name: textIn(args, 'name'), description: textIn(args, 'description') }, signal),
  }),
  objectAction({
    id: 'volumesnapshot.restore',
    noun: 'volumesnapshot',
    on: 'volumesnapshot',
    title: 'Restore volume snapshot',
    phrase: 'Restore … as a new volume',
    help: 'Make a new volume of a snapshot; the one that it is of stays as it is.',
    keys: ['R'],
    danger: 'none',
    needs: 'volumesnapshot.restore',
    options: [
      {
        key: 'name',
        label: 'Name',
        help: 'Name of the new volume.',
        kind: 'text',
        required: true,
        pattern: VOLUME_NAME,
      },
      {
        key: 'storage',
        label: 'Storage',
        help: "The storage of the new volume; left empty, the platform's choice.",
        kind: 'object',
        of: 'storage',
        default: '',
      },
    ],
    fits: () => true,
    outcome: (args, snapshot) =>
      snapshot &&
      seenInList({
        kind: 'volume',
        of: endpointOf(snapshot.id),
        words: `is restored as ${textIn(args, 'name')}`,
        limitMs: WRITE_LIMIT_MS,
        holds: (all, made) =>
          all.some(({ id, name }) => (made === undefined ? name === textIn(args, 'name') : id === made)) ||
          `is not restored as ${textIn(args, 'name')} yet`,
      }),
    send: (restore, { id }, args, signal) =>
      restore(id, { name: textIn(args, 'name'), storage: textIn(args, 'storage') }, signal),
  }),
  deleteAction({
    noun: 'volumesnapshot',
    title: 'Delete volume snapshot',
    help: 'Delete a snapshot; the volume that it is of, and those made of it, stay.',
  }),
];
