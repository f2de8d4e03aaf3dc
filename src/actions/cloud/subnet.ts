/** Ranges of addresses in networks. */
import { endpointOf } from '../../ids.ts';
import type { Subnet, SubnetChanges } from '../../platforms/contract.ts';
import type { Args, ObjectAction } from '../action.ts';
import { deleteAction, LIMIT_MS, listAction } from '../listed-verbs.ts';
import { NEW_NAME } from '../new-name.ts';
import { objectAction } from '../object-action.ts';
import { PLAN } from '../plan-option.ts';
import { seenByName, seenInList } from '../seen-in-list.ts';
import { listIn, textIn } from '../text-in.ts';

const CIDR = { source: '^[0-9a-fA-F.:]+/[0-9]{1,3}$', complaint: 'addresses with a length: 10.0.1.0/24' };
const ADDRESS = { source: '^([0-9a-fA-F.:]+)?$', complaint: 'an address: 10.0.1.1' };
const ADDRESSES = {
  source: '^([0-9a-fA-F.:]+([ ,]+[0-9a-fA-F.:]+)*)?$',
  complaint: 'addresses with commas between them: 9.9.9.9,1.1.1.1',
};

export const subnetListAction = listAction('subnet', 'Subnets', 'List the subnets of the networks of an endpoint.');

/** Only what was said. */
const changesIn = (args: Args): SubnetChanges => ({
  ...(typeof args['public'] === 'boolean' && { public: args['public'] }),
  ...(typeof args['dhcp'] === 'boolean' && { dhcp: args['dhcp'] }),
  ...(typeof args['name-servers'] === 'string' && { nameServers: listIn(args, 'name-servers') }),
});

const isChanged = ({ public: isPublic, dhcp, nameServers }: Subnet, changes: SubnetChanges): boolean =>
  (changes.public ?? isPublic) === isPublic &&
  (changes.dhcp ?? dhcp) === dhcp &&
  (changes.nameServers ?? nameServers).join() === nameServers.join();

export const subnetActions: readonly ObjectAction[] = [
  objectAction({
    id: 'subnet.create',
    noun: 'subnet',
    on: 'endpoint',
    title: 'Create subnet',
    help: 'Make a range of addresses in a network.',
    keys: ['a'],
    danger: 'none',
    needs: 'subnet.create',
    aliases: ['subnet.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the subnet.', kind: 'text', required: true, pattern: NEW_NAME },
      { key: 'network', label: 'Network', help: 'The network.', kind: 'object', of: 'network', required: true },
      {
        key: 'cidr',
        label: 'CIDR',
        help: 'Its addresses.',
        kind: 'text',
        required: true,
        examples: ['10.0.1.0/24'],
        pattern: CIDR,
      },
      {
        key: 'zone',
        label: 'Zone',
        help: "The availability zone; left empty, the platform's choice.",
        kind: 'text',
        default: '',
      },
      {
        key: 'gateway',
        label: 'Gateway',
        help: "Its gateway; left empty, the platform's choice.",
        kind: 'text',
        default: '',
        pattern: ADDRESS,
        advanced: true,
      },
      { key: 'dhcp', label: 'DHCP', help: 'Hand addresses out.', kind: 'flag', default: true, advanced: true },
      {
        key: 'name-servers',
        label: 'Name servers',
        help: 'Name servers that its VMs get, with commas between them.',
        kind: 'text',
        default: '',
        pattern: ADDRESSES,
        advanced: true,
      },
      PLAN,
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seenByName('subnet', args, endpoint.id, LIMIT_MS),
    send: (create, { id }, args, signal) =>
      create(
        id,
        {
          name: textIn(args, 'name'),
          network: textIn(args, 'network'),
          cidr: textIn(args, 'cidr'),
          zone: textIn(args, 'zone'),
          gateway: textIn(args, 'gateway'),
          dhcp: args['dhcp'] !== false,
          nameServers: listIn(args, 'name-servers'),
          ...(textIn(args, 'plan') !== '' && { plan: textIn(args, 'plan') }),
        },
        signal,
      ),
  }),
  objectAction({
    id: 'subnet.update',
    noun: 'subnet',
    on: 'subnet',
    title: 'Change subnet',
    help: 'Change what VMs in a subnet get.',
    keys: ['E'],
    danger: 'none',
    needs: 'subnet.update',
    aliases: ['subnet.edit'],
    options: [
      { key: 'public', label: 'Public', help: 'Give new VMs in it a public address.', kind: 'flag' },
      { key: 'dhcp', label: 'DHCP', help: 'Hand addresses out.', kind: 'flag' },
      {
        key: 'name-servers',
        label: 'Name servers',
        help: 'Name servers that its VMs get, with commas between them; empty for none.',
        kind: 'text',
        pattern: ADDRESSES,
      },
    ],
    fits: () => true,
    outcome: (args, subnet) =>
      subnet &&
      seenInList({
        kind: 'subnet',
        of: endpointOf(subnet.id),
        words: 'is changed',
        limitMs: LIMIT_MS,
        holds: (all) =>
          all.some((one) => one.id === subnet.id && isChanged(one, changesIn(args))) || 'is not changed yet',
      }),
    send: (update, { id }, args, signal) => update(id, changesIn(args), signal),
  }),
  deleteAction({ noun: 'subnet', title: 'Delete subnet', help: 'Delete a subnet that nothing uses.' }),
];
