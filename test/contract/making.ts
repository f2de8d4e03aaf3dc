import { expect, it } from 'vitest';
import { endpointOf, type VmId } from '../../src/ids.ts';
import type { Settings } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';
import { refusal } from './refusal.ts';
import type { Watching } from './watching.ts';

/** VMs that are made: from settings, and as clones. */
export function making(bench: () => Bench, facts: PlatformFacts): void {
  const { makesVms: how } = facts;
  const has = (name: PlatformFacts['operations'][number]) => facts.operations.includes(name);

  it(`VMs can ${how ? '' : 'not '}be made`, () => expect(has('vm.create')).toBe(how !== undefined));
  if (!how) return;
  it(`VMs can ${how.clones ? '' : 'not '}be cloned`, () => expect(has('vm.clone')).toBe(how.clones));

  const untilThere = async (watching: Watching, id: VmId, state: 'stopped' | 'running') => {
    await watching.until(`${id} to be ${state}`, () => watching.vms.get(id)?.state === state || undefined, how.takeMs);
    return present(watching.vms.get(id));
  };
  const remove = async (watching: Watching, id: VmId) => {
    const { vm } = watching.connection;
    if (watching.vms.get(id)?.state !== 'stopped') {
      await vm.stop(id, 'force', patient());
      await untilThere(watching, id, 'stopped');
    }
    await present(vm.delete)(id, { keepDisks: false, snapshots: false }, patient());
    await watching.until(`${id} to be gone`, () => !watching.vms.has(id) || undefined, how.takeMs);
  };

  it('F-237 F-345 are there with what was asked, stopped, and their names are taken', async () => {
    const watching = await bench().watch();
    const create = present(watching.connection.vm.create);
    const { name: endpoint } = bench().server.endpoint;
    const spec: Settings = { ...how.spec, name: 'made1', start: false };
    const { id, vm } = await bench().supporting(watching.connection, 'vm.create', async () => {
      const made = await create(endpoint, spec, patient());
      expect(endpointOf(made.id)).toBe(endpoint);
      await untilThere(watching, made.id, 'stopped');
      const shown = () => watching.vms.get(made.id);
      // what the server does not list with it is read a moment later
      await watching.until(`the plan of ${made.id}`, () => shown()?.plan === spec['plan'] || undefined, how.takeMs);
      return { id: made.id, vm: present(shown()) };
    });
    expect(vm).toMatchObject({ name: 'made1', memory: spec['memory'], cpus: spec['vcpus'], plan: spec['plan'] });
    const { disks, nics } = await watching.connection.vm.info(id, patient());
    expect(disks.filter(({ type }) => type === 'disk').map(({ size }) => size)).toEqual(how.disks);
    expect(nics.map(({ net }) => net)).toEqual(how.networks);
    expect(await refusal(create(endpoint, spec, patient()))).toMatchObject({ code: 'op.conflict' });
    await remove(watching, id);
  });

  it('are started where that was asked', async () => {
    const watching = await bench().watch();
    const create = present(watching.connection.vm.create);
    const { id } = await create(bench().server.endpoint.name, { ...how.spec, name: 'made2', start: true }, patient());
    await untilThere(watching, id, 'running');
    await remove(watching, id);
  });

  it.each(Object.entries(how.missing))(
    'are refused without a %s that is there, and nothing is left',
    async (kind, more) => {
      const watching = await bench().watch();
      const create = present(watching.connection.vm.create);
      const spec = { ...how.spec, name: 'made3', start: false, ...more };
      expect(await refusal(create(bench().server.endpoint.name, spec, patient()))).toMatchObject({
        code: `${kind}.not-found`,
      });
      expect([...watching.vms.values()].some(({ name }) => name === 'made3')).toBe(false);
    },
  );

  if (how.clones) {
    it.each([false, true])('F-249 F-363 are cloned with identities of their own, linked: %s', async (linked) => {
      const { server } = bench();
      const from = linked && server.linkedFrom ? await server.linkedFrom() : await server.doomedVm();
      const watching = await bench().watch();
      const { vm } = watching.connection;
      const clone = present(vm.clone);
      const name = linked ? 'linked1' : 'full1';
      const { id, made } = await bench().supporting(watching.connection, 'vm.clone', async () => {
        const { id: ofClone } = await clone(from, { name, linked, start: false }, patient());
        return { id: ofClone, made: await untilThere(watching, ofClone, 'stopped') };
      });
      const original = present(watching.vms.get(from));
      expect(made).toMatchObject({ name, cpus: original.cpus, memory: original.memory });
      expect(made.uuid).not.toBe(original.uuid);
      const [ours, theirs] = [await vm.info(id, patient()), await vm.info(from, patient())];
      expect(ours.disks.length).toBe(theirs.disks.length);
      const paths = new Set(theirs.disks.filter(({ type }) => type === 'disk').map(({ path }) => path));
      for (const { path, type } of ours.disks) if (type === 'disk') expect(paths.has(path)).toBe(false);
      const macs = new Set(theirs.nics.map(({ mac }) => mac));
      for (const { mac } of ours.nics) expect(macs.has(mac)).toBe(false);
      expect(await refusal(clone(from, { name, linked, start: false }, patient()))).toMatchObject({
        code: 'op.conflict',
      });
      await remove(watching, id);
    });
  }
}
