/** Beside govc on the same vCenter: the same rows, and the same after each act, of either of the two. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeOf, nodeId, type VmId } from '../../../src/ids.ts';
import type { Connection, Node, Settings, Vm } from '../../../src/platforms/contract.ts';
import { readOva } from '../../../src/platforms/vsphere/image/ova.ts';
import { anOva } from '../../../src/platforms/vsphere/testkit/ova.ts';
import { gib, mib } from '../../../src/units.ts';
import { present } from '../../contract/bench.ts';
import { destinationOf, sourceOf } from '../../contract/memory-files.ts';
import { type Govc, govcFor } from './govc.ts';
import { openSmallVcenter, patient, type SmallVcenter, shut, type Watched, watch } from './vcenter.ts';

/** As `govc vm.info -json` has it. */
interface Theirs {
  readonly self: { readonly value: string };
  readonly name: string;
  readonly runtime: { readonly powerState: string; readonly host: { readonly value: string } };
  readonly config: { readonly template: boolean };
  readonly summary: { readonly config: { readonly numCpu: number; readonly memorySizeMB: number } };
}

interface Found {
  readonly virtualMachines: readonly Theirs[];
}

let vcenter: SmallVcenter;
let watched: Watched;
let connection: Connection;
let govc: Govc;
beforeAll(async () => {
  vcenter = await openSmallVcenter();
  govc = govcFor(vcenter.vcsim);
  watched = await watch(vcenter.endpoint);
  connection = watched.connection;
});
afterAll(async () => {
  if (watched) await shut(watched);
  await vcenter?.close();
});

const STATES: Readonly<Record<string, string>> = {
  poweredOn: 'running',
  poweredOff: 'stopped',
  suspended: 'suspended',
};

/** Reference, name, state, host, vCPUs, memory: a line each. */
const ourRows = (): readonly string[] =>
  [...watched.vms.values()]
    .map(({ id, name, state, node, cpus, memory }: Vm) =>
      [nativeOf(id), name, state, node && nativeOf(node), cpus, memory / mib(1)].join(' '),
    )
    .toSorted();

/** Of each VM that the server itself has. */
async function theirRows(): Promise<readonly string[]> {
  const all = (await vcenter.vcsim.objects('VirtualMachine')) as readonly Pick<Theirs, 'self'>[];
  const refs = all.map(({ self }) => `VirtualMachine:${self.value}`);
  const { virtualMachines } = await govc.json<Found>('vm.info', ...refs);
  return virtualMachines
    .map(({ self, name, runtime, summary: { config } }) =>
      [self.value, name, STATES[runtime.powerState], runtime.host.value, config.numCpu, config.memorySizeMB].join(' '),
    )
    .toSorted();
}

/** Every row of both, once the watch has heard of it. */
async function same(): Promise<void> {
  const theirs = await theirRows();
  await expect.poll(ourRows, { timeout: 60_000, interval: 50 }).toEqual(theirs);
}

const vmCalled = (name: string): Vm => present([...watched.vms.values()].find((vm) => vm.name === name));
const untilCalled = (name: string) =>
  watched.until(name, () => [...watched.vms.values()].find((vm) => vm.name === name), 20_000);
const refOf = (id: VmId): string => `VirtualMachine:${nativeOf(id)}`;
const theirsOf = async (id: VmId): Promise<Theirs> =>
  present((await govc.json<Found>('vm.info', refOf(id))).virtualMachines[0]);

