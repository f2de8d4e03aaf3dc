import { beforeEach, describe, expect, it } from 'vitest';
import { endpointName } from '../../ids.ts';
import { gib } from '../../units.ts';
import type { Change, Vm } from '../contract.ts';
import { readXml, type XmlElement } from '../transport/xml.ts';
import { createInventory, type VsphereInventory } from './inventory.ts';
import { createSampler } from './metrics/samples.ts';
import { readObject } from './properties.ts';
import { fixture } from './testkit/fixture.ts';

const ENDPOINT = endpointName('vc1');
const NOW = Date.UTC(2026, 0, 1);

async function readInventory(standalone = false): Promise<VsphereInventory> {
  const inventory = createInventory(ENDPOINT, standalone, () => NOW);
  await readXml(fixture('inventory.xml'), {
    take(element) {
      if (element.name !== 'objects') return false;
      const { ref, values } = readObject(element);
      inventory.apply({ ref, kind: 'enter', changes: values });
      return true;
    },
  });
  return inventory;
}

const value = (text: string): XmlElement => ({ name: 'val', attributes: {}, text, children: [] });

let inventory: VsphereInventory;
let vm: (name: string) => Vm;

beforeEach(async () => {
  inventory = await readInventory();
  const { vms } = await inventory.whole();
  vm = (name) => {
    const found = vms.find((one) => one.name === name);
    if (!found) throw new Error(`no VM ${name}`);
    return found;
  };
});

const modify = (id: string, path: string, text: string) =>
  inventory.apply({
    ref: { type: 'VirtualMachine', value: id.slice(id.indexOf('/') + 1) },
    kind: 'modify',
    changes: new Map([[path, value(text)]]),
  });

