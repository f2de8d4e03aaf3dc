/** What stands against a migration, as the server's own preconditions and the lists of the cluster say it. */
import { describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { nodeId } from '../../../ids.ts';
import type { MigrateSpec } from '../../contract.ts';
import {
  type Answers,
  CT1,
  changesIn,
  PVE,
  scriptedGuests,
  scriptedLists,
  UPID,
  WEB1,
} from '../testkit/scripted-api.ts';
import { createMigration } from './migrate.ts';

const { signal } = new AbortController();
const SPEC: MigrateSpec = { live: true, copyDisks: true, storage: '', removeCopied: true, despite: [] };
const storage = (node: string, name: string, more: object = {}) => ({
  ...{ type: 'storage', node, storage: name, shared: 0, content: 'images', status: 'available' },
  ...more,
});
const RESOURCES = [
  { type: 'qemu', vmid: 100, node: 'pve1', name: 'web1', status: 'running' },
  { type: 'lxc', vmid: 101, node: 'pve1', name: 'ct1', status: 'running' },
  { type: 'node', node: 'pve1', status: 'online', maxmem: 2 ** 34, mem: 0 },
  { type: 'node', node: 'pve2', status: 'online', maxmem: 2 ** 34, mem: 2 ** 33 },
  { type: 'node', node: 'pve3', status: 'offline' },
  { type: 'node', node: 'pve4', status: 'online', maxmem: 2 ** 28, mem: 0 },
  storage('pve1', 'lvm'),
  storage('pve2', 'lvm', { maxdisk: 2 ** 40, disk: 0 }),
  storage('pve2', 'isos', { content: 'iso' }),
];
const DISK = { volid: 'lvm:vm-100-disk-0', size: 2 ** 33, cdrom: 0 };
const FREE = {
  running: 1,
  allowed_nodes: ['pve2', 'pve4'],
  not_allowed_nodes: {},
  local_disks: [],
  local_resources: [],
};

function open(preconditions: object, answers: Answers = {}) {
  const { calls, asked } = scriptedGuests(
    { name: 'web1' },
    {
      'GET /cluster/resources': RESOURCES,
      'GET /nodes/pve1/qemu/100/config': { memory: 1024, cpu: 'x86-64-v2-AES' },
      'GET /nodes/pve1/qemu/100/migrate': { ...FREE, ...preconditions },
      'GET /nodes/pve1/qemu/100/snapshot': [{ name: 'current' }],
      'GET /nodes/pve1/lxc/101/config': { memory: 512, rootfs: 'lvm:subvol-101-disk-0,size=4G' },
      'GET /nodes/pve1/lxc/101/migrate': { running: 1, 'allowed-nodes': ['pve2'] },
      'GET /nodes/pve1/lxc/101/snapshot': [{ name: 'current' }],
      'POST /nodes/pve1/qemu/100/migrate': UPID,
      'POST /nodes/pve1/lxc/101/migrate': UPID,
      ...answers,
    },
  );
  const { context } = scriptedLists({});
  return { ...createMigration(calls, { ...context, api: calls.api }), asked };
}
const to = (name: string) => ({ node: nodeId(PVE, name) });
const formIn = (asked: readonly string[]) =>
  changesIn(asked).map((one) => JSON.parse(one.slice(one.indexOf('{'))).form);

describe('a migration', () => {
  it('F-195 F-457 has checks by name for each target, and goes where most memory is free when none is named', async () => {
    const { planMigrate } = open({ local_disks: [DISK] });
    const [first, chosen, away, here] = await planMigrate(
      WEB1,
      [to('pve2'), { node: undefined }, to('pve3'), to('pve1')],
      SPEC,
      signal,
    );
    expect(first?.checks.map(({ name, level }) => [name, level])).toEqual(
      ['node', 'vm', 'memory', 'disks', 'storage', 'devices', 'cpu'].map((name) => [name, 'ok']),
    );
    expect([first?.copies, first?.live]).toEqual([[{ path: DISK.volid, size: DISK.size }], true]);
    expect(chosen?.node).toBe(nodeId(PVE, 'pve2'));
    expect(away?.checks).toMatchObject([{ name: 'node', level: 'error', text: 'pve3 is offline', final: true }]);
    expect(here?.checks).toMatchObject([{ name: 'node', level: 'error', text: 'it is on pve1 already', final: true }]);
  });

  it.each<[string, object, Partial<MigrateSpec>, string, RegExp]>([
    [
      'disks that are not to be copied',
      { local_disks: [DISK] },
      { copyDisks: false },
      'pve2',
      /disks: lvm:vm-100-disk-0 would have to be copied/,
    ],
    ['a storage that is not there', { local_disks: [DISK] }, {}, 'pve4', /storage: pve4 has no lvm: name a storage/],
    [
      'a storage that takes no disks',
      { local_disks: [DISK] },
      { storage: 'isos' },
      'pve2',
      /storage: \S+ takes no disks/,
    ],
    [
      'a medium that its node alone has',
      { local_disks: [{ ...DISK, cdrom: 1 }] },
      {},
      'pve2',
      /disks: its drive has .* eject it/,
    ],
    ['devices of its node', { local_resources: ['hostpci0'] }, {}, 'pve2', /devices: it has hostpci0/],
    ['a move without live while it runs', {}, { live: false }, 'pve2', /vm: web1 runs/],
  ])('is refused before anything is sent: %s', async (_what, preconditions, more, node, why) => {
    const { migrate, asked } = open(preconditions);
    const error = await refusal(migrate(WEB1, to(node), { ...SPEC, ...more }, signal));
    expect([error.code, error.message]).toEqual(['op.refused', expect.stringMatching(why)]);
    expect(changesIn(asked)).toEqual([]);
  });

  it('warns of little memory, of a CPU that is its node’s, and that no copies are kept', async () => {
    const { planMigrate } = open(
      { local_disks: [DISK] },
      { 'GET /nodes/pve1/qemu/100/config': { memory: 1024, cpu: 'host' } },
    );
    const [plan] = await planMigrate(WEB1, [to('pve4')], { ...SPEC, removeCopied: false }, signal);
    const warned = plan?.checks.flatMap(({ name, level }) => (level === 'warning' ? [name] : []));
    expect(warned).toEqual(['memory', 'copies', 'cpu']);
  });

  it('does not copy local disks of what runs and has snapshots', async () => {
    const { planMigrate } = open(
      { local_disks: [DISK] },
      { 'GET /nodes/pve1/qemu/100/snapshot': [{ name: 'a' }, { name: 'current' }] },
    );
    const [plan] = await planMigrate(WEB1, [to('pve2')], SPEC, signal);
    expect(plan?.checks[0]).toMatchObject({ name: 'snapshots', level: 'error', final: true });
  });

  it('is one request: live with the disks, or a container that is restarted', async () => {
    const live = open({ local_disks: [DISK] });
    await live.migrate(WEB1, to('pve2'), { ...SPEC, storage: 'lvm', limit: 2048 as never }, signal);
    expect(formIn(live.asked)).toEqual([
      { target: 'pve2', bwlimit: '2', online: '1', 'with-local-disks': '1', targetstorage: 'lvm' },
    ]);
    const container = open(
      {},
      { 'GET /cluster/resources': [...RESOURCES, storage('pve2', 'lvm', { content: 'rootdir' })] },
    );
    await container.migrate(CT1, to('pve2'), { ...SPEC, live: false }, signal);
    expect(formIn(container.asked)).toEqual([{ target: 'pve2', restart: '1' }]);
  });
});
