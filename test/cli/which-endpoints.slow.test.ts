/** Which endpoints a command works with: groups, addresses, what is here, and what an endpoint shows of itself. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await desk.clear();
});

const configure = (endpoints: Parameters<typeof simulated>[0], more: object = {}) =>
  desk.write(JSON.stringify({ ...JSON.parse(simulated(endpoints)), ...more }));
const refused = (code: number, said: string) => ({ code, stderr: expect.stringContaining(said) });

it('F-313 a group stands for its endpoints, and says which of them a VM is made on', async () => {
  const endpoints = {
    busy: { vms: 3, running: 100, latency: 0 },
    full: { vms: 9, running: 0, latency: 0 },
    other: { vms: 1, latency: 0 },
    off: { vms: 1, latency: 0, enabled: false },
  };
  const members = ['busy', 'full', 'off'];
  const groups = {
    lab: { endpoints: members },
    free: { endpoints: members, place: 'free' },
    even: { endpoints: ['full', 'busy'], place: 'balance' },
    any: { endpoints: members, place: 'random' },
  };
  await configure(endpoints, { groups });
  const names = async (...clients: readonly string[]) => {
    const { stdout } = await desk.run('node', 'list', '-o', 'json', ...clients.flatMap((one) => ['-C', one]));
    return [...new Set(JSON.parse(stdout).map(({ endpoint }: { endpoint: string }) => endpoint))];
  };
  expect(await names('lab')).toEqual(['busy', 'full']);
  expect(await names('lab', 'other')).toEqual(['busy', 'full', 'other']);
  const make = (group: string) => desk.run('vm', 'create', `of-${group}`, '--no-start', '-C', group);
  expect(await make('lab')).toMatchObject(refused(2, 'on which endpoint? Say -C NAME, one of busy, full'));
  expect(await make('free')).toMatchObject({ code: 0, stderr: 'full has the VM of-free\n' });
  expect(await make('even')).toMatchObject({ code: 0, stderr: 'busy has the VM of-even\n' });
  expect(await make('any')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^(busy|full) has the VM of-any\n/),
  });
  expect(await make('fre')).toMatchObject(refused(1, 'did you mean free?'));
  await desk.run('endpoint', 'remove', 'full', '--yes');
  expect(JSON.parse(await readFile(desk.config, 'utf8'))['groups'].even.endpoints).toEqual(['busy']);
  await configure(endpoints, { groups: { busy: { endpoints: ['other'] }, x: { endpoints: ['gone'], place: 'best' } } });
  const { stderr } = await desk.run('endpoint', 'list');
  for (const said of ['busy is the name of an endpoint', 'there is no endpoint "gone"', 'place must be random, free'])
    expect(stderr).toContain(said);
});

it('F-018 a VM is made where the VMs load their node least, as far as that is up', async () => {
  const groups = { lab: { endpoints: ['busy', 'calm'], place: 'policy' } };
  await configure({ busy: { vms: 3, running: 100, latency: 0 }, calm: { vms: 9, running: 0, latency: 0 } }, { groups });
  const { code, stderr } = await desk.run('vm', 'create', 'new', '--no-start', '-C', 'lab');
  expect([code, stderr]).toEqual([0, 'calm has the VM new\n']);
});

it('F-018 F-209 F-413 in a pool a VM is made on the node that has the memory, and that VMs load least', async () => {
  const pools = {
    site: { nodes: ['busy'] },
    rack: { nodes: ['calm', 'locked'], in: 'site' },
    none: { nodes: [] },
    part: { nodes: ['many/fra-01'] },
  };
  await configure(
    {
      busy: { vms: 3, running: 100, latency: 0 },
      calm: { vms: 9, running: 0, latency: 0 },
      outside: { vms: 0, latency: 0 },
      locked: { vms: 0, latency: 0, 'read-only': true },
      many: { vms: 40, latency: 0 },
    },
    { pools },
  );
  await desk.run('template', 'add', 'Lab/huge', 'any', '-P', 'memory=1000000');
  const make = (pool: string, ...more: readonly string[]) =>
    desk.run('vm', 'create', 'new', '--no-start', '--pool', pool, ...more);
  expect(await make('site', '--dry-run')).toMatchObject({ code: 0 });
  expect(await make('site')).toMatchObject({ code: 0, stderr: 'calm has the VM new\n' });
  expect(await make('site', '--template', 'huge')).toMatchObject(
    refused(3, 'calm: no node of the pool is up and has 977G of free memory'),
  );
  expect(await make('part')).toMatchObject(
    refused(3, 'many: its platform takes a node by itself, and fra-02 is not in the pool'),
  );
  expect(await make('none')).toMatchObject(refused(3, 'pool none has no endpoint that is enabled'));
  expect(await make('sit')).toMatchObject(refused(1, 'did you mean site?'));
  expect(await make('site', '-C', 'busy')).toMatchObject(refused(2, 'not both'));
  expect(await make('site', '--var', 'A=1')).toMatchObject(refused(2, '--var is for the variables of a --template'));
});

it('F-313 a VM is made on no endpoint that is read-only, and what a filter hides is counted', async () => {
  const groups = {
    even: { endpoints: ['locked', 'pooled', 'busy', 'free'], place: 'balance' },
    any: { endpoints: ['locked', 'free'], place: 'random' },
    none: { endpoints: ['locked', 'shut'], place: 'random' },
  };
  await configure(
    {
      // It is not even connected to.
      locked: { vms: 0, latency: 0, 'read-only': true, password: 'env:NOT_THERE' },
      pooled: { vms: 0, latency: 0 },
      shut: { vms: 0, latency: 0, 'read-only': true },
      busy: { vms: 9, latency: 0, filter: 'name:none-of-them' },
      free: { vms: 3, latency: 0 },
    },
    { groups, pools: { kept: { nodes: ['pooled'], 'read-only': true } } },
  );
  const make = (name: string, group: string, ...more: readonly string[]) =>
    desk.run('vm', 'create', name, '-C', group, ...more);
  expect(await make('a', 'even', '--no-start')).toMatchObject({ code: 0, stderr: 'free has the VM a\n' });
  for (const name of ['b', 'c', 'd', 'e'])
    expect(await make(name, 'any', '--no-start')).toMatchObject({ code: 0, stderr: `free has the VM ${name}\n` });
  expect(await make('f', 'none')).toMatchObject(refused(3, 'on none of locked, shut may anything be made'));
});

it('a VM that is made and that the filter leaves out is not waited for, which is said at once', async () => {
  await configure({ one: { vms: 1, latency: 0, filter: 'name:none-of-them' } });
  const made = await desk.run('vm', 'create', 'unseen', '--wait', 'ip');
  expect(made).toMatchObject(refused(1, 'unseen is made, and the filter of one leaves it out: name:none-of-them'));
});

it('F-314 an address that is in no configuration is connected to, and a name that is none is not', async () => {
  const listed = (address: string) => desk.run('vm', 'list', '-C', address);
  const uri = 'qemu+tcp://127.0.0.1:1/system';
  expect(await listed(uri)).toMatchObject({
    code: 4,
    stdout: expect.any(String),
    stderr: expect.stringMatching(/127\.0\.0\.1:1: nothing listens there/),
  });
  const info = await desk.run('endpoint', 'info', 'db1.test', '-C', 'root@db1.test', '-o', 'json');
  expect(info.json()).toMatchObject({ platform: 'kvm', values: { uri: 'qemu+ssh://root@db1.test/system' } });
  expect((await desk.run('endpoint', 'info', '10.0.0.5', '-C', '10.0.0.5')).stdout).toContain('//10.0.0.5/system');
  expect((await desk.run('endpoint', 'info', 'localhost', '-C', 'test:///default')).code).toBe(0);
  await configure({ 'db1.test': { vms: 1 } });
  expect(await listed('root@db1.test')).toMatchObject(refused(2, 'db1.test is the name of another endpoint'));
  expect(await listed('db2.test')).toMatchObject(refused(1, 'there is no endpoint "db2.test"'));
  const twice = await desk.run('vm', 'list', '-C', 'me@db3.test', '-C', 'you@db3.test');
  expect(twice).toMatchObject(refused(2, 'db3.test is the name of another endpoint'));
  expect(await readFile(desk.config, 'utf8')).not.toContain('qemu');
});

it('F-316 what is on this machine is offered with the command that adds it, and not connected to', async () => {
  const runtime = join(desk.home, 'run');
  await mkdir(join(runtime, 'libvirt'), { recursive: true });
  await writeFile(join(runtime, 'libvirt/libvirt-sock'), '');
  vi.stubEnv('XDG_RUNTIME_DIR', runtime);
  const { code, stdout, stderr } = await desk.run('vm', 'list');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(
    /^.*libvirt.* is here \(.*\/libvirt\/libvirt-sock is there\): drover endpoint add \S+ --platform kvm --transport unix --driver qemu:\/\/\/session$/m,
  );
});

it('F-336 an endpoint shows the VMs that its filter is about, and no command acts on the others', async () => {
  const names = async () => (await desk.run('vm', 'list', '-o', 'json')).json<{ name: string; tags: string[] }[]>();
  await configure({ one: { vms: 40, latency: 0 } });
  const all = await names();
  const web = all.filter(({ tags }) => tags.includes('prod'));
  const hidden = all.find(({ tags }) => !tags.includes('prod'))?.name ?? '';
  await desk.run('endpoint', 'edit', 'one', '--endpoint-filter', 'tag:prod');
  expect(web.length).toBeGreaterThan(0);
  expect((await names()).map(({ name }) => name)).toEqual(web.map(({ name }) => name));
  expect(await desk.run('vm', 'delete', hidden, '--yes')).toMatchObject(refused(1, 'there is no VM'));
  expect((await desk.run('endpoint', 'info', 'one')).stdout).toContain('filter: tag:prod\n');
  const made = await desk.run('vm', 'create', 'unseen', '--no-start');
  expect([made.code, made.stderr]).toEqual([0, 'one has the VM unseen\n']);
  for (const [filter, said] of [
    ['state:running', 'state:running is not about tag, plan, profile, image or name'],
    ['tag:', 'tag: does not say what'],
    ['tag:prod web', 'web is not about'],
  ] as const)
    expect(await desk.run('endpoint', 'edit', 'one', '--endpoint-filter', filter)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(said),
    });
});

it('F-231 F-243 F-326 what is sent is written to stderr with --debug, without secrets', async () => {
  await configure({ one: { vms: 3, latency: 0, password: 'env:PW' } });
  const inEnv = { env: { PW: 'geheim' } };
  const [vm] = (await desk.runWith(inEnv, 'vm', 'list', '-o', 'json')).json<{ id: string }[]>();
  const plain = await desk.runWith(inEnv, 'vm', 'info', vm?.id ?? '');
  const told = await desk.runWith(inEnv, 'vm', 'info', vm?.id ?? '', '-d');
  expect([plain.stderr, told.stdout]).toEqual(['', plain.stdout]);
  expect(told.stderr).toMatch(/^one \S+ \d+ ms \d+ B: \S/m);
  expect(told.stderr).not.toContain('geheim');
});
