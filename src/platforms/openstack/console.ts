/** Serial consoles: nova-serialproxy carries bytes over a websocket (nova/console/websocketproxy.py). */
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

export function createConsoles(calls: ServerCalls): Required<ConsoleOps> {
  // Nova has no word for who is at a console: of those of others nothing is known.
  const open = new Map<VmId, Duplex>();

  return {
    serial: (id, { force }, signal) =>
      onServer(calls, id, signal, async (call) => {
        if (call.state !== 'running')
          throw conflict(call, 'does not run: its console is not available', 'start it first');
        const before = open.get(id);
        if (before && !force) throw conflict(call, 'has its console open here already', 'take it over by force');
        before?.destroy();
        const stream = await connect(calls, call);
        open.set(id, stream);
        stream.once('close', () => {
          if (open.get(id) === stream) open.delete(id);
        });
        return { kind: 'stream', stream };
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

async function connect({ cloud }: ServerCalls, call: ServerCall): Promise<Duplex> {
  const { name, signal } = call;
  const wish = { remote_console: { protocol: 'serial', type: 'serial' } };
  const { body } = await read(call, '/remote-consoles', wish);
  const url = textOf(rowIn(asRow(body, name), 'remote_console'), 'url');
  const parsed = url === undefined ? null : URL.parse(url);
  if (!parsed || !/^(?:ws|http)s?:$/.test(parsed.protocol)) {
    throw new FleetError('host.protocol', `${name}: Nova offers a console without an address`);
  }
  const target = targetOf(parsed);
  const http = cloud.open(target, 'console');
  const origin = `${target.secure ? 'https' : 'http'}://${parsed.host}`;
  return openWebSocket(http, {
    path: `${parsed.pathname}${parsed.search}`,
    headers: { origin },
    protocol: 'binary',
    signal,
    deadlineMs: OPEN_MS,
  }).catch((error: unknown) => {
    throw normalizeError(error, name);
  });

  function targetOf({ protocol, host }: URL): HttpTarget {
    return { ...cloud.address.target(`${protocol.replace('ws', 'http')}//${host}`), base: '' };
  }
}
