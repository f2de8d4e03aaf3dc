/** Storages of an endpoint, and the volumes in them. */
import { endpointOf } from '../ids.ts';
import type { Storage, StorageSpec } from '../platforms/contract.ts';
import type { Args, ListAction, ObjectAction } from './action.ts';
import { VOLUME_NAME } from './new-name.ts';
import { objectAction } from './object-action.ts';
import { OF_IMAGE, ofImageIn } from './of-image.ts';
import { hasSize, isGone, seenByName, seenInList } from './seen-in-list.ts';
import { seenVolume } from './seen-volume.ts';
import { listIn, sizeIn, textIn } from './text-in.ts';

const LIMIT_MS = 60_000;
/** As long as a large disk takes to be written. */
const WRITE_LIMIT_MS = 600_000;
const GIB = 2 ** 30;

export const storageListAction: ListAction = {
  kind: 'list',
  id: 'storage.list',
  noun: 'storage',
  on: 'endpoint',
  title: 'Storages',
  help: 'List the storages of an endpoint.',
  keys: ['6'],
  danger: 'none',
  needs: 'storage.list',
  aliases: ['storage.ls'],
};

export const volumeListAction: ListAction = {
  kind: 'list',
  id: 'volume.list',
  noun: 'volume',
  on: 'endpoint',
  title: 'Volumes',
  help: 'List the disks and files in the storages of an endpoint.',
  keys: [],
  danger: 'none',
  needs: 'volume.list',
  aliases: ['volume.ls'],
};

const isActive =
  ({ id }: Storage, active: boolean) =>
  (all: readonly Storage[]) =>
    all.some((one) => one.id === id && one.active === active) || `is ${active ? 'not active yet' : 'still active'}`;

/** What these options of `storage.create` ask for. */
export function storageIn(args: Args): StorageSpec {
  const [source, format, initiator, user, secret, thinPool] = [
    ...['source', 'format', 'initiator', 'user', 'secret', 'thin-pool'].map((key) => textIn(args, key)),
  ];
  const hosts = listIn(args, 'host');
  return {
    name: textIn(args, 'name'),
    type: textIn(args, 'type'),
    path: textIn(args, 'path'),
    ...(source && { source }),
    ...(hosts.length > 0 && { hosts }),
    ...(format && { format }),
    ...(initiator && { initiator }),
    ...((user || secret) && { login: { user: user ?? '', secret: secret ?? '' } }),
    ...(thinPool && { thinPool }),
  };
}

