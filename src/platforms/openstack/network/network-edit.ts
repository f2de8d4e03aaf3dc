/** Changes of a network and its subnets (API reference of Networking v2.0: PUT /v2.0/networks/ID, PUT /v2.0/subnets/ID). */
import { isIPv6 } from 'node:net';
import { FleetError } from '../../../errors.ts';
import type { NetworkId } from '../../../ids.ts';
import type { NetworkOps, NetworkSettings } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { refuseStaleNetwork } from '../../lib/refuse-stale.ts';
import { type Made, shellWord, takeBack } from '../../lib/take-back.ts';
import type { Api } from '../api.ts';
import { numberOf, rowsIn, textsIn } from '../json.ts';
import { type ListedRow, readListed } from '../listed-rows.ts';
import type { Project } from '../project.ts';
import { findById } from './find-network.ts';

type Key = keyof NetworkSettings;

interface Read {
  readonly neutron: Api;
  readonly name: string;
  readonly native: string;
  readonly row: Row;
  readonly subnets: readonly ListedRow[];
  readonly settings: Partial<NetworkSettings>;
}

/** One request, and what the object had before. */
interface Step {
  readonly noun: 'network' | 'subnet';
  readonly native: string;
  readonly name: string;
  readonly to: Row;
  readonly from: Row;
}

/** Least that hosts must take (RFC 791, RFC 8200). */
const LEAST_MTU = { 4: 68, 6: 1280 } as const;

export function createNetworkEdit(project: Project): Required<Pick<NetworkOps, 'settings' | 'update'>> {
  async function read(id: NetworkId, signal: AbortSignal): Promise<Read> {
    const { neutron, native, row, name } = await findById(project, id, signal);
    const query = { network_id: native };
    const subject = `the subnets of ${name}`;
    const subnets = await readListed(neutron, '/subnets', 'subnets', { subject, signal, query });
    return { neutron, name, native, row, subnets, settings: settingsOf(row, subnets) };
  }

  return {
    async settings(id, signal) {
      const { settings } = await read(id, signal);
      // Nothing waits for a restart, so that no server loses a link by one.
      return { settings, atRestart: [], users: [] };
    },
    async update(id, asked, basedOn, _options, signal) {
      const now = await read(id, signal);
      refuseStaleNetwork(now.name, basedOn, now.settings);
      const changes = differing(now.settings, asked);
      refuseUnfit(now, changes);
      await inSteps(now.neutron, now.name, stepsFor(now, changes), signal);
      return { warnings: [] };
    },
  };
}

const versionOf = (row: Row): 4 | 6 => (numberOf(row, 'ip_version') === 6 ? 6 : 4);
const serversOf = (row: Row): readonly string[] => textsIn(row, 'dns_nameservers');
const poolsOf = (row: Row): readonly string[] =>
  rowsIn(row, 'allocation_pools').map((pool) => `${textOf(pool, 'start')}-${textOf(pool, 'end')}`);

function settingsOf(network: Row, subnets: readonly ListedRow[]): Partial<NetworkSettings> {
  const rows = subnets.map(({ row }) => row);
  return {
    mtu: numberOf(network, 'mtu') || null,
    // Only where this Neutron keeps names.
    ...('dns_domain' in network && { domain: (textOf(network, 'dns_domain') ?? '').replace(/\.$/, '') }),
    ...(rows.length > 0 && {
      dhcp: rows.some((row) => row['enable_dhcp'] === true),
      range: rows.flatMap(poolsOf).join(', '),
      forwarders: [...new Set(rows.flatMap(serversOf))],
    }),
  };
}

function differing(now: Partial<NetworkSettings>, asked: Partial<NetworkSettings>): Partial<NetworkSettings> {
  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return Object.fromEntries(
    Object.entries(asked).filter(([key, value]) => value !== undefined && !isSame(now[key as Key], value)),
  );
}

