import type { VmId } from '../ids.ts';
import type { OperationName, Settings, Vm, VmState } from '../platforms/contract.ts';
import { ownPublicKey } from '../state/files/public-key.ts';
import { colourLevel } from '../state/theme/theme-colours.ts';
import type { Args, EditAction, ObjectAction, Outcome, ReadOutcome, VmAttachAction, VmShowAction } from './action.ts';
import { NEW_NAME } from './new-name.ts';
import { type ActionWith, needed, objectAction } from './object-action.ts';
import { textIn } from './text-in.ts';

const vmAction = <Name extends OperationName>(
  action: Omit<ActionWith<'vm', Name>, 'noun' | 'on'>,
): ObjectAction<'vm'> => objectAction<'vm', Name>({ ...action, noun: 'vm', on: 'vm' });

const SECOND = 1000;
/** As long as some hundred GiB of memory take to or from a disk. */
const MEMORY_LIMIT = 600 * SECOND;

const pathsOf = (value: Args[string] | undefined): readonly string[] => (Array.isArray(value) ? value : []);

const only =
  (states: readonly VmState[], sentence: string) =>
  (vm: Vm): true | string =>
    states.includes(vm.state) || `${sentence}; it is ${vm.state}`;

const becomes = (state: VmState, words: string, limitMs: number): Outcome<'vm'> => ({
  by: 'watch',
  words,
  limitMs,
  reached: (vm) => vm?.state === state,
});

/** A guest without a lasting definition is gone once it stops. */
const stops = (limitMs: number): Outcome<'vm'> => ({
  by: 'watch',
  words: 'is stopped',
  goneWords: 'is no longer listed',
  limitMs,
  reached: (vm) => vm === undefined || vm.state === 'stopped',
});

const UNWRITTEN = 'What the guest has not written to its disks is lost.';
const losesWhenForced = (args: Args) => (args['force'] === true ? UNWRITTEN : undefined);

const ON: readonly VmState[] = ['running', 'paused', 'crashed', 'unknown', 'error', 'starting', 'stopping'];

/** It is there, and on where it was to be started. `words`: `has the VM web9`, `is cloned as web9`. */
const isMade = (words: string, name: string, start: boolean): ReadOutcome => ({
  by: 'read',
  words: `${words}${start ? ', which is running' : ''}`,
  limitMs: MEMORY_LIMIT,
  late: `look at ${name}; it may still come`,
  async read(connection, signal, made) {
    if (made === undefined) return `was asked, and ${name} may be there now`;
    const { state } = await connection.vm.info(made as VmId, signal);
    return !start || state === 'running' || `${words}, which is ${state}`;
  },
});

/** A VM that is made of an image gets the user's own key where it gets no other: who else could log in? */
async function withOwnKey(spec: Settings): Promise<Settings> {
  const hasKey = spec['keys'] !== '' || (spec['user-data'] ?? '') !== '';
  if (hasKey || spec['image'] === '' || spec['cloud-init'] === false) return spec;
  const key = await ownPublicKey(process.env);
  return key === undefined ? spec : { ...spec, keys: key };
}

export const createVm = objectAction({
  id: 'vm.create',
  noun: 'vm',
  on: 'endpoint',
  title: 'Create VM',
  help: 'Make a VM from an image, or an empty one.',
  keys: ['a'],
  danger: 'none',
  needs: 'vm.create',
  settings: 'provision',
  leaves: ({ vm }, of, signal) => vm.limits?.(of, signal),
  fits: () => true,
  outcome: (args) => isMade(`has the VM ${textIn(args, 'name')}`, textIn(args, 'name'), args['start'] !== false),
  send: async (create, { id }, args, signal) => create(id, await withOwnKey(args as Settings), signal),
});

/** What makes VMs. */
export const vmMakers: readonly ObjectAction[] = [
  createVm,
  objectAction({
    id: 'vm.clone',
    noun: 'vm',
    on: 'vm',
    makes: true,
    title: 'Clone VM',
    phrase: 'Clone …',
    help: 'Make another VM with the same disks and settings.',
    keys: ['C'],
    danger: 'none',
    needs: 'vm.clone',
    options: [
      { key: 'name', label: 'Name', help: 'Name of the clone.', kind: 'text', required: true, pattern: NEW_NAME },
      {
        key: 'linked',
        label: 'Linked',
        help: 'Keep only what the clone changes: quick and small, and the disks of the VM are needed as long as it lives.',
        kind: 'flag',
        default: false,
      },
      { key: 'start', label: 'Start', help: 'Start it when it is made.', kind: 'flag', default: false },
    ],
    fits: () => true,
    outcome: (args) => isMade(`is cloned as ${textIn(args, 'name')}`, textIn(args, 'name'), args['start'] === true),
    send: (clone, { id }, args, signal) =>
      clone(id, { name: textIn(args, 'name'), linked: args['linked'] === true, start: args['start'] === true }, signal),
  }),
];