export const storageActions: readonly ObjectAction[] = [
  objectAction({
    id: 'storage.create',
    noun: 'storage',
    on: 'endpoint',
    title: 'Create storage',
    help: 'Make a place for disks and images known to an endpoint.',
    keys: ['a'],
    danger: 'none',
    needs: 'storage.create',
    aliases: ['storage.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the storage.', kind: 'text', required: true, pattern: VOLUME_NAME },
      {
        key: 'type',
        label: 'Type',
        help: 'A directory, a file system of a device or a server, an LVM volume group, a ZFS dataset, an iSCSI target, a pool of Ceph or a volume type of Cinder.',
        kind: 'choice',
        options: ['dir', 'fs', 'netfs', 'lvm', 'zfs', 'iscsi', 'iscsi-direct', 'rbd', 'volume-type'],
        default: 'dir',
      },
      {
        key: 'path',
        label: 'Path',
        help: 'The directory, volume group or dataset on the node; of a file system, where it is mounted.',
        kind: 'text',
        default: '',
        examples: ['/srv/images'],
        when: { key: 'type', is: ['dir', 'fs', 'netfs', 'lvm', 'zfs', 'iscsi'] },
      },
      {
        key: 'host',
        label: 'Host',
        help: 'The server that it comes from; the monitors of Ceph with commas between them.',
        kind: 'text',
        default: '',
        examples: ['nas', '10.0.0.5:3260'],
        when: { key: 'type', is: ['netfs', 'iscsi', 'iscsi-direct', 'rbd'] },
      },
      {
        key: 'source',
        label: 'Source',
        help: 'The device, the exported directory, the target of iSCSI, the pool of Ceph or the back end of Cinder.',
        kind: 'text',
        default: '',
        examples: ['/export/vms', '/dev/sdb1', 'iqn.2020-01.test:disk1'],
        when: { key: 'type', is: ['fs', 'netfs', 'iscsi', 'iscsi-direct', 'rbd', 'volume-type'] },
      },
      {
        key: 'format',
        label: 'Format',
        help: 'Of its file system; left empty, the platform finds out.',
        kind: 'text',
        default: '',
        examples: ['nfs', 'ext4'],
        when: { key: 'type', is: ['fs', 'netfs'] },
        advanced: true,
      },
      {
        key: 'thin-pool',
        label: 'Thin pool',
        help: 'Of the volume group, for thin volumes.',
        kind: 'text',
        default: '',
        when: { key: 'type', is: ['lvm'] },
        advanced: true,
      },
      {
        key: 'initiator',
        label: 'Initiator',
        help: 'The name by which the target knows its node.',
        kind: 'text',
        default: '',
        examples: ['iqn.2020-01.test:node1'],
        when: { key: 'type', is: ['iscsi', 'iscsi-direct'] },
        advanced: true,
      },
      {
        key: 'user',
        label: 'User',
        help: 'Who logs in at the server.',
        kind: 'text',
        default: '',
        when: { key: 'type', is: ['iscsi', 'iscsi-direct', 'rbd'] },
        advanced: true,
      },
      {
        key: 'secret',
        label: 'Secret',
        help: 'The secret of the platform that the user logs in with, by its usage or id; never its value.',
        kind: 'text',
        default: '',
        when: { key: 'type', is: ['iscsi', 'iscsi-direct', 'rbd'] },
        advanced: true,
      },
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seenByName('storage', args, endpoint.id, LIMIT_MS),
    send: (create, { id }, args, signal) => create(id, storageIn(args), signal),
  }),
  objectAction({
    id: 'storage.start',
    noun: 'storage',
    on: 'storage',
    title: 'Start storage',
    help: 'Make a storage usable.',
    keys: ['s'],
    danger: 'none',
    needs: 'storage.start',
    fits: ({ active }) => !active || 'it is active already',
    outcome: (_args, storage) =>
      storage &&
      seenInList({
        kind: 'storage',
        of: endpointOf(storage.id),
        words: 'is active',
        limitMs: LIMIT_MS,
        holds: isActive(storage, true),
      }),
    send: (start, { id }, _args, signal) => start(id, signal),
  }),
  objectAction({
    id: 'storage.stop',
    noun: 'storage',
    on: 'storage',
    title: 'Stop storage',
    help: 'Take a storage out of use; nothing in it is deleted.',
    keys: ['S'],
    danger: 'interrupts',
    needs: 'storage.stop',
    loses: () => 'what is in it can not be used until it is started again',
    fits: ({ active }) => active || 'it is not active',
    outcome: (_args, storage) =>
      storage &&
      seenInList({
        kind: 'storage',
        of: endpointOf(storage.id),
        words: 'is not active any more',
        limitMs: LIMIT_MS,
        holds: isActive(storage, false),
      }),
    send: (stop, { id }, _args, signal) => stop(id, signal),
  }),
  objectAction({
    id: 'storage.refresh',
    noun: 'storage',
    on: 'storage',
    title: 'Refresh storage',
    help: 'Look for what came into a storage past its platform.',
    keys: ['r'],
    danger: 'none',
    needs: 'storage.refresh',
    fits: ({ active }) => active || 'it is not active',
    asked: () => 'is read again',
    send: (refresh, { id }, _args, signal) => refresh(id, signal),
  }),
  objectAction({
    id: 'storage.delete',
    noun: 'storage',
    on: 'storage',
    title: 'Delete storage',
    help: 'Delete the definition of a storage that no VM has a disk in; its files stay.',
    keys: ['X'],
    danger: 'destroys',
    needs: 'storage.delete',
    aliases: ['storage.remove', 'storage.rm'],
    options: [{ key: 'volumes', label: 'Volumes', help: 'Delete what is in it too.', kind: 'flag', default: false }],
    fits: () => true,
    plannedBy: ['volumes'],
    plan: (connection, { id }, args, signal) =>
      connection.storage?.planDelete?.(id, { volumes: args['volumes'] === true }, signal),
    outcome: (_args, storage) =>
      storage &&
      seenInList({
        kind: 'storage',
        of: endpointOf(storage.id),
        words: 'is deleted',
        limitMs: LIMIT_MS,
        holds: isGone<'storage'>(storage.id),
      }),
    send: (remove, { id }, args, signal) => remove(id, { volumes: args['volumes'] === true }, signal),
  }),
];

