import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { nodeId } from '../../../ids.ts';
import type { Connection, NodeOps } from '../../contract.ts';
import { connect } from '../connection.ts';
import { refused } from '../testkit/scripted-vcenter.ts';
import { type SmallVcenter, startSmallVcenter } from '../testkit/small-vcenter.ts';

const { signal } = new AbortController();
const CLUSTER = 'ClusterComputeResource:domain-c1';

let vcenter: SmallVcenter;
let connection: Connection;
let ops: Required<NodeOps>;

beforeEach(async () => {
  vcenter = await startSmallVcenter();
  connection = await connect(vcenter.endpoint, { signal, clock: createTestClock(), wire: () => {}, ask: {} });
  ops = connection.node as Required<NodeOps>;
});
afterEach(async () => {
  await connection.close();
  await vcenter.close();
});

const host = (native: string) => nodeId(vcenter.endpoint.name, native);
const enter = (native: string) => ops.enterMaintenance(host(native), signal);
/** web1 and one that is off are on esx1. */
const runOn = (ref: 'HostSystem:host-1' | 'HostSystem:host-2') =>
  vcenter.set(ref, { vm: { refs: ['VirtualMachine:vm-143', 'VirtualMachine:vm-2'] } });
const drs = (enabled: boolean, behaviour: string) =>
  vcenter.set(CLUSTER, {
    configurationEx: `<drsConfig><enabled>${enabled}</enabled><defaultVmBehavior>${behaviour}</defaultVmBehavior></drsConfig>`,
  });

it('a host that runs nothing is taken out of service in one request more than it is looked at', async () => {
  const before = vcenter.asked.length;
  expect(await enter('host-1')).toEqual({ task: 'task-host-1', warnings: [], takesUpToMs: 1_800_000 });
  expect(vcenter.sent()).toEqual(['EnterMaintenanceMode_Task host-1']);
  // the host, the task, and how that went
  expect(vcenter.asked.length - before).toBe(3);
  expect(vcenter.asked.find(({ method }) => method === 'EnterMaintenanceMode_Task')?.body).toContain(
    '<timeout>1800</timeout>',
  );
});

it.each([
  ['is in no cluster that moves VMs', () => {}],
  ['is in a cluster that only says where they could go', () => drs(true, 'manual')],
  ['is in a cluster whose DRS is off', () => drs(false, 'fullyAutomated')],
])('a host that %s stays in service while VMs run on it, and names them', async (_what, make) => {
  runOn('HostSystem:host-1');
  make();
  await expect(enter('host-1')).rejects.toMatchObject({
    code: 'op.conflict',
    message: 'esx1 runs web1',
    fix: 'move them away with drover node evacuate esx1, or stop them',
  });
  expect(vcenter.sent()).toEqual([]);
});

it('a host whose cluster moves its VMs by itself is left to that', async () => {
  runOn('HostSystem:host-1');
  drs(true, 'fullyAutomated');
  await enter('host-1');
  expect(vcenter.sent()).toEqual(['EnterMaintenanceMode_Task host-1']);
});

it('a host is put back, and one that is where it should be is left alone', async () => {
  expect((await ops.exitMaintenance(host('host-1'), signal)).warnings).toEqual([
    { feature: 'node.exitMaintenance', detail: 'esx1 was in service already' },
  ]);
  expect((await enter('host-2')).warnings).toEqual([
    { feature: 'node.enterMaintenance', detail: 'esx2 was in maintenance already' },
  ]);
  expect(vcenter.sent()).toEqual([]);
  expect(await ops.exitMaintenance(host('host-2'), signal)).toMatchObject({ task: 'task-host-2', warnings: [] });
  expect(vcenter.sent()).toEqual(['ExitMaintenanceMode_Task host-2']);
});

it('a host that does not answer, one that is not there and one without the right for it are refused by name', async () => {
  await expect(enter('host-3')).rejects.toMatchObject({
    code: 'op.conflict',
    message: 'esx3 is not connected to its vCenter',
  });
  await expect(enter('host-9')).rejects.toMatchObject({ code: 'node.not-found', message: 'there is no host host-9' });
  vcenter.answer('EnterMaintenanceMode_Task', () => refused('no-permission'));
  await expect(enter('host-1')).rejects.toMatchObject({
    code: 'auth.forbidden',
    message: expect.stringMatching(/^esx1: the right \S+ is missing$/),
  });
});
