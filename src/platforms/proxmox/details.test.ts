/** What is read guest by guest: what comes first, how many at once, and when it is read again. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { gib } from '../../units.ts';
import type { Api } from './api.ts';
import { readDetails } from './details.ts';
import { readResources } from './guests.ts';
import { createRoster, type Roster } from './roster.ts';
import { PVE } from './testkit/scripted-api.ts';

let clock: TestClock;
let roster: Roster;
let ending: AbortController;
/** What was asked, and what is answered; an Error is thrown. */
let asked: string[];
let answers: Record<string, unknown>;
let seen: string[];
let nodes: string[];
let told: string[];
/** Answers wait until this is called. */
let hold: Promise<void> | undefined;

beforeEach(() => {
  clock = createTestClock();
  roster = createRoster({ endpoint: PVE, cluster: 'lab' }, clock);
  ending = new AbortController();
  [asked, answers, seen, nodes, told, hold] = [[], {}, [], ['pve1'], [], undefined];
});

const guest = (vmid: number, more: object = {}) => ({
  type: 'qemu',
  vmid,
  node: 'pve1',
  name: `g${vmid}`,
  status: 'running',
  ...more,
});
const list = (...rows: readonly object[]) => roster.list(readResources(rows));
const get: Api['get'] = async (path, { deadlineMs, query }) => {
  asked.push(`${path}${query ? JSON.stringify(query) : ''} ${deadlineMs}`);
  await hold;
  const answer = answers[path] ?? (path.endsWith('/qemu') ? [] : {});
  if (answer instanceof Error) throw answer;
  return answer;
};
function begin(): Promise<unknown> {
  return readDetails({
    api: { get } as Pick<Api, 'get'> as Api,
    clock,
    signal: ending.signal,
    roster,
    seen: () => seen,
    onlineNodes: () => nodes,
    isShared: (storage) => ({ nas: true, 'local-lvm': false })[storage],
    emit: (changes) =>
      told.push(...changes.map((change) => (change.kind === 'vm-upsert' ? change.vm.id : change.kind))),
    onComplete: () => told.push('complete'),
  }).catch((error: unknown) => error);
}
const end = async (work: Promise<unknown>) => {
  ending.abort(new Error('enough'));
  expect(await work).toEqual(new Error('enough'));
};
/** VMIDs whose configuration was read since the last call. */
const configs = () => asked.splice(0).flatMap((path) => /\/(\d+)\/config/.exec(path)?.[1] ?? []);