export const volumeActions: readonly ObjectAction[] = [
  objectAction({
    id: 'volume.create',
    noun: 'volume',
    on: 'endpoint',
    title: 'Create volume',
    help: 'Make a disk that no VM has yet: an empty one, or one of an image.',
    keys: ['a'],
    danger: 'none',
    needs: 'volume.create',
    aliases: ['volume.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the volume.', kind: 'text', required: true, pattern: VOLUME_NAME },
      {
        key: 'storage',
        label: 'Storage',
        help: 'The storage that it is made in.',
        kind: 'object',
        of: 'storage',
        required: true,
      },
      { key: 'size', label: 'Size', help: 'What a guest sees.', kind: 'bytes', default: 10 * GIB, min: 2 ** 20 },
      {
        key: 'format',
        label: 'Format',
        help: 'Format of its file.',
        kind: 'choice',
        options: ['qcow2', 'raw'],
        default: 'qcow2',
      },
      ...OF_IMAGE,
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seenVolume(args, endpoint.id, WRITE_LIMIT_MS),
    send: (create, { id }, args, signal) =>
      create(
        id,
        {
          name: textIn(args, 'name'),
          storage: textIn(args, 'storage'),
          size: sizeIn(args),
          format: textIn(args, 'format'),
          ...ofImageIn(args),
        },
        signal,
      ),
  }),
  objectAction({
    id: 'volume.resize',
    noun: 'volume',
    on: 'volume',
    title: 'Grow volume',
    help: 'Make a volume larger.',
    keys: ['+'],
    danger: 'none',
    needs: 'volume.resize',
    aliases: ['volume.grow'],
    options: [
      {
        key: 'size',
        label: 'Size',
        help: 'Its new size, larger than now.',
        kind: 'bytes',
        required: true,
        min: 2 ** 20,
      },
    ],
    fits: () => true,
    outcome: (args, volume) =>
      volume &&
      seenInList({
        kind: 'volume',
        of: endpointOf(volume.id),
        words: 'has its new size',
        limitMs: WRITE_LIMIT_MS,
        holds: hasSize(volume.id, sizeIn(args)),
      }),
    send: (resize, { id }, args, signal) => resize(id, sizeIn(args), signal),
  }),
  objectAction({
    id: 'volume.delete',
    noun: 'volume',
    on: 'volume',
    title: 'Delete volume',
    help: 'Delete a disk or file that no VM uses.',
    keys: ['X'],
    danger: 'destroys',
    needs: 'volume.delete',
    aliases: ['volume.remove', 'volume.rm'],
    fits: () => true,
    plan: (connection, { id }, _args, signal) => connection.volume?.planDelete?.(id, signal),
    outcome: (_args, volume) =>
      volume &&
      seenInList({
        kind: 'volume',
        of: endpointOf(volume.id),
        words: 'is deleted',
        limitMs: WRITE_LIMIT_MS,
        holds: isGone<'volume'>(volume.id),
      }),
    send: (remove, { id }, _args, signal) => remove(id, signal),
  }),
];
