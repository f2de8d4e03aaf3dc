/** Disks and drives of VMs. */
import { vmOf } from '../ids.ts';
import type { AttachedDisk } from '../platforms/contract.ts';
import { gib } from '../units.ts';
import type { ListAction, ObjectAction, ReadOutcome } from './action.ts';
import { objectAction } from './object-action.ts';
import { OF_IMAGE, ofImageIn } from './of-image.ts';
import { hasSize, isGone, isListed, seenInList } from './seen-in-list.ts';
import { sizeIn, textIn } from './text-in.ts';

/** As long as some hundred GiB take to be written, where a disk is not sparse. */
const WRITE_LIMIT_MS = 600_000;
const LIMIT_MS = 60_000;

/** Seen when the list of its VM's disks shows it. */
const seen = (
  disk: AttachedDisk,
  words: string,
  limitMs: number,
  holds: (all: readonly AttachedDisk[]) => true | string,
): ReadOutcome => seenInList({ kind: 'disk', of: vmOf(disk.id), words, limitMs, holds });

const isDrive = ({ type }: AttachedDisk) => type === 'cdrom' || type === 'floppy';
const isDisk = (disk: AttachedDisk): true | string => !isDrive(disk) || 'it is a drive, not a disk';

export const diskListAction: ListAction = {
  kind: 'list',
  id: 'disk.list',
  noun: 'disk',
  on: 'vm',
  title: 'Disks',
  help: 'List the disks and drives of a VM, or of those that are marked.',
  keys: ['d'],
  danger: 'none',
  needs: 'disk.list',
  aliases: ['disk.ls'],
};

