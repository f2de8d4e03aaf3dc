import { FleetError } from '../../../errors.ts';
import { type DnsId, dnsId, type EndpointName } from '../../../ids.ts';
import type { DnsOps, DnsRecord, DnsSpec } from '../../contract.ts';
import { addressOf, isDomain, isRecordName } from '../../lib/addresses.ts';
import { addressText } from '../../lib/cidr.ts';
import { type Host, type HostCall, onHost } from '../host/host-call.ts';
import { networkNamed } from '../network/find-network.ts';
import { SECTION } from '../rpc/flags.ts';
import type { VirtualNetwork } from '../rpc/protocol.ts';
import { DONE } from '../vm/guest-call.ts';
import { element } from '../xml/write-element.ts';
import { type Change, changeNetwork } from './change-network.ts';
import { type DnsEntry, type Halves, type NetworkNames, readHalves, withHostname } from './read-names.ts';
import { listRows, onRow } from './rows.ts';

/** One row of the list, with what is behind it in each half. */
export interface DnsRow {
  readonly row: DnsRecord;
  readonly entries: Halves<DnsEntry>;
}

/** What the dnsmasq of each network answers for by its definition: names of leases are not among them. */
export function createDnsOps(host: Host): Required<DnsOps> {
  const { endpoint } = host.place;
  const read = async (call: HostCall, network: VirtualNetwork) =>
    recordsOf(endpoint, network.name, await readHalves(call, network));

  return {
    list: (of, signal) => listRows(host, of, signal, read, (network) => unread(endpoint, network)),
    create: (_of, spec, signal) =>
      onHost(host, spec.zone, signal, async (call) => {
        const network = await networkNamed(call, spec.zone);
        const halves = await readHalves(call, network);
        const wanted = readSpec(spec);
        const changesOf = spec.overwrite === true ? replacementOf : additionOf;
        const [live, saved] = [halves.live, halves.saved].map((half) => half && changesOf(spec.zone, wanted, half));
        await changeNetwork(call, network, `add ${spec.name} ${wanted.type} ${wanted.data}`, { live, saved });
        return { ...DONE, id: idOf(endpoint, spec.zone, wanted) };
      }),
    planDelete: (id, signal) =>
      onRow(host, 'dns', id, signal, read, async (_call, _network, { row: { name, type, data } }) => ({
        goes: [`${name} ${type} ${data}`],
        stays: [],
      })),
    delete: (id, signal) =>
      onRow(host, 'dns', id, signal, read, async (call, network, found) => {
        await changeNetwork(call, network, `delete ${found.row.name} ${found.row.type}`, removalsOf(found));
        return DONE;
      }),
  };
}

type Wanted = Pick<DnsEntry, 'name' | 'type' | 'data'>;

const idOf = (endpoint: EndpointName, zone: string, { type, name, data }: Wanted): DnsId =>
  dnsId(endpoint, `${zone}/${type}/${name}/${data}`);

/** One row for each name of an address; what both halves have is one. */
export function recordsOf(
  endpoint: EndpointName,
  zone: string,
  { live, saved }: Halves<NetworkNames>,
): readonly DnsRow[] {
  const rows = new Map<DnsId, DnsRow>();
  const put = (entry: DnsEntry, half: 'live' | 'saved'): void => {
    const id = idOf(endpoint, zone, entry);
    const { name, type, data } = entry;
    const known = rows.get(id) ?? {
      row: { id, name, zone, type, ttl: undefined, data },
      entries: { live: undefined, saved: undefined },
    };
    rows.set(id, { ...known, entries: { ...known.entries, [half]: known.entries[half] ?? entry } });
  };
  for (const entry of live?.records ?? []) put(entry, 'live');
  for (const entry of saved?.records ?? []) put(entry, 'saved');
  return [...rows.values()];
}

const unread = (endpoint: EndpointName, zone: string): DnsRecord => {
  const id = dnsId(endpoint, `${zone}/`);
  return { id, name: zone, zone, type: '', ttl: undefined, data: '', unread: true };
};

/** The changes that take a name away; other names of the same address stay. */
export function removalsOf({ entries: { live, saved } }: DnsRow): Halves<Change> {
  return { live: live && without(live), saved: saved && without(saved) };
}

const without = (one: DnsEntry): Change => ({ section: one.section, parent: -1, remove: one.element, add: one.rest });

/** Longer texts are several to dnsmasq, and it doesn't start with them. */
const MOST_TEXT = 255;

/** Throws op.refused for what libvirt can't keep, and for what its dnsmasq would answer differently from what was written. */
export function readSpec({ zone, name, type: written, data }: DnsSpec): Wanted {
  const refused = (why: string, fix?: string) =>
    new FleetError('op.refused', `${zone}: ${why}`, fix === undefined ? {} : { fix });
  const type = written.toUpperCase();
  if (type === 'TXT') {
    if (!isRecordName(name)) throw refused(`the name ${JSON.stringify(name)} is none of a record`);
    if (data === '' || Buffer.byteLength(data) > MOST_TEXT)
      throw refused(`the data of a TXT record have 1 to ${MOST_TEXT} bytes`);
    if (/[,"\p{Cc}\p{Cs}\ufffe\uffff]|(^|\s)#|^\s|\s$/u.test(data))
      throw refused(
        `the data ${JSON.stringify(data)} would be answered differently: dnsmasq has a meaning for some of it`,
        'leave out commas, double quotes, a # behind a blank, and blanks at both ends',
      );
    return { name, type, data };
  }
  if (type !== 'A' && type !== 'AAAA')
    throw refused(`drover makes no record of the type ${JSON.stringify(written)} here`, 'choose A, AAAA or TXT');
  if (!isDomain(name)) throw refused(`the name ${JSON.stringify(name)} is none of a host`);
  const address = addressOf(data);
  if (address?.family !== (type === 'A' ? 4 : 6))
    throw refused(`the data ${JSON.stringify(data)} are no address of IPv${type === 'A' ? 4 : 6}, as ${type} has it`);
  return { name, type, data: addressText(address.address, address.family) };
}

export function additionOf(zone: string, { name, type, data }: Wanted, { records, hasDns }: NetworkNames): Change {
  if (!hasDns)
    throw new FleetError('op.refused', `${zone} answers no questions for names`, { fix: 'choose another zone' });
  const isText = type === 'TXT';
  // libvirt keeps one text for each name.
  const known = records.find((one) => one.type === type && one.name === name && (isText || one.data === data));
  if (known) throw new FleetError('op.conflict', `${zone} has ${name} ${type} ${known.data} already`);
  if (isText) return { section: SECTION.dnsTxt, parent: -1, add: element('txt', { name, value: data }) };
  const before = records.find((one) => one.section === SECTION.dnsHost && one.data === data)?.element;
  return { section: SECTION.dnsHost, parent: -1, remove: before, add: withHostname(before, data, name) };
}

/** It takes the place of all entries of its name and type; other names of their addresses stay. */
function replacementOf(zone: string, wanted: Wanted, names: NetworkNames): readonly Change[] {
  const isAlike = (one: DnsEntry) => one.name === wanted.name && one.type === wanted.type;
  const goes = names.records.filter((one) => isAlike(one) && one.data !== wanted.data);
  const left = names.records.filter((one) => !goes.includes(one));
  return [...goes.map(without), ...(left.some(isAlike) ? [] : [additionOf(zone, wanted, { ...names, records: left })])];
}