describe('drover beside govc', () => {
  it('has the same rows before anything is done', async () => {
    await same();
    expect(ourRows().length).toBeGreaterThan(24);
  });

  it('shows what it has made, changed, switched and deleted itself as govc shows it', async () => {
    const { vm } = connection;
    const { name: endpoint } = vcenter.endpoint;
    const spec = { name: 'ours', image: 'golden-debian12', memory: mib(512), vcpus: 2, start: false };
    const { id } = await present(vm.create)(endpoint, spec, patient());
    await untilCalled('ours');
    await same();
    expect((await theirsOf(id)).config.template).toBe(false);
    await present(vm.configure)(id, 'config', { memory: gib(1), vcpus: 4, name: 'ours-too' }, {}, patient());
    await untilCalled('ours-too');
    await same();
    await vm.start(id, patient());
    await watched.untilState(id, 'running', 20_000);
    await same();
    await vm.stop(id, 'force', patient());
    await watched.untilState(id, 'stopped', 20_000);
    await same();
    await present(connection.snapshot?.create)(id, { name: 'one', description: '', memory: false }, patient());
    expect(await govc('snapshot.tree', '-vm', refOf(id))).toContain('one');
    await present(vm.delete)(id, { keepDisks: false, snapshots: true }, patient());
    await watched.until('it is gone', () => (watched.vms.has(id) ? undefined : true), 20_000);
    await same();
  });

  it('shows what govc has made, changed, switched and deleted', async () => {
    await govc(
      'vm.clone',
      '-vm',
      refOf(vcenter.idOf('golden-debian12')),
      '-on=false',
      '-pool',
      'DC0_C0/Resources',
      '-ds',
      'LocalDS_0',
      '-c',
      '1',
      '-m',
      '256',
      'theirs',
    );
    const { id } = await untilCalled('theirs');
    await same();
    await govc('vm.change', '-vm', refOf(id), '-c', '3', '-m', '512');
    await same();
    await govc('vm.power', '-on', refOf(id));
    await watched.untilState(id, 'running', 20_000);
    await same();
    await govc('snapshot.create', '-vm', refOf(id), '-m=false', 'two');
    expect((await present(connection.snapshot?.list)(id, patient())).map(({ name }) => name)).toEqual(['two']);
    await govc('vm.power', '-off', '-force', refOf(id));
    await watched.untilState(id, 'stopped', 20_000);
    await same();
    await govc('vm.destroy', refOf(id));
    await watched.until('it is gone', () => (watched.vms.has(id) ? undefined : true), 20_000);
    await same();
  });

  it('F-379 imports an OVA that govc finds as a template, made of what its descriptor says, and leaves nothing of a damaged one', async () => {
    const { name: endpoint } = vcenter.endpoint;
    const upload = present(connection.image?.upload);
    const disk = Buffer.alloc(300_000, 'disk');
    const good = sourceOf(anOva({ disk, network: 'lan' }));
    const { id, warnings, answer } = await upload(endpoint, { name: 'appliance', storage: 'depot' }, good, patient());
    expect(warnings.map(({ detail }) => detail)).toEqual([expect.stringMatching(/^its network lan is .+ here$/)]);
    expect(answer).toMatch(/^the template appliance on depot of DC\d$/);
    await untilCalled('appliance');
    await same();
    const all = (await vcenter.vcsim.objects('VirtualMachine')) as readonly (Theirs & {
      readonly config: { readonly guestId: string };
    })[];
    const made = present(all.find(({ self }) => self.value === nativeOf(present(id) as never)));
    expect([made.config.template, made.config.guestId]).toEqual([true, 'otherLinux64Guest']);
    expect([made.summary.config.numCpu, made.summary.config.memorySizeMB]).toEqual([2, 512]);

    const damaged = sourceOf(anOva({ disk, network: 'lan' }, Buffer.from('another disk')));
    await expect(upload(endpoint, { name: 'damaged', storage: 'depot' }, damaged, patient())).rejects.toMatchObject({
      code: 'op.failed',
      message: expect.stringContaining('disk1.vmdk of /tmp/suite.img is not what its manifest says'),
    });
    const names = ((await vcenter.vcsim.objects('VirtualMachine')) as readonly Theirs[]).map(({ name }) => name);
    expect(names).not.toContain('damaged');
    await same();
  });

  it('F-379 exports a template as an OVA that becomes the same template again', async () => {
    const { name: endpoint } = vcenter.endpoint;
    const { upload, download, list } = present(connection.image);
    const disk = Buffer.alloc(300_000, 'disk');
    const { id } = await present(upload)(
      endpoint,
      { name: 'outgoing', storage: 'depot' },
      sourceOf(anOva({ disk, network: 'lan' })),
      patient(),
    );
    const to = destinationOf(Buffer.from('what was there before'));
    await present(download)(present(id), to, patient());
    const ova = await readOva(sourceOf(to.content()));
    expect([...ova.files.keys()]).toEqual(['outgoing.ovf', 'outgoing.mf', 'disk1.vmdk']);
    await present(upload)(endpoint, { name: 'returned', storage: 'depot' }, sourceOf(to.content()), patient());
    const all = await present(list)(endpoint, patient());
    expect(all.flatMap(({ name }) => (['outgoing', 'returned'].includes(name) ? [name] : [])).toSorted()).toEqual([
      'outgoing',
      'returned',
    ]);
  });

  it('sets metadata and tags that govc shows, and shows those of govc', async () => {
    const { id } = vmCalled('off');
    const set = (changes: Settings) => present(connection.vm.configure)(id, 'config', changes, {}, patient());
    const read = () => present(connection.vm.settings)(id, 'config', patient());
    await set({ metadata: { site: 'south', owner: 'me & you' } });
    const extra = await govc('vm.info', '-e', refOf(id));
    expect(extra).toMatch(/site:\s+south/);
    await govc('vm.change', '-vm', refOf(id), '-e', 'site=north', '-e', 'other=1');
    expect((await read())['metadata']).toEqual({ site: 'north', owner: 'me & you' });
    await set({ metadata: {} });
    expect(await govc('vm.info', '-e', refOf(id))).not.toMatch(/site:|owner:|drover\.metadata:/);

    await govc('tags.category.create', 'environment');
    for (const tag of ['prod', 'test']) await govc('tags.create', '-c', 'environment', tag);
    const setTags = async (tags: string) =>
      present(connection.vm.configure)(id, 'config', { tags }, { tags: (await read())['tags'] ?? '' }, patient());
    await setTags('prod');
    expect(await govc('tags.attached.ls', '-r', refOf(id))).toContain('prod');
    await govc('tags.attach', '-c', 'environment', 'test', refOf(id));
    expect((await read())['tags']).toBe('environment=prod, environment=test');
    await setTags('');
    expect(await govc('tags.attached.ls', '-r', refOf(id))).not.toContain('prod');
  });

  it('sets up the guest of a clone with a customization of the vCenter, and leaves nothing of one that can’t be', async () => {
    const { create } = connection.vm;
    const spec = { name: 'customized', image: 'golden-debian12', 'cloud-init': false, start: false };
    await expect(
      present(create)(vcenter.endpoint.name, { ...spec, customization: 'nothing' }, patient()),
    ).rejects.toMatchObject({ code: 'op.refused', message: expect.stringContaining('has no customization "nothing"') });
    const made = await present(create)(vcenter.endpoint.name, { ...spec, customization: 'vcsim-linux' }, patient());
    const { virtualMachines } = await govc.json<{
      readonly virtualMachines: readonly {
        readonly config: { readonly tools: { readonly pendingCustomization?: string } };
      }[];
    }>('vm.info', refOf(made.id));
    expect(virtualMachines[0]?.config.tools.pendingCustomization).toBeTruthy();
    const nics = [{ network: 'DC0_DVPG0' }, { network: 'DC0_DVPG0' }];
    const second = { ...spec, name: 'customized-too', customization: 'vcsim-linux', nic: nics };
    await expect(present(create)(vcenter.endpoint.name, second, patient())).rejects.toMatchObject({
      name: 'FleetError',
    });
    const names = ((await vcenter.vcsim.objects('VirtualMachine')) as readonly Theirs[]).map(({ name }) => name);
    expect(names).not.toContain('customized-too');
    await same();
  });

  it('takes a host out of service as govc does, and each puts back what the other has taken', async () => {
    const { value } = await vcenter.room.idleHost(vcenter.room.find('app-0000'));
    const id = nodeId(vcenter.endpoint.name, value);
    const path = `HostSystem:${value}`;
    const states = () =>
      watched.feeds.flatMap((feed): readonly Node['state'][] =>
        feed.kind === 'changes'
          ? feed.changes.flatMap((one) => (one.kind === 'node-upsert' && one.node.id === id ? one.node.state : []))
          : [],
      );
    const untilIs = (state: Node['state']) =>
      watched.until(state, () => (states().at(-1) === state ? true : undefined), 20_000);
    const isIn = async () => {
      const { hostSystems } = await govc.json<{
        readonly hostSystems: readonly {
          readonly self: typeof id;
          readonly runtime: { readonly inMaintenanceMode: boolean };
        }[];
      }>('host.info', '-host', path);
      return hostSystems[0]?.runtime.inMaintenanceMode;
    };
    await present(connection.node?.enterMaintenance)(id, patient());
    await untilIs('maintenance');
    expect(await isIn()).toBe(true);
    await govc('host.maintenance.exit', path);
    await untilIs('up');
    await govc('host.maintenance.enter', path);
    await untilIs('maintenance');
    await present(connection.node?.exitMaintenance)(id, patient());
    await untilIs('up');
    expect(await isIn()).toBe(false);
    await same();
  });

  it('keeps values of custom attributes where govc finds them, and the other way round', async () => {
    const { id } = vmCalled('off');
    await govc('fields.add', '-type', 'VirtualMachine', 'owner');
    await govc('fields.add', '-type', 'VirtualMachine', 'cost');
    const set = (attributes: Record<string, string>) =>
      present(connection.vm.configure)(id, 'config', { 'custom-attributes': attributes }, {}, patient());
    await set({ owner: 'ops & co' });
    expect(await govc('fields.info', '-n', 'owner', refOf(id))).toContain('ops & co');
    await govc('fields.set', 'cost', '7', refOf(id));
    const read = async () => (await present(connection.vm.settings)(id, 'config', patient()))['custom-attributes'];
    expect(await read()).toEqual({ owner: 'ops & co', cost: '7' });
    await set({ cost: '7' });
    expect(await read()).toEqual({ cost: '7' });
    const spec = {
      name: 'attributed',
      image: '',
      cluster: 'DC0_C0',
      start: false,
      'custom-attributes': { owner: 'me' },
    };
    const made = await present(connection.vm.create)(vcenter.endpoint.name, spec, patient());
    expect((await connection.vm.info(made.id, patient())).more).toContainEqual(['owner', 'me']);
    await untilCalled('attributed');
    await same();
  });
});