export const diskActions: readonly ObjectAction[] = [
  objectAction({
    id: 'disk.create',
    noun: 'disk',
    on: 'vm',
    title: 'Add disk',
    phrase: 'Add disk to …',
    help: 'Give a VM a new disk, or one that is there.',
    keys: ['a'],
    danger: 'none',
    needs: 'disk.create',
    aliases: ['disk.add', 'disk.attach'],
    options: [
      { key: 'size', label: 'Size', help: 'Size of a new one.', kind: 'bytes', default: gib(10), min: 2 ** 20 },
      {
        key: 'storage',
        label: 'Storage',
        help: "Storage of a new one; left empty, that of the VM's first disk.",
        kind: 'object',
        of: 'storage',
        default: '',
      },
      {
        key: 'format',
        label: 'Format',
        help: "Format of a new one; left empty, the platform's choice.",
        kind: 'text',
        default: '',
        examples: ['qcow2', 'raw'],
        advanced: true,
      },
      {
        key: 'bus',
        label: 'Bus',
        help: "How it is attached; left empty, as the VM's first disk.",
        kind: 'text',
        default: '',
        examples: ['virtio', 'scsi', 'sata'],
        advanced: true,
      },
      {
        key: 'volume',
        label: 'Volume',
        help: 'A volume that is there, by path or name, to be attached as it is.',
        kind: 'object',
        of: 'volume',
        default: '',
      },
      ...OF_IMAGE,
      {
        key: 'shareable',
        label: 'Shareable',
        help: 'Let other VMs write to it at the same time.',
        kind: 'flag',
        default: false,
        advanced: true,
      },
    ],
    fits: () => true,
    outcome: (_args, vm) =>
      vm &&
      seenInList({
        kind: 'disk',
        of: vm.id,
        words: 'has the new disk',
        limitMs: WRITE_LIMIT_MS,
        holds: isListed('disk'),
      }),
    send: (create, { id }, args, signal) =>
      create(
        id,
        {
          volume: textIn(args, 'volume'),
          size: sizeIn(args),
          storage: textIn(args, 'storage'),
          format: textIn(args, 'format'),
          bus: textIn(args, 'bus'),
          shareable: args['shareable'] === true,
          ...ofImageIn(args),
        },
        signal,
      ),
  }),
  objectAction({
    id: 'disk.resize',
    noun: 'disk',
    on: 'disk',
    title: 'Grow disk',
    help: 'Make a disk larger.',
    keys: ['+'],
    danger: 'none',
    needs: 'disk.resize',
    aliases: ['disk.grow'],
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
    fits: isDisk,
    outcome: (args, disk) => disk && seen(disk, 'has its new size', WRITE_LIMIT_MS, hasSize(disk.id, sizeIn(args))),
    send: (resize, { id }, args, signal) => resize(id, sizeIn(args), signal),
  }),
  objectAction({
    id: 'disk.move',
    noun: 'disk',
    on: 'disk',
    title: 'Move disk',
    phrase: 'Move … to another storage',
    help: 'Copy a disk to another storage, also while its VM runs, and use the copy from then on.',
    keys: ['T'],
    danger: 'none',
    needs: 'disk.move',
    options: [
      {
        key: 'storage',
        label: 'Storage',
        help: 'The storage that it goes to.',
        kind: 'object',
        of: 'storage',
        required: true,
      },
      {
        key: 'format',
        label: 'Format',
        help: 'Its format there; left empty, the one that it has where the storage can hold that.',
        kind: 'text',
        default: '',
        examples: ['qcow2', 'raw'],
        advanced: true,
      },
      {
        key: 'keep',
        label: 'Keep old volume',
        help: 'Keep the volume that it had, instead of deleting it when all is copied.',
        kind: 'flag',
        default: false,
      },
    ],
    fits: isDisk,
    outcome: (args, disk) =>
      disk &&
      seen(
        disk,
        `is on ${textIn(args, 'storage')}`,
        WRITE_LIMIT_MS,
        (all) =>
          all.some(
            ({ id, path, storage }) => id === disk.id && (path !== disk.path || storage === textIn(args, 'storage')),
          ) || `is still ${disk.path}`,
      ),
    send: (move, { id }, args, signal) =>
      move(
        id,
        { storage: textIn(args, 'storage'), format: textIn(args, 'format'), keep: args['keep'] === true },
        signal,
      ),
  }),
  objectAction({
    id: 'disk.detach',
    noun: 'disk',
    on: 'disk',
    title: 'Detach disk',
    help: 'Take a disk off its VM; its volume stays.',
    keys: ['D'],
    danger: 'interrupts',
    needs: 'disk.detach',
    loses: () => 'A guest that has it mounted loses what it has not written.',
    fits: () => true,
    outcome: (_args, disk) => disk && seen(disk, 'is detached', LIMIT_MS, isGone<'disk'>(disk.id)),
    send: (detach, { id }, _args, signal) => detach(id, signal),
  }),
  objectAction({
    id: 'disk.insert',
    noun: 'disk',
    on: 'disk',
    title: 'Insert medium',
    help: 'Put an ISO file into a drive, also in place of another one.',
    keys: ['m'],
    danger: 'none',
    needs: 'disk.insert',
    options: [
      {
        key: 'medium',
        label: 'Medium',
        help: 'The ISO file, by path or name.',
        kind: 'object',
        of: 'image',
        type: 'iso',
        required: true,
      },
    ],
    fits: (disk) => isDrive(disk) || 'it is a disk, not a drive',
    outcome: (args, disk) =>
      disk &&
      seen(disk, `has ${textIn(args, 'medium')}`, LIMIT_MS, (all) => {
        const now = all.find(({ id }) => id === disk.id)?.path ?? '';
        const wanted = textIn(args, 'medium');
        const name = wanted.slice(wanted.lastIndexOf('/') + 1);
        return now === wanted || now.endsWith(`/${name}`) || (now === '' ? 'is still empty' : `still has ${now}`);
      }),
    send: (insert, { id }, args, signal) => insert(id, textIn(args, 'medium'), signal),
  }),
  objectAction({
    id: 'disk.eject',
    noun: 'disk',
    on: 'disk',
    title: 'Eject medium',
    help: 'Take the medium out of a drive.',
    keys: ['E'],
    danger: 'none',
    needs: 'disk.insert',
    fits: (disk) => (isDrive(disk) ? disk.path !== '' || 'there is nothing in it' : 'it is a disk, not a drive'),
    outcome: (_args, disk) =>
      disk &&
      seen(disk, 'is empty', LIMIT_MS, (all) => {
        const now = all.find(({ id }) => id === disk.id)?.path ?? '';
        return now === '' || `still has ${now}`;
      }),
    send: (insert, { id }, _args, signal) => insert(id, '', signal),
  }),
  objectAction({
    id: 'disk.delete',
    noun: 'disk',
    on: 'disk',
    title: 'Delete disk',
    help: 'Take a disk off its VM and delete its volume.',
    keys: ['X'],
    danger: 'destroys',
    needs: 'disk.delete',
    aliases: ['disk.remove', 'disk.rm'],
    fits: isDisk,
    plan: (connection, { id }, _args, signal) => connection.disk?.planDelete?.(id, signal),
    outcome: (_args, disk) => disk && seen(disk, 'is deleted', WRITE_LIMIT_MS, isGone<'disk'>(disk.id)),
    send: (remove, { id }, _args, signal) => remove(id, signal),
  }),
];
