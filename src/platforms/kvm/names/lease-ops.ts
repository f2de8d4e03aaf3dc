import { FleetError } from '../../../errors.ts';
import { type EndpointName, type LeaseId, leaseId } from '../../../ids.ts';
import type { Lease, LeaseOps, LeaseSpec, LossPlan, Warning } from '../../contract.ts';
import { addressOf, isDomain } from '../../lib/addresses.ts';
import { addressText, type Cidr, cidrText } from '../../lib/cidr.ts';
import { refusePlanned } from '../../lib/listed.ts';
import { type Host, type HostCall, onHost } from '../host/host-call.ts';
import { networkNamed } from '../network/find-network.ts';
import { isMac } from '../nic/mac.ts';
import { SECTION } from '../rpc/flags.ts';
import { type DhcpLease, procedures, type VirtualNetwork } from '../rpc/protocol.ts';
import { DONE } from '../vm/guest-call.ts';
import { element } from '../xml/write-element.ts';
import { type Change, changeNetwork } from './change-network.ts';
import { type Halves, type NetworkNames, type Reservation, readHalves, type Subnet } from './read-names.ts';
import { listRows, onRow } from './rows.ts';

/** One row of the list, with the reservation behind it, if any. */
export interface LeaseRow {
  readonly row: Lease;
  readonly kept: Halves<Reservation>;
}

/** What the dnsmasq of each network has given out, and what its definition keeps. */
export function createLeaseOps(host: Host): Required<LeaseOps> {
  const { endpoint } = host.place;
  const read = async (call: HostCall, network: VirtualNetwork) =>
    leasesOf(call, endpoint, network, await readHalves(call, network));

  return {
    list: (of, signal) => listRows(host, of, signal, read, (network) => unread(endpoint, network)),
    create: (_of, spec, signal) =>
      onHost(host, spec.network, signal, async (call) => {
        const network = await networkNamed(call, spec.network);
        const halves = await readHalves(call, network);
        const { ip, add, live, saved } = planOf(spec, halves);
        const warnings = await warningsOf(call, network, halves, spec, ip);
        await changeNetwork(call, network, `reserve ${ip}`, {
          live: live && { ...live, add },
          saved: saved && { ...saved, add },
        });
        return { warnings, id: leaseId(endpoint, `${spec.network}/${ip}`) };
      }),
    planDelete: (id, signal) => onRow(host, 'lease', id, signal, read, async (_call, _network, { row }) => lossOf(row)),
    delete: (id, signal) =>
      onRow(host, 'lease', id, signal, read, async (call, network, found) => {
        refusePlanned(lossOf(found.row));
        await changeNetwork(call, network, `release ${found.row.ip}`, removalsOf(found));
        return DONE;
      }),
  };
}

/** Of one network, out of its definitions. */
export const leasesOf = async (
  call: HostCall,
  endpoint: EndpointName,
  network: VirtualNetwork,
  halves: Halves<NetworkNames>,
): Promise<readonly LeaseRow[]> => rowsOf(endpoint, network.name, halves, await readGiven(call, network, halves));

async function readGiven(
  { client, signal }: HostCall,
  network: VirtualNetwork,
  { live }: Halves<NetworkNames>,
): Promise<readonly DhcpLease[]> {
  if (!live || live.subnets.length === 0) return [];
  const args = { network, mac: undefined, needResults: true, flags: 0 };
  return (await client.call(procedures.networkLeases, args, { signal })).leases;
}

/** A lease that is reserved for its NIC is one row with it. */
function rowsOf(
  endpoint: EndpointName,
  network: string,
  { live, saved }: Halves<NetworkNames>,
  leases: readonly DhcpLease[],
): readonly LeaseRow[] {
  const rows = new Map<string, LeaseRow>();
  const given = new Set(leases);
  const put = (ip: string, other: string, rowOf: (id: LeaseId) => LeaseRow): void => {
    const native = rows.has(`${network}/${ip}`) ? `${network}/${ip}/${other}` : `${network}/${ip}`;
    rows.set(native, rowOf(leaseId(endpoint, native)));
  };
  for (const kept of pairsOf(live?.reservations ?? [], saved?.reservations ?? [])) {
    const one = kept.live ?? kept.saved;
    if (!one) continue;
    const lease = leases.find((each) => isGivenTo(each, one));
    if (lease) given.delete(lease);
    const mac = one.mac ?? lease?.mac;
    const name = one.name ?? lease?.hostname ?? one.ip;
    put(one.ip, one.mac ?? name, (id) => ({
      row: {
        id,
        name,
        network,
        mac,
        ip: one.ip,
        reserved: true,
        until: lease && endOf(lease),
        identity: one.mac ?? name,
      },
      kept,
    }));
  }
  for (const lease of given) {
    const { address: ip, mac, hostname } = lease;
    put(ip, mac ?? '', (id) => ({
      row: { id, name: hostname || ip, network, mac, ip, reserved: false, until: endOf(lease) },
      kept: { live: undefined, saved: undefined },
    }));
  }
  return [...rows.values()].toSorted((a, b) => order(a.row.ip, b.row.ip));
}

