import { expect, it } from 'vitest';
import type { VolumeOps } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { MOST_TRIES, patient, present } from './bench.ts';
import { refusal } from './refusal.ts';

/** Volumes that are offered to others, and taken over with a key. */
export function volumeOffers(bench: () => Bench, facts: PlatformFacts): void {
  it('offers volumes to others as a whole, or not at all', () => {
    const all = ['volume.offer', 'volume.withdraw', 'volume.accept'] as const;
    expect([0, all.length]).toContain(all.filter((name) => facts.operations.includes(name)).length);
  });
  if (!facts.operations.includes('volume.offer')) return;

  it('a volume is offered, withdrawn, and taken over by who has the key, once', async () => {
    const connection = await bench().connect();
    const ops = present(connection.volume) as Required<VolumeOps>;
    const of = bench().server.endpoint.name;
    const spec = { ...present(facts.makes?.volume), name: 'suite-offered' };
    const named = async () => (await ops.list(of, patient())).find(({ name }) => name === spec.name);
    await ops.create(of, spec, patient());
    const until = async (isThere: boolean) => {
      let volume = await named();
      for (let tries = 0; (volume !== undefined) !== isThere && tries < MOST_TRIES; tries++) {
        await new Promise<void>((resolve) => void bench().server.clock.after(100, resolve));
        volume = await named();
      }
      return volume;
    };
    const { id } = present(await until(true));
    expect(await refusal(ops.withdraw(id, patient()))).toMatchObject({ code: 'op.refused' });
    const first = await bench().supporting(connection, 'volume.offer', async () => ops.offer(id, patient()));
    await bench().supporting(connection, 'volume.withdraw', async () => {
      await ops.withdraw(id, patient());
      expect(await refusal(ops.accept(of, present(first.offer), patient()))).toMatchObject({
        code: 'volume.not-found',
      });
    });
    const offer = present((await ops.offer(id, patient())).offer);
    expect(JSON.stringify(offer)).not.toContain(offer.key());
    const wrong = ops.accept(of, { id: offer.id, key: () => 'none-of-it' }, patient());
    expect(await refusal(wrong)).toMatchObject({ code: 'op.refused' });
    await bench().supporting(connection, 'volume.accept', async () => {
      expect((await ops.accept(of, offer, patient())).id).toBe(id);
    });
    expect(await refusal(ops.accept(of, offer, patient()))).toMatchObject({ code: 'volume.not-found' });
    await ops.delete(id, patient());
    expect(await until(false)).toBeUndefined();
  });
}