describe('the inventory of a vCenter', () => {
  it('nests clusters into datacenters, and hosts into either', async () => {
    const { pools, nodes } = await (await readInventory()).whole();
    const [dc, cluster] = ['DC0', 'DC0_C0'].map((name) => pools.find((pool) => pool.name === name));
    expect(dc?.parent).toBeUndefined();
    expect(cluster?.parent).toBe(dc?.id);
    expect(nodes.find(({ name }) => name === 'DC0_H0')).toMatchObject({
      pool: dc?.id,
      state: 'up',
      cpus: 2,
      address: 'DC0_H0',
    });
    expect(nodes.find(({ name }) => name === 'DC0_C0_H0')?.pool).toBe(cluster?.id);
  });

  it('shows no datacenter of a single ESX host', async () => {
    const { pools, nodes } = await (await readInventory(true)).whole();
    expect(pools).toEqual([]);
    expect(nodes.map(({ pool }) => pool)).toEqual(nodes.map(() => undefined));
  });

  it('makes a row of each VM', () => {
    expect(vm('app-0000')).toMatchObject({
      state: 'running',
      rawState: 'poweredOn',
      cpus: 1,
      memory: gib(1),
      ips: [expect.stringMatching(/^10\./)],
      plan: 'lab',
      profile: 'small',
      image: 'debian12',
      node: expect.stringMatching(/^vc1\/host-/),
      pool: undefined,
    });
    expect(vm('ci-0003')).toMatchObject({ state: 'stopped', ips: [], plan: undefined });
  });

  it('F-113 F-126 F-415 says what it takes and may grow to, and how many disks and cards it has', () => {
    const { id } = vm('app-0000');
    const rowAfter = (path: string, text: string): Vm | undefined => {
      modify(id, path, text);
      const [change] = inventory.changes() ?? [];
      return change?.kind === 'vm-upsert' ? change.vm : undefined;
    };
    expect(rowAfter('summary.storage.committed', String(gib(3)))?.storage).toBeUndefined();
    expect(rowAfter('summary.storage.uncommitted', String(gib(17)))?.storage).toBe(gib(20));
    expect(rowAfter('summary.config.numVirtualDisks', '2')?.diskCount).toBe(2);
    expect(rowAfter('summary.config.numEthernetCards', '0')?.nicCount).toBe(0);
  });

  it('says since when a VM is on, which a suspend and a resume do not change, and nothing while it is not on', () => {
    const booted = Date.UTC(2025, 11, 31, 8, 15, 30, 123);
    const { id, bootedAt } = vm('app-0000');
    expect(bootedAt).toBe(booted);
    expect(vm('ci-0003')).not.toHaveProperty('bootedAt');
    const rowAfter = (path: string, text: string): Vm | undefined => {
      modify(id, path, text);
      const [change] = inventory.changes() ?? [];
      return change?.kind === 'vm-upsert' ? change.vm : undefined;
    };
    expect(rowAfter('runtime.powerState', 'suspended')).not.toHaveProperty('bootedAt');
    expect(rowAfter('runtime.powerState', 'poweredOn')?.bootedAt).toBe(booted);
    expect(rowAfter('runtime.connectionState', 'disconnected')).not.toHaveProperty('bootedAt');
    expect(rowAfter('runtime.connectionState', 'connected')?.bootedAt).toBe(booted);
    expect(rowAfter('runtime.bootTime', '2026-01-01T00:00:00+02:00')?.bootedAt).toBe(Date.UTC(2025, 11, 31, 22));
    expect(rowAfter('runtime.bootTime', '0001-01-01T00:00:00Z')).not.toHaveProperty('bootedAt');
    expect(rowAfter('runtime.bootTime', '2026-01-01T00:00:00Z')?.bootedAt).toBe(Date.UTC(2026, 0, 1));
    expect(rowAfter('runtime.bootTime', 'soon')).not.toHaveProperty('bootedAt');
    expect(rowAfter('runtime.powerState', 'poweredOff')).not.toHaveProperty('bootedAt');
  });

  it('says why a template cannot be started', () => {
    expect(vm('golden-debian12').disabled?.['vm.start']).toMatch(/template/);
    expect(vm('app-0000').disabled).toBeUndefined();
  });

  it('puts a VM whose host may not be seen under its datacenter', async () => {
    const { node, id } = vm('app-0000');
    inventory.drop(String(node).slice('vc1/'.length));
    const changes = inventory.changes() ?? [];
    expect(changes).toContainEqual({ kind: 'node-remove', id: node });
    const moved = changes.find(
      (change): change is Change & { kind: 'vm-upsert' } => change.kind === 'vm-upsert' && change.vm.id === id,
    );
    expect(moved?.vm).toMatchObject({ node: undefined, pool: expect.stringMatching(/^vc1\/datacenter-/) });
  });

  it('tells of a change once, and of figures not at all', () => {
    const { id } = vm('ci-0003');
    modify(id, 'runtime.powerState', 'poweredOn');
    expect(inventory.changes()).toMatchObject([{ kind: 'vm-upsert', vm: { id, state: 'running' } }]);
    modify(id, 'runtime.powerState', 'poweredOn');
    inventory.freshFigures();
    modify(id, 'summary.quickStats.overallCpuUsage', '77');
    expect(inventory.changes()).toBeUndefined();
    expect(inventory.freshFigures()).toBe(true);
    expect(inventory.freshFigures()).toBe(false);
  });

  it('is not moved by a server that tells everything again', async () => {
    await readXml(fixture('inventory.xml'), {
      take(element) {
        if (element.name === 'objects') {
          const { ref, values } = readObject(element);
          inventory.apply({ ref, kind: 'enter', changes: values });
        }
        return false;
      },
    });
    expect(inventory.changes()).toBeUndefined();
  });

  it('shows what a task makes of a VM, until it ends', () => {
    const { id } = vm('ci-0003');
    const native = id.slice('vc1/'.length);
    inventory.setTask(native, 'powerOn');
    expect(inventory.changes()).toMatchObject([{ vm: { state: 'starting', rawState: 'poweredOff (powerOn)' } }]);
    inventory.setTask(native, undefined);
    expect(inventory.changes()).toMatchObject([{ vm: { state: 'stopped' } }]);
  });

  it('tells that a VM waits for an answer, and since when', () => {
    const { id } = vm('app-0000');
    modify(id, 'runtime.question.text', 'the disk is full: retry?');
    expect(inventory.changes()).toMatchObject([
      { vm: { trouble: { message: 'waits for an answer: the disk is full: retry?', since: NOW } } },
    ]);
  });

  it('shows names as people gave them', () => {
    const { id } = vm('app-0000');
    modify(id, 'name', 'a%2fb%5cc 100%25 %41');
    expect(inventory.changes()).toMatchObject([{ vm: { name: 'a/b\\c 100% %41' } }]);
  });
});