export const vmActions: readonly ObjectAction<'vm'>[] = [
  vmAction({
    id: 'vm.start',
    title: 'Start',
    help: 'Power a VM on, or resume one that is paused.',
    keys: ['s'],
    danger: 'none',
    needs: 'vm.start',
    fits: only(
      ['stopped', 'crashed', 'suspended', 'paused', 'error', 'unknown'],
      'only a VM that is off can be started',
    ),
    outcome: (_args, vm) => becomes('running', 'is running', vm?.state === 'suspended' ? MEMORY_LIMIT : 30 * SECOND),
    send: (start, { id }, _args, signal) => start(id, signal),
  }),
  vmAction({
    id: 'vm.stop',
    title: 'Shut down',
    help: 'Ask the guest to power off; with force, cut its power.',
    keys: ['S'],
    danger: 'interrupts',
    needs: 'vm.stop',
    aliases: ['vm.shutdown'],
    options: [
      {
        key: 'force',
        label: 'Force',
        help: 'Cut the power instead of asking the guest.',
        kind: 'flag',
        default: false,
      },
      {
        key: 'wait',
        label: 'Wait',
        help: 'Seconds that the guest may take to shut down.',
        kind: 'count',
        min: 1,
        max: 3600,
        default: 30,
      },
    ],
    loses: losesWhenForced,
    fits: only(ON, 'only a VM that is on can be shut down'),
    outcome: (args) => stops(args['force'] === true ? 20 * SECOND : Number(args['wait'] ?? 30) * SECOND),
    send: (stop, { id }, args, signal) => stop(id, args['force'] === true ? 'force' : 'graceful', signal),
  }),
  vmAction({
    id: 'vm.kill',
    title: 'Force off',
    help: 'Cut the power of a VM; what the guest has not written to its disks is lost.',
    keys: ['D'],
    danger: 'interrupts',
    needs: 'vm.stop',
    loses: () => UNWRITTEN,
    fits: only(ON, 'only a VM that is on can be forced off'),
    outcome: () => stops(20 * SECOND),
    send: (stop, { id }, _args, signal) => stop(id, 'force', signal),
  }),
  vmAction({
    id: 'vm.restart',
    title: 'Reboot',
    help: 'Ask the guest to reboot; with force, reset it.',
    keys: ['R'],
    danger: 'interrupts',
    needs: 'vm.restart',
    aliases: ['vm.reboot'],
    options: [
      { key: 'force', label: 'Force', help: 'Reset instead of asking the guest.', kind: 'flag', default: false },
    ],
    loses: losesWhenForced,
    fits: only(['running'], 'only a running VM can be rebooted'),
    asked: (args) => (args['force'] === true ? 'was reset' : 'was asked to reboot'),
    send: (restart, { id }, args, signal) => restart(id, args['force'] === true ? 'force' : 'graceful', signal),
  }),
  vmAction({
    id: 'vm.pause',
    title: 'Pause',
    help: 'Stop the virtual CPUs of a VM and keep its memory.',
    keys: ['p'],
    danger: 'interrupts',
    needs: 'vm.pause',
    fits: only(['running'], 'only a running VM can be paused'),
    outcome: () => becomes('paused', 'is paused', 10 * SECOND),
    send: (pause, { id }, _args, signal) => pause(id, signal),
  }),
  vmAction({
    id: 'vm.resume',
    title: 'Resume',
    help: 'Resume a paused or suspended VM.',
    keys: ['p'],
    sharesKeyWith: 'vm.pause',
    danger: 'none',
    needs: 'vm.resume',
    aliases: ['vm.unpause'],
    fits: only(['paused', 'suspended'], 'only a paused or suspended VM can be resumed'),
    outcome: (_args, vm) => becomes('running', 'is running', vm?.state === 'suspended' ? MEMORY_LIMIT : 10 * SECOND),
    send: (resume, { id }, _args, signal) => resume(id, signal),
  }),
  vmAction({
    id: 'vm.suspend',
    title: 'Suspend to disk',
    phrase: 'Suspend … to disk',
    help: 'Save memory to disk and stop the VM; the next start resumes it.',
    keys: ['P'],
    danger: 'interrupts',
    needs: 'vm.suspend',
    aliases: ['vm.hibernate', 'vm.managedsave'],
    fits: only(['running', 'paused'], 'only a VM that is on can be suspended'),
    outcome: () => becomes('suspended', 'is suspended', MEMORY_LIMIT),
    send: (suspend, { id }, _args, signal) => suspend(id, signal),
  }),
  vmAction({
    id: 'vm.delete',
    title: 'Delete',
    help: 'Delete a VM that is off, with its disks unless they are to be kept.',
    keys: ['X'],
    danger: 'destroys',
    needs: 'vm.delete',
    aliases: ['vm.remove', 'vm.rm'],
    options: [
      {
        key: 'keep-disks',
        label: 'Keep disks',
        help: 'Delete the VM and leave its disks.',
        kind: 'flag',
        default: false,
      },
      { key: 'snapshots', label: 'Snapshots', help: 'Delete its snapshots too.', kind: 'flag', default: false },
      {
        key: 'delete-unknown',
        label: 'Delete unknown',
        help: 'Delete this file although it is not known whether another VM needs it.',
        kind: 'path',
        repeatable: true,
        examples: ['PATH'],
      },
    ],
    fits: only(['stopped', 'crashed', 'suspended', 'error'], 'only a VM that is off can be deleted'),
    outcome: () => ({ by: 'watch', words: 'is deleted', reached: (vm) => vm === undefined, limitMs: 30 * SECOND }),
    plan: (connection, { id }, _args, signal) => connection.vm.planDelete?.(id, signal),
    send: (remove, { id }, args, signal) =>
      remove(
        id,
        {
          keepDisks: args['keep-disks'] === true,
          snapshots: args['snapshots'] === true,
          deleteUnknown: pathsOf(args['delete-unknown']),
        },
        signal,
      ),
  }),
  vmAction({
    id: 'vm.autostart',
    title: 'Switch autostart',
    help: 'Turn autostart with the host on or off.',
    keys: ['A'],
    danger: 'none',
    needs: 'vm.configure',
    options: [{ key: 'off', label: 'Off', help: 'Do not start it with its host.', kind: 'flag', default: false }],
    fits: (vm) => vm.autostart !== undefined || 'this platform does not start VMs with their host',
    outcome: (args) => {
      const wanted = args['off'] !== true;
      return {
        by: 'watch',
        words: wanted ? 'starts with its host' : 'does not start with its host',
        reached: (vm) => vm?.autostart === wanted,
        limitMs: 10 * SECOND,
      };
    },
    preset: (vm) => ({ off: vm.autostart === true }),
    send: (configure, { id, autostart }, args, signal) =>
      configure(id, 'config', { autostart: args['off'] !== true }, { autostart: autostart ?? false }, signal),
  }),
];

