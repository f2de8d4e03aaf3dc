import { describe, expect, it } from 'vitest';
import { endpointOf, type Id, type OwnerId } from '../../src/ids.ts';
import type { Connection, ListedKind, LossPlan, ObjectOf, OperationName } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import { bytes, gib } from '../../src/units.ts';
import type { Bench } from './bench.ts';
import { MOST_TRIES, patient, present } from './bench.ts';
import { refusal } from './refusal.ts';

/** Those of an endpoint. */
type Kind = Exclude<ListedKind, 'snapshot' | 'disk' | 'nic' | 'securityrule' | 'file' | 'backup' | 'volumesnapshot'>;
const KINDS: readonly Kind[] = [
  'storage',
  'volume',
  'network',
  'lease',
  'dns',
  'image',
  'flavor',
  'subnet',
  'securitygroup',
  'keypair',
  'address',
  'bucket',
  'zone',
  'balancer',
  'router',
];

/** What `planDelete` and `delete` take beside the id: what is in it is not to go. */
const REST: { readonly [K in Kind]?: readonly object[] } = {
  storage: [{ volumes: false }],
  bucket: [{ files: false }],
  zone: [{ records: false }],
};

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
    it('F-258 F-382 F-469 storages are listed, with what the server knows of them', isListed('storage'));
  if (has('volume.list')) it('F-179 F-263 volumes are listed, with what the server knows of them', isListed('volume'));
  if (has('network.list'))
    it('F-271 F-383 networks are listed, with what the server knows of them', isListed('network'));
  if (has('image.list')) it('F-282 F-360 images are listed, with what the server knows of them', isListed('image'));
  if (has('lease.list')) it('leases are listed, those that are kept too', isListed('lease'));
  if (has('dns.list')) it('F-307 entries of name servers are listed', isListed('dns'));
  if (has('flavor.list'))
    it('F-309 F-391 F-476 flavors are listed, with what the server knows of them', isListed('flavor'));

  if (has('subnet.list')) it('F-386 subnets are listed, with what the server knows of them', isListed('subnet'));
  if (has('keypair.list')) it('key pairs are listed, with what the server knows of them', isListed('keypair'));
  if (has('address.list')) it('public addresses are listed, with what has them', isListed('address'));
  if (has('bucket.list'))
    it('F-301 F-398 F-428 buckets are listed, with what the server knows of them', isListed('bucket'));
  if (has('zone.list')) it('F-410 DNS zones are listed, with what the server knows of them', isListed('zone'));
  if (has('balancer.list'))
    it('F-310 load balancers are listed, with what the server knows of them', isListed('balancer'));
  if (has('router.list')) it('routers are listed, with the networks that they lead to', isListed('router'));
  if (has('securitygroup.list'))
    it('F-403 security groups are listed, with what the server knows of them', isListed('securitygroup'));

  for (const kind of KINDS.filter((one) => has(`${one}.list`))) {
    describe(kind, () => {
      it('are the same when they are read again', async () => {
        const connection = await bench().connect();
        expect((await read(connection, kind)).map(({ id }) => id)).toEqual(
          (await read(connection, kind)).map(({ id }) => id),
        );
      });

      // An address has no name to be found by: clouds.ts makes those.
      if (kind === 'address') return;
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
    let tries = 0;
    for (;;) {
      const all = await read(connection, kind);
      if (holds(all)) return all;
      if (clock.ticks() > end && tries++ > MOST_TRIES)
        throw new Error(`waited for ${what}; there are ${JSON.stringify(all)}`);
      await new Promise<void>((resolve) => void clock.after(100, resolve));
    }
  }

  function makes(kind: Kind, spec: { readonly name: string }): void {
    it('F-256 F-268 F-283 are made once, and deleted after it was said what goes', async () => {
      const connection = await bench().connect();
      const { create, planDelete, delete: remove } = groupOf(connection, kind);
      const rest = REST[kind] ?? [];
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

  if (facts.networksChangeAtOnce) {
    it('F-270 F-402 F-471 a network is changed at once, and what it can not be changes nothing', async () => {
      const connection = await bench().connect();
      const spec = present(facts.makes?.network);
      const { create, delete: remove } = groupOf(connection, 'network');
      await create(name(), spec, patient());
      const find = (all: readonly ObjectOf<Kind>[]) =>
        all.find((one) => one.name === spec.name) as ObjectOf<'network'> | undefined;
      const { id } = present(find(await until(connection, 'network', spec.name, (all) => find(all) !== undefined)));
      const { settings, update } = present(connection.network);
      const read = () => present(settings)(id, patient());
      await bench().supporting(connection, 'network.settings', async () => {
        expect(await read()).toMatchObject({ settings: { dhcp: spec.dhcp, forwarders: [] }, atRestart: [] });
      });
      await bench().supporting(connection, 'network.update', async () => {
        const changes = { dhcp: !spec.dhcp, forwarders: ['192.0.2.53'], mtu: 1400 };
        await present(update)(id, changes, { dhcp: spec.dhcp }, { restart: false }, patient());
        await until(connection, 'network', 'the DHCP to change', (all) => find(all)?.dhcp === changes.dhcp);
        expect((await read()).settings).toMatchObject(changes);
      });
      const before = await read();
      const wrong = { mtu: 1, forwarders: ['192.0.2.54'] };
      expect((await refusal(present(update)(id, wrong, {}, { restart: false }, patient()))).code).toBe('op.refused');
      const stale = present(update)(id, { mtu: 1300 }, { mtu: 1450 }, { restart: false }, patient());
      expect(await refusal(stale)).toMatchObject({ code: 'op.conflict', message: expect.stringContaining('1400') });
      expect(await read()).toEqual(before);
      await remove(id, patient());
      await until(connection, 'network', `no ${spec.name}`, (all) => find(all) === undefined);
    });
  } else if (has('network.update')) {
    it('F-270 F-402 a network is changed: at once as far as that can be, the rest by a restart; what it can not be changes nothing', async () => {
      const connection = await bench().connect();
      const spec = present(facts.makes?.network);
      const { create, delete: remove } = groupOf(connection, 'network');
      await create(name(), spec, patient());
      const find = (all: readonly ObjectOf<Kind>[]) =>
        all.find((one) => one.name === spec.name) as ObjectOf<'network'> | undefined;
      const { id } = present(find(await until(connection, 'network', spec.name, (all) => find(all) !== undefined)));
      const { settings, update } = present(connection.network);
      const read = async () => present(await present(settings)(id, patient()));
      await bench().supporting(connection, 'network.settings', async () => {
        const now = await read();
        const { mode, dhcp, domain } = spec;
        expect(now.settings).toMatchObject({ mode, dhcp, domain, autostart: true, plan: '' });
        expect([now.atRestart.includes('domain'), now.users]).toEqual([true, []]);
      });
      await bench().supporting(connection, 'network.update', async () => {
        const soft = { dhcp: !spec.dhcp, autostart: false, plan: 'suite' };
        expect(await present(update)(id, soft, {}, { restart: false }, patient())).toMatchObject({ warnings: [] });
        await until(connection, 'network', 'the DHCP to change', (all) => find(all)?.dhcp === soft.dhcp);
        const late = { domain: 'changed.test' };
        const { warnings } = await present(update)(id, late, {}, { restart: false }, patient());
        expect(warnings).toMatchObject([{ feature: 'network.update', detail: expect.stringContaining(spec.name) }]);
        expect((await read()).settings).toMatchObject({ ...soft, ...late });
        await present(update)(id, { mode: 'isolated', domain: 'again.test' }, late, { restart: true }, patient());
        const all = await until(connection, 'network', 'the domain', (one) => find(one)?.domain === 'again.test');
        expect(find(all)).toMatchObject({ mode: 'isolated', active: true, plan: 'suite' });
      });
      const before = await read();
      const wrong = { mtu: 1, domain: 'never.test' };
      expect((await refusal(present(update)(id, wrong, {}, { restart: true }, patient()))).code).toBe('op.refused');
      expect(await read()).toEqual(before);
      const stale = await refusal(
        present(update)(id, { domain: 'never.test' }, { domain: 'changed.test' }, { restart: true }, patient()),
      );
      expect([stale.code, stale.message]).toEqual(['op.conflict', expect.stringContaining('again.test')]);
      expect(await read()).toEqual(before);
      await remove(id, patient());
      await until(connection, 'network', `no ${spec.name}`, (all) => find(all) === undefined);
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

  const image = facts.makesVms?.spec['image'];
  if (has('volume.create') && typeof image === 'string' && facts.volumesOfImages === false) {
    it('no volume is made of an image by itself', async () => {
      const connection = await bench().connect();
      const spec = { ...present(facts.makes?.volume), image };
      const error = await refusal(groupOf(connection, 'volume').create(name(), spec, patient()));
      expect([error.code, error.fix]).toEqual(['op.unsupported', expect.stringMatching(/\w/)]);
    });
  } else if (has('volume.create') && typeof image === 'string') {
    it.each(facts.volumesAreWhole ? [false] : [false, true])(
      'F-262 F-371 a volume is made of an image, linked to it: %s',
      async (linked) => {
        const connection = await bench().connect();
        const usual = present(facts.makes?.volume);
        const format = facts.volumesAreWhole ? usual.format : 'qcow2';
        const spec = { ...usual, name: 'made-of-image.qcow2', format, size: gib(12), image, linked };
        const { create, delete: remove } = groupOf(connection, 'volume');
        for (const [wrong, code] of [
          [{ image: 'no-such-image' }, 'image.not-found'],
          [{ size: bytes(1) }, 'op.refused'],
        ] as const)
          expect((await refusal(create(name(), { ...spec, ...wrong }, patient()))).code).toBe(code);
        await create(name(), spec, patient());
        const find = (all: readonly ObjectOf<Kind>[]) =>
          all.find((one) => one.name === spec.name) as ObjectOf<'volume'> | undefined;
        const all = await until(connection, 'volume', spec.name, (now) => find(now) !== undefined);
        const made = present(find(all));
        expect(made).toMatchObject({ size: gib(12), storage: spec.storage, users: [] });
        expect(made.format).toBe(facts.volumesAreWhole ? undefined : format);
        await remove(made.id, patient());
        await until(connection, 'volume', `no ${spec.name}`, (now) => find(now) === undefined);
      },
    );
  }

  if (has('volume.resize')) {
    it('F-267 F-470 a volume grows, and is never cut off', async () => {
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
