/** Networks of an endpoint. */
import { endpointOf } from '../ids.ts';
import {
  type Field,
  NETWORK_MODES,
  type Network,
  type NetworkMode,
  type NetworkRate,
  type NetworkSpec,
} from '../platforms/contract.ts';
import type { Args, ListAction, ObjectAction } from './action.ts';
import { networkEditAction } from './network-edit.ts';
import { NEW_NAME } from './new-name.ts';
import { objectAction } from './object-action.ts';
import { PLAN } from './plan-option.ts';
import { isGone, seenByName, seenInList } from './seen-in-list.ts';
import { listIn, textIn } from './text-in.ts';

const LIMIT_MS = 60_000;

const CIDR = { source: '^([0-9a-fA-F.:]+/[0-9]{1,3})?$', complaint: 'addresses with a length: 192.168.150.0/24' };

const RANGE = {
  source: '^([0-9a-fA-F.:]+-[0-9a-fA-F.:]+( *, *[0-9a-fA-F.:]+-[0-9a-fA-F.:]+)*)?$',
  complaint: 'two addresses: 192.168.150.100-192.168.150.199',
};

const VLANS = { source: '^([0-9]+([ ,]+[0-9]+)*)?$', complaint: 'numbers of VLANs, with commas between them: 10,20' };

const MOST_RATE = 2 ** 31 - 1;

/** What all its NICs together may receive and send, as NICs have it of their own. */
const RATES: readonly Field[] = (['in', 'out'] as const).flatMap((way) => {
  const verb = way === 'in' ? 'receive' : 'send';
  const rate = { kind: 'count', min: 1, max: MOST_RATE, advanced: true } as const;
  return [
    {
      ...rate,
      key: `${way}-average`,
      label: `Rate ${way}`,
      help: `What all its NICs together may ${verb}, in KiB a second.`,
    },
    { ...rate, key: `${way}-peak`, label: `Peak ${way}`, help: 'For a short time, in KiB a second.' },
    { ...rate, key: `${way}-burst`, label: `Burst ${way}`, help: 'How much at that rate, in KiB.' },
  ];
});

function rateIn(args: Args, way: 'in' | 'out'): NetworkRate | undefined {
  const [average, peak, burst] = ['average', 'peak', 'burst'].map((key) => {
    const value = args[`${way}-${key}`];
    return typeof value === 'number' ? value : undefined;
  });
  return (average ?? peak ?? burst) === undefined ? undefined : { average, peak, burst };
}

const modeIn = (args: Args): NetworkMode => NETWORK_MODES.find((mode) => mode === args['mode']) ?? 'nat';

/** What these options of `network.create` ask for. */
export function networkIn(args: Args): NetworkSpec {
  const [dualCidr, range, boot] = ['dual-cidr', 'range', 'boot'].map((key) => textIn(args, key));
  const forwarders = listIn(args, 'forwarders');
  const vlans = listIn(args, 'vlan').map(Number);
  const portGroups = listIn(args, 'port-groups').map(Number);
  const { mtu } = args;
  const [inbound, outbound] = [rateIn(args, 'in'), rateIn(args, 'out')];
  return {
    name: textIn(args, 'name'),
    mode: modeIn(args),
    cidr: textIn(args, 'cidr'),
    dhcp: args['dhcp'] !== false && textIn(args, 'cidr') !== '',
    device: textIn(args, 'device'),
    domain: textIn(args, 'domain'),
    ...(dualCidr && { dualCidr }),
    ...(range && { range }),
    ...(boot && { boot }),
    ...(forwarders.length > 0 && { forwarders }),
    ...(typeof mtu === 'number' && { mtu }),
    ...(args['autostart'] === false && { autostart: false }),
    ...(textIn(args, 'plan') !== '' && { plan: textIn(args, 'plan') }),
    ...(args['openvswitch'] === true && { openvswitch: true }),
    ...(vlans.length > 0 && { vlans }),
    ...(portGroups.length > 0 && { portGroups }),
    ...(inbound && { inbound }),
    ...(outbound && { outbound }),
  };
}

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
      { key: 'name', label: 'Name', help: 'Name of the network.', kind: 'text', required: true, pattern: NEW_NAME },
      {
        key: 'mode',
        label: 'Mode',
        help: 'How it reaches other networks: through its node (nat, routed, open), by a bridge or interface of its node, or not at all.',
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
        pattern: CIDR,
      },
      { key: 'dhcp', label: 'DHCP', help: 'Hand addresses out.', kind: 'flag', default: true },
      {
        key: 'device',
        label: 'Device',
        help: 'The bridge of the node that it stands for, or the interface of the node that it goes out by.',
        kind: 'text',
        default: '',
        when: { key: 'mode', is: ['bridge', 'macvtap', 'nat', 'routed'] },
      },
      { key: 'domain', label: 'Domain', help: 'DNS domain of its addresses.', kind: 'text', default: '' },
      {
        key: 'dual-cidr',
        label: 'Dual CIDR',
        help: 'Addresses of the other version of IP, for a network that has both.',
        kind: 'text',
        default: '',
        examples: ['fd00:150::/64'],
        pattern: CIDR,
        advanced: true,
      },
      {
        key: 'range',
        label: 'DHCP range',
        help: 'First and last address that DHCP gives; left empty, all but the first and the last.',
        kind: 'text',
        default: '',
        examples: ['192.168.150.100-192.168.150.199'],
        pattern: RANGE,
        advanced: true,
      },
      {
        key: 'boot',
        label: 'Boot file',
        help: 'What machines that boot from the network are sent: a file, or FILE@SERVER.',
        kind: 'text',
        default: '',
        advanced: true,
      },
      {
        key: 'forwarders',
        label: 'Forwarders',
        help: 'Name servers for what the network does not know, with commas between them.',
        kind: 'text',
        default: '',
        advanced: true,
      },
      {
        key: 'mtu',
        label: 'MTU',
        help: 'Largest packet, in bytes.',
        kind: 'count',
        min: 68,
        max: 65_535,
        advanced: true,
      },
      {
        key: 'autostart',
        label: 'Autostart',
        help: 'Start it with its node.',
        kind: 'flag',
        default: true,
        advanced: true,
      },
      {
        key: 'openvswitch',
        label: 'Open vSwitch',
        help: 'The bridge is one of Open vSwitch.',
        kind: 'flag',
        default: false,
        when: { key: 'mode', is: ['bridge'] },
        advanced: true,
      },
      {
        key: 'vlan',
        label: 'VLAN',
        help: 'Tag of what its NICs send; several, with commas, make each NIC a trunk. For Open vSwitch.',
        kind: 'text',
        default: '',
        examples: ['42'],
        pattern: VLANS,
        when: { key: 'mode', is: ['bridge'] },
        advanced: true,
      },
      {
        key: 'port-groups',
        label: 'Port groups',
        help: 'VLANs that get a port group each, called vlan-10. For Open vSwitch.',
        kind: 'text',
        default: '',
        examples: ['10,20'],
        pattern: VLANS,
        when: { key: 'mode', is: ['bridge'] },
        advanced: true,
      },
      ...RATES,
      PLAN,
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seenByName('network', args, endpoint.id, LIMIT_MS),
    send: (create, { id }, args, signal) => create(id, networkIn(args), signal),
  }),
  networkEditAction,
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
