import { expect, it } from 'vitest';
import { endpointOf, type VolumeSnapshotId } from '../../src/ids.ts';
import type { ObjectOf, VolumeSnapshotOps } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { MOST_TRIES, patient, present } from './bench.ts';
import { refusal } from './refusal.ts';

/** Snapshots of volumes: taken, listed, and made a volume of. */
export function volumeSnapshots(bench: () => Bench, facts: PlatformFacts): void {
  const { volumeSnapshots: how } = facts;
  if (!how) {
    it('are not there', () =>
      expect(facts.operations.filter((name) => name.startsWith('volumesnapshot.'))).toEqual([]));
    return;
  }
  const endpoint = () => bench().server.endpoint.name;

  /** Reads a list until it is as it should be: a mutator answers when it is accepted. */
  async function until<K extends 'volume' | 'volumesnapshot'>(
    list: () => Promise<readonly ObjectOf<K>[]>,
    what: string,
    holds: (all: readonly ObjectOf<K>[]) => boolean,
  ): Promise<readonly ObjectOf<K>[]> {
    const { clock } = bench().server;
    const end = clock.ticks() + present(how).takeMs;
    let tries = 0;
    for (;;) {
      const all = await list();
      if (holds(all)) return all;
      if (clock.ticks() > end && tries++ > MOST_TRIES)
        throw new Error(`waited for ${what}; there are ${JSON.stringify(all)}`);
      await new Promise<void>((resolve) => void clock.after(100, resolve));
    }
  }

  it('a volume is kept as it is, made another one of, and what was kept is deleted after it was said what goes', async () => {
    const connection = await bench().connect();
    const ops = present(connection.volumesnapshot) as Required<VolumeSnapshotOps>;
    const volumes = present(connection.volume);
    const spec = { ...present(facts.makes?.volume), name: how.volumes[0] };
    const snapshots = () => ops.list(endpoint(), patient());
    const listVolumes = () => present(volumes.list)(endpoint(), patient());
    const volumeNamed = async (name: string) =>
      present(
        (await until<'volume'>(listVolumes, name, (all) => all.some((one) => one.name === name))).find(
          (one) => one.name === name,
        ),
      );
    await present(volumes.create)(endpoint(), spec, patient());
    const { id: volume } = await volumeNamed(spec.name);

    const taken = { name: 'suite-kept', description: 'before the upgrade' };
    const made = await bench().supporting(connection, 'volumesnapshot.create', async () => {
      await ops.create(volume, taken, patient());
      return bench().supporting(connection, 'volumesnapshot.list', async () => {
        const isThere = ({ name, status }: ObjectOf<'volumesnapshot'>) => name === taken.name && status === how.whole;
        return present(
          (await until<'volumesnapshot'>(snapshots, taken.name, (all) => all.some(isThere))).find(isThere),
        );
      });
    });
    expect(made).toMatchObject({ volume: spec.name, size: spec.size, description: taken.description });
    expect([endpointOf(made.id), made.created]).toEqual([endpoint(), expect.any(Number)]);
    expect(await refusal(ops.create(volume, taken, patient()))).toMatchObject({ code: 'op.conflict' });

    const to = { name: how.volumes[1], storage: spec.storage };
    const restored = await bench().supporting(connection, 'volumesnapshot.restore', async () => {
      const { id } = await ops.restore(made.id, to, patient());
      const found = await volumeNamed(to.name);
      if (id !== undefined) expect(found.id).toBe(id);
      return found;
    });
    expect(restored).toMatchObject({ storage: spec.storage, size: spec.size });
    expect(restored.id).not.toBe(volume);
    expect(await refusal(ops.restore(made.id, to, patient()))).toMatchObject({ code: 'op.conflict' });

    await bench().supporting(connection, 'volumesnapshot.planDelete', async () => {
      const plan = await ops.planDelete(made.id, patient());
      expect([plan.refused, plan.goes.join()]).toEqual([undefined, expect.stringContaining(taken.name)]);
    });
    await bench().supporting(connection, 'volumesnapshot.delete', async () => {
      await ops.delete(made.id, patient());
      await until<'volumesnapshot'>(snapshots, 'no snapshot', (all) => !all.some(({ id }) => id === made.id));
    });
    const gone: VolumeSnapshotId = made.id;
    expect(await refusal(ops.delete(gone, patient()))).toMatchObject({ code: 'volumesnapshot.not-found' });
    for (const id of [volume, restored.id]) {
      await present(volumes.delete)(id, patient());
      await until<'volume'>(listVolumes, 'no volume', (all) => !all.some((one) => one.id === id));
    }
  });
}
