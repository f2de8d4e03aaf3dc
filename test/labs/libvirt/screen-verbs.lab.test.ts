import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFreshGuests } from './fresh-guests.ts';
import { closeTerminals, openFresh, untilConnected } from './fresh-terminal.ts';
import { guestState, host2, host3, imageFile, removeGuests, untilGuestIs, untilLoginPrompt, virsh } from './hosts.ts';

const PORTER = 'porter';
const TEN = Array.from({ length: 10 }, (_, i) => `herd${i}`);

closeTerminals();
beforeAll(async () => {
  await makeFreshGuests(host2, PORTER);
  await makeFreshGuests(host3, ...TEN, 'doomed', 'spared');
});
afterAll(async () => {
  await removeGuests(host2, PORTER);
  await removeGuests(host3, ...TEN, 'doomed', 'spared');
});

/** MiB that the balloon leaves to the guest, as virsh sees it. */
const liveMemory = async (): Promise<number> =>
  Number(
    /^balloon\.current=(\d+)/m.exec((await virsh(host2, 'domstats', '--balloon', PORTER)).replaceAll(' ', ''))?.[1],
  ) / 1024;

it('F-045 F-048 F-050 starts, pauses, resumes and shuts down a guest from the keyboard', async () => {
  const drover = await openFresh();
  await untilConnected(drover);
  await drover.goTo(PORTER);
  await drover.untilRow(PORTER, 'stopped');

  drover.type('s');
  await drover.until(`${PORTER} is running`);
  expect(await guestState(host2, PORTER)).toBe('running');
  await drover.untilRow(PORTER, /running .*\d+%/);

  drover.type('p');
  await drover.until(`Pause ${PORTER} on ${host2.name}?`);
  drover.type('n');
  await drover.until((screen) => !screen.includes('Pause porter'));
  expect(await guestState(host2, PORTER)).toBe('running');

  drover.type('p');
  await drover.answer(`Pause ${PORTER} on ${host2.name}?`);
  await drover.until(`${PORTER} is paused`);
  expect(await guestState(host2, PORTER)).toBe('paused');
  await drover.untilRow(PORTER, 'paused');

  drover.type('p');
  await drover.until(`${PORTER} is running`);
  expect(await guestState(host2, PORTER)).toBe('running');

  // a guest that is still booting does not hear its power button
  await untilLoginPrompt(host2, PORTER);
  drover.type('S');
  await drover.answer(`Shut down ${PORTER} on ${host2.name}?`);
  await drover.until(`${PORTER} is stopped`, 40_000);
  expect(await guestState(host2, PORTER)).toBe('shut off');
});

it('F-055 changes the memory of a running guest, and the host has it', async () => {
  await virsh(host2, 'start', PORTER);
  await untilLoginPrompt(host2, PORTER);
  const drover = await openFresh();
  await untilConnected(drover);
  await drover.goTo(PORTER);
  expect(await liveMemory()).toBe(128);

  drover.type('e');
  await drover.until(/Change what +< saved >/);
  drover.type('\x1b[C');
  await drover.until(/Change what +< running >/);
  await drover.until(/Memory +128MiB/);
  drover.type('\x1b[B');
  await drover.until('Name of the VM.');
  drover.type('\x1b[B');
  await drover.until('Memory that the guest may use now.');
  drover.type('\x15192MiB');
  await drover.until('128MiB → 192MiB, now');
  drover.type('\x1b[6~\r');
  await drover.answer(`Change ${PORTER} on ${host2.name}?`);
  await drover.until(new RegExp(`${PORTER} has memory 192M`, 'i'), 20_000);
  await expect.poll(liveMemory, { timeout: 45_000 }).toBe(192);
  await drover.untilRow(PORTER, '192M');
  expect(await virsh(host2, 'dumpxml', '--inactive', PORTER)).toContain("<currentMemory unit='KiB'>196608<");
  await virsh(host2, 'destroy', PORTER);
});

it('F-255 marks ten guests and starts them with one key', async () => {
  const drover = await openFresh({ columns: 120, rows: 40 });
  await untilConnected(drover);
  await drover.filter('herd');
  await drover.untilRow('herd9', 'stopped');
  const markTen = async () => {
    // to the host, which is the second row, then to its first guest
    drover.type('gjj');
    await drover.until('─ herd0 ─');
    drover.type(' '.repeat(10));
    await drover.until('10 marked');
  };
  await markTen();
  drover.type('s');
  await drover.answer('Start 10 VMs?');
  await drover.until('Start 10 VMs: 10 done', 90_000);
  for (const name of TEN) expect(await guestState(host3, name)).toBe('running');

  // without waiting for their boot: power off, all at once; what is done is marked no longer
  await markTen();
  drover.type('D');
  await drover.answer('Force off 10 VMs?');
  await drover.until('Force off 10 VMs: 10 done', 90_000);
  for (const name of TEN) expect(await guestState(host3, name)).toBe('shut off');
});

it('F-058 deletes a guest only when its name was typed, lists its disks before, and they are gone after', async () => {
  const drover = await openFresh();
  await untilConnected(drover);
  await drover.goTo('doomed');
  expect(existsSync(imageFile(host3, 'doomed.qcow2'))).toBe(true);

  drover.type('X');
  await drover.until('Is lost: /var/lib/libvirt/images/doomed.qcow2');
  drover.type('spared\x1b[6~\r');
  await drover.until('that is not doomed');
  expect(await guestState(host3, 'doomed')).toBe('shut off');
  // The button Cancel: an X at once after Esc may belong to a sequence that came in parts.
  drover.type('\x1b[6~\x1b[C\r');
  await drover.until((screen) => !screen.includes('Is lost'));

  drover.type('X');
  await drover.until('Is lost: /var/lib/libvirt/images/doomed.qcow2');
  drover.type('doomed\x1b[6~\r');
  await drover.until('doomed is deleted');
  await expect(guestState(host3, 'doomed')).rejects.toThrow('failed to get domain');
  expect(existsSync(imageFile(host3, 'doomed.qcow2'))).toBe(false);
  // what it was a layer of belongs to the others too
  expect(existsSync(imageFile(host3, 'busybox.qcow2'))).toBe(true);
  expect(await guestState(host3, 'spared')).toBe('shut off');
  await untilGuestIs(host3, 'spared', 'shut off');
});
