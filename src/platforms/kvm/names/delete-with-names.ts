/** Addresses and names that networks keep for a VM: they go with it, as those that kcli made do. */
import { FleetError, sentence } from '../../../errors.ts';
import type { EndpointName } from '../../../ids.ts';
import type { Kept, VmOps, Warning } from '../../contract.ts';
import { XmlError } from '../../transport/xml.ts';
import { type Host, type HostCall, onHost } from '../host/host-call.ts';
import { findNetwork } from '../network/find-network.ts';
import { METADATA, XML } from '../rpc/flags.ts';
import { procedures, type VirtualNetwork } from '../rpc/protocol.ts';
import { isAboutGuest, unlessGone } from '../vm/guest.ts';
import { type GuestCall, type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { otherDomains } from '../vm/other-domains.ts';
import { readAllDisks } from '../xml/domain-xml.ts';
import { KCLI_NAMESPACE, type KcliMetadata, readKcliMetadata } from '../xml/metadata.ts';
import { type Change, changeNetwork, removalOf } from './change-network.ts';
import { recordsOf, removalsOf as removalsOfRecord } from './dns-ops.ts';
import { type LeaseRow, leasesOf, removalsOf as removalsOfLease } from './lease-ops.ts';
import { type Halves, readHalves } from './read-names.ts';

/** A reservation or a DNS entry of a VM. */
interface Belonging {
  readonly network: VirtualNetwork;
  /** `the reservation of 10.0.0.5 in lab`. */
  readonly words: string;
  /** That take it away. */
  readonly changes: Halves<Change>;
}

interface Owner {
  readonly vm: string;
  /** In lower case. */
  readonly macs: ReadonlySet<string>;
  /** That kcli made its names in. */
  readonly domain: string | undefined;
}

interface Found {
  readonly owner: Owner;
  readonly goes: readonly Belonging[];
  /** With the reason. */
  readonly stays: readonly string[];
}

type Deletes = Required<Pick<VmOps, 'planDelete' | 'delete'>>;

/**
 * Deleting a VM together with what networks keep for it. Looked for before, removed after the VM is gone; with its disks they
 * are kept, since the plan says of all of it that it stays then.
 */
export function deleteWithNames(inner: Deletes, calls: GuestCalls, host: Host): Deletes {
  const { endpoint } = host.place;
  const find = (call: GuestCall) => belongingsOf(call, endpoint);
  return {
    async planDelete(id, signal) {
      const plan = await inner.planDelete(id, signal);
      const { goes, stays } = await onGuest(calls, id, signal, find);
      return { ...plan, goes: [...plan.goes, ...goes.map(({ words }) => words)], stays: [...plan.stays, ...stays] };
    },
    async delete(id, options, signal) {
      const { owner, goes, stays } = await onGuest(calls, id, signal, find);
      const accepted = await inner.delete(id, options, signal);
      const all = [...stays, ...(options.keepDisks ? goes.map(({ words }) => words) : [])];
      const warnings = all.map((detail): Warning => ({ feature: 'networks', detail: `stays: ${detail}` }));
      const kept: Kept[] = [...(accepted.kept ?? [])];
      if (!options.keepDisks)
        await onHost(host, owner.vm, signal, async (call) => {
          // Reservations go last: they say whose the names of their addresses are.
          for (const one of goes.toReversed()) kept.push(...(await remove(call, endpoint, owner, one)));
        }).catch((error: unknown) => void kept.push(...goes.map((one) => left(one, error))));
      return { ...accepted, warnings: [...accepted.warnings, ...warnings], ...(kept.length > 0 && { kept }) };
    },
  };
}

/** Looked at once more. The VM is gone by now: what is left is reported, and is no failure of the whole. */
async function remove(call: HostCall, endpoint: EndpointName, owner: Owner, one: Belonging): Promise<readonly Kept[]> {
  const { network, words } = one;
  try {
    const now = (await ofNetwork(call, endpoint, network, owner)).find((each) => each.words === words);
    if (now) await changeNetwork(call, network, `delete ${words}`, now.changes);
    return [];
  } catch (error) {
    return [left(one, error)];
  }
}

function left({ network, words, changes: { live, saved } }: Belonging, error: unknown): Kept {
  const change = live ?? saved;
  const fix = error instanceof FleetError && error.fix ? error.fix : change && removalOf(network, change);
  return { path: words, why: `it could not be removed: ${sentence(error)}${fix ? ` (${fix})` : ''}` };
}

async function belongingsOf(call: GuestCall, endpoint: EndpointName): Promise<Found> {
  const { client, domain, signal } = call;
  const text = await client.call(procedures.domainXml, { domain, flags: XML.inactive }, { signal });
  const plugged = (await readAllDisks(text, 'domain')).nics.filter((nic) => nic.network !== undefined);
  const macs = new Set(plugged.map(({ mac }) => mac.toLowerCase()));
  const kcli = await client
    .call(procedures.domainMetadata, { domain, type: METADATA.element, uri: KCLI_NAMESPACE, flags: 0 }, { signal })
    .then(readKcliMetadata)
    .catch(unlessGone<KcliMetadata>({}));
  const owner = { vm: domain.name, macs, domain: kcli.domain };
  const goes: Belonging[] = [];
  const unread: string[] = [];
  for (const source of new Set(plugged.map((nic) => nic.source))) {
    try {
      const network = await findNetwork(call, source);
      if (network) goes.push(...(await ofNetwork(call, endpoint, network, owner)));
    } catch (error) {
      if (!isAboutGuest(error) && !(error instanceof XmlError)) throw error;
      unread.push(`what the network ${source} keeps for it (${error.message})`);
    }
  }
  const others = goes.length > 0 ? await othersWith(call, macs) : undefined;
  if (others === undefined) return { owner, goes, stays: unread };
  return { owner, goes: [], stays: [...unread, ...goes.map(({ words }) => `${words} (${others})`)] };
}

/**
 * Its own are the reservations for its MACs, all names of their addresses, and its own name, alone or in the network's domain, for
 * any address that no other NIC has.
 */
async function ofNetwork(
  call: HostCall,
  endpoint: EndpointName,
  network: VirtualNetwork,
  { vm, macs, domain }: Owner,
): Promise<readonly Belonging[]> {
  const halves = await readHalves(call, network);
  const leases = await leasesOf(call, endpoint, network, halves);
  const hasMac = ({ row: { mac } }: LeaseRow) => mac !== undefined && macs.has(mac.toLowerCase());
  const own = leases.filter((one) => one.row.reserved && hasMac(one));
  const ips = new Set(own.map(({ row }) => row.ip));
  const foreign = new Set(leases.filter((one) => !hasMac(one)).map(({ row }) => row.ip));
  const domains = [halves.live?.domain, halves.saved?.domain, network.name, domain];
  const names = new Set([vm, ...domains.flatMap((one) => (one ? [`${vm}.${one}`] : []))]);
  const records = recordsOf(endpoint, network.name, halves).filter(
    ({ row: { name, type, data } }) =>
      (type === 'A' || type === 'AAAA') && (ips.has(data) || (names.has(name) && !foreign.has(data))),
  );
  return [
    ...own.map((one) => ({
      network,
      words: `the reservation of ${one.row.ip} in ${network.name}`,
      changes: removalsOfLease(one),
    })),
    ...records.map((one) => ({
      network,
      words: `the DNS entry ${one.row.name} ${one.row.type} ${one.row.data} in ${network.name}`,
      changes: removalsOfRecord(one),
    })),
  ];
}

/** Why they may be another VM's too: it has a NIC with the same MAC, or can't be read. */
async function othersWith(call: GuestCall, macs: ReadonlySet<string>): Promise<string | undefined> {
  for await (const { vm, what, nics, fault } of otherDomains(call, false)) {
    if (fault !== undefined) return `${what} can't be read: ${fault}`;
    if (nics.some(({ mac }) => macs.has(mac.toLowerCase()))) return `${vm} has the same MAC`;
  }
  return undefined;
}
