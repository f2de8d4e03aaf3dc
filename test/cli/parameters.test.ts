/** What kcli's users type. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ one: { vms: 12, latency: 0 } }));
});
afterEach(() => desk.clear());

interface Info {
  readonly memory: number;
  readonly cpus: number;
  readonly plan: string;
  readonly disks: readonly { readonly size: number; readonly bus: string; readonly path: string }[];
  readonly nics: readonly { readonly net: string; readonly type: string }[];
}

describe('parameters', () => {
  it("F-255 make a VM, with kcli's words and units", async () => {
    const parameters = [
      'numcpus=4',
      'memory=2048',
      'plan=shop',
      'disks=[10,{size: 20, interface: scsi}]',
      'start=false',
    ];
    const { code, stderr } = await desk.run(
      ...['vm', 'create', 'web9', ...parameters.flatMap((one) => ['-P', one])],
      ...['-P', 'nets=[lan,{name: dmz, type: e1000}]', '-P', 'pool=vms'],
    );
    expect([code, stderr]).toEqual([0, 'one has the VM web9\n']);
    const info = (await desk.run('vm', 'info', 'web9', '-o', 'json')).json<Info>();
    expect(info).toMatchObject({ cpus: 4, memory: 2 ** 31, plan: 'shop' });
    expect(info.disks.map(({ size, bus }) => [size / 2 ** 30, bus])).toEqual([
      [10, 'virtio'],
      [20, 'scsi'],
    ]);
    expect(info.nics.map(({ net, type }) => [net, type])).toEqual([
      ['lan', 'virtio'],
      ['dmz', 'e1000'],
    ]);
  });

  it('pool is the storage of disks that flags say, but for those that name one', async () => {
    const pools = async (name: string, ...words: readonly string[]) => {
      expect((await desk.run('vm', 'create', name, '--no-start', ...words)).stderr).toBe(`one has the VM ${name}\n`);
      const { disks } = (await desk.run('vm', 'info', name, '-o', 'json')).json<Info>();
      return disks.map(({ path }) => path.split('/')[2]);
    };
    const two = ['--disk', 'size=20GiB', '--disk', 'size=5GiB,storage=vms'];
    expect(await pools('a', '-P', 'pool=iso', ...two)).toEqual(['iso', 'vms']);
    expect(await pools('b', '-P', 'pool=iso')).toEqual(['iso']);
    await desk.write(
      JSON.stringify({ ...JSON.parse(simulated({ one: { vms: 12, latency: 0 } })), defaults: { vm: { pool: 'iso' } } }),
    );
    expect(await pools('c', ...two)).toEqual(['iso', 'vms']);
    expect(await desk.run('vm', 'edit', 'a', '-P', 'pool=iso')).toMatchObject({ code: 2 });
  });

  it('F-298 change a VM, and flags count more', async () => {
    const [vm] = (await desk.run('vm', 'list', '--filter', 'state:stopped', '-o', 'json')).json<{ id: string }[]>();
    const { code } = await desk.run('vm', 'edit', vm?.id ?? '', '-P', 'memory=1024', '-P', 'numcpus=3', '--vcpus', '5');
    expect(code).toBe(0);
    expect((await desk.run('vm', 'info', vm?.id ?? '', '-o', 'json')).json()).toMatchObject({
      memory: 2 ** 30,
      cpus: 5,
    });
  });

  it.each([
    [['vm', 'create', 'x', '-P', 'numcpus'], '-P "numcpus": must be KEY=VALUE'],
    [['vm', 'create', 'x', '-P', 'disks=10'], '-P disks: must be a list: [10,20]'],
    [['vm', 'create', 'x', '-P', 'disks=[10'], '-P disks: '],
    [['vm', 'list', '-P', 'colour=red'], '-P colour: no VMs are found by that'],
  ])('%j is refused', async (words, said) => {
    expect(await desk.run(...words)).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  });

  it('F-321 find VMs by what kcli finds them by, networks too', async () => {
    const names = async (...more: readonly string[]) =>
      (await desk.run('vm', 'list', ...more, '-o', 'json')).json<{ name: string }[]>().map(({ name }) => name);
    const all = await names();
    const up = await names('-P', 'status=up');
    expect(up).toEqual(await names('--filter', 'state:running'));
    expect(up.length).toBeLessThan(all.length);
    const [first = ''] = all;
    expect(await names('-P', `name=${first}`)).toEqual([first]);
    const inDmz = await names('-P', 'network=dmz', '-P', 'status=up');
    for (const name of up) {
      const nets = (await desk.run('nic', 'list', name, '-o', 'json')).json<{ net: string }[]>().map(({ net }) => net);
      expect([name, nets.includes('dmz')]).toEqual([name, inDmz.includes(name)]);
    }
  });
});

it('F-247 the words of kcli for states are understood, and those of drover printed, with the platform’s own', async () => {
  const rows = async (...words: readonly string[]) =>
    (await desk.run('vm', 'list', ...words, '-o', 'json')).json<{ name: string; state: string; rawState: string }[]>();
  for (const [word, state, raw] of [
    ['up', 'running', 'powered on'],
    ['down', 'stopped', 'powered off'],
  ] as const) {
    const [first, ...others] = await rows('--filter', `status:${word}`);
    expect([first?.state, first?.rawState]).toEqual([state, raw]);
    expect(await rows('-P', `status=${word}`)).toEqual([first, ...others]);
    const waited = await desk.run('vm', 'wait', first?.name ?? '', '--state', word, '--timeout', '5s');
    expect([waited.code, waited.stderr]).toEqual([0, `${first?.name} is ${state}\n`]);
  }
});

it('F-323 the values alone are printed for scripts', async () => {
  const [vm] = (await desk.run('vm', 'list', '-o', 'json')).json<{ id: string; name: string; cpus: number }[]>();
  const { stdout } = await desk.run('vm', 'info', vm?.id ?? '', '--fields', 'name,cpus', '--values');
  expect(stdout).toBe(`${vm?.name}\n${vm?.cpus}\n`);
});

it('nodes and pools are listed as far as they match', async () => {
  const nodes = (await desk.run('node', 'list', '--filter', 'fra-01', '-o', 'json')).json<{ name: string }[]>();
  expect(nodes.map(({ name }) => name)).toEqual(['fra-01']);
  expect((await desk.run('node', 'list', '--filter', 'none', '-o', 'json')).json()).toEqual([]);
});

it('F-312 F-318 the current endpoint is the one that things are made on', async () => {
  await desk.write(simulated({ one: { vms: 4, latency: 0 }, two: { vms: 4, latency: 0 } }));
  const make = () => desk.run('vm', 'create', 'web9', '--no-start');
  expect(await make()).toMatchObject({ code: 2, stderr: expect.stringContaining('endpoint switch NAME') });
  expect(await desk.run('endpoint', 'switch', 'two')).toMatchObject({
    code: 0,
    stderr: 'two is the current endpoint\n',
  });
  expect(await make()).toMatchObject({ code: 0, stderr: 'two has the VM web9\n' });
  const rows = (await desk.run('endpoint', 'list', '-o', 'json')).json<{ name: string; current: boolean }[]>();
  expect(rows.map(({ name, current }) => [name, current])).toEqual([
    ['one', false],
    ['two', true],
  ]);
  expect((await desk.run('vm', 'create', 'web9', '--no-start', '-C', 'one')).stderr).toBe('one has the VM web9\n');
  await desk.run('endpoint', 'disable', 'two');
  expect((await desk.run('vm', 'create', 'web8', '--no-start')).stderr).toBe('one has the VM web8\n');
});

it('F-254 a command without a name is refused', async () => {
  for (const verb of ['start', 'stop', 'delete', 'info'])
    expect(await desk.run('vm', verb)).toMatchObject({ code: 2, stderr: expect.stringContaining('which VM?') });
});
