/** Plugging devices in and out of a guest and changing them, where it runs and where it is saved. */
import { type Clock, wait } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import type { XmlElement } from '../../transport/xml.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { AFFECT } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { type Devices, readDevices } from '../xml/device-xml.ts';
import { hasNoFreePort } from '../xml/free-ports.ts';
import { writeElement } from '../xml/write-element.ts';
import { CHANGE_MS, type GuestCall } from './guest-call.ts';
import { affected, type GuestDevices, type Pair } from './guest-devices.ts';

/** A guest that runs takes part in an unplug: one that boots, is paused or uses the device may never do it. */
const LETS_GO_MS = 10_000;
const LOOK_EVERY_MS = 250;

/** In one call, of which libvirt does all or nothing but for a definition that can't be written in the end. */
export async function attachDevice(
  { client, domain, signal, change }: GuestCall,
  devices: GuestDevices,
  device: XmlElement,
): Promise<void> {
  const args = { domain, xml: writeElement(device), flags: affected(devices) };
  try {
    await change('attach', () => client.call(procedures.attachDevice, args, { signal, deadlineMs: CHANGE_MS }));
  } catch (error) {
    throw devices.live ? explained(error, domain.name, devices.live) : error;
  }
}

/**
 * Live first, and saved only when the guest has let go, so that nothing comes back as used that is not. Rejects with
 * op.timeout for a guest that does not let go; it still has the device then, and may let go of it later.
 */
export async function detachDevice(
  call: GuestCall,
  clock: Clock,
  { live, saved }: Pair<XmlElement>,
  what: string,
  isThere: (devices: Devices) => boolean,
): Promise<void> {
  const { client, domain, signal, change } = call;
  const send = (device: XmlElement, flags: number) =>
    client.call(
      procedures.detachDevice,
      { domain, xml: writeElement(device), flags },
      { signal, deadlineMs: CHANGE_MS },
    );
  if (live) {
    const isGone = await change('detach', async () => {
      const end = clock.ticks() + LETS_GO_MS;
      // libvirt waits for the guest, for some seconds; most releases then say yes, some that it took too long.
      const late = await send(live, AFFECT.live).then(() => undefined, unlessLate);
      if (await untilGone(call, clock, end, isThere)) return true;
      if (late) throw late;
      return false;
    }).catch(orOff);
    if (!isGone) throw stillHeld(domain.name, what);
  }
  if (!saved) return;
  const detach = change('detach', () => send(saved, AFFECT.config));
  await (live ? detach.catch(halfDone(`the running guest is without ${what}, but it is saved still`)) : detach);
}

/** Live first: what the running guest refuses is not saved either. */
export async function updateDevice(
  { client, domain, signal, change }: GuestCall,
  { live, saved }: Pair<XmlElement>,
): Promise<void> {
  const send = (device: XmlElement, flags: number) =>
    change('change a device', () =>
      client.call(
        procedures.updateDevice,
        { domain, xml: writeElement(device), flags },
        { signal, deadlineMs: CHANGE_MS },
      ),
    );
  if (live) await send(live, AFFECT.live).catch(orOff);
  if (!saved) return;
  const save = send(saved, AFFECT.config);
  await (live ? save.catch(halfDone('it is changed in the running guest, but not saved')) : save);
}

/** The daemon has said no, so that nothing was done. */
export const isRefusal = (error: unknown): error is FleetError =>
  error instanceof FleetError && error.cause instanceof LibvirtError;

function unlessLate(error: unknown): LibvirtError {
  if (error instanceof LibvirtError && error.code === VIR_ERR.timeout) return error;
  throw error;
}

async function untilGone(
  { client, domain, signal }: GuestCall,
  clock: Clock,
  end: number,
  isThere: (devices: Devices) => boolean,
): Promise<boolean> {
  for (;;) {
    const [xml, { id }] = await Promise.all([
      client.call(procedures.domainXml, { domain, flags: 0 }, { signal }),
      client.call(procedures.domainByUuid, { uuid: domain.uuid }, { signal }),
    ]);
    // One that has stopped meanwhile holds nothing any more.
    if (id === -1 || !isThere(await readDevices(xml))) return true;
    if (clock.ticks() >= end) return false;
    await wait(clock, LOOK_EVERY_MS, signal);
  }
}

const stillHeld = (name: string, what: string): FleetError =>
  new FleetError(
    'op.timeout',
    `${name}: the guest was asked for ${what} and has not let go of it within ${LETS_GO_MS / 1000} s; it stays saved as well`,
    { fix: 'see that the guest has booted and does not use it, or stop the VM first' },
  );

const halfDone =
  (what: string) =>
  (error: unknown): never => {
    if (!(error instanceof FleetError)) throw error;
    const { code, message, fix } = error;
    throw new FleetError(code, `${message} (${what})`, { ...(fix !== undefined && { fix }), cause: error.cause });
  };

function explained(error: unknown, name: string, live: Devices): unknown {
  if (!isRefusal(error)) return error;
  const { cause, code, message } = error;
  if (code === 'op.failed' && hasNoFreePort(live.all)) {
    return new FleetError('op.conflict', `${name} has no free PCI port for another device while it runs (${message})`, {
      fix: 'stop it first: libvirt makes room while it is off',
      cause,
    });
  }
  return withOff(error);
}

/** What libvirt refuses of a running guest may be possible while it is off. */
const withOff = (error: FleetError): FleetError =>
  error.code === 'op.unsupported'
    ? new FleetError(error.code, error.message, { fix: 'stop it first', cause: error.cause })
    : error;

function orOff(error: unknown): never {
  throw isRefusal(error) ? withOff(error) : error;
}
