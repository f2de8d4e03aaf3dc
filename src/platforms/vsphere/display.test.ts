/** Where a display is opened, and whom that place must be, by what a ticket says. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import type { Connection, Settings } from '../contract.ts';
import { connect } from './connection.ts';
import { type ScriptedVcenter, startScriptedVcenter } from './testkit/scripted-vcenter.ts';

const { signal } = new AbortController();
const fixture = (name: string) => readFileSync(new URL(`../transport/fixtures/${name}`, import.meta.url));
const ca = new URL('../transport/fixtures/authority.pem', import.meta.url).pathname;

let vcenter: ScriptedVcenter;
let connection: Connection;
/** Requests for websockets that came to the host. */
let asked: string[];
const host = createServer({ key: fixture('server-key.pem'), cert: fixture('server.pem') });
host.on('upgrade', (request, socket) => {
  asked.push(`${request.url} ${request.headers['sec-websocket-protocol']}`);
  socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
});

beforeEach(async () => {
  asked = [];
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  vcenter = await startScriptedVcenter();
  vcenter.vm.set('runtime.powerState', 'poweredOn');
});
afterEach(async () => {
  await connection.close();
  await vcenter.close();
  host.closeAllConnections();
  await new Promise((resolve) => host.close(resolve));
});

async function display(ticket: (port: number) => string, values: Settings = {}): Promise<unknown> {
  const { port } = host.address() as AddressInfo;
  vcenter.answer('AcquireTicket', () => `<returnval><ticket>T1</ticket>${ticket(port)}</returnval>`);
  const { endpoint } = vcenter;
  const context = { signal, clock: createTestClock(), wire: () => {}, ask: {} };
  connection = await connect({ ...endpoint, values: { ...endpoint.values, ...values } }, context);
  return connection.console?.display?.(vcenter.id, signal);
}

describe('a display', () => {
  it.each<[string, (port: number) => string]>([
    ['an address', (port) => `<host>esx1.example</host><url>wss://127.0.0.1:${port}/ticket/T1</url>`],
    ['host and port', (port) => `<host>127.0.0.1</host><port>${port}</port>`],
    ['a port alone', (port) => `<port>${port}</port>`],
  ])('is behind %s', async (_what, ticket) => {
    await expect(display(ticket, { ca })).rejects.toMatchObject({
      code: 'op.refused',
      message: 'web1: 127.0.0.1 refused the ticket of its display (404)',
    });
    expect(asked).toEqual(['/ticket/T1 binary']);
  });

  it('is not opened at a host whose certificate nothing vouches for', async () => {
    await expect(display((port) => `<port>${port}</port>`)).rejects.toMatchObject({ code: 'trust.tls' });
    expect(asked).toEqual([]);
  });

  it.each(['<url>ws://127.0.0.1/ticket/T1</url>', '<url>nonsense</url>'])(
    'is not opened without TLS: %s',
    async (ticket) => {
      await expect(display(() => ticket)).rejects.toMatchObject({ code: 'host.protocol' });
    },
  );

  it.each([
    ['poweredOff', 'op.conflict'],
    ['suspended', 'op.conflict'],
  ])('is none of a VM that is %s', async (power, code) => {
    vcenter.vm.set('runtime.powerState', power);
    await expect(display(() => '')).rejects.toMatchObject({ code, fix: 'start it first' });
    expect(vcenter.asked.filter(({ method }) => method === 'AcquireTicket')).toEqual([]);
  });
});
