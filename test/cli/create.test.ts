/** VMs that are made and cloned, and their disks and NICs, on the command line. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ one: { vms: 12, latency: 0 } }));
});
afterEach(() => desk.clear());

/** On which a VM starts in no time; a deadline is as long as ever. */
const quick: Clock = { ...systemClock, after: (ms, call) => systemClock.after(ms < 5_000 ? ms / 50 : ms, call) };

interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly cpus: number;
  readonly memory: number;
  readonly plan: string | null;
}
interface Info extends Row {
  readonly disks: readonly { readonly size: number; readonly bus: string }[];
  readonly nics: readonly { readonly net: string; readonly mac: string }[];
}
const vms = async (...words: readonly string[]) => (await desk.run('vm', 'list', ...words, '-o', 'json')).json<Row[]>();
const infoOf = async (name: string) => (await desk.run('vm', 'info', name, '-o', 'json')).json<Info>();

describe('vm create', () => {
  it('F-237 F-345 F-452 makes a VM with what the flags say, and starts it', async () => {
    const { code, stderr } = await desk.run(
      ...['vm', 'create', 'web9', '--memory', '1GiB', '--vcpus', '4', '--image', 'debian-13', '--plan', 'shop'],
      ...['--disk', 'size=20GiB,bus=scsi', '--disk', 'size=5GiB', '--nic', 'network=lan', '--nic', 'network=dmz'],
    );
    expect([code, stderr]).toEqual([0, 'one has the VM web9, which is running\n']);
    const info = await infoOf('web9');
    expect(info).toMatchObject({ state: 'running', cpus: 4, memory: 2 ** 30, plan: 'shop' });
    expect(info.disks.map(({ size, bus }) => [size / 2 ** 30, bus])).toEqual([
      [20, 'scsi'],
      [5, 'virtio'],
    ]);
    expect(info.nics.map(({ net }) => net)).toEqual(['lan', 'dmz']);
  });

  it('F-255 makes so many, each with its number and its own result', async () => {
    const { code, stderr, json } = await desk.run('vm', 'create', 'job', '--count', '3', '--no-start', '-o', 'json');
    expect([code, stderr.split('\n').slice(0, 3)]).toEqual([
      0,
      ['one has the VM job-1', 'one has the VM job-2', 'one has the VM job-3'],
    ]);
    expect(json<{ name: string; result: string }[]>().map(({ name, result }) => [name, result])).toEqual([
      ['job-1', 'success'],
      ['job-2', 'success'],
      ['job-3', 'success'],
    ]);
    expect((await vms('--filter', 'name:job-*')).map(({ name, state }) => [name, state])).toEqual([
      ['job-1', 'stopped'],
      ['job-2', 'stopped'],
      ['job-3', 'stopped'],
    ]);
  });

  it('F-255 waits for what it has made, and opens its console', async () => {
    const create = (...words: readonly string[]) => desk.runWith({ clock: quick }, 'vm', 'create', ...words);
    const { code, stderr } = await create('job', '--count', '2', '--wait', 'ip');
    expect([code, stderr.split('\n').filter((line) => line.includes(' address '))]).toEqual([
      0,
      [expect.stringMatching(/^job-1 has the address 10\./), expect.stringMatching(/^job-2 has the address 10\./)],
    ]);
    const late = await create('late', '--wait', 'ssh', '--timeout', '0.1s');
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('late: after 0.1 s nothing answers by SSH')]);
    const shown = await create('web9', '--console');
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('web9')]);
    for (const [words, said] of [
      [['x', '--wait', 'ip', '--no-start'], '--wait is for VMs that are started'],
      [['x', '--console', '--count', '2'], '--console is for one VM'],
      [['x', '--timeout', '1s'], '--timeout is for --wait'],
    ] as const)
      expect(await create(...words)).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
    expect((await desk.runWith({ clock: quick }, 'vm', 'list', '--filter', 'name:x', '-o', 'json')).json()).toEqual([]);
  });

  it('takes a whole specification from a file, and flags over it', async () => {
    const file = join(desk.home, 'web.yaml');
    await writeFile(file, 'memory: 1GiB\nvcpus: 1\nstart: no\ndisk:\n  - size: 7GiB\nnic:\n  - network: dmz\n');
    expect((await desk.run('vm', 'create', 'web9', '--from', file, '--vcpus', '3')).code).toBe(0);
    const info = await infoOf('web9');
    expect(info).toMatchObject({ state: 'stopped', cpus: 3, memory: 2 ** 30 });
    expect(info.disks.map(({ size }) => size)).toEqual([7 * 2 ** 30]);
  });

  it.each<[readonly string[], number, string]>([
    [['create'], 2, 'which name? Give it as the last word'],
    [['create', 'a b'], 2, '"a b": a letter or digit, then letters, digits, - . or _'],
    [['create', 'web9', 'web10'], 2, 'it is made on an endpoint, which -C names: web10 is too much'],
    [['create', 'web9', '--image', 'nope'], 1, 'one has no image "nope"'],
    [['create', 'web9', '--nic', 'network=nope'], 1, 'one has no network "nope"'],
    [['create', 'web9', '--memory', '1MiB'], 2, '--memory: '],
    [['create', 'web9', '--read-only'], 3, 'one: this run is read-only'],
    [['clone', 'gateway'], 2, 'clone vm takes one VM, and the new name behind it'],
    [['clone', 'gateway', 'billing-db1', 'copy'], 2, 'clone vm takes one VM, and the new name behind it'],
  ])('%j says what is wrong, and makes nothing', async (words, code, said) => {
    const before = (await vms()).length;
    const answer = await desk.run('vm', ...words);
    expect([answer.code, answer.stderr]).toEqual([code, expect.stringContaining(said)]);
    expect((await vms()).length).toBe(before);
  });

  it('says what would be sent in a dry run', async () => {
    const { code, stderr } = await desk.run('vm', 'create', 'web9', '--dry-run');
    expect([code, stderr]).toEqual([0, expect.stringContaining('would send to one: vm.create')]);
    expect(await vms('--filter', 'name:web9')).toEqual([]);
  });
});