/** Those that say the same in both halves belong together. */
function pairsOf(live: readonly Reservation[], saved: readonly Reservation[]): readonly Halves<Reservation>[] {
  const isSame = (a: Reservation) => (b: Reservation) => a.ip === b.ip && a.mac === b.mac && a.name === b.name;
  return [
    ...live.map((one) => ({ live: one, saved: saved.find(isSame(one)) })),
    ...saved.filter((one) => !live.some(isSame(one))).map((one) => ({ live: undefined, saved: one })),
  ];
}

const isGivenTo = ({ address, mac = '', hostname }: DhcpLease, one: Reservation): boolean =>
  address === one.ip && (one.mac === undefined ? hostname === one.name : mac.toLowerCase() === one.mac);

/** One of a network that gives addresses for ever has no end. */
const endOf = ({ until }: DhcpLease): number | undefined => (until > 0 ? until * 1000 : undefined);

/** By their numbers: 10.0.0.9 before 10.0.0.10. */
const order = new Intl.Collator('en', { numeric: true }).compare;

const unread = (endpoint: EndpointName, network: string): Lease => ({
  id: leaseId(endpoint, `${network}/`),
  name: network,
  network,
  mac: undefined,
  ip: '',
  reserved: false,
  until: undefined,
  unread: true,
});

/** The changes that take a reservation away. */
export function removalsOf({ kept: { live, saved } }: LeaseRow): Halves<Change> {
  const change = (one: Reservation | undefined): Change | undefined =>
    one && { section: SECTION.dhcpHost, parent: one.subnet, remove: one.element };
  return { live: change(live), saved: change(saved) };
}

const lossOf = ({ ip, name, mac, reserved }: Lease): LossPlan => ({
  goes: [`the reservation of ${ip} for ${[name === ip ? '' : name, mac ?? ''].filter(Boolean).join(', ')}`],
  stays: [],
  ...(!reserved && { refused: `${ip} is not reserved: it ends by itself` }),
});

/**
 * `ip` is as libvirt writes it, `add` the entry. Throws op.refused for what no NIC of the network could have, and op.conflict for what
 * is reserved already.
 */
export function planOf({ network, mac: written, ip: text, name }: LeaseSpec, { live, saved }: Halves<NetworkNames>) {
  const refused = (why: string, fix?: string) =>
    new FleetError('op.refused', `${network}: ${why}`, fix === undefined ? {} : { fix });
  const mac = written.toLowerCase();
  const address = addressOf(text);
  if (!address) throw refused(`${JSON.stringify(text)} is no address`);
  const ip = addressText(address.address, address.family);
  if (name !== '' && !isDomain(name)) throw refused(`${JSON.stringify(name)} is no name of a host`);
  if (mac !== '' && !isMac(mac))
    throw refused(`${JSON.stringify(written)} is no MAC of a NIC`, 'write one like 52:54:00:12:34:56');
  if (mac === '' && name === '') throw refused('an address is reserved for a MAC, or for a host by its name');
  if (mac !== '' && address.family === 6)
    throw refused('libvirt reserves no IPv6 address for a MAC', 'leave the MAC out, and write the name of the host');
  const changeOf = (half: NetworkNames | undefined): Change | undefined => {
    if (!half) return undefined;
    const { subnets, reservations } = half;
    const parent = subnets.findIndex((subnet) => subnet !== undefined && isIn(address, subnet));
    const subnet = subnets[parent];
    if (!subnet) {
      const own = subnets.flatMap((one) => (one ? [cidrText(one)] : []));
      throw refused(own.length > 0 ? `${ip} is not in ${own.join(' or ')}` : 'it gives no addresses of its own');
    }
    if (address.address === subnet.address) throw refused(`${ip} is the address of the host`);
    if (subnet.family === 4 && [subnet.first, subnet.last].includes(address.address))
      throw refused(`${ip} is the address of the whole network`);
    const taken = reservations.find(
      (one) => one.ip === ip || (mac !== '' && one.mac === mac) || (one.name === name && one.subnet === parent),
    );
    if (taken) {
      const whose = [taken.name, taken.mac].filter(Boolean).join(', ');
      throw new FleetError('op.conflict', `${network}: ${taken.ip} is reserved for ${whose} already`);
    }
    return { section: SECTION.dhcpHost, parent };
  };
  const add = element('host', { mac: mac || undefined, name: name || undefined, ip });
  return { ip, add, live: changeOf(live), saved: changeOf(saved) };
}

const isIn = (one: Cidr, { family, first, last }: Subnet): boolean =>
  one.family === family && one.address >= first && one.address <= last;

/** What the user may not expect of it. */
export async function warningsOf(
  call: HostCall,
  network: VirtualNetwork,
  halves: Halves<NetworkNames>,
  { mac }: LeaseSpec,
  ip: string,
): Promise<readonly Warning[]> {
  const half = halves.live ?? halves.saved;
  const hasDhcp = half?.subnets.some((subnet) => subnet?.hasDhcp) ?? true;
  const now = (await readGiven(call, network, halves)).find(({ address }) => address === ip);
  const details = [
    ...(hasDhcp ? [] : [`${network.name} gave no addresses until now: it gives those that are reserved from now on`]),
    ...(now && now.mac?.toLowerCase() !== mac.toLowerCase()
      ? [`${ip} is given to ${now.hostname || now.mac || 'another NIC'} now, and free when that ends`]
      : []),
  ];
  return details.map((detail) => ({ feature: 'lease.create', detail }));
}