describe('objects of a vCenter that change', () => {
  const ref = { type: 'VirtualMachine', value: 'vm-1' };
  let now = NOW;
  const put = (values: Readonly<Record<string, string | undefined>>, kind: 'enter' | 'modify' = 'modify', at = ref) => {
    const changes = Object.entries(values).map(
      ([path, text]) => [path, text === undefined ? undefined : value(text)] as const,
    );
    inventory.apply({ ref: at, kind, changes: new Map(changes) });
  };
  const row = () => {
    const [change, ...more] = inventory.changes() ?? [];
    expect(more).toEqual([]);
    return change?.kind === 'vm-upsert' ? change.vm : change;
  };
  beforeEach(() => {
    now = NOW;
    inventory = createInventory(ENDPOINT, false, () => now);
    put({ 'runtime.powerState': 'poweredOff' }, 'enter');
  });

  it('are reported as they are when little is known of them', () => {
    expect(row()).toMatchObject({ name: 'vm-1', uuid: 'vm-1', cpus: 0, memory: 0, ips: [], node: undefined });
    put({ 'summary.config.numCpu': '-1', 'config.instanceUuid': '', 'guest.ipAddress': '' });
    expect(inventory.changes()).toEqual([]);
    put({ 'summary.config.numCpu': '1', 'guest.ipAddress': '10.0.0.1' });
    expect(row()).toMatchObject({ cpus: 1, ips: ['10.0.0.1'] });
    put({ 'runtime.powerState': 'poweredOff' }, 'enter');
    expect(row()).toMatchObject({ cpus: 0, ips: [] });
    put({ 'runtime.powerState': undefined });
    expect(row()).toMatchObject({ rawState: 'no power state' });
  });

  it('wait for an answer since it was first asked, each question again', () => {
    put({ 'runtime.question.text': 'moved or copied?' });
    expect(row()).toMatchObject({ trouble: { since: NOW } });
    now += 1_000;
    put({ name: 'a' });
    expect(row()).toMatchObject({ trouble: { since: NOW } });
    put({ 'runtime.question.text': '' });
    expect(row()).not.toHaveProperty('trouble');
    put({ 'runtime.question.text': 'again?' });
    expect(row()).toMatchObject({ trouble: { since: NOW + 1_000 } });
    now += 1_000;
    inventory.drop('vm-1');
    put({ 'runtime.question.text': 'and again?' }, 'enter');
    expect(row()).toMatchObject({ trouble: { since: NOW + 2_000 } });
  });

  it('leave their task behind when they go, and are reported as gone only when they had been reported', () => {
    inventory.setTask('vm-1', 'powerOn');
    expect(row()).toMatchObject({ state: 'starting' });
    inventory.setTask('vm-1', 'powerOn');
    inventory.setTask('vm-9', 'powerOn');
    expect(inventory.changes()).toBeUndefined();
    const before = inventory.shape();
    inventory.drop('vm-1');
    inventory.drop('vm-1');
    expect(inventory.shape()).toBe(before + 1);
    expect(inventory.changes()).toEqual([{ kind: 'vm-remove', id: 'vc1/vm-1' }]);
    put({ 'runtime.powerState': 'poweredOff' }, 'enter');
    expect(inventory.shape()).toBe(before + 2);
    expect(row()).toMatchObject({ state: 'stopped' });
    put({ name: 'short' }, 'enter', { ...ref, value: 'vm-2' });
    inventory.apply({ ref: { ...ref, value: 'vm-2' }, kind: 'leave', changes: new Map() });
    expect(inventory.changes()).toEqual([]);
  });

  it('hang in a tree that may lead in a circle', () => {
    put({ name: 'a', parent: 'group-2' }, 'enter', { type: 'Folder', value: 'group-1' });
    put({ name: 'b', parent: 'group-1' }, 'enter', { type: 'Folder', value: 'group-2' });
    put({ parent: 'group-1' });
    expect(inventory.changes()).toMatchObject([{ kind: 'vm-upsert', vm: { pool: undefined } }]);
  });

  it('come back below their host when it does, and no other VM is reported', () => {
    put({ 'runtime.host': 'host-1' });
    put({ 'runtime.host': 'host-2' }, 'enter', { ...ref, value: 'vm-2' });
    expect(inventory.changes()).toMatchObject([{ vm: { node: undefined } }, { vm: { node: undefined } }]);
    put({ name: 'esx1' }, 'enter', { type: 'HostSystem', value: 'host-1' });
    expect(inventory.changes()).toMatchObject([
      {
        kind: 'node-upsert',
        node: { id: 'vc1/host-1', state: 'unknown', cpus: 0, memory: 0, version: 'ESX', pool: undefined },
      },
      { kind: 'vm-upsert', vm: { id: 'vc1/vm-1', node: 'vc1/host-1' } },
    ]);
    put({ name: 'esx1b' }, 'modify', { type: 'HostSystem', value: 'host-1' });
    expect(inventory.changes()).toMatchObject([{ kind: 'node-upsert' }]);
    put({ name: 'Fast' }, 'enter', { type: 'ClusterComputeResource', value: 'domain-1' });
    expect(inventory.changes()).toMatchObject([{ kind: 'pool-upsert' }]);
    inventory.drop('domain-1');
    expect(inventory.changes()).toEqual([{ kind: 'pool-remove', id: 'vc1/domain-1' }]);
  });

  it('are drawn a few hundred at a time, so that keys come first', () => {
    for (let n = 0; n < 600; n++) put({ name: `n${n}` }, 'enter', { ...ref, value: `vm-1${n}` });
    const lengths: number[] = [];
    for (let some = inventory.changes(); some; some = inventory.changes()) lengths.push(some.length);
    expect(lengths).toEqual([250, 250, 101]);
  });

  it('have new metrics only when those have changed, or when they are new', () => {
    expect([inventory.freshFigures(), inventory.freshFigures()]).toEqual([true, false]);
    put({ 'summary.quickStats.guestMemoryUsage': '1' });
    expect(inventory.freshFigures()).toBe(true);
    put({ name: 'b' });
    expect(inventory.freshFigures()).toBe(false);
    const figures = ['overallCpuUsage', 'overallMemoryUsage', 'guestMemoryUsage'];
    inventory.changes();
    for (const figure of figures) {
      put({ [`summary.quickStats.${figure}`]: '7' });
      expect([inventory.freshFigures(), inventory.changes()]).toEqual([true, undefined]);
    }
  });

  it('that come or go change the list of samples', () => {
    const sampler = createSampler(ENDPOINT, inventory, { of: () => undefined });
    const { ids } = sampler.vms(NOW);
    put({ 'runtime.powerState': 'poweredOn', 'runtime.connectionState': 'orphaned' });
    put({ 'summary.config.numCpu': '1', 'summary.quickStats.guestMemoryUsage': '' });
    expect(sampler.vms(NOW).ids).toBe(ids);
    expect(sampler.vms(NOW).memory[0]).toBeNaN();
    put({ 'runtime.connectionState': 'connected', 'runtime.host': 'host-1' });
    put({ 'summary.hardware.cpuMhz': '0' }, 'enter', { type: 'HostSystem', value: 'host-1' });
    put({ 'summary.quickStats.overallCpuUsage': '0' });
    expect(sampler.vms(NOW)).toMatchObject({ ids: ['vc1/vm-1'], cpu: { 0: Number.NaN }, memory: { 0: Number.NaN } });
    put({ 'summary.hardware.cpuMhz': '1000' }, 'modify', { type: 'HostSystem', value: 'host-1' });
    expect(sampler.vms(NOW).cpu[0]).toBe(0);
    put({ 'summary.quickStats.overallCpuUsage': '-5' });
    expect(sampler.vms(NOW).cpu[0]).toBe(0);
    inventory.drop('vm-1');
    expect(sampler.vms(NOW).ids).toEqual([]);
  });
});

