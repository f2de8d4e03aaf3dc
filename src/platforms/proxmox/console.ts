import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { nativeOf } from '../../ids.ts';
import type { ConsoleOps, NodeOps } from '../contract.ts';
import { asRow, asRows, textOf } from '../lib/json.ts';
import type { Http } from '../transport/http/http.ts';
import type { Login } from '../transport/http/rest.ts';
import { type Api, type CallOptions, segment } from './api.ts';
import { type GuestCall, type GuestCalls, onGuest, pathOf } from './guest-call.ts';
import { readGuestConfig } from './guest-config.ts';
import { numberOf } from './json.ts';
import type { Pass } from './login.ts';
import { openTermproxy } from './termproxy.ts';
import { openVncWebsocket } from './vnc-websocket.ts';

export interface Terminals {
  readonly http: Http;
  readonly clock: Clock;
  readonly login: Login<Pass>;
  readonly api: Api;
  /** Aborts when the connection is closed: its terminals end with it. */
  readonly closed: AbortSignal;
}

/** The serial port of a virtual machine, the console of a container. */
export const createSerial =
  (calls: GuestCalls, terminals: Terminals): NonNullable<ConsoleOps['serial']> =>
  (id, { force }, signal) =>
    onGuest(calls, id, signal, async (call) => {
      const { guest, name } = call;
      requireRunning(call);
      const port = guest.kind === 'qemu' ? await serialPort(call) : undefined;
      await makeRoom(call, terminals.api, force);
      return open(terminals, pathOf(guest), name, port === undefined ? {} : { serial: port }, signal);
    });

function requireRunning({ name, current }: GuestCall): void {
  if (current.status === 'running') return;
  throw new FleetError('op.conflict', `${name} does not run: its console is not available`, { fix: 'start it first' });
}

async function serialPort({ guest, name, get }: GuestCall): Promise<string> {
  const { serial } = readGuestConfig(asRow(await get('/config', { current: 1 }), name), guest.kind, guest.vmid);
  if (serial !== undefined) return serial;
  throw new FleetError('op.unsupported', `${name} has no serial port`, {
    fix: `give it one and restart it, on its node: qm set ${guest.vmid} --serial0 socket`,
  });
}

/**
 * A serial port has one reader: a second one would sit before a dead terminal. Who is there shows in the tasks of the
 * node. A graphical console is the same kind of task, so it counts too.
 */
async function makeRoom({ guest, name, signal }: GuestCall, api: Api, force: boolean): Promise<void> {
  if (guest.kind === 'lxc') return;
  const path = `/nodes/${segment(guest.node)}/tasks`;
  const query = { source: 'active', vmid: guest.vmid, typefilter: 'vncproxy' };
  const rows = asRows(await api.get(path, { signal, subject: name, query }), name);
  const users = rows.flatMap((row) => textOf(row, 'user') ?? []);
  if (rows.length === 0) return;
  if (!force) {
    throw new FleetError('op.conflict', `${users.join(', ')} has a console of ${name} open`, {
      fix: 'take it over by force',
    });
  }
  for (const row of rows) {
    const upid = textOf(row, 'upid');
    if (upid !== undefined) await api.delete(`${path}/${segment(upid)}`, { signal, subject: name });
  }
}

/** A shell for root, a login prompt for everybody else. */
export const createShell =
  (
    terminals: Terminals,
    exists: (node: string, signal: AbortSignal) => Promise<unknown>,
  ): NonNullable<NodeOps['shell']> =>
  async (id, size, signal) => {
    const node = nativeOf(id);
    await exists(node, signal);
    const attachment = await open(terminals, `/nodes/${segment(node)}`, node, {}, signal);
    attachment.resize?.(size);
    return attachment;
  };

async function open(
  { http, clock, login, api, closed }: Terminals,
  path: string,
  subject: string,
  form: NonNullable<CallOptions['form']>,
  signal: AbortSignal,
) {
  const ticket = await askTicket(api, `${path}/termproxy`, { signal, subject, form });
  const headers = login.headers(await login.get(signal), 'GET');
  const attachment = await openTermproxy(ticket, { http, clock, path, subject, headers, signal });
  endWith(closed, attachment.stream);
  return attachment;
}

const askTicket = (api: Api, path: string, options: CallOptions): Promise<unknown> =>
  api.post(path, options).catch((error: unknown) => {
    // It only opens a door that closes by itself.
    if (error instanceof FleetError && error.code === 'outcome.unknown') {
      throw new FleetError('host.unreachable', error.message, { retry: true, cause: error });
    }
    throw error;
  });

function endWith(closed: AbortSignal, stream: Duplex): void {
  const end = () => void stream.destroy();
  closed.addEventListener('abort', end, { once: true });
  stream.once('close', () => closed.removeEventListener('abort', end));
}

/**
 * QEMU's VNC server by `qm vncproxy`, which gives it a password for this one connection (qemu-server, PVE/API2/Qemu.pm). Others
 * who look at it stay.
 */
export const createDisplay =
  (calls: GuestCalls, { http, login, api, closed }: Terminals): NonNullable<ConsoleOps['display']> =>
  (id, signal) =>
    onGuest(calls, id, signal, async (call) => {
      const { guest, name } = call;
      await requireDisplay(call);
      requireRunning(call);
      const path = pathOf(guest);
      const form = { websocket: '1' };
      const row = asRow(await askTicket(api, `${path}/vncproxy`, { signal, subject: name, form }), name);
      const [port, ticket] = [numberOf(row, 'port'), textOf(row, 'ticket')];
      if (port === undefined || ticket === undefined)
        throw new FleetError('host.protocol', `${name}: the server offers a display without port or ticket`);
      const headers = login.headers(await login.get(signal), 'GET');
      const stream = await openVncWebsocket({ http, path, subject: name, headers, signal }, port, ticket);
      endWith(closed, stream);
      // Until 2025 the ticket was the password as well, as far as passwords of VNC reach.
      return { stream, password: textOf(row, 'password') ?? ticket, host: http.name };
    });

async function requireDisplay({ guest, name, get }: GuestCall): Promise<void> {
  if (guest.kind === 'lxc') {
    throw new FleetError('op.unsupported', `${name} is a container, which has no display`, {
      fix: 'open its console, which is a terminal',
    });
  }
  const card = textOf(asRow(await get('/config', { current: 1 }), name), 'vga') ?? '';
  const [, kind] = /^(?:type=)?(none|serial\d)(?:,|$)/.exec(card) ?? [];
  if (kind === undefined) return;
  throw new FleetError(
    'op.unsupported',
    kind === 'none' ? `${name} has no display` : `the display of ${name} is its serial port ${kind}`,
    { fix: 'open its serial console' },
  );
}
