/** Lists as people see them, and help. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { platforms as registered } from '../../src/platforms/registry.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  const views = { small: { columns: ['memory'], filter: 'memory<=4GiB' }, named: { columns: ['cpus', 'name'] } };
  desk = await openDesk(JSON.stringify({ ...JSON.parse(simulated({ demo: { vms: 12 } })), views }));
});
afterEach(() => desk.clear());

const lines = async (...args: readonly string[]) => (await desk.run(...args)).stdout.trimEnd().split('\n');
const names = async (...args: readonly string[]) =>
  (await lines('vm', 'list', ...args)).slice(1).map((line) => line.split(' ')[0]);

describe('vm list', () => {
  it('has what most want to know, with - for what is not known', async () => {
    expect((await lines('vm', 'list')).slice(0, 3)).toEqual([
      'NAME                   STATE      NODE    POOL       CPUS  MEMORY  IPS       IMAGE         PLAN     PROFILE',
      'billing-db1            running    fra-01  Frankfurt     8     32G  10.0.0.3  rocky-9       billing  large',
      'billing-web1           stopped    fra-01  Frankfurt     2    4.0G  -         rocky-9       billing  medium',
    ]);
    expect(await lines('vm', 'list', '--filter', 'name:*template')).toEqual([
      'NAME                   STATE    NODE  POOL       CPUS  MEMORY  IPS  IMAGE         PLAN  PROFILE',
      'ubuntu-24.04-template  stopped  -     Frankfurt     2    4.0G  -    ubuntu-24.04  -     medium',
    ]);
  });

  it('is sorted by a column, the other way when that is said, and by name where two are alike', async () => {
    const byMemory = await names('--sort', 'memory');
    expect(byMemory.slice(0, 6)).toEqual([
      'billing-db1',
      'wiki-db1',
      'wiki-worker1',
      'mail-api1',
      'mail-api2',
      'wiki-worker2',
    ]);
    expect((await names('--sort', 'memory:asc')).slice(0, 4)).toEqual([
      'billing-web1',
      'gateway',
      'ubuntu-24.04-template',
      'wiki-queue1',
    ]);
    expect((await names('--sort', 'name:desc'))[0]).toBe('wiki-worker4');
  });

  it('shows the columns of a view behind the name, and only once', async () => {
    expect((await lines('vm', 'list', '--view', 'small')).slice(0, 2)).toEqual([
      'NAME                   MEMORY',
      'billing-web1             4.0G',
    ]);
    expect((await lines('vm', 'list', '--view', 'named'))[0]).toBe('CPUS  NAME');
    expect((await lines('vm', 'list', '--columns', 'state'))[0]).toBe('STATE');
    expect((await lines('vm', 'list', '--view', 'small', '--columns', 'state,memory'))[0]).toBe('STATE    MEMORY');
    expect((await lines('vm', 'list', '--view', 'named', '-o', 'wide'))[0]).toMatch(/^NAME +STATE +CPU /);
  });

  it('has the load beside the state when it is sorted by it, also for programs', async () => {
    expect((await lines('vm', 'list', '--sort', 'cpu'))[0]).toMatch(/^NAME +STATE +CPU +NODE +POOL/);
    const [first] = (await desk.run('vm', 'list', '--sort', 'cpu', '-o', 'json')).json<
      { name: string; cpu: number }[]
    >();
    expect([typeof first?.cpu, Number(first?.cpu) > 1]).toEqual(['number', true]);
    expect((await desk.run('vm', 'list', '--sort', 'memory', '-o', 'json')).json<object[]>()[0]).not.toHaveProperty(
      'cpu',
    );
  });

  it('cuts texts on a narrow terminal, and no numbers', async () => {
    const { stdout } = await desk.runWith({ answers: [], columns: 32 }, 'vm', 'list', '--columns', 'name,memory,image');
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'NAME         MEMORY  IMAGE',
      'billing-db1     32G  rocky-9',
      'billing-we…    4.0G  rocky-9',
    ]);
    const usual = (await desk.runWith({ answers: [], columns: 60 }, 'vm', 'list')).stdout.split('\n');
    expect(usual[1]).toMatch(/^billing-db1 +running/);
    for (const line of usual) expect(line.length).toBeLessThanOrEqual(60);
  });

  it('is of the endpoints that are named, and of all for kcli’s word', async () => {
    await desk.write(simulated({ one: { vms: 1 }, two: { vms: 2 }, three: { vms: 3 } }));
    const count = async (...clients: readonly string[]) => (await lines('vm', 'list', '-o', 'name', ...clients)).length;
    expect(await count()).toBe(6);
    expect(await count('-C', 'all')).toBe(6);
    expect(await count('-C', 'one,three')).toBe(4);
    expect(await count('-C', 'one', '-C', 'two')).toBe(3);
    expect(await count('-C', ',two,')).toBe(2);
  });

  it('takes a filter of loads for what it says, with a verb too', async () => {
    const { stderr } = await desk.run('vm', 'kill', '--filter', 'cpu>=0', '--dry-run');
    expect(stderr.match(/nothing was sent/g)?.length).toBeGreaterThan(3);
  });
});

it('lists of nodes and platforms have their columns', async () => {
  expect(await lines('node', 'list')).toEqual([
    'NAME    STATE  ENDPOINT  POOL       CPUS  MEMORY  VMS  RUNNING  VERSION',
    'fra-01  up     demo      Frankfurt    64    512G   11        7  Simulator 9.1',
  ]);
  const platforms = await lines('platform', 'list');
  expect(platforms[0]).toMatch(/^PLATFORM +TITLE +TIER +WHAT$/);
  expect(platforms[1]).toMatch(/^kvm +KVM \(libvirt\) +core +QEMU and KVM guests/);
  expect(await lines('platform', 'list', '-o', 'name')).toEqual(registered.map(({ manifest }) => manifest.id));
  const wide = simulated({ one: { vms: 60 }, two: { vms: 1 } });
  await desk.write(wide);
  const nodes = (await lines('node', 'list')).slice(1).map((line) => line.split(/ +/)[0] ?? '');
  expect(nodes.length).toBeGreaterThan(3);
  expect(nodes).toEqual(nodes.toSorted());
});

it('lists of platforms, endpoints and states are cut as far as they can still be read', async () => {
  const narrow = async (columns: number, ...args: readonly string[]) =>
    (await desk.runWith({ answers: [], columns }, ...args)).stdout.trimEnd().split('\n');
  expect((await narrow(57, 'platform', 'list'))[1]).toBe('kvm        KVM (libvirt)    core     QEMU and KVM guests…');
  const host = 'h'.repeat(40);
  await desk.write(`endpoints:\n  long: { platform: kvm, host: ${host}, nonsense: 1 }\n`);
  expect((await narrow(72, 'endpoint', 'list'))[1]).toMatch(/^long {2}kvm {7}h{15}… {2}yes {6}- {8}\S.{18}…$/);
  await desk.write(simulated({ demo: { vms: 60 } }));
  const template = (await lines('vm', 'list', '--filter', 'name:*template', '-o', 'name'))[0] ?? '';
  expect(await narrow(21, 'vm', 'status', template, 'demo/vm-1')).toEqual([
    'NAME          STATE',
    expect.stringMatching(/^\S{11}… {2}stopped$/),
    'gateway       running',
  ]);
});

describe('help', () => {
  it('of everything has commands, topics, flags and exit codes in columns', async () => {
    const help = await lines('help');
    expect(help.slice(0, 2)).toEqual(['drover manages virtual machines on many platforms from one terminal.', '']);
    expect(help).toContain('Commands:');
    expect(help).toContainEqual(expect.stringMatching(/^ {2}vm list {4,}List the VMs of all endpoints\.$/));
    expect(help).toContainEqual(
      expect.stringMatching(/^ {2}doctor {4,}Check terminal, configuration, keys and endpoints, and say how to fix /),
    );
    expect(help).toContain('Topics, for drover help TOPIC:');
    expect(help).toContain('  keys        The keys of the screen, and how to have others.');
    expect(help).toContain('Flags for all:');
    expect(help).toContain(
      '  -y, --yes                           Do not ask before something is interrupted or destroyed.',
    );
    expect(help.at(-1)).toBe(
      'Exit codes: 0 done, 1 failed, 2 wrong use, 3 not possible, 4 unreachable or not trusted, 130 interrupted.',
    );
    expect(await lines()).toEqual(help);
  });

  it('of a command has its flags, if it has some, and those for all', async () => {
    expect((await lines('help', 'vm', 'status')).slice(0, 6)).toEqual([
      'drover vm status NAME…',
      '',
      'Print the state of a VM: running, stopped, paused …',
      '',
      'Flags for all:',
      '  -o, --output table|json|jsoncompact|yaml|name|csv|wide',
    ]);
    expect((await lines('help', 'list', 'vm')).slice(4, 6)).toEqual([
      'Flags:',
      '      --columns name,state,cpu  Only these columns, in this order: drover help columns lists them.',
    ]);
    expect((await lines('help', 'node', 'list'))[0]).toBe('drover node list');
    expect((await lines('import', '--help'))[0]).toBe('drover import kcli|pvetui|govc|openstack|aws|convirt PATH…');
    expect((await lines('help', 'version'))[0]).toBe('drover version');
  });

  it('of an endpoint names the flags that read secrets, and the platforms that have them', async () => {
    const help = await lines('endpoint', 'edit', '--help');
    expect(help).toContain('      --user root                     User. (kvm, proxmox, vsphere)');
    const kvm = await lines('endpoint', 'add', 'x', '--platform', 'kvm', '--help');
    expect(kvm.join('\n')).toMatch(
      /--password TEXT +Tried after agent and keys, once\. Only a reference: env:NAME, file:PATH or cmd:COMMAND\.$/m,
    );
    expect(kvm.join('\n')).not.toMatch(/--user root .*Only a reference/);
    expect(await lines('endpoint', 'add', 'x', '--platform=kvm', '--help')).toEqual(kvm);
    expect((await lines('endpoint', 'add', '-h')).join('\n')).not.toContain('--host');
    expect((await lines('endpoint', 'add', '-h')).join('\n')).toContain('--platform kvm');
  });

  it('leads from the words of other tools to what there is', async () => {
    expect(await lines('help', 'list', 'server')).toEqual(['drover vm list, or drover vm info NAME']);
    expect(await lines('help', 'vm', 'reboot')).toEqual(await lines('help', 'vm', 'restart'));
    expect(await lines('help', 'vm', 'nonsense')).toEqual(await lines('help', 'vm'));
    expect(await lines('help', 'hosts', 'test')).toEqual(await lines('help', 'endpoint', 'test'));
  });
});

it('the version is one line for people, and an object for programs', async () => {
  const { stdout } = await desk.run('version');
  const value = (await desk.run('version', '-o', 'json')).json<{ version: string; node: string; system: string }>();
  expect(value).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.version,
    system: `${process.platform} ${process.arch}`,
  });
  expect(stdout).toBe(`drover ${value.version} (Node ${process.versions.node}, ${value.system})\n`);
  expect((await desk.run('version', '-o', 'name')).stdout).toBe(`${value.version}\n`);
});
