import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { run } from '../command.ts';
import { cutLink, restoreHost, restoreLink } from './faults.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { closeTerminals, openFresh, untilConnected } from './fresh-terminal.ts';
import { host1, host2, removeGuests, serialLog, site, untilLoginPrompt, virsh } from './hosts.ts';

const SINGER = 'singer';

closeTerminals();
beforeAll(async () => {
  await makeFreshGuests(host2, SINGER);
  await virsh(host2, 'start', SINGER);
  await untilLoginPrompt(host2, SINGER);
});
afterEach(() => restoreHost(host2));
afterAll(() => removeGuests(host2, SINGER));

it('F-252 logs in at the serial console of a guest, and ctrl-] leads back to its row', async () => {
  const drover = await openFresh();
  await untilConnected(drover);
  await drover.goTo(SINGER);
  drover.type('c');
  await drover.until(
    (screen) => screen.startsWith(`[${SINGER} on ${host2.name}]`) && screen.includes('ctrl-] detaches'),
  );
  drover.type('\r');
  await drover.until(`${SINGER} login:`);
  drover.type('root\r');
  await drover.until(`root@${SINGER}:`);
  // the arithmetic is the guest's: an echo of what was typed would not show it
  drover.type('echo sum-$((40 + 2)) on $(hostname)\r');
  await drover.until(`sum-42 on ${SINGER}`);
  expect(await serialLog(host2, SINGER)).toContain(`sum-42 on ${SINGER}`);

  drover.type('\x1d');
  await drover.until(`detached from ${SINGER} on ${host2.name}, which stays open`);
  expect(drover.row(SINGER)).toMatch(/running/);
  expect(drover.screen()).toContain(`─ ${SINGER} ─`);
  expect(drover.screen()).not.toContain('sum-42');

  // what it showed is there at once, and goes on
  drover.type('0');
  await drover.until(`sum-42 on ${SINGER}`);
  drover.type('echo more-$((1 + 2))\r');
  await drover.until('more-3');
  drover.type('\x1d');
  await drover.until('which stays open');
  // q is a key of drover again, not of the guest
  drover.type('q');
  expect(await drover.exit).toEqual({ code: 0, signal: 0 });
});

it('asks before it takes a console from another client', async () => {
  const first = await openFresh();
  const second = await openFresh();
  await Promise.all([untilConnected(first), untilConnected(second)]);
  await first.goTo(SINGER);
  first.type('c');
  await first.until((screen) => screen.startsWith(`[${SINGER} on ${host2.name}]`));
  await second.goTo(SINGER);
  second.type('c');
  const question = `Take the console of ${SINGER} on ${host2.name} over?`;
  // It opens without a key press: what is typed in its first moment was meant for something else, and is no answer.
  await second.answer(question);
  await second.until('ctrl-] detaches');
  await first.until(`[${SINGER} on ${host2.name}!]`);
  second.type('\x1d');
  await second.until('detached from');
});

it('a console goes on when its link was cut and is back, and refuses what is typed meanwhile', async () => {
  const drover = await openFresh();
  await untilConnected(drover);
  await drover.goTo(SINGER);
  drover.type('c');
  await drover.until((screen) => screen.startsWith(`[${SINGER} on ${host2.name}]`));
  drover.type('\recho before-$((3 + 4))\r');
  await drover.until('before-7');
  await cutLink(host2);
  await drover.until('typing is refused; again in');
  drover.type('x');
  await drover.until(`not sent to ${SINGER}: no link`);
  await restoreLink(host2);
  await drover.until((screen) => screen.startsWith(`[${SINGER} on ${host2.name}]`));
  drover.type('\recho after-$((4 + 5))\r');
  await drover.until((screen) => screen.includes('before-7') && screen.includes('after-9'));
  expect(await serialLog(host2, SINGER)).not.toContain('xecho');
  drover.type('\x1d');
  await drover.until('which stays open');
});

it('has all that a guest wrote in its log, byte by byte, and ends when what was piped in is answered', async () => {
  const log = join(tmpdir(), `drover-console-${process.pid}.log`);
  const before = (await serialLog(host2, SINGER)).length;
  const lines = 'i=0; while [ $i -lt 2000 ]; do printf "line-$i-\\033]2;title\\007\\033[6n\\n"; i=$((i+1)); done';
  const typed = `root\r${lines}; echo all-$((5 + 6))\r`;
  const program = `printf %s "$1" | DROVER_CONFIG="$2" ./bin/drover vm console ${SINGER} --log "$3"`;
  const shown = await run(['sh', '-c', program, 'sh', typed, site.files.config, log]);
  const written = (await serialLog(host2, SINGER)).slice(before);
  const logged = readFileSync(log, 'utf8');
  rmSync(log);
  const from = (text: string) => text.slice(text.indexOf('line-0-'), text.indexOf('all-11'));
  expect(from(logged)).toContain('line-1999-\x1b]2;title\x07\x1b[6n');
  expect(from(logged)).toBe(from(written));
  // Into a pipe all bytes come.
  expect(from(shown)).toBe(from(written));
});

it('F-038 opens a shell on a host, and comes back when it ends', async () => {
  const drover = await openFresh();
  await untilConnected(drover);
  await drover.filter('node:host1');
  drover.type('gj');
  await drover.until(`─ ${host1.name} ─`);
  drover.type('o');
  await drover.until('ctrl-] detaches');
  drover.type('echo here-$((1 + 1)) $(hostname)\r');
  await drover.until(`here-2 ${host1.name}`);
  drover.type('exit\r');
  await drover.until(`a shell on ${host1.name} was closed`);
  expect(drover.row(host1.name)).toBeDefined();
});
