/** The devices of a guest, as it runs and as it is saved. */
import { FleetError } from '../../../errors.ts';
import { AFFECT, XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { type Devices, readDevices } from '../xml/device-xml.ts';
import { isSaved } from './guest.ts';
import type { GuestCall } from './guest-call.ts';

export interface GuestDevices {
  /** Undefined while it is off. */
  readonly live: Devices | undefined;
  /** What the next start takes; undefined for a guest without a saved definition. */
  readonly saved: Devices | undefined;
  /** What is listed: as it runs, else as it is saved. */
  readonly now: Devices;
}

export async function readGuestDevices({ client, domain, signal }: GuestCall): Promise<GuestDevices> {
  const options = { signal };
  const read = async (flags: number) =>
    readDevices(await client.call(procedures.domainXml, { domain, flags }, options));
  if (domain.id === -1) {
    const saved = await read(XML.inactive);
    return { live: undefined, saved, now: saved };
  }
  const persistent = await client.call(procedures.domainIsPersistent, { domain }, options);
  const [live, saved] = await Promise.all([read(0), persistent ? read(XML.inactive) : undefined]);
  return { live, saved, now: live };
}

/** For changes. Throws op.conflict for a guest whose memory is saved: it wakes up with the devices that it had then. */
export async function readToChange(call: GuestCall): Promise<GuestDevices> {
  const { client, domain, signal } = call;
  const [devices, saved] = await Promise.all([readGuestDevices(call), isSaved(client, domain, signal)]);
  if (!saved || devices.live) return devices;
  throw new FleetError(
    'op.conflict',
    `${domain.name} is suspended, and would wake up with the devices that it has now`,
    {
      fix: 'start it first',
    },
  );
}

/** Where a change goes: at once where it runs, and for the next start where that is saved. */
export const affected = ({ live, saved }: GuestDevices): number =>
  (live ? AFFECT.live : 0) + (saved ? AFFECT.config : 0);

/** One device as it runs and as it is saved: either may be missing. */
export interface Pair<T> {
  readonly live: T | undefined;
  readonly saved: T | undefined;
}

export const pairOf = <T>({ live, saved }: GuestDevices, find: (devices: Devices) => T | undefined): Pair<T> => ({
  live: live && find(live),
  saved: saved && find(saved),
});
