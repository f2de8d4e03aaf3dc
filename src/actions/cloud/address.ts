/** Public addresses that an account keeps, and gives to its VMs. */
import { endpointOf } from '../../ids.ts';
import type { Args, ObjectAction } from '../action.ts';
import { deleteAction, LIMIT_MS, listAction } from '../listed-verbs.ts';
import { objectAction } from '../object-action.ts';
import { PLAN } from '../plan-option.ts';
import { isListed, seenInList } from '../seen-in-list.ts';
import { textIn } from '../text-in.ts';

const NAME = {
  source: '^([A-Za-z0-9][A-Za-z0-9_.-]{0,62})?$',
  complaint: 'a letter or digit, then letters, digits, - . or _',
};
const ADDRESS = { source: '^([0-9a-fA-F.:]+)?$', complaint: 'an address: 10.0.1.5' };

export const addressListAction = listAction(
  'address',
  'Addresses',
  'List the public addresses that an endpoint keeps for its VMs.',
);

const isMeant = ({ ip, name, id }: { ip: string; name: string; id: string }, args: Args): boolean => {
  const said = textIn(args, 'address');
  return ip === said || name === said || id.endsWith(`/${said}`);
};

export const addressActions: readonly ObjectAction[] = [
  objectAction({
    id: 'address.create',
    noun: 'address',
    on: 'endpoint',
    title: 'Allocate address',
    help: 'Get a public address, which is kept until it is released.',
    keys: ['a'],
    danger: 'none',
    needs: 'address.create',
    aliases: ['address.allocate', 'address.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Its name, where names are kept.', kind: 'text', default: '', pattern: NAME },
      {
        key: 'network',
        label: 'Network',
        help: 'The network or pool of addresses that it is taken from; left empty, the usual one.',
        kind: 'object',
        of: 'network',
        default: '',
      },
      PLAN,
    ],
    fits: () => true,
    outcome: (_args, endpoint) =>
      endpoint &&
      seenInList({
        kind: 'address',
        of: endpoint.id,
        words: 'has a new address',
        limitMs: LIMIT_MS,
        holds: isListed('address'),
      }),
    send: (create, { id }, args, signal) =>
      create(
        id,
        {
          name: textIn(args, 'name'),
          network: textIn(args, 'network'),
          ...(textIn(args, 'plan') !== '' && { plan: textIn(args, 'plan') }),
        },
        signal,
      ),
  }),
  objectAction({
    id: 'address.associate',
    noun: 'address',
    on: 'vm',
    title: 'Associate address',
    phrase: 'Associate address with …',
    help: 'Let a public address lead to a VM.',
    keys: [],
    danger: 'none',
    needs: 'address.associate',
    aliases: ['address.attach'],
    options: [
      {
        key: 'address',
        label: 'Address',
        help: 'The address, or its name.',
        kind: 'object',
        of: 'address',
        required: true,
      },
      {
        key: 'private-ip',
        label: 'Private IP',
        help: 'The address of the NIC that it leads to; left empty, of the first.',
        kind: 'text',
        default: '',
        pattern: ADDRESS,
        advanced: true,
      },
    ],
    fits: () => true,
    outcome: (args, vm) =>
      vm &&
      seenInList({
        kind: 'address',
        of: endpointOf(vm.id),
        words: `has the address ${textIn(args, 'address')}`,
        limitMs: LIMIT_MS,
        holds: (all) =>
          all.some((one) => isMeant(one, args) && one.user === vm.name) ||
          `has not the address ${textIn(args, 'address')} yet`,
      }),
    send: (associate, { id }, args, signal) =>
      associate(id, { address: textIn(args, 'address'), privateIp: textIn(args, 'private-ip') }, signal),
  }),
  objectAction({
    id: 'address.disassociate',
    noun: 'address',
    on: 'address',
    title: 'Disassociate address',
    help: 'Let a public address lead nowhere; it is kept.',
    keys: ['D'],
    danger: 'interrupts',
    needs: 'address.disassociate',
    aliases: ['address.detach'],
    loses: () => 'What is connected through it is cut off.',
    fits: ({ user }) => user !== undefined || 'it leads nowhere',
    outcome: (_args, address) =>
      address &&
      seenInList({
        kind: 'address',
        of: endpointOf(address.id),
        words: 'leads nowhere now',
        limitMs: LIMIT_MS,
        holds: (all) => {
          const user = all.find(({ id }) => id === address.id)?.user;
          return user === undefined || `still leads to ${user}`;
        },
      }),
    send: (disassociate, { id }, _args, signal) => disassociate(id, signal),
  }),
  deleteAction({
    noun: 'address',
    title: 'Release address',
    help: 'Give a public address back, which others may get then.',
    aliases: ['address.release'],
  }),
];
