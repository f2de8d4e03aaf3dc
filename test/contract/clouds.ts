import { expect, it } from 'vitest';
import { type AddressId, type Id, ownerOf } from '../../src/ids.ts';
import type { Connection, Destination, ListedKind, ObjectOf, Source } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import { bytes } from '../../src/units.ts';
import type { Bench } from './bench.ts';
import { MOST_TRIES, patient, present } from './bench.ts';
import { refusal } from './refusal.ts';

/** What is particular to the nouns of clouds, beside being listed, made and deleted (listed.ts). */
export function clouds(bench: () => Bench, facts: PlatformFacts): void {
  const { clouds: how } = facts;
  if (!how) {
    it('are not there', () =>
      expect(
        facts.operations.filter((name) =>
          /^(subnet|securitygroup|securityrule|keypair|address|bucket|file|zone|balancer|router)\./.test(name),
        ),
      ).toEqual([]));
    return;
  }
  const endpoint = () => bench().server.endpoint.name;

  /** Reads a list of the endpoint until it is as it should be: a mutator answers when it is accepted. */
  async function until<K extends ListedKind>(
    connection: Connection,
    kind: K,
    of: Id,
    what: string,
    holds: (all: readonly ObjectOf<K>[]) => boolean,
  ): Promise<readonly ObjectOf<K>[]> {
    const list = present(connection[kind]?.list) as unknown as (
      of: Id,
      signal: AbortSignal,
    ) => Promise<readonly ObjectOf<K>[]>;
    const { clock } = bench().server;
    const end = clock.ticks() + (facts.listedTakesMs ?? 0);
    let tries = 0;
    for (;;) {
      const all = await list(of, patient());
      if (holds(all)) return all;
      if (clock.ticks() > end && tries++ > MOST_TRIES)
        throw new Error(`waited for ${what}; there are ${JSON.stringify(all)}`);
      await new Promise<void>((resolve) => void clock.after(100, resolve));
    }
  }
  const named = async <K extends ListedKind>(connection: Connection, kind: K, name: string): Promise<ObjectOf<K>> => {
    const all = await until(connection, kind, endpoint(), name, (now) => now.some((one) => one.name === name));
    return present(all.find((one) => one.name === name));
  };

  if (how.securityrule) {
    it('F-304 F-305 F-406 rules are added to a security group, listed, removed, and go with it', async () => {
      const connection = await bench().connect();
      const spec = present(facts.makes?.securitygroup);
      const { create, planDelete, delete: remove } = present(connection.securitygroup);
      const { create: add, delete: take } = present(connection.securityrule);
      await present(create)(endpoint(), spec, patient());
      const { id } = await named(connection, 'securitygroup', spec.name);
      const rule = { direction: 'in', protocol: 'tcp', description: '' } as const;
      const peer = how.securityrule === 'addresses' ? '10.8.0.0/16' : spec.name;
      const has = (part: Partial<ObjectOf<'securityrule'>>) =>
        until(connection, 'securityrule', id, JSON.stringify(part), (all) => all.some((one) => contains(one, part)));
      await bench().supporting(connection, 'securityrule.create', async () => {
        await present(add)(id, { ...rule, ports: [8000, 8100], peer: '10.7.0.0/16' }, patient());
        await has({ direction: 'in', protocol: 'tcp', ports: '8000-8100', peer: '10.7.0.0/16', group: spec.name });
        await present(add)(id, { ...rule, ports: [22, 22], peer }, patient());
        await has({ ports: '22', peer });
      });
      await bench().supporting(connection, 'securityrule.list', async () => {
        const all = await has({ ports: '22' });
        for (const one of all) expect(ownerOf(one.id)).toBe(id);
      });
      const again = present(add)(id, { ...rule, ports: [22, 22], peer }, patient());
      expect(await refusal(again)).toMatchObject({ code: 'op.conflict' });
      const nowhere = present(add)(id, { ...rule, ports: [22, 22], peer: 'no-such-group' }, patient());
      expect(await refusal(nowhere)).toMatchObject({
        code: how.securityrule === 'addresses' ? 'op.refused' : 'securitygroup.not-found',
      });
      await bench().supporting(connection, 'securityrule.delete', async () => {
        const found = present((await has({ ports: '22' })).find(({ ports }) => ports === '22'));
        await present(take)(found.id, patient());
        await until(connection, 'securityrule', id, 'no rule', (all) => !all.some((one) => one.id === found.id));
        expect(await refusal(present(take)(found.id, patient()))).toMatchObject({ code: 'securityrule.not-found' });
      });
      expect((await present(planDelete)(id, patient())).refused).toBeUndefined();
      await present(remove)(id, patient());
      await until(connection, 'securitygroup', endpoint(), 'no group', (all) => !all.some((one) => one.id === id));
    });
  }

  const { address: wanted } = how;
  if (wanted) {
    it('a public address is got, leads to one VM at a time, and is given back only when it leads nowhere', async () => {
      const connection = await bench().connect();
      const [vm, other] = [await bench().server.runningVm(), await bench().server.stoppedVm()];
      const ops = present(connection.address);
      const { id, answer } = await bench().supporting(connection, 'address.create', async () =>
        present(ops.create)(endpoint(), wanted, patient()),
      );
      const isIt = (part: object) => (all: readonly ObjectOf<'address'>[]) =>
        all.some((one) => one.id === id && contains(one, part));
      const made = present(
        (await until(connection, 'address', endpoint(), 'the address', isIt({}))).find((one) => one.id === id),
      );
      expect(answer).toBe(made.ip);
      let user = '';
      await bench().supporting(connection, 'address.associate', async () => {
        await present(ops.associate)(vm, { address: made.ip, privateIp: '' }, patient());
        const all = await until(connection, 'address', endpoint(), 'the VM', (now) =>
          now.some((one) => one.id === id && one.user !== undefined),
        );
        user = present(all.find((one) => one.id === id)?.user);
      });
      const taken = present(ops.associate)(other, { address: made.ip, privateIp: '' }, patient());
      expect(await refusal(taken)).toMatchObject({ code: 'op.conflict' });
      const none = present(ops.associate)(vm, { address: '192.0.2.1', privateIp: '' }, patient());
      expect(await refusal(none)).toMatchObject({ code: 'address.not-found' });
      await bench().supporting(connection, 'address.planDelete', async () => {
        expect((await present(ops.planDelete)(made.id as AddressId, patient())).refused).toContain(user);
      });
      const early = present(ops.delete)(made.id as AddressId, patient());
      expect(await refusal(early)).toMatchObject({ code: 'op.refused' });
      await bench().supporting(connection, 'address.disassociate', async () => {
        await present(ops.disassociate)(made.id as AddressId, patient());
        await until(connection, 'address', endpoint(), 'no VM', isIt({ user: undefined }));
      });
      await bench().supporting(connection, 'address.delete', async () => {
        await present(ops.delete)(made.id as AddressId, patient());
        await until(connection, 'address', endpoint(), 'no address', (all) => !all.some((one) => one.id === id));
      });
      const late = present(ops.delete)(made.id as AddressId, patient());
      expect(await refusal(late)).toMatchObject({ code: 'address.not-found' });
    });
  }

  if (how.zone) {
    it('F-306 F-307 F-400 entries are put into a zone, replaced when that is meant, and go with it when they are to', async () => {
      const connection = await bench().connect();
      const spec = present(facts.makes?.zone);
      const zones = present(connection.zone);
      const dns = present(connection.dns);
      await present(zones.create)(endpoint(), spec, patient());
      const { id } = await named(connection, 'zone', spec.name);
      const entry = { name: 'web', zone: spec.name, type: 'A', ttl: 300 };
      const has = (data: string) =>
        until(connection, 'dns', endpoint(), data, (all) =>
          all.some((one) => one.zone === spec.name && one.type === 'A' && one.data === data),
        );
      await present(dns.create)(endpoint(), { ...entry, data: '192.0.2.10' }, patient());
      const made = (await has('192.0.2.10')).find(({ data }) => data === '192.0.2.10');
      expect(made).toMatchObject({ zone: spec.name, ttl: 300 });
      expect(made?.name).toMatch(/^web(\.suite\.example)?$/);
      const again = present(dns.create)(endpoint(), { ...entry, data: '192.0.2.10' }, patient());
      expect(await refusal(again)).toMatchObject({ code: 'op.conflict' });
      await present(dns.create)(endpoint(), { ...entry, data: '192.0.2.11', overwrite: true }, patient());
      const now = await has('192.0.2.11');
      expect(now.filter(({ zone, type }) => zone === spec.name && type === 'A')).toHaveLength(1);
      expect((await present(zones.planDelete)(id, { records: false }, patient())).refused).toMatch(/1 entr/);
      expect(await refusal(present(zones.delete)(id, { records: false }, patient()))).toMatchObject({
        code: 'op.refused',
      });
      const plan = await present(zones.planDelete)(id, { records: true }, patient());
      expect([plan.refused, plan.goes.join()]).toEqual([undefined, expect.stringMatching(/1 entr/)]);
      await present(zones.delete)(id, { records: true }, patient());
      await until(connection, 'zone', endpoint(), 'no zone', (all) => !all.some((one) => one.id === id));
    });
  }

  if (how.file) {
    it('F-299 F-396 F-397 a file goes into a bucket and comes back, and the bucket goes only with it', async () => {
      const connection = await bench().connect();
      const spec = present(facts.makes?.bucket);
      const buckets = present(connection.bucket);
      const files = present(connection.file);
      await present(buckets.create)(endpoint(), spec, patient());
      const { id } = await named(connection, 'bucket', spec.name);
      const content = Buffer.from('What the suite keeps.\n'.repeat(1000));
      const file = { name: 'kept/by suite & co.txt', public: false, overwrite: false, metadata: { owner: 'suite' } };
      await bench().supporting(connection, 'file.upload', async () => {
        await present(files.upload)(id, file, sourceOf(content), patient());
      });
      const found = await bench().supporting(connection, 'file.list', async () => {
        const all = await until(connection, 'file', id, file.name, (now) => now.some(({ name }) => name === file.name));
        return present(all.find(({ name }) => name === file.name));
      });
      expect(found).toMatchObject({ bucket: spec.name, size: content.length });
      expect(ownerOf(found.id)).toBe(id);
      const again = present(files.upload)(id, file, sourceOf(content), patient());
      expect(await refusal(again)).toMatchObject({ code: 'op.conflict' });
      await bench().supporting(connection, 'file.download', async () => {
        const { to, received } = collector(content.subarray(0, 500));
        await present(files.download)(found.id, to, patient());
        expect(received().equals(content)).toBe(true);
      });
      await bench().supporting(connection, 'file.link', async () => {
        const { answer } = await present(files.link)(found.id, { seconds: 60 }, patient());
        expect(answer).toMatch(/^https?:\/\/\S+$/);
      });
      expect((await present(buckets.planDelete)(id, { files: false }, patient())).refused).toMatch(/1 file/);
      const full = present(buckets.delete)(id, { files: false }, patient());
      expect(await refusal(full)).toMatchObject({ code: 'op.refused' });
      await bench().supporting(connection, 'file.planDelete', async () => {
        expect((await present(files.planDelete)(found.id, patient())).goes.join()).toContain(file.name);
      });
      await bench().supporting(connection, 'file.delete', async () => {
        await present(files.delete)(found.id, patient());
        await until(connection, 'file', id, 'no file', (all) => all.length === 0);
      });
      await bench().supporting(connection, 'bucket.update', async () => {
        await present(buckets.update)(id, { public: true }, patient());
        await until(connection, 'bucket', endpoint(), 'the change', (all) =>
          all.some((one) => one.id === id && one.public === true),
        );
      });
      await present(files.upload)(id, file, sourceOf(content), patient());
      expect((await present(buckets.planDelete)(id, { files: true }, patient())).goes.join()).toMatch(/1 file/);
      await present(buckets.delete)(id, { files: true }, patient());
      await until(connection, 'bucket', endpoint(), 'no bucket', (all) => !all.some((one) => one.id === id));
    });
  }

  const { router } = how;
  if (router) {
    it('a router leads to a network, and outside, until it is taken off, and goes only when it leads to none', async () => {
      const connection = await bench().connect();
      const spec = present(facts.makes?.router);
      const ops = present(connection.router);
      await present(ops.create)(endpoint(), spec, patient());
      const { id } = await named(connection, 'router', spec.name);
      const has = (part: Partial<ObjectOf<'router'>>) =>
        until(connection, 'router', endpoint(), JSON.stringify(part), (all) =>
          all.some((one) => one.id === id && contains(one, part)),
        );
      await has({ outside: spec.outside, networks: [] });
      const early = present(ops.disconnect)(id, router.network, patient());
      expect(await refusal(early)).toMatchObject({ code: 'op.refused' });
      await bench().supporting(connection, 'router.connect', async () => {
        await present(ops.connect)(id, router.network, patient());
        await has({ networks: [router.network] });
      });
      const again = await present(ops.connect)(id, router.network, patient());
      expect(again.warnings).toMatchObject([{ feature: 'router.connect' }]);
      const nowhere = present(ops.connect)(id, 'no-such-network', patient());
      expect(await refusal(nowhere)).toMatchObject({ code: 'network.not-found' });
      expect((await present(ops.planDelete)(id, patient())).refused).toContain(router.network);
      expect(await refusal(present(ops.delete)(id, patient()))).toMatchObject({ code: 'op.refused' });
      await bench().supporting(connection, 'router.update', async () => {
        await present(ops.update)(id, { outside: '' }, patient());
        await has({ outside: undefined, networks: [router.network] });
      });
      await bench().supporting(connection, 'router.disconnect', async () => {
        await present(ops.disconnect)(id, router.network, patient());
        await has({ networks: [] });
      });
      await present(ops.delete)(id, patient());
      await until(connection, 'router', endpoint(), 'no router', (all) => !all.some((one) => one.id === id));
    });
  }

  const { subnet } = how;
  if (subnet) {
    it('F-409 F-472 what VMs in a subnet get is changed', async () => {
      const connection = await bench().connect();
      const spec = present(facts.makes?.subnet);
      const { create, update, delete: remove } = present(connection.subnet);
      await present(create)(endpoint(), spec, patient());
      const { id } = await named(connection, 'subnet', spec.name);
      await bench().supporting(connection, 'subnet.update', async () => {
        await present(update)(id, subnet.changes, patient());
        await until(connection, 'subnet', endpoint(), 'the change', (all) =>
          all.some((one) => one.id === id && contains(one, subnet.changes)),
        );
      });
      await present(remove)(id, patient());
    });
  }
}

const sourceOf = (content: Buffer): Source => ({
  name: 'suite.txt',
  size: bytes(content.length),
  async *read(from, length = content.length - from) {
    yield content.subarray(from, from + length);
  },
});

/** Where a file goes of which some is there already. */
function collector(there: Buffer): { readonly to: Destination; received(): Buffer } {
  let all = Buffer.from(there);
  return {
    received: () => all,
    to: {
      name: 'received.txt',
      size: async () => all.length,
      tail: async (length) => all.subarray(all.length - length),
      write: async (piece) => {
        all = Buffer.concat([all, piece]);
      },
      clear: async () => {
        all = Buffer.alloc(0);
      },
    },
  };
}

const contains = (whole: object, part: object): boolean =>
  Object.entries(part).every(([key, value]) => JSON.stringify(Reflect.get(whole, key)) === JSON.stringify(value));
