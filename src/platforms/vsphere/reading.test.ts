import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { type Watching, watchConnection } from '../../../test/contract/watching.ts';
import { nodeId } from '../../ids.ts';
import { bytes, gib, mib } from '../../units.ts';
import type { Connection, Feed, Inventory } from '../contract.ts';
import { connect } from './connection.ts';
import { type SmallVcenter, startSmallVcenter } from './testkit/small-vcenter.ts';
import { A_TASK, aHost, aVm } from './testkit/small-world.ts';

const EVERY_MS = 5_000;
const WEB = 'VirtualMachine:vm-143';

let clock: TestClock;
let vcenter: SmallVcenter;
let connection: Connection;
let watching: Watching | undefined;
let wire: string[];

beforeEach(async () => {
  wire = [];
  clock = createTestClock();
  vcenter = await startSmallVcenter();
  connection = await connect(vcenter.endpoint, {
    signal: new AbortController().signal,
    clock,
    wire: ({ text }) => void wire.push(text),
    ask: {},
  });
});
afterEach(async () => {
  watching?.abort();
  watching = undefined;
  await connection.close();
  await vcenter.close();
});

const begin = async (): Promise<Inventory> => {
  watching = watchConnection(connection, EVERY_MS);
  const found = await watching.until('the inventory', () => watching?.feeds.find((feed) => feed.kind === 'inventory'));
  return (found as Feed & { kind: 'inventory' }).inventory;
};
const feeds = <Kind extends Feed['kind']>(kind: Kind) =>
  (watching?.feeds ?? []).filter((feed): feed is Feed & { kind: Kind } => feed.kind === kind);
const changes = () => feeds('changes').flatMap((feed) => feed.changes);
const rounds = () => vcenter.asked.filter(({ method }) => method === 'WaitForUpdatesEx').length;
/** Real time, for what is on the wire; the clock stands still. */
const until = (seen: () => boolean) => expect.poll(seen, { interval: 2, timeout: 10_000 }).toBe(true);
/** All that was changed has been told, and the next request waits. */
const listening = () => until(() => vcenter.waiting() === 1);
/** Until what was changed has been told: a round begins a quarter of a second after the last one. */
const told = async (seen: () => boolean) => {
  const look = async () => {
    if (vcenter.waiting() === 0) await clock.pass(250);
    return seen() && vcenter.waiting() === 1;
  };
  await expect.poll(look, { interval: 2, timeout: 10_000 }).toBe(true);
};

describe('the list of a vCenter', () => {
  it('has the datacenters and clusters of all folders, and what hangs in them', async () => {
    const { pools, nodes, vms } = await begin();
    expect(pools).toEqual([
      { id: 'vc/dc-1', name: 'Berlin', parent: undefined },
      { id: 'vc/domain-c1', name: 'Fast', parent: 'vc/dc-1' },
    ]);
    const host = {
      id: 'vc/host-1',
      name: 'esx1',
      pool: 'vc/domain-c1',
      state: 'up',
      address: 'esx1',
      cpus: 8,
      memory: bytes(8 * 1024 ** 3),
      version: 'VMware ESXi 8.0.2',
      os: 'VMware ESXi 8.0.2',
    };
    expect(nodes).toEqual([
      host,
      { ...host, id: 'vc/host-2', name: 'esx2', address: 'esx2', state: 'maintenance' },
      { ...host, id: 'vc/host-3', name: 'esx3', address: 'esx3', state: 'down', pool: 'vc/dc-1' },
    ]);
    expect(vms.map(({ name, node, pool }) => [name, node, pool])).toEqual([
      ['web1', 'vc/host-1', undefined],
      ['ci/2', undefined, 'vc/dc-1'],
      ['golden', 'vc/host-1', undefined],
      ['shop1', 'vc/host-2', undefined],
    ]);
  });

  it('has all that a row of a VM shows', async () => {
    vcenter.set(WEB, { 'runtime.question.text': 'moved or copied?' });
    const { vms } = await begin();
    expect(vms[0]).toEqual({
      id: 'vc/vm-143',
      name: 'web1',
      uuid: '5012-aa',
      node: 'vc/host-1',
      pool: undefined,
      state: 'running',
      rawState: 'poweredOn',
      cpus: 2,
      memory: mib(2048),
      ips: ['10.0.0.7'],
      autostart: undefined,
      plan: 'lab',
      profile: 'small',
      image: 'debian12',
      storage: gib(8),
      diskCount: 1,
      nicCount: 1,
      tags: [],
      bootedAt: Date.UTC(2026, 0, 1, 10),
      trouble: { message: 'waits for an answer: moved or copied?', since: clock.now() },
    });
    const why = 'it is a template: make a VM of it first';
    expect(vms[2]?.disabled).toEqual({ 'vm.start': why, 'vm.stop': why, 'vm.restart': why });
    expect(vms[3]).toMatchObject({ state: 'suspended', rawState: 'suspended', uuid: 'vm-4', ips: [] });
    expect(vms[3]).not.toHaveProperty('trouble');
  });

  it('has no pools for a single ESX host', async () => {
    await connection.close();
    vcenter.answer('RetrieveServiceContent', () => SERVICE('HostAgent', '8.0.2.0'));
    connection = await connect(vcenter.endpoint, {
      signal: new AbortController().signal,
      clock,
      wire: () => {},
      ask: {},
    });
    const { pools, nodes } = await begin();
    expect([pools, nodes.map(({ pool }) => pool)]).toEqual([[], [undefined, undefined, undefined]]);
  });
});

