/** Networks of an endpoint. */
import { endpointOf } from '../ids.ts';
import { NETWORK_MODES, type Network, type NetworkMode } from '../platforms/contract.ts';
import type { Args, ListAction, ObjectAction } from './action.ts';
import { objectAction } from './object-action.ts';
import { isGone, seenInList } from './seen-in-list.ts';
import { textIn } from './text-in.ts';

const LIMIT_MS = 60_000;
const NAME = {
  source: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$',
  complaint: 'a letter or digit, then letters, digits, - . or _',
};

const modeIn = (args: Args): NetworkMode => NETWORK_MODES.find((mode) => mode === args['mode']) ?? 'nat';

export const networkListAction: ListAction = {
  kind: 'list',
  id: 'network.list',
  noun: 'network',
  on: 'endpoint',
  title: 'Networks',
  help: 'List the networks of an endpoint.',
  keys: ['5'],
  danger: 'none',
  needs: 'network.list',
  aliases: ['network.ls'],
};

const isActive =
  ({ id }: Network, active: boolean) =>
  (all: readonly Network[]) =>
    all.some((one) => one.id === id && one.active === active) || `is ${active ? 'not active yet' : 'still active'}`;

export const networkActions: readonly ObjectAction[] = [
  objectAction({
    id: 'network.create',
    noun: 'network',
    on: 'endpoint',
    title: 'Create network',
    help: 'Make a network for VMs.',
    keys: ['a'],
    danger: 'none',
    needs: 'network.create',
    aliases: ['network.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the network.', kind: 'text', required: true, pattern: NAME },
      {
        key: 'mode',
        label: 'Mode',
        help: 'How it reaches other networks: through its node (nat), routed, by a bridge of its node, or not at all.',
        kind: 'choice',
        options: NETWORK_MODES,
        default: 'nat',
      },
      {
        key: 'cidr',
        label: 'CIDR',
        help: 'Its addresses. A bridge has none of its own.',
        kind: 'text',
        default: '',
        examples: ['192.168.150.0/24'],
        pattern: { source: '^([0-9a-fA-F.:]+/[0-9]{1,3})?$', complaint: 'addresses with a length: 192.168.150.0/24' },
      },
      { key: 'dhcp', label: 'DHCP', help: 'Hand addresses out.', kind: 'flag', default: true },
      {
        key: 'device',
        label: 'Device',
        help: 'The bridge of the node that it stands for.',
        kind: 'text',
        default: '',
        when: { key: 'mode', is: ['bridge'] },
      },
      { key: 'domain', label: 'Domain', help: 'DNS domain of its addresses.', kind: 'text', default: '' },
    ],
    fits: () => true,
    outcome: (args, endpoint) =>
      endpoint &&
      seenInList({
        kind: 'network',
        of: endpoint.id,
        words: `has the network ${textIn(args, 'name')}`,
        limitMs: LIMIT_MS,
        holds: (all) => all.some(({ name }) => name === args['name']) || `has no network ${textIn(args, 'name')} yet`,
      }),
    send: (create, { id }, args, signal) =>
      create(
        id,
        {
          name: textIn(args, 'name'),
          mode: modeIn(args),
          cidr: textIn(args, 'cidr'),
          dhcp: args['dhcp'] !== false && textIn(args, 'cidr') !== '',
          device: textIn(args, 'device'),
          domain: textIn(args, 'domain'),
        },
        signal,
      ),
  }),
  objectAction({
    id: 'network.start',
    noun: 'network',
    on: 'network',
    title: 'Start network',
    help: 'Make a network usable.',
    keys: ['s'],
    danger: 'none',
    needs: 'network.start',
    fits: ({ active }) => !active || 'it is active already',
    outcome: (_args, network) =>
      network &&
      seenInList({
        kind: 'network',
        of: endpointOf(network.id),
        words: 'is active',
        limitMs: LIMIT_MS,
        holds: isActive(network, true),
      }),
    send: (start, { id }, _args, signal) => start(id, signal),
  }),
  objectAction({
    id: 'network.stop',
    noun: 'network',
    on: 'network',
    title: 'Stop network',
    help: 'Take a network down; VMs that run lose their link to it.',
    keys: ['S'],
    danger: 'interrupts',
    needs: 'network.stop',
    loses: () => 'VMs that run lose their link to it',
    fits: ({ active }) => active || 'it is not active',
    outcome: (_args, network) =>
      network &&
      seenInList({
        kind: 'network',
        of: endpointOf(network.id),
        words: 'is not active any more',
        limitMs: LIMIT_MS,
        holds: isActive(network, false),
      }),
    send: (stop, { id }, _args, signal) => stop(id, signal),
  }),
  objectAction({
    id: 'network.delete',
    noun: 'network',
    on: 'network',
    title: 'Delete network',
    help: 'Delete a network that no VM is in.',
    keys: ['X'],
    danger: 'destroys',
    needs: 'network.delete',
    aliases: ['network.remove', 'network.rm'],
    fits: () => true,
    plan: (connection, { id }, _args, signal) => connection.network?.planDelete?.(id, signal),
    outcome: (_args, network) =>
      network &&
      seenInList({
        kind: 'network',
        of: endpointOf(network.id),
        words: 'is deleted',
        limitMs: LIMIT_MS,
        holds: isGone<'network'>(network.id),
      }),
    send: (remove, { id }, _args, signal) => remove(id, signal),
  }),
];