it('F-193 F-249 F-459 vm clone makes another one of the same size, with addresses of its own', async () => {
  expect(await desk.run('vm', 'clone', 'billing-db1', 'copy')).toMatchObject({
    code: 0,
    stderr: 'billing-db1 is cloned as copy\n',
  });
  const [copy, first] = [await infoOf('copy'), await infoOf('billing-db1')];
  expect([copy.state, copy.cpus, copy.memory]).toEqual(['stopped', first.cpus, first.memory]);
  expect(copy.nics[0]?.mac).not.toBe(first.nics[0]?.mac);
});

it('F-260 F-265 F-267 disks are added, listed, grown, detached and deleted', async () => {
  const run = async (...words: readonly string[]) => {
    const { code, stderr } = await desk.run('disk', ...words);
    expect([words, code, stderr]).toEqual([words, 0, expect.any(String)]);
    return stderr;
  };
  const names = async () => (await desk.run('disk', 'list', 'billing-web1', '-o', 'name')).stdout.trim().split('\n');
  const before = await names();
  expect(await run('create', 'billing-web1', '--size', '5GiB')).toBe('billing-web1 has the new disk\n');
  const [added = ''] = (await names()).filter((one) => !before.includes(one));
  const device = added.split('#')[1] ?? '';
  expect(await run('resize', 'billing-web1', device, '--size', '8GiB')).toContain('has its new size');
  expect(await run('detach', 'billing-web1', device)).toContain('is detached');
  expect(await names()).toEqual(before);
  const volume = (await desk.run('volume', 'list', '--filter', 'users:', '-o', 'json')).stdout;
  expect(volume).toContain(`/${device}.qcow2`);
});

