/** Addresses that networks give and keep, and names that they answer for. */
import { endpointOf } from '../ids.ts';
import type { DnsRecord, Field } from '../platforms/contract.ts';
import type { Args, ObjectAction } from './action.ts';
import { deleteAction, LIMIT_MS, listAction } from './listed-verbs.ts';
import { objectAction } from './object-action.ts';
import { seenInList } from './seen-in-list.ts';
import { textIn } from './text-in.ts';

const ADDRESS = { source: '^[0-9a-fA-F.:]+$', complaint: 'an address: 192.168.150.20' };
const HOST = {
  source: '^(\\*|(\\*\\.)?[A-Za-z0-9_]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)$',
  complaint: 'letters, digits, - and ., as names of hosts have them',
};

/** Where a name is answered for. */
export const ZONE: Field = {
  key: 'zone',
  label: 'Zone',
  help: 'The zone; on libvirt a network.',
  kind: 'text',
  required: true,
};
export const OVERWRITE: Field = {
  key: 'overwrite',
  label: 'Overwrite',
  help: 'Take the place of entries of its name and type.',
  kind: 'flag',
  default: false,
  advanced: true,
};

export const leaseListAction = listAction(
  'lease',
  'Leases',
  'List the addresses that the networks of an endpoint have given out, or keep.',
);

export const leaseActions: readonly ObjectAction[] = [
  objectAction({
    id: 'lease.create',
    noun: 'lease',
    on: 'endpoint',
    title: 'Reserve address',
    help: 'Keep an address for a NIC.',
    keys: ['a'],
    danger: 'none',
    needs: 'lease.create',
    aliases: ['lease.reserve', 'lease.add'],
    options: [
      { key: 'ip', label: 'IP', help: 'The address.', kind: 'text', required: true, pattern: ADDRESS },
      {
        key: 'mac',
        label: 'MAC',
        help: 'Of the NIC.',
        kind: 'text',
        required: true,
        examples: ['52:54:00:12:34:56'],
        pattern: {
          source: '^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$',
          complaint: 'six pairs of hexadecimal digits: 52:54:00:12:34:56',
        },
      },
      { key: 'network', label: 'Network', help: 'The network.', kind: 'object', of: 'network', required: true },
      { key: 'host', label: 'Host', help: 'Name of the host.', kind: 'text', default: '' },
    ],
    fits: () => true,
    outcome: (args, endpoint) =>
      endpoint &&
      seenInList({
        kind: 'lease',
        of: endpoint.id,
        words: `keeps ${textIn(args, 'ip')}`,
        limitMs: LIMIT_MS,
        holds: (all) =>
          all.some(({ ip, reserved }) => reserved && ip === textIn(args, 'ip')) ||
          `does not keep ${textIn(args, 'ip')} yet`,
      }),
    send: (create, { id }, args, signal) =>
      create(
        id,
        {
          network: textIn(args, 'network'),
          mac: textIn(args, 'mac').toLowerCase(),
          ip: textIn(args, 'ip'),
          name: textIn(args, 'host'),
        },
        signal,
      ),
  }),
  objectAction({
    id: 'lease.delete',
    noun: 'lease',
    on: 'lease',
    title: 'Delete reservation',
    help: 'Keep an address for its NIC no longer.',
    keys: ['X'],
    danger: 'destroys',
    needs: 'lease.delete',
    aliases: ['lease.remove', 'lease.rm'],
    fits: ({ reserved }) => reserved || 'it is not reserved: it ends by itself',
    plan: (connection, { id }, _args, signal) => connection.lease?.planDelete?.(id, signal),
    outcome: (_args, lease) =>
      lease &&
      seenInList({
        kind: 'lease',
        of: endpointOf(lease.id),
        words: 'is not kept any more',
        limitMs: LIMIT_MS,
        holds: (all) => !all.some(({ id, reserved }) => id === lease.id && reserved) || 'is still kept',
      }),
    send: (remove, { id }, _args, signal) => remove(id, signal),
  }),
];

export const dnsListAction = listAction(
  'dns',
  'DNS entries',
  'List the names that the networks or zones of an endpoint answer for.',
);

/** An address says which type it is of, where none was said. */
const typeIn = (args: Args): string => {
  const data = textIn(args, 'data');
  return textIn(args, 'type') || (/^[0-9.]+$/.test(data) ? 'A' : data.includes(':') ? 'AAAA' : 'CNAME');
};
const isIt = ({ name, zone, type, data }: DnsRecord, args: Args): boolean =>
  (name === textIn(args, 'name') || name === `${textIn(args, 'name')}.${zone}`) &&
  zone === textIn(args, 'zone') &&
  type === typeIn(args) &&
  data === textIn(args, 'data');

export const dnsActions: readonly ObjectAction[] = [
  objectAction({
    id: 'dns.create',
    noun: 'dns',
    on: 'endpoint',
    title: 'Create DNS entry',
    help: 'Let a network or zone answer for a name.',
    keys: ['a'],
    danger: 'none',
    needs: 'dns.create',
    aliases: ['dns.add', 'dns.reserve'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the entry.', kind: 'text', required: true, pattern: HOST },
      { key: 'data', label: 'Data', help: 'What it answers: an address.', kind: 'text', required: true },
      ZONE,
      {
        key: 'type',
        label: 'Type',
        help: 'Left empty, A or AAAA as the address is.',
        kind: 'choice',
        options: ['A', 'AAAA', 'CNAME', 'TXT', 'MX', 'SRV', 'NS', 'PTR', 'CAA'],
        advanced: true,
      },
      {
        key: 'ttl',
        label: 'TTL',
        help: 'How long others may remember it, in seconds.',
        kind: 'count',
        min: 0,
        max: 2_147_483_647,
        advanced: true,
      },
      OVERWRITE,
    ],
    fits: () => true,
    outcome: (args, endpoint) =>
      endpoint &&
      seenInList({
        kind: 'dns',
        of: endpoint.id,
        words: `answers for ${textIn(args, 'name')}`,
        limitMs: LIMIT_MS,
        holds: (all) => all.some((one) => isIt(one, args)) || `does not answer for ${textIn(args, 'name')} yet`,
      }),
    send: (create, { id }, args, signal) =>
      create(
        id,
        {
          name: textIn(args, 'name'),
          zone: textIn(args, 'zone'),
          type: typeIn(args),
          data: textIn(args, 'data'),
          ...(typeof args['ttl'] === 'number' && { ttl: args['ttl'] }),
          ...(args['overwrite'] === true && { overwrite: true }),
        },
        signal,
      ),
  }),
  deleteAction({ noun: 'dns', title: 'Delete DNS entry', help: 'Let a name be answered for no longer.' }),
];
