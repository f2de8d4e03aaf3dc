/** One operation on one guest: looks it up, calls, and makes sentences of what goes wrong. */
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { nativeOf, type VmId } from '../../../ids.ts';
import type { Accepted } from '../../contract.ts';
import type { HostCall } from '../host/host-call.ts';
import type { HostFiles } from '../host/host-files.ts';
import type { Daemon } from '../link/daemon.ts';
import { mutationError, normalizeError } from '../link/normalize-error.ts';
import { uuidBytes } from '../link/uuid.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';

export interface GuestCall extends HostCall {
  /** As the daemon knows it now. */
  readonly domain: Domain;
  /** The daemon's version, packed: 9,000,000 is 9.0.0. */
  readonly libvirt: number;
}

export interface GuestCalls {
  readonly daemon: Daemon;
  /** The watch reads this guest again. */
  readonly touched: (uuid: string) => void;
  /** The host's files, as a user who is logged in there sees them; undefined where only the daemon is reached. */
  readonly files?: HostFiles;
  /** Tells what a guest has had since its start from what was changed later. */
  readonly clock?: Clock;
  /** As in GuestCall; where it is not known, nothing is expected that came with some version. */
  readonly libvirt?: number;
}

export const DONE: Accepted = { warnings: [] };

/** Longer than any of libvirt's own limits, so that its answer comes first. */
export const CHANGE_MS = 90_000;

export async function onGuest<T>(
  { daemon, touched, libvirt = 0 }: GuestCalls,
  id: VmId,
  signal: AbortSignal,
  work: (call: GuestCall) => Promise<T>,
): Promise<T> {
  const native = nativeOf(id);
  const uuid = uuidBytes(native);
  if (!uuid) throw new FleetError('vm.not-found', `there is no VM ${id}`);
  const client = await daemon.control(signal);
  let name: string = id;
  try {
    const domain = await client.call(procedures.domainByUuid, { uuid }, { signal });
    name = domain.name;
    return await work({
      client,
      domain,
      signal,
      libvirt,
      async change(verb, call) {
        try {
          return await call();
        } catch (error) {
          throw mutationError(error, name, verb);
        } finally {
          touched(native);
        }
      },
    });
  } catch (error) {
    throw normalizeError(error, name);
  }
}