it('a disk is moved to another storage, where it is seen, and from what it had nothing is left', async () => {
  await desk.run('storage', 'create', 'fast', '--path', '/srv/fast', '-C', 'one');
  const disks = async () =>
    (await desk.run('disk', 'list', 'billing-web1', '-o', 'json')).json<{ device: string; path: string }[]>();
  const [before] = await disks();
  const moved = await desk.run('disk', 'move', 'billing-web1', 'vda', '--storage', 'fast');
  expect([moved.code, moved.stderr]).toEqual([0, 'vda of billing-web1 is on fast\n']);
  const [after] = await disks();
  expect(after?.path).toMatch(/^\/srv\/fast\/.*\/vda\.qcow2$/);
  const volumes = await desk.run('volume', 'list', '-o', 'json');
  const paths = volumes.json<{ path: string }[]>().map(({ path }) => path);
  expect(paths).toContain(after?.path);
  expect(paths).not.toContain(before?.path);
  const again = await desk.run('disk', 'move', 'billing-web1', 'vda', '--storage', 'fast');
  expect([again.code, again.stderr]).toEqual([3, expect.stringContaining('vda of billing-web1 is on fast already')]);
});

it('F-265 F-411 F-466 all disks but the first are detached by one word; their volumes and the drives stay', async () => {
  const disks = async () =>
    (await desk.run('disk', 'list', 'billing-web1', '-o', 'json')).json<
      { name: string; type: string; path: string }[]
    >();
  const before = await disks();
  const kept = before.filter(
    ({ type }, at) => type !== 'disk' || at === before.findIndex((one) => one.type === 'disk'),
  );
  for (const size of ['5GiB', '6GiB']) await desk.run('disk', 'create', 'billing-web1', '--size', size);
  const other = (await disks()).filter(({ path }) => !kept.some((one) => one.path === path));
  expect(other.length).toBeGreaterThan(1);
  const asked = await desk.run('vm', 'detach-disks', 'billing-web1');
  const [first] = kept.filter(({ type }) => type === 'disk');
  expect(asked.stderr).toContain(
    [`stays: ${first?.name} (${first?.path})`, ...other.map(({ name, path }) => `goes: ${name} (${path})`)].join('\n'),
  );
  expect([asked.code === 0, asked.stderr.includes('no terminal to ask at; nothing was done')]).toEqual([false, true]);
  const dry = await desk.run('vm', 'detach-disks', 'billing-web1', '--dry-run');
  expect(dry.stderr).toMatch(/would send to one: disk\.detach .*\n.*disk\.detach .*\nbilling-web1: nothing was sent/s);
  expect((await desk.run('vm', 'detach-disks', 'billing-web1', '--yes')).stderr).toMatch(
    /\nbilling-web1 has no disk but the one that it starts from\n$/,
  );
  expect((await disks()).map(({ path }) => path)).toEqual(kept.map(({ path }) => path));
  const volumes = (await desk.run('volume', 'list', '-o', 'json')).json<{ path: string; users: string[] }[]>();
  for (const { path } of other) expect(volumes.find((one) => one.path === path)?.users).toEqual([]);
  const again = await desk.run('vm', 'detach-disks', 'billing-web1');
  expect([again.code, again.stderr]).toEqual([0, 'billing-web1: nothing was changed\n']);
});

it('F-276 F-277 F-278 NICs are added, moved and removed', async () => {
  const nets = async () =>
    (await desk.run('nic', 'list', 'billing-web1', '-o', 'json')).json<{ net: string }[]>().map(({ net }) => net);
  const [first] = await nets();
  expect(await desk.run('nic', 'create', 'billing-web1', 'lan')).toMatchObject({
    code: 0,
    stderr: 'billing-web1 has a new NIC in lan\n',
  });
  await desk.run('nic', 'connect', 'billing-web1', 'eth1', '--network', 'dmz');
  expect(await nets()).toEqual([first, 'dmz']);
  await desk.run('nic', 'delete', 'billing-web1', 'eth1');
  expect(await nets()).toEqual([first]);
});
