import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { type OperationName, operationOf, operations, whyAbsent } from '../contract.ts';
import { connect } from './connection.ts';
import { ACCOUNTS } from './testkit/access.ts';
import { PVE } from './testkit/scripted-api.ts';
import { startFakeProxmox } from './testkit/server.ts';

it('closes what it has opened when it is given up while the rights are read', async () => {
  const given = new AbortController();
  const sockets = new Set<Socket>();
  const paths: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    const path = url.replace('/api2/json', '');
    paths.push(path);
    if (path === '/access/permissions') return;
    const nodes = [{ type: 'node', node: 'pve1', name: 'pve1', ip: '10.0.0.1', online: 1 }];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data: path === '/version' ? { version: '8.4.1' } : nodes }));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const values = { host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, user: 'a@pve!t', secret: 's' };
  const connecting = connect(
    { name: PVE, platform: 'proxmox', values },
    { signal: given.signal, clock: createTestClock(), wire: () => {}, ask: {} },
  );
  await expect.poll(() => paths).toContain('/access/permissions');
  await expect.poll(() => paths).toContain('/cluster/status');
  given.abort(new Error('enough'));
  await expect(connecting).rejects.toThrow('enough');
  await expect.poll(() => sockets.size).toBe(0);
  server.close();
});

it('names for each operation that it lacks the page of the API, or that Proxmox VE has no such thing', async () => {
  const clock = createTestClock();
  const server = await startFakeProxmox(clock);
  const { id: user, secret } = ACCOUNTS.token;
  const endpoint = { name: PVE, platform: 'proxmox', values: { host: server.origin, user, secret } };
  const { signal } = new AbortController();
  const connection = await connect(endpoint, { signal, clock, wire: () => {}, ask: {} });
  const absent = (Object.keys(operations) as OperationName[]).filter((name) => !operationOf(connection, name));
  const told = absent.map((name) => [name, whyAbsent(connection, name)] as const);
  expect(told.filter(([, why = '']) => !/Proxmox VE|(?:nodes|cluster|storage)\/\{?\w+/.test(why))).toEqual([]);
  await connection.close();
  await server.close();
});
