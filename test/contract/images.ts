import { expect, it } from 'vitest';
import type { Connection, Image } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { MOST_TRIES, patient, present } from './bench.ts';
import { destinationOf, sourceOf } from './memory-files.ts';
import { refusal } from './refusal.ts';

/** Images as files of this machine, and what is said of them. */
export function images(bench: () => Bench, facts: PlatformFacts): void {
  const has = (name: PlatformFacts['operations'][number]) => facts.operations.includes(name);
  /** The image of this id, once its list shows it so. */
  async function shown(connection: Connection, id: string, holds: (image: Image) => boolean): Promise<Image> {
    const { clock, endpoint } = bench().server;
    const end = clock.ticks() + (facts.listedTakesMs ?? 0);
    for (let tries = 0; ; ) {
      const found = (await present(connection.image?.list)(endpoint.name, patient())).find((one) => one.id === id);
      if (found && holds(found)) return found;
      if (clock.ticks() > end && tries++ > MOST_TRIES) throw new Error(`waited for ${id}: ${JSON.stringify(found)}`);
      await new Promise<void>((resolve) => void clock.after(100, resolve));
    }
  }

  if (!has('image.upload')) {
    it('are no files of this machine', () => expect(has('image.download')).toBe(false));
    if (has('image.update'))
      it('F-473 one that is there is changed, and put back', async () => {
        const connection = await bench().connect();
        const { list, update } = present(connection.image);
        const all = await present(list)(bench().server.endpoint.name, patient());
        const { id } = present(all.find(({ name }) => name === facts.listed?.image?.name));
        await bench().supporting(connection, 'image.update', async () => {
          await present(update)(id, { public: true, properties: { suite: 'yes' } }, patient());
          await shown(connection, id, (one) => one.visibility === 'public' && one.properties?.['suite'] === 'yes');
        });
        await present(update)(id, { public: false, properties: { suite: '' } }, patient());
        await shown(connection, id, (one) => one.visibility !== 'public' && one.properties?.['suite'] === undefined);
      });
    return;
  }
  // an appliance is no image byte by byte, and has no properties of one
  if (!has('image.update')) {
    it('F-379 a file becomes an image, and a second one of its name is refused', async () => {
      const connection = await bench().connect();
      const { upload, list } = present(connection.image);
      const { name: endpoint } = bench().server.endpoint;
      const name = 'suite-upload';
      const send = () =>
        present(upload)(endpoint, { name, storage: '' }, sourceOf(present(facts.uploads)()), patient());
      const { id } = await bench().supporting(connection, 'image.upload', send);
      const all = await present(list)(endpoint, patient());
      expect(all.filter((one) => one.name === name).map((one) => one.id)).toEqual([present(id)]);
      expect((await refusal(send())).code).toBe('op.conflict');
      if (has('image.download')) {
        const to = destinationOf(Buffer.from('another file'));
        const receive = () => present(connection.image?.download)(present(id), to, patient());
        await bench().supporting(connection, 'image.download', receive);
        expect(to.content().length).toBeGreaterThan(0);
        expect(to.content().subarray(0, 12).toString()).not.toBe('another file');
      }
      await present(connection.image?.delete)(present(id), patient());
    });
    return;
  }

  it('F-282 F-379 F-473 a file becomes an image, comes back in one part or two, and is changed', async () => {
    const connection = await bench().connect();
    const { upload, download, update, planDelete, delete: remove } = present(connection.image);
    const { name: endpoint } = bench().server.endpoint;
    const content = Buffer.from(Array.from({ length: 1_500_001 }, (_, at) => (at * 31 + (at >> 8)) & 255));
    const spec = { name: 'suite-upload', storage: '' };
    const id = await bench().supporting(connection, 'image.upload', async () =>
      present((await present(upload)(endpoint, spec, sourceOf(content), patient())).id),
    );
    await shown(connection, id, ({ size }) => size === content.length);
    const again = present(upload)(endpoint, spec, sourceOf(content), patient());
    expect((await refusal(again)).code).toBe('op.conflict');
    for (const before of [Buffer.alloc(0), content.subarray(0, 1_200_000), Buffer.from('another file')]) {
      const to = destinationOf(before);
      await bench().supporting(connection, 'image.download', () => present(download)(id, to, patient()));
      expect(to.content().equals(content)).toBe(true);
    }
    await bench().supporting(connection, 'image.update', async () => {
      const changes = { name: 'suite-renamed', protected: true, properties: { suite: 'yes', other: 'no' } };
      await present(update)(id, changes, patient());
      await shown(
        connection,
        id,
        ({ name, properties }) => name === 'suite-renamed' && properties?.['suite'] === 'yes',
      );
    });
    expect((await present(planDelete)(id, patient())).refused).toMatch(/protected/);
    expect((await refusal(present(remove)(id, patient()))).code).toBe('op.refused');
    await present(update)(id, { protected: false, properties: { suite: '' } }, patient());
    const last = await shown(connection, id, ({ properties }) => properties?.['suite'] === undefined);
    expect(last.properties).toMatchObject({ other: 'no' });
    await present(remove)(id, patient());
  });
}
