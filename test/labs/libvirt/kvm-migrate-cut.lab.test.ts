/** The target is lost on the way: the VM goes on where it was. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { until } from '../until.ts';
import { aroundEach, failed, killQemu, moveAnd, NAME, OWN, SHARED } from './broken-moves.ts';
import { cutLink, host1, host2, restoreLink, virsh } from './hosts.ts';
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
  let restored: Promise<unknown> | undefined;
  await failed(
    moveAnd(async () => {
      await cutLink(host2);
      restored = pause(15_000).then(() => restoreLink(host2));
    }),
  );
  await restored;
  // The target hears that the source has let go when a packet of it gets through again.
  await until('host2 has nothing of it', 120_000, async () => {
    const places = await whereIs(NAME);
    expect(places).toContain('host1: running');
    return (await answers(host2)) && places.length === 1;
  });
});

const answers = (host: typeof host2): Promise<boolean> =>
  virsh(host, 'uri').then(
    () => true,
    () => false,
  );
