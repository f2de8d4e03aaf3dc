import { afterEach, expect, it } from 'vitest';
import type { FleetError } from '../../../src/errors.ts';
import { until } from '../until.ts';
import {
  cutLink,
  guestState,
  host1,
  host2,
  host3,
  killDaemon,
  makeGuests,
  pauseDaemon,
  pauseQemu,
  removeGuests,
  restoreHost,
  restoreLink,
  resumeDaemon,
  resumeQemu,
  startDaemon,
  untilGuestIs,
  virsh,
} from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient, shut, type Watched, watch } from './kvm-watching.ts';

const opened: Watched[] = [];
const SCRATCH = ['fault-a', 'fault-b'];
afterEach(async () => {
  await restoreHost(host3);
  for (const watched of opened.splice(0)) await shut(watched);
  await removeGuests(host3, ...SCRATCH);
});

async function open(host = host3, everyMs = 500): Promise<Watched> {
  const watched = await watch(sshEndpoint(host), everyMs);
  opened.push(watched);
  return watched;
}

/** Resolves with how the watch ended, and how long after `since` (performance.now()). */
async function endOf(watched: Watched, since: number): Promise<{ error: FleetError; afterMs: number }> {
  const error = (await watched.ended) as FleetError;
  return { error, afterMs: performance.now() - since };
}

const feedsSince = (watched: Watched, count: number) => watched.feeds.length - count;

it('F-191 ends with host.unreachable when the daemon is killed, at once, and lists again when it is back', async () => {
  const watched = await open();
  const since = performance.now();
  await killDaemon(host3);
  const { error, afterMs } = await endOf(watched, since);
  expect(error).toMatchObject({ code: 'host.unreachable', retry: true });
  expect(afterMs).toBeLessThan(8_000);

  await expect(connectTo(sshEndpoint(host3))).rejects.toMatchObject({ code: 'host.unreachable', retry: true });
  await startDaemon(host3);
  const again = await open();
  expect(again.vms.size).toBe(watched.vms.size);
});

it('hears nothing from a daemon that hangs, gives it up after ten seconds, and the other hosts stay live', async () => {
  const watched = await open();
  const others = [await open(host1), await open(host2)];
  await watched.until('samples', () => watched.feeds.find(({ kind }) => kind === 'node-samples'));
  await pauseDaemon(host3);
  const since = performance.now();
  const before = others.map(({ feeds }) => feeds.length);
  const silent = watched.feeds.length;
  const { error, afterMs } = await endOf(watched, since);
  expect(error).toMatchObject({ code: 'host.unreachable', retry: true });
  expect(afterMs).toBeGreaterThan(5_000);
  expect(afterMs).toBeLessThan(20_000);
  expect(feedsSince(watched, silent)).toBeLessThanOrEqual(2);
  for (const [i, other] of others.entries()) expect(feedsSince(other, before[i] ?? 0)).toBeGreaterThan(10);

  await resumeDaemon(host3);
  const again = await open();
  expect(again.vms.size).toBe(watched.vms.size);
});

it('gives up a cut link within twenty seconds, and comes back when the link is restored', async () => {
  const watched = await open();
  await cutLink(host3);
  const { error, afterMs } = await endOf(watched, performance.now());
  expect(error).toMatchObject({ code: 'host.unreachable', retry: true });
  expect(afterMs).toBeLessThan(20_000);
  await restoreLink(host3);
  const again = await open();
  expect(again.vms.size).toBe(watched.vms.size);
});

it('does not know what became of a start whose link died, and shows what is true afterwards', async () => {
  await makeGuests(host3, 'fault-a');
  const watched = await open();
  const id = await idOfGuest(host3, sshEndpoint(host3), 'fault-a');
  await pauseDaemon(host3);
  const start = watched.connection.vm.start(id, patient());
  start.catch(() => undefined);
  await watched.ended;
  // The daemon had not even been asked yet which guest that is: then it is certain that nothing was done.
  await expect(start).rejects.toMatchObject({ code: 'host.unreachable' });
  await resumeDaemon(host3);
  expect(await guestState(host3, 'fault-a')).toBe('shut off');

  const again = await open();
  // Warm: its control connection is there, and knows the guest.
  await again.connection.vm.info(id, patient());
  const sent = again.wire.length;
  const unknown = again.connection.vm.start(id, patient());
  unknown.catch(() => undefined);
  await until('the start is on its way', 5_000, () =>
    again.wire.slice(sent).some(({ text }) => text.startsWith('DOMAIN_GET_STATE')),
  );
  await cutLink(host3);
  const outcome = await unknown.then(
    () => 'done',
    (error: FleetError) => error.code,
  );
  // The answer may have been faster than the scissors; it is never reported as a failure.
  expect(['done', 'outcome.unknown']).toContain(outcome);
  await restoreLink(host3);
  await untilGuestIs(host3, 'fault-a', 'running');
  const after = await open();
  await after.untilState(id, 'running');
});

it('names the guest whose QEMU hangs, and all others go on', async () => {
  await makeGuests(host3, ...SCRATCH);
  for (const guest of SCRATCH) await virsh(host3, 'start', guest);
  const watched = await open();
  const [hung, well] = await Promise.all(SCRATCH.map((guest) => idOfGuest(host3, sshEndpoint(host3), guest)));
  if (!hung || !well) throw new Error('no ids');
  await watched.until('the memory of both', () => watched.blocks().find(({ ids }) => ids.length === 2));

  await pauseQemu(host3, 'fault-a');
  const trouble = await watched.until('the trouble to be told', () => watched.vms.get(hung)?.trouble, 30_000);
  expect(trouble.message).toContain('not responding');
  expect(watched.vms.get(well)?.trouble).toBeUndefined();
  expect(watched.vms.get(hung)?.state).toBe('running');

  // Samples go on, and so does work on the other guest.
  const told = watched.feeds.length;
  await watched.until('three more ticks', () =>
    watched.feeds.slice(told).filter(({ kind }) => kind === 'samples').length >= 3 ? true : undefined,
  );
  await watched.connection.vm.pause?.(well, patient());
  await watched.untilState(well, 'paused', 5_000);

  await resumeQemu(host3, 'fault-a');
  await watched.until('it to answer again', () => (watched.vms.get(hung)?.trouble ? undefined : true), 30_000);
});
