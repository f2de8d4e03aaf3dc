/** States of volumes that new volumes can be made of. */
import { endpointOf } from '../../ids.ts';
import { bytes } from '../../units.ts';
import type { ObjectAction } from '../action.ts';
import { VOLUME_NAME } from '../new-name.ts';
import { objectAction } from '../object-action.ts';
import { seenByName } from '../seen-in-list.ts';
import { textIn } from '../text-in.ts';
import { deleteAction, LIMIT_MS, listAction } from './listed-verbs.ts';

/** A large volume is copied for it. */
const COPY_LIMIT_MS = 600_000;

export const volumeSnapshotListAction = listAction(
  'volumesnapshot',
  'Volume snapshots',
  'List the snapshots of the volumes of an endpoint.',
);

export const volumeSnapshotActions: readonly ObjectAction[] = [
  objectAction({
    id: 'volumesnapshot.create',
    noun: 'volumesnapshot',
    on: 'volume',
    title: 'Snapshot volume',
    phrase: 'Take snapshot of …',
    help: 'Keep a volume as it is now, so that new volumes can be made of it.',
    keys: ['K'],
    danger: 'none',
    needs: 'volumesnapshot.create',
    aliases: ['volumesnapshot.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the snapshot.', kind: 'text', required: true, pattern: VOLUME_NAME },
      { key: 'description', label: 'Description', help: 'What it is for.', kind: 'text', default: '' },
    ],
    fits: () => true,
    outcome: (args, volume) =>
      volume && seenByName('volumesnapshot', args, endpointOf(volume.id), LIMIT_MS, 'volume snapshot'),
    send: (create, { id }, args, signal) =>
      create(id, { name: textIn(args, 'name'), description: textIn(args, 'description') }, signal),
  }),
  objectAction({
    id: 'volumesnapshot.restore',
    noun: 'volumesnapshot',
    on: 'volumesnapshot',
    title: 'Make volume of snapshot',
    phrase: 'Make volume of …',
    help: 'Make a new volume of a snapshot; the one that it was taken of stays as it is.',
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
      { key: 'size', label: 'Size', help: 'Its size; left empty, that of the snapshot.', kind: 'bytes', min: 2 ** 20 },
    ],
    fits: () => true,
    outcome: (args, snapshot) => snapshot && seenByName('volume', args, endpointOf(snapshot.id), COPY_LIMIT_MS),
    send(restore, { id }, args, signal) {
      const { size } = args;
      return restore(
        id,
        { name: textIn(args, 'name'), ...(typeof size === 'number' && { size: bytes(size) }) },
        signal,
      );
    },
  }),
  deleteAction({
    noun: 'volumesnapshot',
    title: 'Delete volume snapshot',
    help: 'Delete a snapshot of a volume; volumes that were made of it stay.',
  }),
];
