import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { type EndpointName, type NodeId, type VmId, vmId } from '../../../ids.ts';
import { bytes, kib } from '../../../units.ts';
import type { Trouble, Vm } from '../../contract.ts';
import { uuidText } from '../link/uuid.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { ADDRESS_SOURCE, type Domain, METADATA, procedures } from '../rpc/protocol.ts';
import type { ListedGuest } from '../watch/list-guests.ts';
import { KCLI_NAMESPACE, type KcliMetadata, readKcliMetadata } from '../xml/metadata.ts';
import { usableAddresses } from './addresses.ts';
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
  readonly ips: readonly string[];
  /** In ticks. */
  readonly readAt: number;
}

export interface Place {
  readonly endpoint: EndpointName;
  readonly node: NodeId;
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
    ...stateOf(state, reason, saved),
    cpus: details?.cpus ?? 0,
    memory: details ? kib(details.memoryKib) : bytes(0),
    ips: details?.ips ?? [],
    autostart: details?.autostart,
    plan: kcli?.plan,
    profile: kcli?.profile,
    image: kcli?.image,
    tags: [],
    ...(bootedAt === undefined ? {} : { bootedAt }),
    ...(trouble ? { trouble } : {}),
  };
  return { domain, state, reason, saved, details, vm };
}

export const idOf = (place: Place, uuid: string): VmId => vmId(place.endpoint, uuid);

/** All that a row shows, in one burst. None of it asks the guest's monitor, so that it comes at once also when that hangs. */
export async function readDetails(
  poll: RpcClient,
  domain: Domain,
  active: boolean,
  clock: Clock,
  signal: AbortSignal,
): Promise<GuestDetails> {
  const options = { signal };
  const [info, autostart, kcli, ips] = await Promise.all([
    poll.call(procedures.domainInfo, { domain }, options),
    poll.call(procedures.domainAutostart, { domain }, options).catch(unlessGone(false)),
    poll
      .call(procedures.domainMetadata, { domain, type: METADATA.element, uri: KCLI_NAMESPACE, flags: 0 }, options)
      .then(readKcliMetadata)
      .catch(unlessGone<KcliMetadata>({})),
    active ? leasedAddresses(poll, domain, signal) : [],
  ]);
  return { memoryKib: info.memoryKib, cpus: info.cpus, autostart, kcli, ips, readAt: clock.ticks() };
}

/** What the host's own DHCP server gave the guest. */
export const leasedAddresses = (client: RpcClient, domain: Domain, signal: AbortSignal): Promise<readonly string[]> =>
  client
    .call(procedures.domainAddresses, { domain, source: ADDRESS_SOURCE.lease, flags: 0 }, { signal })
    .then(usableAddresses)
    .catch(unlessGone<readonly string[]>([]));

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
