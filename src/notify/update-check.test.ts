import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { createTasks } from '../state/tasks.ts';
import { followUpdates } from './update-check.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const until = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 60_000, interval: 5 });

async function open(...answers: [string, ...string[]]) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.end(answers[requests.length - 1] ?? answers[0]);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = await mkdtemp(join(tmpdir(), 'drover-updates-'));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/latest`;
  const tasks = createTasks(systemClock);
  const told: string[] = [];
  let now = Date.now();
  /** Each is a start of drover; its look is over when it has set the time of the next one. */
  const start = (configured = address) => {
    const after = vi.fn(systemClock.after);
    const clock = { ...systemClock, now: () => now, after };
    const tell = (text: string) => void told.push(text);
    const isOver = () => after.mock.calls.some(([ms]) => ms === HOUR_MS);
    return {
      isOver,
      stop: followUpdates({ address: () => configured || undefined, folder, clock, tasks, tell, version: '0.9.1' }),
    };
  };
  return {
    ...{ requests, tasks, told, start },
    pass: (ms: number) => {
      now += ms;
    },
    texts: () => tasks.list().map(({ action, state, items }) => `${action} ${state}: ${items[0]?.text}`),
    async close() {
      server.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

it('F-221 F-225 looks for a new version once a day, as a task, and sends nothing of this machine', async () => {
  const { start, requests, texts, told, pass, close } = await open('{"version":"0.10.0"}');
  const isDone = (count: number) => () => texts().length === count && texts()[0]?.includes('running') === false;
  const first = start();
  await until(isDone(1));
  await until(first.isOver);
  const second = start();
  await until(second.isOver);
  expect(texts()).toHaveLength(1);
  pass(DAY_MS);
  const third = start();
  await until(isDone(2));
  expect(texts()).toEqual(Array(2).fill('update.check done: a newer drover is there: 0.10.0 (this is 0.9.1)'));
  expect(requests.map(({ method, url, headers }) => `${method} ${url} ${headers['user-agent']}`)).toEqual([
    'GET /latest drover',
    'GET /latest drover',
  ]);
  expect(told).toEqual(Array(2).fill('a newer drover is there: 0.10.0 (this is 0.9.1)'));
  for (const { stop } of [first, second, third]) stop();
  await close();
});

it('F-225 asks nothing where the configuration has no address', async () => {
  const { start, requests, texts, close } = await open('{}');
  const { isOver, stop } = start('');
  await until(isOver);
  stop();
  expect([requests, texts()]).toEqual([[], []]);
  await close();
});

it('F-225 asks again after an hour when there was no answer, and keeps the day', async () => {
  const { start, requests, texts, pass, close } = await open('<html>', '{"version":"0.9.1"}');
  const first = start();
  await until(first.isOver);
  pass(HOUR_MS);
  const second = start();
  await until(second.isOver);
  const third = start();
  await until(third.isOver);
  expect(texts().toSorted()).toEqual([
    'update.check done: 0.9.1 is the newest one',
    expect.stringMatching(/^update.check failed: /),
  ]);
  expect(requests).toHaveLength(2);
  for (const { stop } of [first, second, third]) stop();
  await close();
});

it.each([
  ['{"version":"0.9.1"}', 'update.check done: 0.9.1 is the newest one'],
  ['{"version":"0.9.0"}', 'update.check done: 0.9.1 is the newest one'],
  ['{"version":"<b>"}', expect.stringMatching(/^update.check failed: .* did not say which version is the newest$/)],
  ['<html>', expect.stringMatching(/^update.check failed: .* did not say which version is the newest$/)],
])('takes %s for what it is', async (answer, expected) => {
  const { start, tasks, texts, told, close } = await open(answer);
  const { stop } = start();
  await until(() => tasks.list()[0]?.endedAt !== undefined);
  expect([texts(), told]).toEqual([[expected], []]);
  stop();
  await close();
});
