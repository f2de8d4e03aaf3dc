/**
 * One of the two hosts loses its power, in each phase of a migration: the VM runs on one host at most, and what is left of it is
 * named. A lost host is asked again for a minute each time: `DROVER_ALL_PHASES=1` is the long form.
 */
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import type { Migrated } from '../../../src/platforms/contract.ts';
import { migration } from '../../../src/platforms/kvm/rpc/migration.ts';
import { failed, type Hook, moveAnd, moveThrough, moveWith, NAME, SHARED, tidyUp } from './broken-moves.ts';
import type { AtCall } from './broken-wire.ts';
import { guestsOf, type Host, host1, host2, losePower, powerOn, restoreHost, site, virsh } from './hosts.ts';
import { HOSTS, whereIs } from './migrating.ts';
import { makeMovable, removeMovable, shareStorage } from './movable-guests.ts';

/** A host that was lost is asked again and again for a minute, and QEMU is slow here. */
const DEADLINE_MS = 300_000;
const BOTH = [host1, host2] as const;
const isLong = process.env['DROVER_ALL_PHASES'] === '1';

const allOn = async (): Promise<void> => {
  for (const host of BOTH) {
    await powerOn(site, host);
    await restoreHost(host);
  }
  await shareStorage(HOSTS);
};
beforeEach(async () => {
  await allOn();
  await removeMovable(HOSTS, NAME);
  await makeMovable(host1, NAME, SHARED);
}, DEADLINE_MS);
afterEach(async () => {
  await allOn();
  await tidyUp();
}, DEADLINE_MS);
// Its residents have lost their power too.
afterAll(async () => {
  for (const host of BOTH)
    for (const { name } of guestsOf(host.number).filter(({ running }) => running))
      await virsh(host, 'start', name).catch(() => undefined);
});

/** What is said of a move that fails so, with what to do about it. */
const saidOf = async (move: Promise<Migrated>): Promise<string> => {
  const error = await failed(move);
  expect(error.message).not.toMatch(/it has moved|can't be moved/);
  return `${error.message}; ${'fix' in error ? error.fix : ''}`;
};
const on = async (host: Host) => {
  await powerOn(site, host);
  return whereIs(NAME);
};

const BEFORE_IT_GOES: readonly (readonly [string, (lost: Host) => Promise<Migrated>])[] = [
  ['while memory is on its way', (lost) => moveAnd(() => losePower(lost))],
  ['before it begins', (lost) => moveThrough(atCall('begin', 'before', lost))],
  ['when it has begun', (lost) => moveThrough(atCall('begin', 'after', lost))],
  ['before the target prepares', (lost) => moveWith(hook('PREPARE', 'before', lost))],
  ['when the target has prepared', (lost) => moveWith(hook('PREPARE', 'after', lost))],
];
const atCall = (step: 'begin' | 'confirm', when: AtCall['when'], lost: Host): AtCall => ({
  procedure: migration[step].number,
  when,
  happens: () => losePower(lost),
});
const hook = (step: Hook['step'], when: Hook['when'], lost: Host): Hook => ({
  step,
  when,
  happens: () => losePower(lost),
});

it.each(isLong ? BEFORE_IT_GOES : BEFORE_IT_GOES.slice(0, 1))(
  'the target is lost %s: the VM goes on where it was',
  async (_when, move) => {
    const said = await saidOf(move(host2));
    expect(await whereIs(NAME, [host1])).toEqual(['host1: running']);
    expect(said).toContain('whether anything of it is left on host2 is not known');
    expect(await on(host2)).toEqual(['host1: running']);
  },
  DEADLINE_MS,
);

it.each(isLong ? BEFORE_IT_GOES : BEFORE_IT_GOES.slice(0, 1))(
  'the source is lost %s: the VM is off there, as all others, and nowhere else',
  async (_when, move) => {
    const said = await saidOf(move(host1));
    expect(await whereIs(NAME, [host2])).toEqual([]);
    expect(said).toMatch(/host1 .*(not answer|is down|closed)/);
    expect(await on(host1)).toEqual(['host1: shut off']);
  },
  DEADLINE_MS,
);

it(
  'the target is lost before it takes over: it is not known, the VM stands still, and what starts it is named',
  async () => {
    const said = await saidOf(moveWith(hook('FINISH', 'before', host2)));
    expect(await whereIs(NAME, [host1])).toEqual(['host1: paused']);
    expect(said).toContain(`only where it is not there, on host1: virsh resume ${NAME}`);
    expect(await on(host2)).toEqual(['host1: paused']);
    await virsh(host1, 'resume', NAME);
    expect(await whereIs(NAME)).toEqual(['host1: running']);
  },
  DEADLINE_MS,
);

it(
  'the source is lost before the target takes over: the VM runs at the target',
  async () => {
    const said = await saidOf(moveWith(hook('FINISH', 'before', host1)));
    expect(await whereIs(NAME, [host2])).toEqual(['host2: running']);
    expect(said).toContain(`on host1: virsh destroy ${NAME}; virsh undefine --keep-nvram ${NAME}`);
    // libvirt keeps its definition there, and it does not start by itself.
    expect((await on(host1)).filter((place) => place.endsWith('running'))).toEqual(['host2: running']);
  },
  DEADLINE_MS,
);

it(
  'the source is lost when the target has taken over: the VM runs at the target, and what is left is named',
  async () => {
    const said = await saidOf(moveWith(hook('FINISH', 'after', host1)));
    expect(await whereIs(NAME, [host2])).toEqual(['host2: running']);
    expect(said).toContain(`on host1: virsh destroy ${NAME}; virsh undefine --keep-nvram ${NAME}`);
    expect((await on(host1)).filter((place) => place.endsWith('running'))).toEqual(['host2: running']);
  },
  DEADLINE_MS,
);

it(
  'the target is lost when it has taken over: the VM is off there, as all others, and nowhere else',
  async () => {
    await moveWith(hook('FINISH', 'after', host2)).catch(() => undefined);
    expect((await whereIs(NAME, [host1])).filter((place) => place.endsWith('running'))).toEqual([]);
    expect(await on(host2)).toContain('host2: shut off');
  },
  DEADLINE_MS,
);

if (isLong)
  it(
    'the source is lost with its last answer: the VM runs at the target, and what may be left is named',
    async () => {
      const said = await saidOf(moveThrough({ ...atCall('confirm', 'after', host1), loses: true }));
      expect(await whereIs(NAME, [host2])).toEqual(['host2: running']);
      expect(said).toContain(`${NAME} runs on host2 now, but host1 does not say what is left of it there`);
      expect(said).toContain(`on host1: virsh destroy ${NAME}; virsh undefine --keep-nvram ${NAME}`);
      expect(await on(host1)).toEqual(['host2: running']);
    },
    DEADLINE_MS,
  );

if (isLong)
  it(
    'the target is lost when the source has let go: the VM is off there, as all others, and nowhere else',
    async () => {
      await moveThrough(atCall('confirm', 'after', host2));
      expect(await whereIs(NAME, [host1])).toEqual([]);
      expect(await on(host2)).toEqual(['host2: shut off']);
    },
    DEADLINE_MS,
  );