/** Throws op.refused for what this network can't be. */
function refuseUnfit({ name, settings, subnets }: Read, changes: Partial<NetworkSettings>): void {
  const refused = (why: string, fix?: string) =>
    new FleetError('op.refused', `${name}: ${why}`, fix === undefined ? {} : { fix });
  const strange = Object.keys(changes).find((key) => !Object.hasOwn(settings, key));
  if (strange !== undefined) throw refused(`a network of Neutron has no ${strange} that its users change`);
  const { mtu, range } = changes;
  const least = Math.max(0, ...subnets.map(({ row }) => LEAST_MTU[versionOf(row)]));
  if (mtu === null) throw refused('Neutron does not go back to its own MTU', 'give a number of bytes');
  if (mtu !== undefined && mtu < least) throw refused(`its subnets need an MTU of ${least} or more`);
  if (range === undefined) return;
  if (range.trim() === '') throw refused('Neutron has no usual range', 'give the first and the last address');
  for (const version of new Set(rangesIn(range).map(({ version }) => version))) {
    const count = subnets.filter(({ row }) => versionOf(row) === version).length;
    if (count !== 1) throw refused(`it has ${count} subnets of IPv${version}, and a range is of one`);
  }
}

interface Range {
  readonly version: 4 | 6;
  readonly start: string;
  readonly end: string;
}

const rangesIn = (text: string): readonly Range[] =>
  text.split(',').flatMap((one) => {
    const [start = '', end = ''] = one.split('-').map((word) => word.trim());
    return start === '' ? [] : [{ version: isIPv6(start) ? 6 : 4, start, end }];
  });

/** Subnets first: what they refuse has changed nothing then. */
function stepsFor({ native, name, row, subnets }: Read, changes: Partial<NetworkSettings>): readonly Step[] {
  const { mtu, domain, dhcp, forwarders, range } = changes;
  const ranges = rangesIn(range ?? '');
  const ofSubnets = subnets.map((subnet): Step => {
    const version = versionOf(subnet.row);
    const pools = ranges.filter((one) => one.version === version).map(({ start, end }) => ({ start, end }));
    const to: Row = {
      ...(dhcp !== undefined && { enable_dhcp: dhcp }),
      ...(forwarders && { dns_nameservers: forwarders.filter((server) => isIPv6(server) === (version === 6)) }),
      ...(pools.length > 0 && { allocation_pools: pools }),
    };
    return { noun: 'subnet', native: subnet.id, name: subnet.name, to, from: valuesOf(subnet.row, to) };
  });
  const dotted = domain === '' || domain?.endsWith('.') ? domain : `${domain}.`;
  const to: Row = { ...(mtu !== undefined && { mtu }), ...(domain !== undefined && { dns_domain: dotted }) };
  return [...ofSubnets, { noun: 'network' as const, native, name, to, from: valuesOf(row, to) }].filter(
    (step) => JSON.stringify(step.to) !== JSON.stringify(step.from),
  );
}

/** What a row has for the keys of another one. */
const valuesOf = (row: Row, keys: Row): Row => Object.fromEntries(Object.keys(keys).map((key) => [key, row[key]]));

/** All of them, or none: what was done before one is refused is put back. */
async function inSteps(neutron: Api, subject: string, steps: readonly Step[], signal: AbortSignal): Promise<void> {
  const done: Made[] = [];
  const own = new AbortController().signal;
  for (const { noun, native, name, to, from } of steps) {
    const path = `/${noun}s/${encodeURIComponent(native)}`;
    const put = (row: Row, until: AbortSignal) =>
      neutron.change('PUT', path, { signal: until, subject, json: { [noun]: row } });
    const what = { what: `the change of the ${noun} ${name}`, command: commandFor(noun, native, from) };
    const made = { ...what, undo: () => put(from, own) };
    try {
      await put(to, signal);
    } catch (error) {
      throw await takeBack(signal.aborted ? signal.reason : error, done, { asked: made });
    }
    done.push(made);
  }
}

/** What puts the values of a row back by hand. */
function commandFor(noun: Step['noun'], native: string, row: Row): string {
  const flags = [
    ...('enable_dhcp' in row ? [row['enable_dhcp'] === true ? '--dhcp' : '--no-dhcp'] : []),
    ...('dns_nameservers' in row ? ['--no-dns-nameservers'] : []),
    ...serversOf(row).map((server) => `--dns-nameserver ${shellWord(server)}`),
    ...('allocation_pools' in row ? ['--no-allocation-pool'] : []),
    ...rowsIn(row, 'allocation_pools').map(
      (pool) => `--allocation-pool ${shellWord(`start=${textOf(pool, 'start')},end=${textOf(pool, 'end')}`)}`,
    ),
    ...('mtu' in row ? [`--mtu ${shellWord(String(row['mtu']))}`] : []),
    ...('dns_domain' in row ? [`--dns-domain ${shellWord(String(row['dns_domain']))}`] : []),
  ];
  return ['openstack', noun, 'set', ...flags, native].join(' ');
}
