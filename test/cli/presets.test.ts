/** Profiles, flavors and rules for names, of the configuration and of kcli. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
const fleet = JSON.parse(simulated({ one: { vms: 6, latency: 0 } }));
beforeEach(async () => {
  desk = await openDesk(JSON.stringify(fleet));
  vi.stubEnv('HOME', desk.home);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await desk.clear();
});

interface Info {
  readonly memory: number;
  readonly cpus: number;
  readonly profile: string | null;
  readonly description: string;
  readonly disks: readonly { readonly size: number }[];
}
const configure = (more: object) => desk.write(JSON.stringify({ ...fleet, ...more }));
async function make(name: string, ...more: readonly string[]) {
  const { code, stderr } = await desk.run('vm', 'create', name, '--no-start', ...more);
  expect([code, stderr]).toEqual([0, `one has the VM ${name}\n`]);
  const { memory, cpus, profile, description, disks } = (await desk.run('vm', 'info', name, '-o', 'json')).json<Info>();
  return { memory: memory / 2 ** 20, cpus, profile, description, disks: disks.map(({ size }) => size / 2 ** 30) };
}

describe('a profile', () => {
  it('F-327 says what a VM is made of, on top of its base; flags count more', async () => {
    await configure({
      profiles: {
        small: { numcpus: 1, memory: 512, disks: [5] },
        web: { base: 'small', memory: 1024, description: 'web server' },
      },
    });
    expect(await make('a', '--profile', 'web')).toEqual({
      memory: 1024,
      cpus: 1,
      profile: 'web',
      description: 'web server',
      disks: [5],
    });
    expect(await make('b', '--profile', 'web', '--vcpus', '3')).toMatchObject({ memory: 1024, cpus: 3 });
    expect(await make('c', '-P', 'profile=small', '-P', 'memory=256')).toMatchObject({ memory: 256, profile: 'small' });
    expect(await make('d', '--profile', 'of-another-tool')).toMatchObject({ profile: 'of-another-tool' });
  });

  it("is taken from kcli's own file where the configuration has none of its name", async () => {
    await mkdir(join(desk.home, '.kcli'));
    await writeFile(
      join(desk.home, '.kcli/profiles.yml'),
      'web:\n  numcpus: 4\n  memory: 768\n  disks:\n  - size: 7\n',
    );
    expect(await make('a', '--profile', 'web')).toMatchObject({ memory: 768, cpus: 4, disks: [7] });
  });

  it('that is its own base is refused', async () => {
    await configure({ profiles: { a: { base: 'b' }, b: { base: 'a' } } });
    expect(await desk.run('vm', 'create', 'x', '--profile', 'a')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is its own base'),
    });
  });
});

it('F-328 F-431 a flavor is vCPUs, memory and disks; a profile counts more', async () => {
  await configure({
    flavors: { large: { numcpus: 8, memory: 4096 } },
    profiles: { db: { flavor: 'large', memory: 8192 } },
  });
  expect(await make('a', '--flavor', 'large')).toMatchObject({ memory: 4096, cpus: 8 });
  expect(await make('b', '--profile', 'db')).toMatchObject({ memory: 8192, cpus: 8 });
  expect(await desk.run('vm', 'create', 'c', '--flavor', 'huge')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there are large'),
  });
});

it('F-312 what all endpoints and all new VMs have is said once', async () => {
  const { endpoints } = fleet;
  await configure({
    endpoints: {
      ...endpoints,
      two: { platform: 'fake', vms: 1, latency: 7 },
      shell: { platform: 'kvm', host: 'h', user: 'me' },
    },
    defaults: { latency: 3, user: 'root', 'read-only': true, vm: { memory: 768, numcpus: 5 } },
    profiles: { web: { memory: 512 } },
  });
  const valuesOf = async (name: string) =>
    (await desk.run('endpoint', 'info', name, '-o', 'json')).json<{ readOnly: boolean; values: object }>();
  expect(await valuesOf('one')).toMatchObject({ readOnly: true, values: { latency: 0 } });
  expect(await valuesOf('two')).toMatchObject({ values: { vms: 1, latency: 7 } });
  expect(await valuesOf('shell')).toMatchObject({ values: { host: 'h', user: 'me' } });
  await configure({ defaults: { user: 'root', vm: { memory: 768, numcpus: 5 } }, profiles: { web: { memory: 512 } } });
  expect(await valuesOf('one')).toMatchObject({ values: { latency: 0 } });
  expect(await make('a')).toMatchObject({ memory: 768, cpus: 5 });
  expect(await make('b', '--profile', 'web', '--vcpus', '2')).toMatchObject({ memory: 512, cpus: 2 });
  await configure({ defaults: { password: 'wrong' } });
  const add = await desk.run('endpoint', 'add', 'three', '--platform', 'fake', '--vms', '1');
  expect(add).toMatchObject({ code: 4, stderr: expect.stringContaining('three was not saved, since the test failed') });
  await configure({ defaults: { host: 'h', usr: 'root' } });
  const { stderr } = await desk.run('endpoint', 'list');
  expect(stderr).toMatch(/config\.yaml:1:\d+: defaults: host is for each endpoint to say\n/);
  expect(stderr).toContain('defaults: unknown key "usr" (did you mean user?)');
});

it('F-329 strict rules make no VM that fits none, and have no keys of their own', async () => {
  await desk.write(
    `${JSON.stringify({ endpoints: fleet.endpoints }).slice(0, -1)},"rules-strict": true,\n"rules": [{"web": {"numcpus": 3,\n"memroy": 512}}]}`,
  );
  expect(await desk.run('vm', 'create', 'db1', '--no-start')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no rule fits the name "db1"'),
  });
  expect(await desk.run('vm', 'create', 'web1', '--no-start')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`memroy (${desk.config}:3): there is no such parameter here`),
  });
});

it('F-327 F-432 profiles are made, changed, listed and deleted, and comments of the file stay', async () => {
  await mkdir(join(desk.home, '.kcli'));
  await writeFile(
    join(desk.home, '.kcli/profiles.yml'),
    'old:\n  numcpus: 1\n  memory: 512\n  password: pw\n  rootpassword: pw\n',
  );
  await desk.write(
    `endpoints: ${JSON.stringify(fleet.endpoints)}\nprofiles:\n  small:\n    # for tests\n    numcpus: 1 # enough\n    disks: [5]\n`,
  );
  const say = async (...words: readonly string[]) => {
    const { code, stderr } = await desk.run('profile', ...words);
    return [code, stderr];
  };
  expect(
    await say(
      'create',
      'web',
      'base=small',
      'memory=2048',
      '-P',
      'disks=[10,{size: 20, pool: vms}]',
      '-P',
      'nets=[lan]',
    ),
  ).toEqual([0, 'the profile web is saved\n']);
  expect(await say('update', 'small', 'numcpus=2', 'memory=256', 'disks=')).toEqual([
    0,
    'the profile small is saved\n',
  ]);
  expect((await readFile(desk.config, 'utf8')).split('\n').slice(1)).toEqual([
    'profiles:',
    '  small:',
    '    # for tests',
    '    numcpus: 2 # enough',
    '    memory: 256',
    '  web:',
    '    base: small',
    '    memory: 2048',
    '    disks: [10, {size: 20, pool: vms}]',
    '    nets: [lan]',
    '',
  ]);
  expect(await make('a', '--profile', 'web', '-P', 'pool=vms')).toMatchObject({
    memory: 2048,
    cpus: 2,
    disks: [10, 20],
  });
  expect((await desk.run('profile', 'info', 'web', '-o', 'json')).json()).toMatchObject({
    from: 'configuration',
    base: 'small',
    values: { numcpus: '2', memory: '2048' },
  });
  expect((await desk.run('profile', 'info', 'old')).stdout).toBe(
    'name: old\nfrom: kcli\nnumcpus: 1\nmemory: 512\npassword: (hidden)\nrootpassword: (hidden)\n',
  );
  for (const [words, code, said] of [
    [['create', 'web', 'memory=1'], 2, 'there is a profile web already'],
    [['create', 'x', 'base=none'], 2, 'there is no profile "none"'],
    [['update', 'small', 'base=web'], 2, 'is its own base'],
    [['create', 'x', 'password=secret'], 2, 'would show the secret'],
    [['create', 'x', 'rootpassword=secret'], 2, '-P rootpassword would show the secret'],
    [['update', 'old', 'memory=1'], 2, 'which drover reads and does not write'],
    [['delete', 'small', '--yes'], 3, 'small is the base of web'],
    [['delete', 'web'], 2, 'there is no terminal to ask at'],
    [['update', 'web', 'memory=1', '--read-only'], 3, 'this run is read-only'],
    [['delete', 'web', '--yes'], 0, 'the profile web is deleted'],
  ] as const)
    expect([words, ...(await say(...words))]).toEqual([words, code, expect.stringContaining(said)]);
  expect((await desk.run('profile', 'list', '-o', 'name')).stdout).toBe('old\nsmall\n');
});

it('F-325 profiles are a table with what they make', async () => {
  await configure({
    flavors: { large: { numcpus: 8 } },
    profiles: {
      web: {
        flavor: 'large',
        memory: 2048,
        pool: 'fast',
        disks: [10, { size: 20 }],
        image: 'debian-13',
        nets: ['lan'],
      },
      db: { base: 'web', vcpus: 2, disk: ['size=5GiB'], nic: [{ network: 'dmz' }] },
    },
  });
  const { stdout } = await desk.runWith({ columns: 200 }, 'profile', 'list');
  expect(stdout.split('\n').map((line) => line.trimEnd().split(/ {2,}/))).toEqual([
    ['NAME', 'BASE', 'FLAVOR', 'CPUS', 'MEMORY', 'STORAGE', 'DISKS', 'IMAGE', 'NETWORKS'],
    ['web', '-', 'large', '-', '2.0G', 'fast', '10G 20G', 'debian-13', 'lan'],
    ['db', 'web', 'large', '2', '2.0G', 'fast', '5.0G', 'debian-13', 'dmz'],
    [''],
  ]);
});

it('F-329 rules say what VMs are made of whose names they fit', async () => {
  await configure({ rules: [{ 'web(\\d+)': { numcpus: 3, description: 'number \\1' } }, { db: { memory: 512 } }] });
  expect(await make('web7')).toMatchObject({ cpus: 3, description: 'number 7' });
  expect(await make('db1')).toMatchObject({ memory: 512 });
  const other = await make('xweb7');
  expect(other.cpus).not.toBe(3);
  await configure({ rules: [{ '(': { numcpus: 3 } }] });
  expect((await desk.run('vm', 'create', 'y')).stderr).toContain('is no regular expression');
});
