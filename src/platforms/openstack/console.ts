/** Serial consoles and displays: Nova's proxies carry bytes over a websocket (nova/console/websocketproxy.py). */
import type { Duplex } from 'node:stream';
import { FleetError } from '../../errors.ts';
import type { VmId } from '../../ids.ts';
import type { ConsoleOps } from '../contract.ts';
import { asRow, textOf } from '../lib/json.ts';
import type { HttpTarget } from '../transport/http/target.ts';
import { openWebSocket } from '../transport/http/websocket.ts';
import { rowIn } from './json.ts';
import { normalizeError } from './normalize-error.ts';
import { conflict, onServer, type ServerCall, type ServerCalls } from './server-call.ts';

const OPEN_MS = 12_000;

type Consoles = Required<Pick<ConsoleOps, 'serial' | 'display' | 'viewer' | 'output'>>;

export function createConsoles(calls: ServerCalls): Consoles {
  // Nova has no word for who is at a console: of those of others nothing is known.
  const open = new Map<VmId, Duplex>();

  const refuseDark = (call: ServerCall) => {
    if (call.state !== 'running' && call.state !== 'paused')
      throw conflict(call, 'does not run: it shows nothing', 'start it first');
  };
  const showing = async (call: ServerCall) => {
    refuseDark(call);
    return connect(calls, call, 'vnc', 'novnc');
  };

  return {
    serial: (id, { force }, signal) =>
      onServer(calls, id, signal, async (call) => {
        if (call.state !== 'running')
          throw conflict(call, 'does not run: its console is not available', 'start it first');
        const before = open.get(id);
        if (before && !force) throw conflict(call, 'has its console open here already', 'take it over by force');
        before?.destroy();
        const { stream } = await connect(calls, call, 'serial', 'serial');
        open.set(id, stream);
        stream.once('close', () => {
          if (open.get(id) === stream) open.delete(id);
        });
        return { kind: 'stream', stream };
      }),
    display: (id, signal) => onServer(calls, id, signal, showing),
    viewer: (id, signal) =>
      onServer(calls, id, signal, async (call) => {
        refuseDark(call);
        const { host, port } = (await offerOf(calls, call, 'vnc', 'novnc')).target;
        // An address is for one connection: each asks for its own.
        const connect = async (until: AbortSignal) => (await onServer(calls, id, until, showing)).stream;
        return { kind: 'vnc', place: { host, port }, connect };
      }),
    output: (id, signal) =>
      onServer(calls, id, signal, async (call) => {
        const { body } = await read(call, '/action', { 'os-getConsoleOutput': {} });
        return { text: textOf(asRow(body, call.name), 'output') ?? '', at: undefined };
      }),
  };
}

/** What is sent changes nothing, though it looks so: whether it was done does not matter. */
async function read(call: ServerCall, below: string, json: unknown) {
  try {
    return await call.change('POST', below, json);
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== 'outcome.unknown') throw error;
    throw new FleetError('host.unreachable', `${call.name}: no answer from its console`, { retry: true, cause: error });
  }
}

interface Offer {
  readonly address: URL;
  readonly target: HttpTarget;
}

/** Where Nova's proxy waits for one connection. */
async function offerOf(
  { cloud }: ServerCalls,
  call: ServerCall,
  protocol: 'serial' | 'vnc',
  type: 'serial' | 'novnc',
): Promise<Offer> {
  const { name } = call;
  const wish = { remote_console: { protocol, type } };
  const { body } = await read(call, '/remote-consoles', wish);
  const url = textOf(rowIn(asRow(body, name), 'remote_console'), 'url');
  const parsed = url === undefined ? null : URL.parse(url);
  if (!parsed || !/^(?:ws|http)s?:$/.test(parsed.protocol)) {
    throw new FleetError('host.protocol', `${name}: Nova offers a console without an address`);
  }
  const { protocol: scheme, host } = parsed;
  return { address: parsed, target: { ...cloud.address.target(`${scheme.replace('ws', 'http')}//${host}`), base: '' } };
}

/** `host`: of the proxy. */
async function connect(
  calls: ServerCalls,
  call: ServerCall,
  protocol: 'serial' | 'vnc',
  type: 'serial' | 'novnc',
): Promise<{ readonly stream: Duplex; readonly host: string }> {
  const { address, target } = await offerOf(calls, call, protocol, type);
  const { name, signal } = call;
  const http = calls.cloud.open(target, 'console');
  const origin = `${target.secure ? 'https' : 'http'}://${address.host}`;
  const stream = await openWebSocket(http, {
    path: type === 'novnc' ? pathOf(address) : `${address.pathname}${address.search}`,
    headers: { origin },
    protocol: 'binary',
    signal,
    deadlineMs: OPEN_MS,
  }).catch((error: unknown) => {
    throw normalizeError(error, name);
  });
  return { stream, host: target.host };
}

/**
 * The address is that of a page for browsers, whose script opens the websocket: at the root of the server, with what the page is
 * told as `path` (noVNC's vnc_lite.html; nova/objects/console_auth_token.py). Clouds before 2018 tell the token alone.
 */
function pathOf({ searchParams }: URL): string {
  const path = searchParams.get('path') ?? `?token=${encodeURIComponent(searchParams.get('token') ?? '')}`;
  return `/${path.replace(/^\/+/, '')}`;
}
