/** Verbs of clouds: locks, rescue, shelving, new disks, and the word that a new size waits for. */
import type { OperationName, Vm, VmMode } from '../platforms/contract.ts';
import type { Args, ObjectAction, Outcome } from './action.ts';
import { type ActionWith, objectAction } from './object-action.ts';
import { textIn } from './text-in.ts';

const vmAction = <Name extends OperationName>(
  action: Omit<ActionWith<'vm', Name>, 'noun' | 'on' | 'keys'>,
): ObjectAction<'vm'> => objectAction<'vm', Name>({ ...action, noun: 'vm', on: 'vm', keys: [] });

const LIMIT_MS = 60_000;
/** As long as a disk takes to be copied to another node, or into an image. */
const COPY_LIMIT_MS = 900_000;

const isIn = (vm: Vm | undefined, mode: VmMode): boolean => vm?.modes?.includes(mode) === true;

const enters = (mode: VmMode, words: string, limitMs = LIMIT_MS): Outcome<'vm'> => ({
  by: 'watch',
  words,
  limitMs,
  reached: (vm) => isIn(vm, mode),
});

const leaves = (mode: VmMode, words: string, limitMs = LIMIT_MS): Outcome<'vm'> => ({
  by: 'watch',
  words,
  limitMs,
  reached: (vm) => vm !== undefined && !isIn(vm, mode),
});

const AWAKE = 'What the guest has not written to its disks is lost.';

const imageOption = (help: string) =>
  [{ key: 'image', label: 'Image', help, kind: 'object', of: 'image', type: 'disk', default: '' }] as const;

const specOf = (args: Args) => ({ image: textIn(args, 'image') });

export const vmModeActions: readonly ObjectAction<'vm'>[] = [
  vmAction({
    id: 'vm.lock',
    title: 'Lock',
    help: 'Keep a VM from being changed, also by others, until it is unlocked.',
    danger: 'none',
    needs: 'vm.lock',
    options: [{ key: 'reason', label: 'Reason', help: 'Why, for others to read.', kind: 'text', default: '' }],
    fits: (vm) => !isIn(vm, 'locked') || 'it is locked already',
    outcome: () => enters('locked', 'is locked'),
    send: (lock, { id }, args, signal) => lock(id, textIn(args, 'reason'), signal),
  }),
  vmAction({
    id: 'vm.unlock',
    title: 'Unlock',
    help: 'Let a locked VM be changed again.',
    danger: 'none',
    needs: 'vm.unlock',
    fits: (vm) => isIn(vm, 'locked') || 'it is not locked',
    outcome: () => leaves('locked', 'is unlocked'),
    send: (unlock, { id }, _args, signal) => unlock(id, signal),
  }),
  vmAction({
    id: 'vm.shelve',
    title: 'Shelve',
    help: 'Turn a VM off and give its place on a node back; a start brings it back.',
    danger: 'interrupts',
    needs: 'vm.shelve',
    fits: (vm) => !isIn(vm, 'shelved') || 'it is shelved already',
    outcome: () => enters('shelved', 'is shelved', COPY_LIMIT_MS),
    send: (shelve, { id }, _args, signal) => shelve(id, signal),
  }),
  vmAction({
    id: 'vm.rescue',
    title: 'Rescue',
    help: 'Start a VM from another disk, with its own ones beside it, to repair them.',
    danger: 'interrupts',
    needs: 'vm.rescue',
    options: imageOption("The image that it runs from meanwhile; left empty, the platform's choice."),
    loses: () => AWAKE,
    fits: (vm) => !isIn(vm, 'rescue') || 'it is in rescue mode already',
    outcome: () => enters('rescue', 'is in rescue mode', COPY_LIMIT_MS),
    send: (rescue, { id }, args, signal) => rescue(id, specOf(args), signal),
  }),
  vmAction({
    id: 'vm.unrescue',
    title: 'Leave rescue',
    phrase: 'Leave rescue of …',
    help: 'Start a VM from its own disk again.',
    danger: 'interrupts',
    needs: 'vm.unrescue',
    fits: (vm) => isIn(vm, 'rescue') || 'it is not in rescue mode',
    outcome: () => leaves('rescue', 'runs from its own disk again'),
    send: (unrescue, { id }, _args, signal) => unrescue(id, signal),
  }),
  vmAction({
    id: 'vm.rebuild',
    title: 'Rebuild',
    help: 'Write the disk of a VM again, from an image; what it holds is lost.',
    danger: 'destroys',
    needs: 'vm.rebuild',
    options: imageOption('The image that it is made of from now on; left empty, the one that it was made of.'),
    plannedBy: ['image'],
    fits: () => true,
    plan: (connection, { id }, args, signal) => connection.vm.planRebuild?.(id, specOf(args), signal),
    asked: () => 'is being rebuilt',
    send: (rebuild, { id }, args, signal) => rebuild(id, specOf(args), signal),
  }),
  vmAction({
    id: 'vm.confirm-resize',
    title: 'Confirm resize',
    phrase: 'Confirm resize of …',
    help: 'Keep the new size of a VM; what it had before is given up.',
    danger: 'none',
    needs: 'vm.confirmResize',
    fits: (vm) => isIn(vm, 'resized') || 'no new size of it waits to be confirmed',
    outcome: () => leaves('resized', 'keeps its new size'),
    send: (confirm, { id }, _args, signal) => confirm(id, signal),
  }),
  vmAction({
    id: 'vm.revert-resize',
    title: 'Revert resize',
    phrase: 'Revert resize of …',
    help: 'Put a VM back to the size and place that it had.',
    danger: 'interrupts',
    needs: 'vm.revertResize',
    loses: () => 'What its disks were given since its resize is lost, and so is what its guest has not written.',
    fits: (vm) => isIn(vm, 'resized') || 'no new size of it waits to be reverted',
    outcome: () => leaves('resized', 'has its old size again', COPY_LIMIT_MS),
    send: (revert, { id }, _args, signal) => revert(id, signal),
  }),
];
