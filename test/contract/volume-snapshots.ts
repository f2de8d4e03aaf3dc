import { expect, it } from 'vitest';
import type { Connection, ObjectOf } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { MOST_TRIES, patient, present } from './bench.ts';
import { refusal } from './refusal.ts';

/** Snapshots of volumes: taken, listed, made volumes of, and deleted. */
export function volumeSnapshots(bench: () => Bench, facts: PlatformFacts): void {
  const isThere = facts.operations.includes('volumesnapshot.create');
  it(`are ${isThere ? '' : 'not '}there`, () =>
    expect(facts.operations.some((name) => name.startsWith('volumesnapshot.'))).toBe(isThere));
  if (!isThere) return;
  const endpoint = () => bench().server.endpoint.name;

  /** Reads a list until one of this name is in it, and ready; or none is. */
  async function named<K extends 'volume' | 'volumesnapshot'>(
    connection: Connection,
    kind: K,
    name: string,
    wanted = true,
  ): Promise<ObjectOf<K> | undefined> {
    const { clock } = bench().server;
    const end = clock.ticks() + (facts.listedTakesMs ?? 0);
    for (let tries = 0; ; ) {
      const all = await present(connection[kind]?.list)(endpoint(), patient());
      const found = all.find((one) => one.name === name) as ObjectOf<K> | undefined;
      if ((found !== undefined) === wanted) return found;
      if (clock.ticks() > end && tries++ > MOST_TRIES) throw new Error(`waited for ${kind} ${name}`);
      await new Promise<void>((resolve) => void clock.after(100, resolve));
    }
  }

  it('a volume is kept as it is, another one is made of that, and both go', async () => {
    const connection = await bench().connect();
    const spec = present(facts.makes?.volume);
    const volumes = present(connection.volume);
    const { create, restore, planDelete, delete: remove } = present(connection.volumesnapshot);
    await present(volumes.create)(endpoint(), spec, patient());
    const volume = present(await named(connection, 'volume', spec.name));
    const snap = { name: 'suite-snap', description: 'of the suite' };
    await bench().supporting(connection, 'volumesnapshot.create', () =>
      present(create)(volume.id, snap, patient()).then(() => named(connection, 'volumesnapshot', snap.name)),
    );
    const taken = await bench().supporting(connection, 'volumesnapshot.list', async () =>
      present(await named(connection, 'volumesnapshot', snap.name)),
    );
    expect(taken).toMatchObject({ volume: spec.name, size: spec.size, description: snap.description });
    expect((await refusal(present(create)(volume.id, snap, patient()))).code).toBe('op.conflict');
    const small = present(restore)(taken.id, { name: 'suite-small', size: (2 ** 20) as typeof spec.size }, patient());
    expect((await refusal(small)).code).toBe('op.refused');
    await bench().supporting(connection, 'volumesnapshot.restore', () =>
      present(restore)(taken.id, { name: 'suite-copy' }, patient()),
    );
    const copy = present(await named(connection, 'volume', 'suite-copy'));
    expect(copy).toMatchObject({ size: spec.size, storage: spec.storage });
    await bench().supporting(connection, 'volumesnapshot.planDelete', async () => {
      const plan = await present(planDelete)(taken.id, patient());
      expect([plan.refused, plan.goes.join(' ')]).toEqual([undefined, expect.stringContaining(snap.name)]);
    });
    await bench().supporting(connection, 'volumesnapshot.delete', async () => {
      await present(remove)(taken.id, patient());
      await named(connection, 'volumesnapshot', snap.name, false);
    });
    expect((await refusal(present(remove)(taken.id, patient()))).code).toBe('volumesnapshot.not-found');
    for (const { id, name } of [copy, volume]) {
      await present(volumes.delete)(id, patient());
      await named(connection, 'volume', name, false);
    }
  });
}
