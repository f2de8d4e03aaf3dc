import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
let got: string[];
const server = createServer((request, response) => {
  request.setEncoding('utf8').on('data', (text: string) => void got.push(text));
  request.on('end', () => void response.writeHead(204).end());
});
beforeEach(async () => {
  got = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const config = JSON.parse(simulated({ demo: { vms: 12, fails: 'vm.pause' } }));
  const done = { for: ['task-done'], webhook: `${webhook}done` };
  desk = await openDesk(JSON.stringify({ ...config, notifications: { ops: { webhook }, done } }));
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

it('F-335 tells a rule that asks for it when a VM that was waited for is set up', async () => {
  const isSetUp = join(desk.home, 'set-up');
  await writeFile(join(desk.home, 'ssh'), `#!/bin/sh\ntouch ${isSetUp}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${desk.home}:${process.env['PATH']}`);
  // Two minutes pass until it is.
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + (existsSync(isSetUp) ? 120_000 : 0) };
  const ended = await desk.runWith({ clock }, 'vm', 'wait', 'billing-db1', '--command', 'cloud-init status --wait');
  vi.unstubAllEnvs();
  expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('billing-db1 is ready')]);
  expect(got.join('')).toMatch(/"rule":"done","title":"Wait for billing-db1: billing-db1 is ready/);
});

it('tells a rule for what failed of a VM that was waited for in vain', async () => {
  const { code, stderr } = await desk.run('vm', 'wait', 'billing-db1', '--state', 'stopped', '--timeout', '1s');
  expect([code, stderr]).toEqual([expect.any(Number), expect.stringContaining('billing-db1: after 1 s')]);
  expect(code).not.toBe(0);
  expect(got.join('')).toMatch(/"title":"Wait for billing-db1: .*"kind":"task-failed"/);
});
