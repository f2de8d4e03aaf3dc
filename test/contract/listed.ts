import { describe, expect, it } from 'vitest';
import { endpointOf, type Id, type OwnerId } from '../../src/ids.ts';
import type { Connection, ListedKind, LossPlan, ObjectOf, OperationName } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';
import { refusal } from './refusal.ts';

type Kind = Exclude<ListedKind, 'snapshot'>;
const KINDS: readonly Kind[] = ['storage', 'volume', 'network', 'image', 'flavor'];

/** The methods of any of these groups; each has them with its own types. */
interface Group {
  list(of: OwnerId, signal: AbortSignal): Promise<readonly ObjectOf<Kind>[]>;
  create(of: OwnerId, spec: object, signal: AbortSignal): Promise<{ readonly id?: Id }>;
  planDelete(id: Id, ...rest: readonly unknown[]): Promise<LossPlan>;
  delete(id: Id, ...rest: readonly unknown[]): Promise<unknown>;
}
const groupOf = (connection: Connection, kind: Kind): Group => present(connection[kind]) as unknown as Group;

/** What an endpoint has beside nodes and VMs: listed whole, made and deleted. */
export function listed(bench: () => Bench, facts: PlatformFacts): void {
  const has = (name: OperationName) => facts.operations.includes(name);
  const name = () => bench().server.endpoint.name;
  const read = async (connection: Connection, kind: Kind) => groupOf(connection, kind).list(name(), patient());

  const isListed = (kind: Kind) => async () => {
    const connection = await bench().connect();
    await bench().supporting(connection, `${kind}.list`, async () => {
      const all = await read(connection, kind);
      const ids = all.map(({ id }) => id as Id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(endpointOf(id)).toBe(name());
      for (const one of all) expect(one.name).toMatch(/\S/);
      expect(all).toContainEqual(expect.objectContaining(present(facts.listed?.[kind])));
    });
  };
  if (has('storage.list'))
    it('F-258 F-382 storages are listed, with what the server knows of them', isListed('storage'));
  if (has('volume.list')) it('F-263 volumes are listed, with what the server knows of them', isListed('volume'));
  if (has('network.list'))
    it('F-271 F-383 networks are listed, with what the server knows of them', isListed('network'));
  if (has('image.list')) it('F-282 F-360 images are listed, with what the server knows of them', isListed('image'));
  if (has('flavor.list')) it('F-309 F-391 flavors are listed, with what the server knows of them', isListed('flavor'));

  for (const kind of KINDS.filter((one) => has(`${one}.list`))) {
    describe(kind, () => {
      it('are the same when they are read again', async () => {
        const connection = await bench().connect();
        expect((await read(connection, kind)).map(({ id }) => id)).toEqual(
          (await read(connection, kind)).map(({ id }) => id),
        );
      });

      const spec = kind === 'flavor' ? undefined : facts.makes?.[kind];
      it(`${spec ? 'can' : 'can not'} be made`, () => expect(has(`${kind}.create` as OperationName)).toBe(!!spec));
      if (spec) makes(kind, spec);
    });
  }

  if (!KINDS.some((kind) => has(`${kind}.list`))) {
    it('are not there', () =>
      expect(facts.operations.filter((one) => KINDS.some((kind) => one.startsWith(`${kind}.`)))).toEqual([]));
  }

  if (has('volume.list') && has('storage.list')) {
    it('volumes are in storages that are listed, and no more is used than there is', async () => {
      const connection = await bench().connect();
      const storages = (await read(connection, 'storage')) as readonly ObjectOf<'storage'>[];
      const volumes = (await read(connection, 'volume')) as readonly ObjectOf<'volume'>[];
      const names = storages.map((one) => one.name);
      for (const { storage } of volumes) expect(names).toContain(storage);
      for (const { size, used } of storages)
        if (size !== undefined && used !== undefined) expect(used).toBeLessThanOrEqual(size);
    });
  }

  /** Reads the list until it is as it should be: a mutator answers when it is accepted. */
  async function until(
    connection: Connection,
    kind: Kind,
    what: string,
    holds: (all: readonly ObjectOf<Kind>[]) => boolean,
  ) {
    const { clock } = bench().server;
    const end = clock.ticks() + (facts.listedTakesMs ?? 0);
    for (;;) {
      const all = await read(connection, kind);
      if (holds(all)) return all;
      if (clock.ticks() > end) throw new Error(`waited for ${what}; there are ${JSON.stringify(all)}`);
      await new Promise<void>((resolve) => void clock.after(100, resolve));
    }
  }

  function makes(kind: Kind, spec: { readonly name: string }): void {
    it('F-256 F-268 F-283 are made once, and deleted after it was said what goes', async () => {
      const connection = await bench().connect();
      const { create, planDelete, delete: remove } = groupOf(connection, kind);
      const rest = kind === 'storage' ? [{ volumes: false }] : [];
      const before = await read(connection, kind);
      await bench().supporting(connection, `${kind}.create` as OperationName, async () => {
        const { id } = await create(name(), spec, patient());
        const all = await until(connection, kind, spec.name, (now) => now.some((one) => one.name === spec.name));
        const made = present(all.find((one) => one.name === spec.name));
        if (id !== undefined) expect(made.id).toBe(id);
      });
      expect((await refusal(create(name(), spec, patient()))).code).toBe('op.conflict');
      const made = present((await read(connection, kind)).find((one) => one.name === spec.name));
      await bench().supporting(connection, `${kind}.planDelete` as OperationName, async () => {
        const plan = await planDelete(made.id, ...rest, patient());
        expect(plan.goes.join(' ')).toContain(spec.name);
        expect(plan.refused).toBeUndefined();
      });
      await bench().supporting(connection, `${kind}.delete` as OperationName, async () => {
        await remove(made.id, ...rest, patient());
        const all = await until(connection, kind, `no ${spec.name}`, (now) => !now.some((one) => one.id === made.id));
        expect(all.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
      });
      expect((await refusal(remove(made.id, ...rest, patient()))).code).toBe(`${kind}.not-found`);
    });
  }

  for (const kind of ['storage', 'network'] as const) {
    if (!has(`${kind}.stop`) || !facts.makes?.[kind]) continue;
    it(`a ${kind} is stopped and started`, async () => {
      const connection = await bench().connect();
      const spec = present(facts.makes?.[kind]);
      const { create, delete: remove } = groupOf(connection, kind);
      await create(name(), spec, patient());
      const all = await until(connection, kind, spec.name, (now) => now.some((one) => one.name === spec.name));
      const { id } = present(all.find((one) => one.name === spec.name)) as ObjectOf<'storage' | 'network'>;
      const isActive = (active: boolean) => (now: readonly ObjectOf<Kind>[]) =>
        now.some((one) => one.id === id && 'active' in one && one.active === active);
      const { start, stop } = present(connection[kind]) as {
        start?(of: Id, signal: AbortSignal): Promise<unknown>;
        stop?(of: Id, signal: AbortSignal): Promise<unknown>;
      };
      await bench().supporting(connection, `${kind}.stop`, async () => {
        await present(stop)(id, patient());
        await until(connection, kind, `${spec.name} to stop`, isActive(false));
      });
      await bench().supporting(connection, `${kind}.start`, async () => {
        await present(start)(id, patient());
        await until(connection, kind, `${spec.name} to start`, isActive(true));
      });
      await remove(id, ...(kind === 'storage' ? [{ volumes: false }] : []), patient());
      await until(connection, kind, `no ${spec.name}`, (now) => !now.some((one) => one.id === id));
    });
  }

  if (has('storage.refresh')) {
    it('a storage is read again', async () => {
      const connection = await bench().connect();
      const [storage] = ((await read(connection, 'storage')) as readonly ObjectOf<'storage'>[]).filter(
        ({ active }) => active,
      );
      await bench().supporting(connection, 'storage.refresh', () =>
        present(connection.storage?.refresh)(present(storage).id, patient()),
      );
    });
  }

  if (has('volume.delete') && !facts.makes?.volume) {
    it('a volume that no VM uses is deleted, after it was said what goes', async () => {
      const connection = await bench().connect();
      const all = (await read(connection, 'volume')) as readonly ObjectOf<'volume'>[];
      const { id, name } = present(all.find(({ users, disabled }) => users?.length === 0 && !disabled));
      const { planDelete, delete: remove } = present(connection.volume);
      await bench().supporting(connection, 'volume.planDelete', async () => {
        const plan = await present(planDelete)(id, patient());
        expect([plan.refused, plan.goes.join(' ')]).toEqual([undefined, expect.stringContaining(name)]);
      });
      await bench().supporting(connection, 'volume.delete', async () => {
        await present(remove)(id, patient());
        await until(connection, 'volume', `no ${name}`, (now) => !now.some((one) => one.id === id));
      });
    });
  }

  if (has('volume.resize')) {
    it('F-267 a volume grows, and is never cut off', async () => {
      const connection = await bench().connect();
      const spec = present(facts.makes?.volume);
      const { create, delete: remove } = groupOf(connection, 'volume');
      await create(name(), spec, patient());
      const find = (all: readonly ObjectOf<Kind>[]) =>
        all.find((one) => one.name === spec.name) as ObjectOf<'volume'> | undefined;
      const { id } = present(find(await until(connection, 'volume', spec.name, (all) => find(all) !== undefined)));
      const resize = present(connection.volume?.resize);
      const larger = (spec.size * 2) as typeof spec.size;
      await bench().supporting(connection, 'volume.resize', async () => {
        await resize(id, larger, patient());
        await until(connection, 'volume', `${spec.name} to grow`, (all) => find(all)?.size === larger);
      });
      expect((await refusal(resize(id, spec.size, patient()))).code).toBe('op.refused');
      await remove(id, patient());
      await until(connection, 'volume', `no ${spec.name}`, (all) => find(all) === undefined);
    });
  }
}
