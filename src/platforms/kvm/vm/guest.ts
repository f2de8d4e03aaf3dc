import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { type EndpointName, type NodeId, type VmId, vmId } from '../../../ids.ts';
import { type Bytes, bytes, kib } from '../../../units.ts';
import type { Trouble, Vm, VmAddress } from '../../contract.ts';
import { knownOf } from '../../lib/known.ts';
import { XmlError } from '../../transport/xml.ts';
import type { AddressRule } from '../address/address-rule.ts';
import { fixedAddress, leasedAddresses, onceEach } from '../address/guest-addresses.ts';
import { pendingIn } from '../definition/pending.ts';
import { isIdle } from '../files/restored.ts';
import { uuidText } from '../link/uuid.ts';
import { readGuestOs, spellGuestOs } from '../metadata/os-name.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { METADATA, XML } from '../rpc/flags.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import type { ListedGuest } from '../watch/list-guests.ts';
import { OS_NAMESPACE } from '../xml/guest-os.ts';
import { KCLI_NAMESPACE, type KcliMetadata, readKcliMetadata } from '../xml/metadata.ts';
import { stateOf } from './states.ts';

/** What watch() keeps of one domain. A change is a new object. */
export interface Guest {
  readonly domain: Domain;
  readonly state: number;
  readonly reason: number;
  readonly saved: boolean;
  /** Undefined until it was read for the first time. */
  readonly details: GuestDetails | undefined;
  readonly vm: Vm;
}

export interface GuestDetails {
  readonly memoryKib: number;
  readonly cpus: number;
  readonly autostart: boolean;
  readonly kcli: KcliMetadata;
  /** An id of libosinfo. */
  readonly os: string | undefined;
  /** What its disks can hold together, and how many they are, once its monitor has said so. */
  readonly storage?: Bytes;
  readonly diskCount?: number;
  /** Once it was seen running. */
  readonly nicCount?: number;
  /** From the host's leases. */
  readonly leases: readonly VmAddress[];
  /** What its next start changes, where that was looked at. */
  readonly pending?: readonly string[];
  /** It is paused, and libvirt does nothing with it. */
  readonly idle?: boolean;
  /** In ticks. */
  readonly readAt: number;
}

/** What no reading of its definition tells, but ticks while it runs. */
export type Held = Pick<GuestDetails, 'storage' | 'diskCount' | 'nicCount'>;

export interface Place {
  readonly endpoint: EndpointName;
  readonly node: NodeId;
  /** Which of its addresses a guest is shown with first; without it as they come. */
  readonly preferred?: AddressRule;
}

/** What a list of the host's guests does not hold. */
export interface GuestFacts {
  readonly details?: GuestDetails | undefined;
  readonly trouble?: Trouble | undefined;
  /** Epoch, ms: undefined when its start was not seen. */
  readonly bootedAt?: number | undefined;
}

export function createGuest(
  place: Place,
  { domain, state, reason, saved }: ListedGuest,
  { details, trouble, bootedAt }: GuestFacts,
): Guest {
  const uuid = uuidText(domain.uuid);
  const { kcli } = details ?? {};
  const vm: Vm = {
    id: idOf(place, uuid),
    uuid,
    name: domain.name,
    node: place.node,
    pool: undefined,
    ...stateOf(state, reason, saved, details?.idle),
    cpus: details?.cpus ?? 0,
    memory: details ? kib(details.memoryKib) : bytes(0),
    ips: ipsOf(place, kcli?.ip, details?.leases ?? []),
    autostart: details?.autostart,
    plan: kcli?.plan,
    profile: kcli?.profile,
    image: kcli?.image,
    tags: [],
    ...(details?.pending?.length && domain.id !== -1 ? { pending: details.pending } : {}),
    ...knownOf({
      os: spellGuestOs(details?.os ?? ''),
      owner: kcli?.owner,
      storage: details?.storage,
      diskCount: details?.diskCount,
      nicCount: details?.nicCount,
      bootedAt,
      trouble,
    }),
  };
  return { domain, state, reason, saved, details, vm };
}

/** The address that kcli gave it comes before those that were found, as in kcli, also while it is off. */
function ipsOf({ preferred }: Place, given: string | undefined, leases: readonly VmAddress[]): readonly string[] {
  const all = given === undefined ? leases : onceEach([fixedAddress(given), ...leases]);
  return (preferred ? preferred(all) : all).map(({ address }) => address);
}

export const idOf = (place: Place, uuid: string): VmId => vmId(place.endpoint, uuid);

export interface WantedDetails {
  readonly active: boolean;
  readonly pending: boolean;
  /** As in pendingIn. */
  readonly settling: boolean;
}

/**
 * All that a row shows, in one burst. None of it asks the guest's monitor, so that it comes at once also when that hangs. What the
 * next start changes is seen in two whole definitions.
 */
export async function readDetails(
  poll: RpcClient,
  domain: Domain,
  { active, pending: wantsPending, settling }: WantedDetails,
  clock: Clock,
  signal: AbortSignal,
): Promise<GuestDetails> {
  const options = { signal };
  const metadata = (uri: string) =>
    poll.call(procedures.domainMetadata, { domain, type: METADATA.element, uri, flags: 0 }, options);
  const [info, autostart, kcli, os, leases, pending] = await Promise.all([
    poll.call(procedures.domainInfo, { domain }, options),
    poll.call(procedures.domainAutostart, { domain }, options).catch(unlessGone(false)),
    metadata(KCLI_NAMESPACE).then(readKcliMetadata).catch(unlessGone<KcliMetadata>({})),
    metadata(OS_NAMESPACE).then(readGuestOs).catch(unlessGone(undefined)),
    active ? leasedAddresses(poll, domain, signal) : [],
    active && wantsPending ? readPending(poll, domain, settling, signal) : undefined,
  ]);
  const idle = await isIdle(poll, domain, info.state, signal);
  const rest = { kcli, os, leases, idle, ...(pending && { pending }), readAt: clock.ticks() };
  return { memoryKib: info.memoryKib, cpus: info.cpus, autostart, ...rest };
}

/** Nothing for one that has no saved definition, or that can't be read: its details say why. */
async function readPending(
  client: RpcClient,
  domain: Domain,
  settling: boolean,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const read = (flags: number) =>
    client.call(procedures.domainXml, { domain, flags }, { signal }).catch(unlessGone(undefined));
  const [running, saved, persistent] = await Promise.all([
    read(0),
    read(XML.inactive),
    client.call(procedures.domainIsPersistent, { domain }, { signal }).catch(unlessGone(false)),
  ]);
  if (running === undefined || saved === undefined || !persistent) return undefined;
  return pendingIn(running, saved, settling).catch((error: unknown) => {
    if (error instanceof XmlError) return undefined;
    throw error;
  });
}

/** A transient domain has no autostart, most have no metadata: that is an answer. That it is gone is not. */
export const unlessGone =
  <T>(value: T) =>
  (error: unknown): T => {
    if (error instanceof LibvirtError && error.code !== VIR_ERR.noDomain) return value;
    throw error;
  };

/** The daemon's "no", or its silence, about this one guest: all others go on. A link that is down is no such error. */
export const isAboutGuest = (error: unknown): error is LibvirtError | FleetError =>
  error instanceof LibvirtError || (error instanceof FleetError && error.code === 'op.timeout');

/** Whether its memory lies on the host's disk. A driver that can't do that has none; a transient domain neither. */
export const isSaved = (client: RpcClient, domain: Domain, signal: AbortSignal): Promise<boolean> =>
  client.call(procedures.hasManagedSave, { domain, flags: 0 }, { signal }).catch(unlessGone(false));
