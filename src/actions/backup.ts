/** Backups of VMs. */
import { endpointOf, type VmId } from '../ids.ts';
import { BACKUP_MODES } from '../platforms/contract.ts';
import type { Args, ObjectAction, ReadOutcome } from './action.ts';
import { deleteAction, listAction } from './listed-verbs.ts';
import { NEW_NAME } from './new-name.ts';
import { objectAction } from './object-action.ts';
import { seenInList } from './seen-in-list.ts';
import { textIn } from './text-in.ts';

/** As long as some hundred GiB take to a disk of another machine. */
const LIMIT_MS = 7_200_000;

export const backupListAction = listAction('backup', 'Backups', 'List the backups of all VMs.');

const modeIn = (args: Args) => BACKUP_MODES.find((mode) => mode === args['mode']) ?? 'snapshot';

/** The VM is there, and on where it was to be started. */
const isRestored = (name: string, start: boolean): ReadOutcome => ({
  by: 'read',
  words: `is restored as ${name}${start ? ', which is running' : ''}`,
  limitMs: LIMIT_MS,
  late: `look at ${name}; it may still come`,
  async read(connection, signal, made) {
    if (made === undefined) return `was asked, and ${name} may be there now`;
    const { state } = await connection.vm.info(made as VmId, signal);
    return !start || state === 'running' || `is restored as ${name}, which is ${state}`;
  },
});

export const backupActions: readonly ObjectAction[] = [
  objectAction({
    id: 'backup.create',
    noun: 'backup',
    on: 'vm',
    title: 'Back up',
    phrase: 'Back up …',
    help: 'Keep a whole copy of a VM as it is now.',
    keys: ['b'],
    danger: 'none',
    needs: 'backup.create',
    aliases: ['backup.make'],
    options: [
      {
        key: 'storage',
        label: 'Storage',
        help: "The storage that it goes to; left empty, the platform's choice.",
        kind: 'object',
        of: 'storage',
        default: '',
      },
      {
        key: 'mode',
        label: 'Mode',
        help: 'What becomes of a VM that runs: snapshot lets it go on, suspend holds it meanwhile, stop shuts it down first.',
        kind: 'choice',
        options: BACKUP_MODES,
        default: 'snapshot',
      },
      { key: 'description', label: 'Description', help: 'What it is for.', kind: 'text', default: '' },
    ],
    loses: (args) => (modeIn(args) === 'stop' ? 'A VM that runs is shut down for it, and started again.' : undefined),
    fits: () => true,
    outcome: (_args, vm) =>
      vm &&
      seenInList({
        kind: 'backup',
        of: endpointOf(vm.id),
        words: 'is backed up',
        limitMs: LIMIT_MS,
        holds: (all, made) =>
          made === undefined ? 'is being backed up' : all.some(({ id }) => id === made) || 'is not backed up yet',
      }),
    send: (create, { id }, args, signal) =>
      create(
        id,
        { storage: textIn(args, 'storage'), mode: modeIn(args), description: textIn(args, 'description') },
        signal,
      ),
  }),
  objectAction({
    id: 'backup.restore',
    noun: 'backup',
    on: 'backup',
    title: 'Restore backup',
    phrase: 'Restore … as a new VM',
    help: 'Make a new VM of a backup; the one that it is of stays as it is.',
    keys: ['R'],
    danger: 'none',
    needs: 'backup.restore',
    options: [
      { key: 'name', label: 'Name', help: 'Name of the new VM.', kind: 'text', required: true, pattern: NEW_NAME },
      {
        key: 'storage',
        label: 'Storage',
        help: 'The storage of its disks; left empty, as they were.',
        kind: 'object',
        of: 'storage',
        default: '',
      },
      { key: 'start', label: 'Start', help: 'Start it when it is made.', kind: 'flag', default: false },
    ],
    fits: () => true,
    outcome: (args) => isRestored(textIn(args, 'name'), args['start'] === true),
    send: (restore, { id }, args, signal) =>
      restore(
        id,
        { name: textIn(args, 'name'), storage: textIn(args, 'storage'), start: args['start'] === true },
        signal,
      ),
  }),
  deleteAction({ noun: 'backup', title: 'Delete backup', help: 'Delete a backup; the VM that it is of stays.' }),
];
