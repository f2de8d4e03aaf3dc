import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../until.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { closeTerminals, openFresh, untilConnected } from './fresh-terminal.ts';
import { host1, host2, removeGuests, serialLog, untilLoginPrompt, virsh } from './hosts.ts';

const SINGER = 'singer';

closeTerminals();
beforeAll(async () => {
  await makeFreshGuests(host2, SINGER);
  await virsh(host2, 'start', SINGER);
  await untilLoginPrompt(host2, SINGER);
});
afterAll(() => removeGuests(host2, SINGER));

it('F-252 logs in at the serial console of a guest, and ctrl-] leads back to its row', async () => {
  const drover = await openFresh();
  await untilConnected(drover);
  await drover.goTo(SINGER);
  drover.type('c');
  await drover.until(`this is the console of ${SINGER} on ${host2.name}; ctrl-] detaches`);
  expect(drover.modes()).toMatchObject({ alternateScreen: false, cursor: true });
  drover.type('\r');
  await drover.until(`${SINGER} login:`);
  drover.type('root\r');
  await drover.until(`root@${SINGER}:`);
  // the arithmetic is the guest's: an echo of what was typed would not show it
  drover.type('echo sum-$((40 + 2)) on $(hostname)\r');
  await drover.until(`sum-42 on ${SINGER}`);
  expect(await serialLog(host2, SINGER)).toContain(`sum-42 on ${SINGER}`);

  drover.type('\x1d');
  await drover.until(`detached from the console of ${SINGER}`);
  expect(drover.modes()).toMatchObject({ alternateScreen: true, cursor: false });
  expect(drover.row(SINGER)).toMatch(/running/);
  expect(drover.screen()).toContain(`─ ${SINGER} ─`);
  expect(drover.screen()).not.toContain('sum-42');

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
  await first.until('ctrl-] detaches');
  await second.goTo(SINGER);
  second.type('c');
  const question = `Take the console of ${SINGER} on ${host2.name} over?`;
  await second.until(question);
  // It opens without a key press: what is typed in its first moment was meant for something else, and is no answer.
  await until('the question to take an answer', 10_000, () => {
    if (!second.screen().includes(question)) return true;
    second.type('y');
    return false;
  });
  await second.until('ctrl-] detaches');
  await first.until((screen) => screen.includes(`─ ${SINGER} ─`));
  second.type('\x1d');
  await second.until('detached from');
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
