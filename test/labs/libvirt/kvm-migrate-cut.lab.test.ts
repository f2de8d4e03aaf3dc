/** The target is lost on the way: the VM goes on where it was. */
import { expect, it } from 'vitest';
import { aroundEach, failed, killQemu, moveAnd, NAME, OWN, SHARED } from './broken-moves.ts';
import { cutLink, host1, host2, restoreLink } from './hosts.ts';
import { volumesIn, whereIs } from './migrating.ts';
import { makeMovable } from './movable-guests.ts';

aroundEach();

it('the QEMU of the target dies while memory comes: it goes on where it was, and its copied disk is gone', async () => {
  await makeMovable(host1, NAME, OWN);
  const error = await failed(moveAnd(() => killQemu(host2), { copyDisks: true }));
  expect(error).toMatchObject({ code: expect.stringMatching(/^op\./) });
  expect(await whereIs(NAME)).toEqual(['host1: running']);
  expect(await volumesIn(host2, 'default')).not.toContain(`${NAME}.qcow2`);
});

it('the cable of the target is pulled while memory comes: it goes on where it was, and both sides agree afterwards', async () => {
  await makeMovable(host1, NAME, SHARED);
  await failed(
    moveAnd(async () => {
      await cutLink(host2);
      setTimeout(() => void restoreLink(host2), 15_000);
    }),
  );
  expect(await whereIs(NAME)).toEqual(['host1: running']);
});
