import { expect, it } from 'vitest';
import type { VmId } from '../../src/ids.ts';
import type { Connection, Volume } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { MOST_TRIES, patient, present } from './bench.ts';
import { destinationOf, sourceOf } from './memory-files.ts';
import { refusal } from './refusal.ts';
import type { Watching } from './watching.ts';

/** What a VM and a volume are as files: memory, disks, definitions, and bytes that go there and back. */
export function files(bench: () => Bench, facts: PlatformFacts): void {
  const has = (name: PlatformFacts['operations'][number]) => facts.operations.includes(name);
  const { files: how } = facts;
  const operations = ['vm.save', 'vm.restore', 'vm.export', 'vm.define', 'volume.upload', 'volume.download'] as const;

  /** A VM is exported as an image where no storage of files is at hand, or where that is what the platform exports. */
  const exportsImages = has('vm.export') && (how === undefined || how.exportsImages === true);
  it('are there where the testkit says how', () =>
    expect(operations.some((name) => has(name) && !(exportsImages && name === 'vm.export'))).toBe(how !== undefined));
  if (exportsImages) imagesOfVms(bench);
  if (!how) return;

  const until = async (watching: Watching, id: VmId, state: string) =>
    watching.until(`${id} to be ${state}`, () => watching.vms.get(id)?.state === state || undefined, how.takeMs);

  const volumesOf = async (connection: Connection) =>
    present(connection.volume?.list)(bench().server.endpoint.name, patient());
  /** Reads the list until a volume of this name is there, or is not. */
  const volume = async (connection: Connection, name: string, isThere: boolean) => {
    const { clock } = bench().server;
    const end = clock.ticks() + how.takeMs;
    let tries = 0;
    for (;;) {
      const found = (await volumesOf(connection)).find((one) => one.name === name);
      if ((found !== undefined) === isThere) return found;
      if (clock.ticks() > end && tries++ > MOST_TRIES) throw new Error(`waited for ${isThere ? '' : 'no '}${name}`);
      await new Promise<void>((resolve) => void clock.after(100, resolve));
    }
  };
  const remove = async (connection: Connection, { id, name }: Volume) => {
    await present(connection.volume?.delete)(id, patient());
    await volume(connection, name, false);
  };

  if (has('vm.save'))
    it('F-052 F-053 F-194 memory goes to a file and comes back', async () => {
      const watching = await bench().watch();
      const { vm } = watching.connection;
      const id = await bench().server.runningVm();
      const path = `${how.folder}/suite-${Date.now()}.save`;
      await bench().supporting(watching.connection, 'vm.save', async () => {
        await present(vm.save)(id, path, patient());
        await until(watching, id, 'stopped');
      });
      const restore = present(vm.restore);
      const { name } = bench().server.endpoint;
      await bench().supporting(watching.connection, 'vm.restore', async () => {
        expect((await restore(name, { path, paused: true }, patient())).id).toBe(id);
        await until(watching, id, 'paused');
      });
      expect((await refusal(restore(name, { path, paused: false }, patient()))).code).toBe('op.conflict');
      await present(vm.resume)(id, patient());
      await until(watching, id, 'running');
    });

  if (has('vm.export') && !exportsImages)
    it('F-250 a VM that is off is exported as a volume', async () => {
      const connection = await bench().connect();
      const id = await bench().server.stoppedVm();
      const spec = { name: 'suite-export.qcow2', storage: how.storage };
      const run = present(connection.vm.export);
      const made = await bench().supporting(connection, 'vm.export', async () => {
        await run(id, spec, patient());
        return present(await volume(connection, spec.name, true));
      });
      expect(made).toMatchObject({ storage: how.storage, format: 'qcow2' });
      expect((await refusal(run(id, spec, patient()))).code).toBe('op.conflict');
      await remove(connection, made);
    });

  if (has('vm.define'))
    it('F-056 F-416 F-461 a definition is changed as text, and a stale one is a conflict', async () => {
      const connection = await bench().connect();
      const id = await bench().server.stoppedVm();
      const [read, define] = [present(connection.vm.definition), present(connection.vm.define)];
      const { text } = await bench().supporting(connection, 'vm.definition', () => read(id, patient()));
      const changed = how.change(text);
      expect(changed).not.toBe(text);
      await bench().supporting(connection, 'vm.define', async () => {
        await define(id, changed, text, patient());
        expect((await read(id, patient())).text).toContain(how.changed);
      });
      expect((await refusal(define(id, changed, text, patient()))).code).toBe('op.conflict');
      const now = (await read(id, patient())).text;
      expect((await refusal(define(id, how.invalid(now), now, patient()))).code).toBe('op.refused');
      await define(id, text, now, patient());
    });

  if (has('volume.upload'))
    it('a file goes to a volume, and comes back in one part or two where files can be fetched', async () => {
      const connection = await bench().connect();
      const { name: endpoint } = bench().server.endpoint;
      const content = Buffer.from(Array.from({ length: 3_000_001 }, (_, at) => (at * 31 + (at >> 8)) & 255));
      const spec = { name: 'suite-upload.img', storage: how.storage, resume: false };
      const upload = present(connection.volume?.upload);
      const id = await bench().supporting(connection, 'volume.upload', async () =>
        present((await upload(endpoint, spec, sourceOf(content), patient())).id),
      );
      expect((await refusal(upload(endpoint, spec, sourceOf(content), patient()))).code).toBe('op.conflict');
      const listed = present((await volumesOf(connection)).find((one) => one.id === id));
      expect(listed).toMatchObject({ name: spec.name, storage: how.storage, size: content.length });
      for (const before of has('volume.download')
        ? [Buffer.alloc(0), content.subarray(0, 2_000_000), Buffer.from('another file')]
        : []) {
        const to = destinationOf(before);
        await bench().supporting(connection, 'volume.download', () =>
          present(connection.volume?.download)(id, to, patient()),
        );
        expect(to.content().equals(content)).toBe(true);
      }
      const other = Buffer.from(content).fill(7, 0, 2_900_000);
      expect((await refusal(upload(endpoint, { ...spec, resume: true }, sourceOf(other), patient()))).code).toBe(
        'op.conflict',
      );
      await remove(connection, listed);
    });
}

function imagesOfVms(bench: () => Bench): void {
  it('F-250 a VM that is off is exported as an image, which is deleted after it was said what goes', async () => {
    const connection = await bench().connect();
    const id = await bench().server.stoppedVm();
    const { planDelete, delete: remove, list } = present(connection.image);
    const all = () => present(list)(bench().server.endpoint.name, patient());
    const made = await bench().supporting(connection, 'vm.export', async () => {
      await present(connection.vm.export)(id, { name: 'suite-export', storage: '' }, patient());
      return present((await all()).find(({ name }) => name === 'suite-export'));
    });
    await bench().supporting(connection, 'image.planDelete', async () => {
      const plan = await present(planDelete)(made.id, patient());
      expect([plan.refused, plan.goes.join(' ')]).toEqual([undefined, expect.stringContaining('suite-export')]);
    });
    await bench().supporting(connection, 'image.delete', async () => {
      await present(remove)(made.id, patient());
      expect((await all()).map(({ name }) => name)).not.toContain('suite-export');
    });
  });
}
