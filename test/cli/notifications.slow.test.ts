import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
const got: string[] = [];
const server = createServer((request, response) => {
  request.setEncoding('utf8').on('data', (text: string) => void got.push(text));
  request.on('end', () => void response.writeHead(204).end());
});
beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const config = JSON.parse(simulated({ demo: { vms: 12, fails: 'vm.pause' } }));
  desk = await openDesk(JSON.stringify({ ...config, notifications: { ops: { webhook } } }));
});
afterEach(async () => {
  server.close();
  await desk.clear();
});

it('F-222 lists what failed in earlier commands, which told a webhook before they ended', async () => {
  await desk.run('vm', 'pause', 'billing-db1');
  expect(got.join('')).toMatch(/"title":"Pause billing-db1: .*"kind":"task-failed"/);
  const [row] = (await desk.run('notification', 'list', '-o', 'json')).json<{ text: string; subject: string }[]>();
  expect(row).toMatchObject({
    kind: 'task-failed',
    name: 'billing-db1',
    text: expect.stringContaining('Pause billing-db1: '),
  });
  expect((await desk.run('notification', 'list', '--filter', 'kind:back', '-o', 'json')).json()).toEqual([]);
});
