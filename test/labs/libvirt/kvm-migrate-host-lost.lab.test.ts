/** One of two hosts loses its power in each phase of a migration: the VM runs at most once, and what is left of it is named. */
import { afterAll, expect, it } from 'vitest';
import { aroundEach, failed, moveAnd, moveWith, NAME, SHARED } from './broken-moves.ts';
import { guestsOf, type Host, host1, host2, losePower, restoreHost, virsh } from './hosts.ts';
import { whereIs } from './migrating.ts';
import { makeMovable } from './movable-guests.ts';

aroundEach();
// Their residents have lost their power too.
afterAll(async () => {
  for (const host of [host1, host2])
    for (const { name } of guestsOf(host.number).filter(({ running }) => running))
      await virsh(host, 'start', name).catch(() => undefined);
});

const begin = () => makeMovable(host1, NAME, SHARED);
const back = async (host: Host) => {
  await restoreHost(host);
  return whereIs(NAME);
};

it('the target while memory comes: the VM goes on where it was, and the target has nothing of it', async () => {
  await begin();
  const error = await failed(moveAnd(() => losePower(host2)));
  expect(error).toMatchObject({ code: expect.stringMatching(/^(host|op|outcome)\./) });
  expect(await whereIs(NAME, [host1])).toEqual(['host1: running']);
  expect(await back(host2)).toEqual(['host1: running']);
});

it('the source while memory goes: the VM is off where it was, as all others of that host, and the target has nothing of it', async () => {
  await begin();
  const error = await failed(moveAnd(() => losePower(host1)));
  expect(error).toMatchObject({ code: expect.stringMatching(/^(host|op|outcome)\./) });
  expect(await back(host1)).toEqual(['host1: shut off']);
});

it.each([
  ['before the target prepares', { step: 'PREPARE', when: 'before' }],
  ['after the target has prepared', { step: 'PREPARE', when: 'after' }],
] as const)('the target %s: the VM goes on where it was', async (_when, hook) => {
  await begin();
  const error = await failed(moveWith({ ...hook, happens: () => losePower(host2) }));
  expect(error.message).not.toBe('it has moved');
  expect(await whereIs(NAME, [host1])).toEqual(['host1: running']);
  expect(await back(host2)).toEqual(['host1: running']);
});

it('the target before it takes over: it is said that it is not known, and the VM does not run twice', async () => {
  await begin();
  const error = await failed(moveWith({ step: 'FINISH', when: 'before', happens: () => losePower(host2) }));
  expect(error.message).not.toBe('it has moved');
  const places = await back(host2);
  expect(places.filter((place) => place.endsWith('running')).length).toBeLessThanOrEqual(1);
  expect(places).toContainEqual(expect.stringMatching(/^host1: (running|paused)$/));
  if (!places.includes('host1: running')) expect(`${error.message} ${'fix' in error ? error.fix : ''}`).toMatch(/virsh resume/);
});

it('the source after the target has taken over: the VM runs at the target', async () => {
  await begin();
  await failed(moveWith({ step: 'FINISH', when: 'after', happens: () => losePower(host1) }));
  expect(await whereIs(NAME, [host2])).toEqual(['host2: running']);
  const places = await back(host1);
  expect(places.filter((place) => place.endsWith('running'))).toEqual(['host2: running']);
});