describe('what changes in a vCenter', () => {
  it('is not told again by the first round, whose pages bring all once more', async () => {
    await begin();
    await listening();
    expect([changes(), feeds('inventory').length, feeds('complete').length]).toEqual([[], 1, 1]);
    const waits = vcenter.asked.filter(({ method }) => method === 'WaitForUpdatesEx');
    expect(waits).toHaveLength(3);
    const [, ...versions] = waits.map(({ body }) => Number(/<version>(\d*)</.exec(body)?.[1]));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  it('tells what went and came while the filters were set', async () => {
    let made = false;
    vcenter.answer('CreatePropertyCollector', () => {
      if (!made) {
        vcenter.remove('VirtualMachine:vm-4');
        vcenter.set('Folder:group-v1', {
          childEntity: { refs: [WEB, 'Folder:group-v2', 'VirtualApp:vapp-1', 'VirtualMachine:vm-7'] },
        });
        vcenter.set('VirtualMachine:vm-7', aVm('late', 'Folder:group-v1'));
      }
      made = true;
      return '<returnval type="PropertyCollector">session[52c1]collector-1</returnval>';
    });
    await begin();
    await listening();
    expect(changes()).toMatchObject([
      { kind: 'vm-upsert', vm: { id: 'vc/vm-7', name: 'late', node: 'vc/host-1' } },
      { kind: 'vm-remove', id: 'vc/vm-4' },
    ]);
  });

  it('is reported object by object: rows that change, come and go', async () => {
    await begin();
    await listening();
    vcenter.set(WEB, { 'guest.ipAddress': undefined, 'runtime.powerState': 'poweredOff' });
    await told(() => changes().length === 1);
    vcenter.set('HostSystem:host-3', aHost('esx3b', 'ComputeResource:domain-s1'));
    await told(() => changes().length === 2);
    vcenter.remove('HostSystem:host-1');
    await told(() => changes().length === 5);
    vcenter.set('ClusterComputeResource:domain-c1', { name: 'Slow' });
    await told(() => changes().length === 6);
    vcenter.remove('VirtualMachine:vm-2');
    await told(() => changes().length === 7);
    expect(changes()).toMatchObject([
      { kind: 'vm-upsert', vm: { id: 'vc/vm-143', ips: [], state: 'stopped' } },
      { kind: 'node-upsert', node: { id: 'vc/host-3', name: 'esx3b', state: 'up' } },
      { kind: 'node-remove', id: 'vc/host-1' },
      { kind: 'vm-upsert', vm: { id: 'vc/vm-143', node: undefined, pool: 'vc/dc-1' } },
      { kind: 'vm-upsert', vm: { id: 'vc/vm-3', node: undefined } },
      { kind: 'pool-upsert', pool: { id: 'vc/domain-c1', name: 'Slow' } },
      { kind: 'vm-remove', id: 'vc/vm-2' },
    ]);
    expect(feeds('inventory')).toHaveLength(1);
  });

  it('is asked for again a quarter of a second later at the earliest, so that changes come together', async () => {
    await begin();
    await listening();
    for (const state of ['poweredOff', 'poweredOn', 'poweredOff']) {
      const before = rounds();
      const answered = wire.length;
      vcenter.set(WEB, { 'runtime.powerState': state });
      await until(() => wire.length === answered + 1);
      await clock.pass(249);
      expect(rounds()).toBe(before);
      await clock.pass(1);
      await until(() => rounds() === before + 1 && vcenter.waiting() === 1);
    }
  });

  it('frees at the server what was kept for it when the watch ends, and says nothing then', async () => {
    await begin();
    await listening();
    await watching?.stop();
    await until(() => vcenter.asked.some(({ method }) => method === 'DestroyPropertyCollector'));
    expect(await watching?.ended).toBeUndefined();
    const { target } = vcenter.asked.find(({ method }) => method === 'DestroyPropertyCollector') ?? {};
    expect(target).toBe(vcenter.asked.find(({ method }) => method === 'CreateFilter')?.target);
  });
});

describe('metrics of a vCenter', () => {
  it('come for all VMs and hosts, as shares of what each has', async () => {
    await begin();
    await listening();
    await until(() => feeds('node-samples').length === 1);
    const [block] = watching?.blocks() ?? [];
    const none = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
    expect(block).toMatchObject({
      at: clock.now(),
      windowMs: 20_000,
      ids: ['vc/vm-143', 'vc/vm-2', 'vc/vm-3', 'vc/vm-4'],
    });
    expect([...(block?.cpu ?? [])]).toEqual([0.25, Number.NaN, Number.NaN, Number.NaN]);
    expect([...(block?.memory ?? [])]).toEqual([512 * 1024 ** 2, Number.NaN, Number.NaN, Number.NaN]);
    for (const rates of [block?.diskRead, block?.diskWrite, block?.netRx, block?.netTx])
      expect([...(rates ?? [])]).toEqual(none);
    expect(feeds('node-samples')[0]?.samples).toEqual([
      { node: 'vc/host-1', at: clock.now(), cpu: 0.5, memory: 2 * 1024 ** 3 },
      { node: 'vc/host-2', at: clock.now(), cpu: 0.5, memory: 2 * 1024 ** 3 },
      { node: 'vc/host-3', at: clock.now(), cpu: Number.NaN, memory: Number.NaN },
    ]);
  });

  it('come once per interval, give or take a tenth, and only when there are new ones', async () => {
    await begin();
    await listening();
    await until(() => feeds('samples').length === 1);
    const memory = (mebibytes: number) => {
      vcenter.set(WEB, { 'summary.quickStats.guestMemoryUsage': String(mebibytes) });
    };
    const round = async (at: number, end: () => void) => {
      await clock.pass(at - clock.ticks());
      const before = rounds();
      end();
      await until(() => rounds() === before + 1 && vcenter.waiting() === 1);
      return watching?.blocks().map((block) => [block.at - START, (block.memory[0] ?? 0) / 1024 ** 2]);
    };
    const START = clock.now();
    const first = [0, 512];
    expect(await round(3_000, () => memory(600))).toEqual([first]);
    expect(await round(4_499, () => vcenter.quiet())).toEqual([first]);
    expect(feeds('alive')).toHaveLength(2);
    const second = [4_749, 600];
    expect(await round(4_749, () => vcenter.quiet())).toEqual([first, second]);
    expect(await round(9_248, () => vcenter.quiet())).toEqual([first, second]);
    expect(feeds('alive')).toHaveLength(3);
    expect(await round(9_500, () => vcenter.quiet())).toEqual([first, second]);
    const onHost = () => vcenter.set('HostSystem:host-2', { 'summary.quickStats.overallMemoryUsage': '1' });
    expect(await round(10_000, onHost)).toEqual([first, second, [10_000, 600]]);
    expect(await round(12_000, () => vcenter.quiet())).toHaveLength(3);
    expect(await round(14_500, () => memory(700))).toEqual([first, second, [10_000, 600], [14_500, 700]]);
    expect(feeds('node-samples').at(-1)?.samples[1]?.memory).toBe(1024 ** 2);
  });
});

describe('tasks of others', () => {
  const TASK = 'Task:task-9';
  const ON = { 'info.descriptionId': 'VirtualMachine.powerOn', 'info.entity': { ref: 'VirtualMachine:vm-2' } } as const;
  const put = (values: object) => {
    vcenter.set('TaskManager:TaskManager', { recentTask: { refs: [TASK] } });
    vcenter.set(TASK, { ...A_TASK, ...ON, ...values });
  };

  it('that ended before are no updates; one that runs shows on its VM, and ends as an event', async () => {
    vcenter.set('TaskManager:TaskManager', { recentTask: { refs: ['Task:task-8'] } });
    vcenter.set('Task:task-8', { ...A_TASK, ...ON, 'info.state': 'success' });
    await begin();
    await listening();
    expect([changes(), watching?.events]).toEqual([[], []]);
    put({ 'info.progress': '40' });
    await told(() => changes().length === 1);
    expect(changes()[0]).toMatchObject({ vm: { id: 'vc/vm-2', state: 'starting', rawState: 'poweredOff (powerOn)' } });
    put({ 'info.state': 'success' });
    await told(() => changes().length === 2);
    expect(changes()[1]).toMatchObject({ vm: { id: 'vc/vm-2', state: 'stopped' } });
    expect(watching?.events).toEqual([{ at: expect.any(Number), subject: 'vc/vm-2', text: 'Powered on' }]);
    expect(watching?.tasks.slice(1)).toEqual([
      { task: 'task-9', subject: 'vc/vm-2', state: 'running', share: 0.4, text: 'Powering on' },
      { task: 'task-9', subject: 'vc/vm-2', state: 'done', share: 1, text: 'Powering on' },
    ]);
  });

  it('that fail say why, and on which host they were', async () => {
    await begin();
    await listening();
    const at = clock.now();
    put({
      'info.descriptionId': 'HostSystem.enterMaintenanceMode',
      'info.entity': { ref: 'HostSystem:host-2' },
      'info.state': 'error',
      'info.error': '<fault xmlns:i="x" i:type="Timedout"/><localizedMessage>it took too long</localizedMessage>',
    });
    await told(() => watching?.events.length === 1);
    expect(watching?.events).toEqual([
      {
        at,
        subject: nodeId(vcenter.endpoint.name, 'host-2'),
        text: 'Entering maintenance failed: it took too long',
      },
    ]);
    expect(watching?.tasks).toEqual([
      { task: 'task-9', subject: 'vc/host-2', state: 'failed', share: Number.NaN, text: 'it took too long' },
    ]);
    expect(changes()).toEqual([]);
  });

  it('on what is neither a VM nor a host have no subject', async () => {
    await begin();
    await listening();
    put({ 'info.entity': { ref: 'Folder:group-v1' }, 'info.state': 'success', 'info.descriptionId': 'Folder.rename' });
    await told(() => watching?.events.length === 1);
    expect(watching?.events).toEqual([{ at: expect.any(Number), subject: undefined, text: 'Renamed' }]);
  });
});

const SERVICE = (apiType: string, apiVersion: string): string => `<returnval>
  <rootFolder type="Folder">group-d1</rootFolder>
  <propertyCollector type="PropertyCollector">propertyCollector</propertyCollector>
  <about><fullName>VMware ESXi</fullName><apiType>${apiType}</apiType><apiVersion>${apiVersion}</apiVersion></about>
  <sessionManager type="SessionManager">SessionManager</sessionManager>
  <searchIndex type="SearchIndex">SearchIndex</searchIndex>
  <fileManager type="FileManager">FileManager</fileManager>
  <virtualDiskManager type="VirtualDiskManager">virtualDiskManager</virtualDiskManager>
  <taskManager type="TaskManager">TaskManager</taskManager></returnval>`;