describe('samples', () => {
  it('are shares of the own vCPUs, and NaN for what does not run or is not told', () => {
    const sampler = createSampler(ENDPOINT, inventory, { of: () => undefined });
    const { id } = vm('app-0000');
    modify(id, 'summary.quickStats.overallCpuUsage', '1147');
    const block = sampler.vms(NOW);
    const row = block.ids.indexOf(id);
    // One vCPU on a host of 2294 MHz.
    expect(block.cpu[row]).toBeCloseTo(0.5);
    expect(block.memory[row]).toBe(256 * 1024 ** 2);
    expect([block.diskRead[row], block.netTx[row]]).toEqual([Number.NaN, Number.NaN]);
    const off = block.ids.indexOf(vm('ci-0003').id);
    expect([block.cpu[off], block.memory[off]]).toEqual([Number.NaN, Number.NaN]);
    expect(sampler.vms(NOW).ids).toBe(block.ids);
  });

  it('never exceed what there is', () => {
    const sampler = createSampler(ENDPOINT, inventory, { of: () => undefined });
    const { id } = vm('app-0000');
    modify(id, 'summary.quickStats.overallCpuUsage', '9999');
    const block = sampler.vms(NOW);
    expect(block.cpu[block.ids.indexOf(id)]).toBe(1);
    for (const { cpu, memory } of sampler.nodes(NOW)) {
      expect(cpu).toBeLessThanOrEqual(1);
      expect(memory).toBeGreaterThan(0);
    }
  });
});