export const consoleAction: VmAttachAction = {
  kind: 'attach',
  id: 'vm.console',
  noun: 'vm',
  on: 'vm',
  title: 'Console',
  help: 'Attach to the serial console of a VM; ctrl-] detaches.',
  keys: ['c'],
  danger: 'none',
  needs: 'console.serial',
  isKept: true,
  aliases: ['vm.serialconsole'],
  options: [
    {
      key: 'force',
      label: 'Force',
      help: 'Take over the console when another client has it.',
      kind: 'flag',
      default: false,
    },
  ],
  // One that is migrated is on until it runs elsewhere, where its console goes along.
  fits: ({ state }) =>
    state === 'running' ||
    state === 'paused' ||
    state === 'migrating' ||
    `only a VM that is on has a console; it is ${state}`,
  open: async (connection, id, args, _size, signal) =>
    needed(connection, 'console.serial')(id, { force: args['force'] === true }, signal),
};

export const displayAction: VmAttachAction = {
  kind: 'attach',
  id: 'vm.display',
  noun: 'vm',
  on: 'vm',
  title: 'Graphical console',
  help: 'Show the screen of a VM in the terminal, with keys and mouse; ctrl-\\ opens its menu, ctrl-] detaches.',
  keys: ['V'],
  danger: 'none',
  needs: 'console.display',
  fits: consoleAction.fits,
  async open(connection, id, _args, size, signal, _vm, back) {
    // What shows it is loaded on the way.
    const [link, { attachDisplay }] = await Promise.all([
      needed(connection, 'console.display')(id, signal),
      import('../display/attach-display.ts'),
    ]);
    const linkBack = back && {
      ...back,
      async open(until: AbortSignal) {
        const way = await back.again(until);
        return needed(way.connection, 'console.display')(way.id, way.signal);
      },
    };
    return attachDisplay(link, { ...size, depth: colourLevel(process.env), signal }, linkBack);
  },
};

export const consoleLogAction: VmShowAction = {
  kind: 'show',
  id: 'vm.log',
  noun: 'vm',
  on: 'vm',
  tab: 'Console',
  title: 'Console log',
  help: 'What a VM has written to its serial console so far, to be read only.',
  keys: ['O'],
  danger: 'none',
  needs: 'console.output',
  aliases: ['vm.console-log'],
  fits: () => true,
};

export const historyAction: VmShowAction = {
  kind: 'show',
  id: 'vm.history',
  noun: 'vm',
  on: 'vm',
  tab: 'Charts',
  title: 'History',
  help: 'The load of a VM in the past: as its platform has kept it, or drover while it ran.',
  keys: [],
  danger: 'none',
  needs: 'vm.history',
  aliases: ['vm.metrics'],
  fits: () => true,
};

export const editAction: EditAction = {
  kind: 'edit',
  id: 'vm.edit',
  noun: 'vm',
  on: 'vm',
  title: 'Edit settings',
  help: 'Change memory, virtual CPUs and the other settings of a VM, saved or running.',
  keys: ['e'],
  danger: 'none',
  needs: 'vm.configure',
  aliases: ['vm.update', 'vm.set'],
  fits: () => true,
};
