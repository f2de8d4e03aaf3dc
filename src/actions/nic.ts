/** Network cards of VMs. */
import { vmOf } from '../ids.ts';
import type { AttachedNic } from '../platforms/contract.ts';
import type { ListAction, ObjectAction, ReadOutcome } from './action.ts';
import { objectAction } from './object-action.ts';
import { isGone, isListed, seenInList } from './seen-in-list.ts';
import { textIn } from './text-in.ts';

const LIMIT_MS = 60_000;

/** Seen when the list of its VM's NICs shows it. */
const seen = (nic: AttachedNic, words: string, holds: (all: readonly AttachedNic[]) => true | string): ReadOutcome =>
  seenInList({ kind: 'nic', of: vmOf(nic.id), words, limitMs: LIMIT_MS, holds });

export const nicListAction: ListAction = {
  kind: 'list',
  id: 'nic.list',
  noun: 'nic',
  on: 'vm',
  title: 'NICs',
  help: 'List the network cards of a VM, or of those that are marked.',
  keys: ['u'],
  danger: 'none',
  needs: 'nic.list',
  aliases: ['nic.ls'],
};

export const nicActions: readonly ObjectAction[] = [
  objectAction({
    id: 'nic.create',
    noun: 'nic',
    on: 'vm',
    title: 'Add NIC',
    phrase: 'Add NIC to …',
    help: 'Plug a VM into one more network.',
    keys: ['a'],
    danger: 'none',
    needs: 'nic.create',
    aliases: ['nic.add', 'nic.attach'],
    options: [
      {
        key: 'network',
        label: 'Network',
        help: 'The network that it is plugged into.',
        kind: 'object',
        of: 'network',
        required: true,
      },
      {
        key: 'model',
        label: 'Model',
        help: "What the guest sees; left empty, the platform's choice.",
        kind: 'text',
        default: '',
        examples: ['virtio', 'e1000'],
        advanced: true,
      },
      {
        key: 'mac',
        label: 'MAC',
        help: 'Its address; left empty, a new one.',
        kind: 'text',
        default: '',
        examples: ['52:54:00:12:34:56'],
        pattern: {
          source: '^([0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5})?$',
          complaint: 'six pairs of digits: 52:54:00:12:34:56',
        },
        advanced: true,
      },
    ],
    fits: () => true,
    outcome: (args, vm) =>
      vm &&
      seenInList({
        kind: 'nic',
        of: vm.id,
        words: `has a new NIC in ${textIn(args, 'network')}`,
        limitMs: LIMIT_MS,
        holds: isListed('NIC'),
      }),
    send: (create, { id }, args, signal) =>
      create(
        id,
        { network: textIn(args, 'network'), model: textIn(args, 'model'), mac: textIn(args, 'mac').toLowerCase() },
        signal,
      ),
  }),
  objectAction({
    id: 'nic.connect',
    noun: 'nic',
    on: 'nic',
    title: 'Change network',
    help: 'Plug a network card into another network.',
    keys: ['p'],
    danger: 'interrupts',
    needs: 'nic.connect',
    aliases: ['nic.update'],
    options: [
      {
        key: 'network',
        label: 'Network',
        help: 'The network that it is plugged into from then on.',
        kind: 'object',
        of: 'network',
        required: true,
      },
    ],
    loses: () => 'The guest loses its connections through it.',
    fits: () => true,
    outcome: (args, nic) =>
      nic &&
      seen(nic, `is in ${textIn(args, 'network')}`, (all) => {
        const now = all.find(({ id }) => id === nic.id)?.net;
        return now === textIn(args, 'network') || (now === undefined ? 'is not listed any more' : `is still in ${now}`);
      }),
    send: (connect, { id }, args, signal) => connect(id, textIn(args, 'network'), signal),
  }),
  objectAction({
    id: 'nic.delete',
    noun: 'nic',
    on: 'nic',
    title: 'Remove NIC',
    help: 'Take a network card off its VM.',
    keys: ['X'],
    danger: 'interrupts',
    needs: 'nic.delete',
    aliases: ['nic.remove', 'nic.rm', 'nic.detach'],
    loses: () => 'The guest loses its connections through it.',
    fits: () => true,
    outcome: (_args, nic) => nic && seen(nic, 'is removed', isGone<'nic'>(nic.id)),
    send: (remove, { id }, _args, signal) => remove(id, signal),
  }),
];
