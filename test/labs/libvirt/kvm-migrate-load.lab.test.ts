/** A guest that writes to its memory all the time: it goes when it may stand still for longer, whole, and says for how long it did. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Connection, MigrateSpec } from '../../../src/platforms/contract.ts';
import { bytes } from '../../../src/units.ts';
import { openTerminal, type Terminal } from '../../contract/terminal.ts';
import { host1, host2, untilLoginPrompt } from './hosts.ts';
import { patient } from './kvm-watching.ts';
import { connectPair, HOSTS, idOn, type Pair, SPEC, whereIs } from './migrating.ts';
import { makeMovable, removeMovable, shareStorage } from './movable-guests.ts';

const NAME = 'writer';
/** It writes faster than that, however slow this machine is. */
const LIMIT = bytes(2 * 2 ** 20);
/** Of two MiB a second: all that it writes to, with room to spare. */
const ALLOWED_MS = 60_000;
/** For what a guest without KVM does, beside whatever else this machine does. */
const SLOW_MS = 300_000;
let pair: Pair;
beforeAll(async () => {
  await shareStorage(HOSTS);
  await removeMovable(HOSTS, NAME);
  pair = await connectPair(host1, host2);
});
afterAll(() => pair.close());
afterEach(() => removeMovable(HOSTS, NAME));

async function consoleOf(connection: Connection, host: typeof host1): Promise<Terminal & { end(): void }> {
  const attachment = await connection.console?.serial?.(await idIn(host), { force: true }, patient());
  if (attachment?.kind !== 'stream') throw new Error('not a stream');
  return { ...openTerminal(attachment.stream), end: () => void attachment.stream.destroy() };
}
const idIn = (host: typeof host1) => idOn(host, NAME);

/** Eight MiB that are copied to and fro, and the sum of them. A tmpfs takes half of the memory. */
async function writes(): Promise<string> {
  await makeMovable(host1, NAME, { shared: true, running: true, cache: 'none' });
  await untilLoginPrompt(host1, NAME, SLOW_MS);
  const guest = await consoleOf(pair.from, host1);
  await guest.see(new RegExp(`${NAME} login:`), '\r', SLOW_MS);
  guest.type('root\r');
  await guest.see(new RegExp(`root@${NAME}:.*# `), '\r', SLOW_MS);
  guest.type(
    'mkdir /t; mount -t tmpfs tmpfs /t; dd if=/dev/urandom of=/t/a bs=1M count=8 2>/dev/null; echo sum-$(md5sum </t/a)\r',
  );
  await guest.see(/sum-[0-9a-f]{32}/, undefined, SLOW_MS);
  guest.type('while :; do cp /t/a /t/b; cp /t/b /t/c; echo >>/t/turns; done & echo begun-$((40+2))\r');
  await guest.see(/begun-42/, undefined, SLOW_MS);
  const [, sum = ''] = /sum-([0-9a-f]{32})/.exec(guest.shown()) ?? [];
  guest.end();
  return sum;
}

it('F-133 F-145 does not go by itself, goes on where it is when it is given up, and says in which round it is', async () => {
  await writes();
  const told: string[] = [];
  const given = new AbortController();
  const progress: MigrateSpec['progress'] = ({ doing }) => {
    told.push(doing);
    if (/round [3-9]/.test(doing)) given.abort();
  };
  const move = pair.migrate(await idIn(host1), { ...SPEC, limit: LIMIT, progress }, given.signal);
  await expect(move).rejects.toMatchObject({ code: 'op.cancelled' });
  expect(told.at(-1)).toMatch(/^copying memory, round \d+$/);
  expect(await whereIs(NAME)).toEqual(['host1: running']);
}, 1_200_000);

it('F-054 F-143 goes when it may stand still for longer, whole, and says for how long it did', async () => {
  const sum = await writes();
  const moved = await pair.migrate(await idIn(host1), { ...SPEC, limit: LIMIT, maxDowntimeMs: ALLOWED_MS });
  expect(await whereIs(NAME)).toEqual(['host2: running']);
  expect(moved.downtimeMs).toBeGreaterThan(0);
  process.stderr.write(`allowed ${ALLOWED_MS} ms, stood still for ${moved.downtimeMs} ms, ${moved.bytes} bytes\n`);
  const guest = await consoleOf(pair.to, host2);
  await guest.see(/# /, '\r', SLOW_MS);
  guest.type('n=$(wc -l </t/turns); while [ $(wc -l </t/turns) = $n ]; do :; done; echo writes-on-$(md5sum </t/a)\r');
  await guest.see(new RegExp(`writes-on-${sum}`), undefined, SLOW_MS);
  guest.end();
}, 1_200_000);

it('F-143 is warned about before it is slowed down without KVM', async () => {
  await makeMovable(host1, NAME, { shared: true, running: true, cache: 'none' });
  const { checks } = await pair.plan(await idIn(host1), { ...SPEC, converge: true });
  expect(checks.filter(({ name }) => name === 'options')).toEqual([
    { name: 'options', level: 'warning', text: expect.stringContaining('it has no KVM') },
  ]);
});