describe('the details of guests', () => {
  it('are the run states of each node first, then the configurations, and then all is there', async () => {
    list(guest(100), guest(101));
    answers['/nodes/pve1/qemu'] = [
      { vmid: 100, qmpstatus: 'paused' },
      { vmid: 101, qmpstatus: 'stopped' },
      { vmid: 102 },
    ];
    answers['/nodes/pve1/qemu/101/config'] = {
      name: 'web9',
      vmgenid: 'g',
      onboot: 1,
      description: 'plan=p,profile=q,image=i',
      serial0: 'socket',
      agent: '1',
    };
    const work = begin();
    await clock.pass(0);
    expect(asked).toEqual([
      '/nodes/pve1/qemu{"full":1} 8000',
      '/nodes/pve1/qemu/100/config 8000',
      '/nodes/pve1/qemu/101/config 8000',
    ]);
    expect(roster.guests.get('qemu/100')).toMatchObject({ runState: 'paused', vm: { state: 'paused' } });
    expect(roster.guests.get('qemu/101')?.runState).toBeUndefined();
    expect(roster.guests.get('qemu/101')?.sheet).toEqual({
      name: 'web9',
      identity: 'vmgenid=g',
      autostart: true,
      plan: 'p',
      profile: 'q',
      image: 'i',
      storage: 0,
      sharedStorage: 0,
      diskCount: 0,
      nicCount: 0,
      serial: true,
      agent: true,
    });
    expect(roster.guests.get('qemu/100')?.sheet).toMatchObject({ serial: false, agent: false });
    expect(told).toEqual(['pve/qemu/100', 'pve/qemu/100', 'pve/qemu/101', 'complete']);
    await end(work);
  });

  it('F-113 F-126 F-198 count disks and cards, and sum what the disks can hold, local and shared', async () => {
    list(guest(100), guest(101));
    const disks = { scsi0: 'local-lvm:vm-100-disk-0,size=10G', scsi1: 'nas:100/vm-100-disk-1.qcow2,size=5G' };
    const rest = { ide2: 'nas:iso/debian.iso,media=cdrom,size=600M', net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0' };
    answers['/nodes/pve1/qemu/100/config'] = { ...disks, ...rest };
    answers['/nodes/pve1/qemu/101/config'] = { scsi0: 'gone:vm-101-disk-0,size=4G', unused0: 'nas:vm-101-disk-1' };
    const work = begin();
    await clock.pass(0);
    const row = (key: string) => roster.guests.get(key)?.vm;
    expect(row('qemu/100')).toMatchObject({ storage: gib(15), sharedStorage: gib(5), diskCount: 2, nicCount: 1 });
    expect(row('qemu/101')).toMatchObject({ storage: gib(4), diskCount: 1, nicCount: 0 });
    expect(row('qemu/101')).not.toHaveProperty('sharedStorage');
    await end(work);
  });

  it('are read four at a time on each node, of a hundred guests before all is there', async () => {
    nodes = ['pve1', 'pve2'];
    list(...Array.from({ length: 110 }, (_, at) => guest(100 + at, { node: at < 5 ? 'pve2' : 'pve1' })));
    const gate = Promise.withResolvers<void>();
    const work = begin();
    await Promise.resolve();
    hold = gate.promise;
    await clock.pass(0);
    expect(configs()).toEqual(['100', '101', '102', '103', '105', '106', '107', '108']);
    hold = undefined;
    gate.resolve();
    await clock.pass(0);
    expect(configs()).toHaveLength(92);
    expect(told.at(-1)).toBe('complete');
    await clock.pass(1_999);
    expect(configs()).toEqual([]);
    await clock.pass(1);
    expect(configs()).toEqual(['200', '201', '202', '203', '204', '205', '206', '207']);
    await clock.pass(2_000);
    expect(configs()).toEqual(['208', '209']);
    await clock.pass(2_000);
    expect(configs()).toEqual([]);
    await end(work);
  });

  it('are read again after a minute of those on the screen, and at the next round of what was changed', async () => {
    list(guest(100), guest(101));
    seen = ['qemu/101', 'qemu/999'];
    const work = begin();
    await clock.pass(60_000);
    configs();
    await clock.pass(2_000);
    expect(configs()).toEqual(['101']);
    await clock.pass(58_000);
    expect(configs()).toEqual([]);
    roster.touch('qemu/100');
    await clock.pass(2_000);
    expect(configs()).toEqual(['100']);
    await end(work);
  });

  it('come first of what was changed, then of what is on the screen, then of the others', async () => {
    nodes = [];
    list(...Array.from({ length: 20 }, (_, at) => guest(100 + at)));
    const work = begin();
    await clock.pass(0);
    nodes = ['pve1'];
    seen = ['qemu/118', 'qemu/119'];
    const { sheet } = { sheet: { name: 'g115', identity: '', autostart: false, plan: undefined, profile: undefined } };
    roster.learn('qemu/115', { sheet: { ...sheet, image: undefined, serial: true, agent: false } });
    roster.touch('qemu/115');
    await clock.pass(2_000);
    expect(configs()).toEqual(['115', '118', '119', '100', '101', '102', '103', '104']);
    await end(work);
  });

  it('do not wait for a node that is silent, nor ask one that is down', async () => {
    list(...Array.from({ length: 12 }, (_, at) => guest(100 + at)), guest(200, { node: 'pve2' }));
    const silent = new FleetError('host.unreachable', 'silent', { retry: true });
    for (const path of ['100', '101', '102', '103']) answers[`/nodes/pve1/qemu/${path}/config`] = silent;
    answers['/nodes/pve1/qemu'] = silent;
    const work = begin();
    await clock.pass(0);
    expect(configs()).toEqual(['100', '101', '102', '103']);
    expect(told).toEqual(['complete']);
    await end(work);
  });

  it('go on behind a guest that may not be read, and end with a bug', async () => {
    list(...Array.from({ length: 6 }, (_, at) => guest(100 + at)));
    for (let vmid = 100; vmid < 106; vmid++) {
      answers[`/nodes/pve1/qemu/${vmid}/config`] = new FleetError('auth.forbidden', 'no');
    }
    const work = begin();
    await clock.pass(0);
    expect(configs()).toHaveLength(6);
    answers['/nodes/pve1/qemu/100/config'] = new TypeError('bug');
    await clock.pass(2_000);
    expect(await work).toEqual(new TypeError('bug'));
  });

  it('end with the reason of the signal, whatever a node says then', async () => {
    list(guest(100));
    const work = begin();
    await clock.pass(0);
    seen = ['qemu/100'];
    const late = new FleetError('auth.forbidden', 'late');
    answers['/nodes/pve1/qemu'] = late;
    const gate = Promise.withResolvers<void>();
    hold = gate.promise;
    await clock.pass(62_000);
    ending.abort(new Error('enough'));
    answers['/nodes/pve1/qemu/100/config'] = late;
    gate.resolve();
    expect(await work).toBe(late);
  });
});

describe('the addresses of guests', () => {
  const AGENT = { agent: '1' };
  const paths = () => asked.splice(0).flatMap((path) => /\/(\d+)\/(?:agent|interfaces)/.exec(path)?.[1] ?? []);

  it('are read of running guests on the screen that have an agent or a node that tells, every half minute', async () => {
    list(guest(100), guest(101), guest(102, { type: 'lxc' }), guest(103, { status: 'stopped' }), guest(104));
    for (const vmid of [100, 103, 104]) answers[`/nodes/pve1/qemu/${vmid}/config`] = AGENT;
    answers['/nodes/pve1/qemu/100/agent/network-get-interfaces'] = {
      result: [{ 'ip-addresses': [{ 'ip-address': '10.0.0.5' }] }],
    };
    seen = ['qemu/100', 'qemu/101', 'lxc/102', 'qemu/103'];
    const work = begin();
    await clock.pass(2_000);
    expect(paths()).toEqual(['100', '102']);
    expect(roster.guests.get('qemu/100')?.vm.ips).toEqual(['10.0.0.5']);
    await clock.pass(30_000);
    expect(paths()).toEqual([]);
    await clock.pass(2_000);
    expect(paths()).toEqual(['100', '102']);
    await end(work);
  });

  it('are read of eight at most in a round', async () => {
    list(...Array.from({ length: 10 }, (_, at) => guest(100 + at, { type: 'lxc' })));
    seen = Array.from({ length: 10 }, (_, at) => `lxc/${100 + at}`);
    const work = begin();
    await clock.pass(2_000);
    expect(paths()).toHaveLength(8);
    await clock.pass(2_000);
    expect(paths()).toEqual(['108', '109']);
    await end(work);
  });
});

it('reads the run states of the nodes again each minute', async () => {
  const work = begin();
  await clock.pass(58_000);
  expect(asked).toHaveLength(1);
  await clock.pass(2_000);
  expect(asked).toHaveLength(2);
  await clock.pass(58_000);
  expect(asked).toHaveLength(2);
  await clock.pass(2_000);
  expect(asked).toHaveLength(3);
  await end(work);
});
