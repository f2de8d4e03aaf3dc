/**
 * The connections to one daemon. It works on five calls of a connection at a time, and a call may hang as long as its
 * guest does: so reading, changing, slow statistics and consoles have connections of their own.
 */
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import type { EndpointName } from '../../../ids.ts';
import type { WireLine } from '../../contract.ts';
import { within } from '../../transport/deadline.ts';
import { createRpcClient, type RpcClient } from '../rpc/client.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { OPEN_READ_ONLY } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import type { Dialer } from './dial.ts';
import { normalizeError } from './normalize-error.ts';

export interface Daemon {
  /** For lists, events and the fast tick: nothing that asks a guest goes here. */
  readonly poll: RpcClient;
  /** For operations, and for reads that may take long: the least busy of up to four connections. */
  control(signal: AbortSignal): Promise<RpcClient>;
  /** One more connection, for the caller alone, who closes it. */
  open(channel: string, signal: AbortSignal): Promise<RpcClient>;
  close(reason?: FleetError): void;
}

export interface DaemonOptions {
  readonly endpoint: EndpointName;
  readonly dialer: Omit<Dialer, 'reach'>;
  /** What the daemon opens: `qemu:///system`. */
  readonly driver: string;
  readonly clock: Clock;
  readonly wire: (line: WireLine) => void;
}

const OPEN_MS = 15_000;
/** One less than the daemon takes, so that the pings of the link are still read. */
const BUSY = 4;
const MOST_CONTROLS = 4;
const AUTH = { none: 0, sasl: 1, polkit: 2 } as const;

export async function createDaemon(options: DaemonOptions, signal: AbortSignal): Promise<Daemon> {
  const poll = await openClient(options, 'poll', signal);
  const all = new Set<RpcClient>([poll]);
  const controls: RpcClient[] = [];
  let opening: Promise<RpcClient> | undefined;
  let closed: FleetError | undefined;

  async function open(channel: string, openSignal: AbortSignal): Promise<RpcClient> {
    if (closed) throw closed;
    const client = await openClient(options, channel, openSignal);
    if (closed) client.close(closed);
    all.add(client);
    void client.ended.then(() => all.delete(client));
    return client;
  }
  async function openControl(controlSignal: AbortSignal): Promise<RpcClient> {
    const client = await open('control', controlSignal);
    controls.push(client);
    void client.ended.then(() => controls.splice(controls.indexOf(client), 1));
    return client;
  }
  return {
    poll,
    async control(controlSignal) {
      for (;;) {
        if (closed) throw closed;
        const alive = controls.filter((client) => client.isOpen).sort((a, b) => a.unanswered - b.unanswered);
        const [least] = alive;
        if (least && (least.unanswered < BUSY || alive.length >= MOST_CONTROLS)) return least;
        // Another caller that wants a connection meanwhile waits for the same one, and looks again.
        if (opening) await opening.catch(() => undefined);
        else {
          opening = openControl(controlSignal);
          try {
            return await opening;
          } finally {
            opening = undefined;
          }
        }
      }
    },
    open,
    close(reason) {
      closed ??=
        reason ??
        new FleetError('host.unreachable', `the connection to ${options.dialer.host} was closed`, { retry: true });
      for (const client of all) client.close(reason);
      options.dialer.close();
    },
  };
}

/** A connection on which the daemon has opened its driver. */
async function openClient(options: DaemonOptions, channel: string, outer: AbortSignal): Promise<RpcClient> {
  const { dialer, clock, wire, endpoint, driver } = options;
  const late = () => new FleetError('host.unreachable', `libvirt on ${dialer.host} does not answer`, { retry: true });
  return within(OPEN_MS, { clock, signal: outer }, late, async ({ signal }) => {
    const link = await dialer.open(signal);
    if (signal.aborted) link.destroy();
    const client = createRpcClient({
      link,
      clock,
      peer: `libvirt on ${dialer.host}`,
      callsApart: dialer.callsApart ?? false,
      onWire: (line) => wire({ ...line, endpoint, channel }),
    });
    try {
      await authenticate(client, dialer.host, signal);
      await openDriver(client, driver, signal);
      return client;
    } catch (error) {
      client.close();
      throw normalizeError(error, `libvirt on ${dialer.host}`);
    }
  });
}

async function authenticate(client: RpcClient, host: string, signal: AbortSignal): Promise<void> {
  const types = await client.call(procedures.authList, undefined, { signal });
  if (types.length === 0 || types.includes(AUTH.none)) return;
  if (types.includes(AUTH.polkit)) {
    try {
      await client.call(procedures.authPolkit, undefined, { signal });
      return;
    } catch (error) {
      if (!(error instanceof LibvirtError)) throw error;
      throw new FleetError('auth.forbidden', `${host} lets this user not manage libvirt: ${error.message}`, {
        fix: `add the user to the group libvirt on ${host}, or log in as root`,
        cause: error,
      });
    }
  }
  throw new FleetError('op.unsupported', `libvirt on ${host} wants SASL, which drover does not speak`, {
    fix: 'reach it by ssh instead',
  });
}

async function openDriver(client: RpcClient, driver: string, signal: AbortSignal): Promise<void> {
  try {
    await client.call(procedures.open, { name: driver, flags: 0 }, { signal });
  } catch (error) {
    // A socket for readers only: everything that changes something will be refused by the daemon, with a sentence.
    if (!(error instanceof LibvirtError) || error.code !== VIR_ERR.readOnly) throw error;
    await client.call(procedures.open, { name: driver, flags: OPEN_READ_ONLY }, { signal });
  }
}
