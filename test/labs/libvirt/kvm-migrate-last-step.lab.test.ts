/** What breaks at the first and the last steps of a move: the VM runs exactly once afterwards, and what was left of it is taken away. */
import { expect, it } from 'vitest';
import { aroundEach, dieFor, failed, moveWith, NAME, SHARED } from './broken-moves.ts';
import { host1, host2, restoreHost } from './hosts.ts';
import { whereIs } from './migrating.ts';
import { makeMovable } from './movable-guests.ts';

aroundEach();

it('the answer to the last step is lost: it runs at the target, and is gone where it was', async () => {
  await makeMovable(host1, NAME, SHARED);
  const moved = await moveWith({ step: 'FINISH', when: 'after', happens: async () => {}, loses: true });
  expect(moved.id).toMatch(/^move-host2\//);
  expect(await whereIs(NAME)).toEqual(['host2: running']);
});

it('the daemon of the target dies before the last step: it goes on where it was', async () => {
  await makeMovable(host1, NAME, SHARED);
  await failed(moveWith({ step: 'FINISH', when: 'before', happens: () => dieFor(host2, 2_000) }));
  await restoreHost(host2);
  expect(await whereIs(NAME)).toEqual(['host1: running']);
});

it('the daemon of the source dies when the target has it: it runs there, and what was left is taken away', async () => {
  await makeMovable(host1, NAME, SHARED);
  await moveWith({ step: 'FINISH', when: 'after', happens: () => dieFor(host1, 2_000) });
  await restoreHost(host1);
  expect(await whereIs(NAME)).toEqual(['host2: running']);
});

it('the target can not be prepared: it goes on where it was', async () => {
  await makeMovable(host1, NAME, SHARED);
  const error = await failed(moveWith({ step: 'PREPARE', when: 'before', happens: () => dieFor(host2, 2_000) }));
  expect(error.message).not.toBe('it has moved');
  await restoreHost(host2);
  expect(await whereIs(NAME)).toEqual(['host1: running']);
});
