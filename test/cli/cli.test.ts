import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly plan: string | null;
  readonly [key: string]: unknown;
}

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 12 } }));
});
afterEach(() => desk.clear());

/** A VM in this state, from the list that users see. */
async function aVm(state: string): Promise<Row> {
  const rows = (await desk.run('vm', 'list', '-o', 'json')).json<Row[]>();
  const found = rows.find((row) => row.state === state && row['node'] !== null);
  if (!found) throw new Error(`no VM is ${state}`);
  return found;
}

describe('lists', () => {
  it('F-242 F-322 prints VMs as JSON with every key in every row', async () => {
    const { code, stdout } = await desk.run('vm', 'list', '-o', 'json');
    expect(code).toBe(0);
    const rows = JSON.parse(stdout) as Row[];
    expect(rows).toHaveLength(12);
    const keys =
      'id name endpoint node pool platform state rawState cpus memory ips autostart plan profile image error staleSince';
    for (const row of rows) expect(Object.keys(row)).toEqual(expect.arrayContaining(keys.split(' ')));
    expect(rows[0]).toMatchObject({ endpoint: 'demo', platform: 'fake', memory: expect.any(Number) });
  });

  it('F-319 prints a table for people and names for scripts', async () => {
    const table = await desk.run('vm', 'list');
    expect(table.stdout.split('\n')[0]).toMatch(/^NAME +STATE +NODE +POOL +CPUS +MEMORY +IPS/);
    const names = await desk.run('list', 'vm', '-o', 'name');
    expect(names.stdout.trim().split('\n')).toHaveLength(12);
    expect(names.stdout).toMatch(/^demo\/vm-\d+$/m);
  });

  it('F-320 prints what it has when an endpoint does not answer, and says which', async () => {
    await desk.write(simulated({ good: { vms: 3 }, bad: { vms: 3, password: 'wrong' } }));
    const { code, stdout, stderr } = await desk.run('vm', 'list', '-o', 'json');
    expect(code).toBe(0);
    const rows = JSON.parse(stdout) as Row[];
    expect(rows.map(({ endpoint }) => endpoint)).toEqual(['good', 'good', 'good', 'bad']);
    expect(rows[3]).toMatchObject({ id: null, name: null, state: null, platform: 'fake', code: 'auth.rejected' });
    expect(stderr).toContain('bad');
    expect((await desk.run('vm', 'list', '-o', 'name')).stdout.trim().split('\n')).toHaveLength(3);
  });

  it('ends with 4 when nothing answers', async () => {
    await desk.write(simulated({ bad: { vms: 3, password: 'wrong' } }));
    const { code, stdout } = await desk.run('vm', 'list', '-o', 'json');
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ endpoint: 'bad', code: 'auth.rejected' })]);
  });

  it('F-321 filters by query', async () => {
    const { stdout } = await desk.run('vm', 'list', '--filter', 'plan:wiki state:running', '-o', 'json');
    const rows = JSON.parse(stdout) as Row[];
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ plan, state }) => plan === 'wiki' && state === 'running')).toBe(true);
  });

  it('never takes a filter with an empty value for the whole fleet', async () => {
    for (const filter of ['plan:', 'state:running tag:', ' ']) {
      const { code, stderr } = await desk.run('vm', 'kill', '--filter', filter);
      expect([filter, code]).toEqual([filter, 2]);
      expect(stderr).toMatch(/does not say what|which VM/);
    }
    expect(
      (await desk.run('vm', 'list', '--filter', 'state:running', '-o', 'json')).json<Row[]>().length,
    ).toBeGreaterThan(5);
  });

  it('says what is wrong with a filter before it connects to anything', async () => {
    await desk.write(simulated({ slow: { vms: 3, latency: 60_000 } }));
    const { code, stderr } = await desk.run('vm', 'list', '--filter', 'state:runing');
    expect(code).toBe(2);
    expect(stderr).toContain('at character');
  });

  it('says where in a filter it stopped understanding', async () => {
    const { code, stderr } = await desk.run('vm', 'list', '--filter', 'state:runing');
    expect(code).toBe(2);
    expect(stderr).toContain('at character');
  });

  it('tells two endpoints on one host apart by their ports', async () => {
    await desk.write(`endpoints:
  plain: { platform: kvm, host: db1, user: root }
  other: { platform: kvm, host: db1, user: root, port: 2222 }
  six: { platform: kvm, host: 'fd00::1', port: 2222 }
`);
    const rows = (await desk.run('endpoint', 'list', '-o', 'json')).json<Row[]>();
    expect(rows.map(({ name, address }) => [name, address])).toEqual([
      ['plain', 'root@db1'],
      ['other', 'root@db1:2222'],
      ['six', '[fd00::1]:2222'],
    ]);
  });

  it('F-413 F-414 F-446 lists nodes, pools, endpoints and platforms', async () => {
    const nodes = (await desk.run('node', 'list', '-o', 'json')).json<Row[]>();
    expect(nodes[0]).toMatchObject({ endpoint: 'demo', state: 'up', vms: expect.any(Number) });
    expect((await desk.run('pool', 'list', '-o', 'json')).json<Row[]>().length).toBeGreaterThan(0);
    expect((await desk.run('endpoint', 'list', '-o', 'json')).json<Row[]>()).toMatchObject([
      { name: 'demo', enabled: true },
    ]);
    const platforms = (await desk.run('platform', 'list', '-o', 'json')).json<Row[]>();
    expect(platforms.map(({ id }) => id)).toEqual(expect.arrayContaining(['fake', 'kvm']));
  });

  it('F-253 counts the virtual CPUs of the VMs of a node that run, beside its CPUs and memory', async () => {
    const vms = (await desk.run('vm', 'list', '--filter', 'state:running', '-o', 'json')).json<Row[]>();
    const [node] = (await desk.run('node', 'list', '-o', 'json')).json<Row[]>();
    const here = vms.filter((vm) => vm['node'] === node?.name).map((vm) => Number(vm['cpus']));
    expect(here.length).toBeGreaterThan(1);
    expect(node).toMatchObject({ cpus: 64, vcpus: here.reduce((sum, cpus) => sum + cpus, 0), running: here.length });
  });

  it('F-314 works with the endpoints that were named, and no others', async () => {
    await desk.write(simulated({ one: { vms: 2 }, two: { vms: 3 } }));
    expect((await desk.run('vm', 'list', '-C', 'two', '-o', 'json')).json<Row[]>()).toHaveLength(3);
    const unknown = await desk.run('vm', 'list', '-C', 'tow');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('did you mean two?');
  });
});

describe('actions', () => {
  it('F-238 F-232 starts a VM and answers in the shape that kcli has', async () => {
    const vm = await aVm('stopped');
    const { code, stdout, stderr } = await desk.run('vm', 'start', vm.id, '-o', 'json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: `${vm.name} is running\n` });
    expect(JSON.parse(stdout)).toEqual({ result: 'success' });
  });

  it('F-255 acts on several VMs and has a result for each', async () => {
    const rows = (await desk.run('vm', 'list', '--filter', 'state:running', '-o', 'json')).json<Row[]>();
    const [one, two] = rows;
    const { stdout } = await desk.run('pause', 'vm', one?.id ?? '', two?.id ?? '', '--yes', '-o', 'json');
    expect(JSON.parse(stdout)).toEqual([
      { result: 'success', name: one?.name },
      { result: 'success', name: two?.name },
    ]);
  });

  it('F-243 F-245 F-342 names a VM that is not there, in words and as JSON', async () => {
    const { code, stdout, stderr } = await desk.run('vm', 'stop', 'nope', '-o', 'json');
    expect(code).toBe(1);
    expect(stderr).toContain('there is no VM "nope"');
    expect(JSON.parse(stdout)).toMatchObject({ result: 'failure', code: 'vm.not-found' });
  });

  it('refuses a name that two VMs have, and lists their ids and nodes', async () => {
    await desk.write(simulated({ one: { vms: 3 }, two: { vms: 3 } }));
    const [row] = (await desk.run('vm', 'list', '-C', 'one', '-o', 'json')).json<Row[]>();
    const { code, stderr } = await desk.run('vm', 'stop', row?.name ?? '');
    expect(code).toBe(2);
    expect(stderr).toMatch(/: one\/vm-\d+ on fra-01, two\/vm-\d+ on fra-01$/m);
    expect(stderr).toContain('-C NAME');
  });

  it('F-339 ends with 3 and a sentence for what is not possible', async () => {
    const vm = await aVm('stopped');
    const { code, stderr } = await desk.run('vm', 'pause', vm.id);
    expect(code).toBe(3);
    expect(stderr).toContain('only a running VM can be paused; it is stopped');
  });

  it('names a template once when it says what it is', async () => {
    const { stderr } = await desk.run('vm', 'start', 'debian-13-template', '--demo', '8');
    expect(stderr).toBe('debian-13-template: it is a template: make a VM of it, and use that\n');
  });

  it('F-058 lists what a delete destroys, by path, and destroys nothing unless it is told yes', async () => {
    const vm = await aVm('stopped');
    const { code, stderr } = await desk.run('vm', 'delete', vm.id);
    expect(code).toBe(2);
    expect(stderr).toMatch(/lost: \/\S+\.qcow2/);
    expect(stderr).toContain('--yes');
    expect((await desk.run('vm', 'delete', vm.id, '--yes')).stderr).toContain(`${vm.name} is deleted`);
  });

  it('refuses to keep disks where that can not be, before anything is sent', async () => {
    await desk.write(simulated({ demo: { vms: 12, 'disks-go': true } }));
    const vm = await aVm('stopped');
    const { code, stderr } = await desk.run('vm', 'delete', vm.id, '--yes', '--keep-disks', '--snapshots');
    expect(code).toBe(3);
    expect(stderr).toContain("its disks can't be kept: this fleet deletes the disks of a VM together with it");
    expect((await aVm('stopped')).id).toBe(vm.id);
  });

  it('says that the memory of a suspended VM goes, also when its disks are kept', async () => {
    const vm = await aVm('suspended');
    const { stderr } = await desk.run('vm', 'delete', vm.id, '--keep-disks', '--snapshots');
    expect(stderr).toMatch(/stays: \/\S+\.qcow2/);
    expect(stderr).toContain('  lost: its saved memory');
  });

  it('prints the console log of a VM as plain text', async () => {
    const vm = await aVm('running');
    const { code, stdout } = await desk.run('vm', 'log', vm.id);
    expect(code).toBe(0);
    expect(stdout).toMatch(/login:\n$/);
    const json = (await desk.run('vm', 'log', vm.id, '-o', 'json')).json<Row>();
    expect(json).toMatchObject({ id: vm.id, text: expect.stringMatching(/login: $/) });
  });

  it('deletes nothing by name while an endpoint is silent, since the name could mean another machine there', async () => {
    await desk.write(simulated({ good: { vms: 12 }, bad: { vms: 3, password: 'wrong' } }));
    const rows = (await desk.run('vm', 'list', '-C', 'good', '--filter', 'state:stopped', '-o', 'json')).json<Row[]>();
    const [vm] = rows.filter((row) => row['node'] !== null);
    const byName = await desk.run('vm', 'delete', vm?.name ?? '', '--yes');
    expect(byName.code).toBe(3);
    expect(byName.stderr).toContain('could mean another machine');
    expect((await desk.run('vm', 'delete', vm?.id ?? '', '--yes')).code).toBe(0);
  });

  it('F-365 F-366 changes settings by flags, with units', async () => {
    const vm = await aVm('stopped');
    const { code, stderr } = await desk.run('vm', 'edit', vm.id, '--memory', '3GiB', '--vcpus', '3');
    expect({ code, stderr }).toEqual({ code: 0, stderr: `${vm.name} has Memory 3GiB, vCPUs 3 saved\n` });
    const wrong = await desk.run('vm', 'edit', vm.id, '--memory', 'lots');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('Memory must be a size like 4GiB or 512M');
  });

  it('changes nothing in a read-only run, and sends nothing in a dry run', async () => {
    const vm = await aVm('running');
    const refused = await desk.run('vm', 'kill', vm.id, '--read-only');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('this run is read-only');
    const dry = await desk.run('vm', 'kill', vm.id, '--dry-run');
    expect(dry.stderr).toContain(`would send to demo: vm.stop ${vm.id} force`);
    expect(dry.stderr).toContain(`${vm.name}: nothing was sent`);
    const edit = await desk.run('vm', 'edit', vm.id, '--memory', '9GiB', '--dry-run');
    expect(edit.stderr).toMatch(new RegExp(`would change ${vm.name} on demo: Memory from \\S+GiB to 9GiB \\(saved\\)`));
  });

  it('F-223 changes nothing below a read-only pool, however deep', async () => {
    const pools = { Outer: { 'read-only': true }, Inner: { in: 'Outer', nodes: ['demo'] } };
    await desk.write(JSON.stringify({ ...JSON.parse(simulated({ demo: { vms: 12 } })), pools }));
    const vm = await aVm('running');
    const { code, stderr } = await desk.run('vm', 'kill', vm.id);
    expect([code, stderr]).toEqual([3, expect.stringContaining('the pool Outer is read-only')]);
    expect((await aVm('running')).id).toBe(vm.id);
  });

  it('writes every change to the audit log: before it is sent, and how it ended', async () => {
    const vm = await aVm('running');
    await desk.run('vm', 'pause', vm.id);
    const log = await readFile(join(desk.home, 'state/drover/audit.jsonl'), 'utf8');
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { phase: 'intent', action: 'vm.pause', endpoint: 'demo', object: vm.id },
      { phase: 'outcome', action: 'vm.pause', result: 'accepted' },
    ]);
  });

  it('ends with 4 for an endpoint whose test fails, and with 2 for one that is not configured right', async () => {
    await desk.write(simulated({ bad: { vms: 3, 'host-key': 'changed' }, unset: { vms: 3, password: 'env:NO_SUCH' } }));
    expect((await desk.run('endpoint', 'test', 'bad')).code).toBe(4);
    const unset = await desk.run('endpoint', 'test', 'unset');
    expect(unset.code).toBe(2);
    expect(unset.stderr).toContain('the environment variable NO_SUCH is not set');
  });

  it('F-357 shows a console and sends it what is piped in', async () => {
    const vm = await aVm('running');
    const { stdout } = await desk.runWith({ input: '\r' }, 'vm', 'console', vm.id);
    expect(stdout).toMatch(/login: /);
  });
});

describe('pools and endpoints', () => {
  it('F-013 F-016 makes a pool, moves a node into it, and keeps the comments of the file', async () => {
    await desk.write('# my fleet\nendpoints:\n  demo: { platform: fake, vms: 12 } # the demo\n');
    expect((await desk.run('pool', 'add', 'Production')).stderr).toBe('pool Production was added\n');
    expect((await desk.run('node', 'move', 'demo', 'Production')).stderr).toBe('demo is in pool Production now\n');
    expect((await desk.run('pool', 'list', '-o', 'json')).json<Row[]>()[0]).toMatchObject({
      name: 'Production',
      kind: 'user',
    });
    const text = await readFile(desk.config, 'utf8');
    expect(text).toContain('# my fleet');
    expect(text).toContain('# the demo');
    const [row] = (await desk.run('vm', 'list', '-o', 'json')).json<Row[]>();
    expect(row).toMatchObject({ pool: 'Production' });
  });

  it('F-017 sets the variables of a pool one by one, takes one away, and shows them', async () => {
    await desk.run('pool', 'add', 'Production');
    const { code, stderr } = await desk.run('pool', 'set', 'Production', 'DEFAULT_BRIDGE=br0', 'URL=http://a?b=c');
    expect([code, stderr]).toEqual([0, 'pool Production has 2 variables now\n']);
    await desk.run('pool', 'set', 'Production', 'DEFAULT_BRIDGE=');
    const info = await desk.run('pool', 'info', 'Production', '-o', 'json');
    expect(info.json()).toMatchObject({ name: 'Production', variables: { URL: 'http://a?b=c' } });
    expect(info.stdout).not.toContain('DEFAULT_BRIDGE');
    const wrong = await desk.run('pool', 'set', 'Production', 'no value');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('"no value" is no NAME=VALUE');
  });

  it('calls the nodes of a pool in its details as in the list', async () => {
    const [node] = (await desk.run('node', 'list', '-o', 'json')).json<Row[]>();
    await desk.run('pool', 'add', 'Lab');
    await desk.run('node', 'move', node?.name ?? '', 'Lab');
    expect((await desk.run('pool', 'info', 'Lab')).stdout).toContain(`nodes: ${node?.name}\n`);
  });

  it('F-013 F-014 nests pools, keeps what is in them when one is renamed, and lets go of it when one is removed', async () => {
    await desk.run('pool', 'add', 'Outer');
    await desk.run('pool', 'add', 'Inner', '--in', 'Outer');
    await desk.run('node', 'move', 'demo', 'Inner');
    await desk.run('pool', 'rename', 'Outer', 'Around');
    const rows = async () => (await desk.run('pool', 'list', '-o', 'json')).json<Row[]>();
    expect((await rows()).find(({ name }) => name === 'Inner')).toMatchObject({ parent: 'Around' });
    const self = await desk.run('pool', 'nest', 'Around', 'Inner');
    expect([self.code, self.stderr.split('\n')[0]]).toEqual([2, 'pool Inner is inside pool Around']);
    expect((await desk.run('pool', 'nest', 'Inner', '')).stderr).toBe('pool Inner is at the top now\n');
    await desk.run('pool', 'remove', 'Inner', '--yes');
    const [vm] = (await desk.run('vm', 'list', '-o', 'json')).json<Row[]>();
    expect(vm?.['pool']).toBe('Frankfurt');
  });

  it('F-013 refuses a pool name that is in use', async () => {
    await desk.run('pool', 'add', 'Production');
    const { code, stderr } = await desk.run('pool', 'add', 'Production');
    expect(code).not.toBe(0);
    expect(stderr).toContain('Production');
  });

  it('F-025 F-189 adds an endpoint only after a test of the connection', async () => {
    const bad = await desk.run('endpoint', 'add', 'other', '--platform', 'fake', '--vms', '3', '--host-key', 'changed');
    expect(bad.code).toBe(4);
    expect(bad.stderr).toContain('was not saved');
    expect(await readFile(desk.config, 'utf8')).not.toContain('other');
    const good = await desk.run('endpoint', 'add', 'other', '--platform', 'fake', '--vms', '3');
    expect({ code: good.code, last: good.stderr.trim().split('\n').at(-1) }).toEqual({
      code: 0,
      last: 'other is saved',
    });
    expect((await desk.run('vm', 'list', '-C', 'other', '-o', 'json')).json<Row[]>()).toHaveLength(3);
  });

  it('keeps an endpoint from changes by a flag of its own, since --read-only is about the run', async () => {
    const help = await desk.run('endpoint', 'edit', '--help');
    expect(help.stdout).toContain('--endpoint-read-only');
    expect(help.stdout.match(/ --read-only /g)).toHaveLength(1);
    expect((await desk.run('endpoint', 'edit', 'demo', '--endpoint-read-only')).code).toBe(0);
    const vm = await aVm('running');
    expect((await desk.run('vm', 'kill', vm.id)).stderr).toContain('demo is read-only');
    const refused = await desk.run('endpoint', 'edit', 'demo', '--no-endpoint-read-only', '--read-only');
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('this run is read-only')]);
    await desk.run('endpoint', 'edit', 'demo', '--no-endpoint-read-only');
    expect((await desk.run('vm', 'kill', vm.id)).code).toBe(0);
  });

  it('takes no plain secret on the command line, where every user of the machine can read it', async () => {
    const { code, stderr } = await desk.run('endpoint', 'add', 'other', '--platform', 'fake', '--password', 'hunter2');
    expect(code).toBe(2);
    expect(stderr).toContain('env:NAME');
    expect(stderr).not.toContain('hunter2');
  });

  it('writes nothing in a dry run', async () => {
    const { code, stderr } = await desk.run('endpoint', 'remove', 'demo', '--dry-run');
    expect(code).toBe(0);
    expect(stderr).toContain('{"kind":"endpoint-remove","name":"demo"}');
    expect(stderr).toContain('demo: nothing was written');
    expect((await desk.run('endpoint', 'list', '-o', 'json')).json<Row[]>()).toHaveLength(1);
  });

  it('says for each VM what became of a change of settings', async () => {
    const off = await aVm('stopped');
    const on = await aVm('running');
    const { code, stdout } = await desk.run('vm', 'edit', on.id, off.id, '--running', '--memory', '3GiB', '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ name: on.name }, { result: 'failure', name: off.name }]);
  });

  it('F-027 F-029 F-317 forgets, disables and enables an endpoint', async () => {
    expect((await desk.run('endpoint', 'disable', 'demo')).code).toBe(0);
    expect((await desk.run('vm', 'list', '-o', 'json')).json<Row[]>()).toEqual([]);
    expect((await desk.run('endpoint', 'enable', 'demo')).code).toBe(0);
    expect((await desk.run('endpoint', 'remove', 'demo', '--yes')).stderr).toContain('is forgotten');
    expect((await desk.run('endpoint', 'list', '-o', 'json')).json<Row[]>()).toEqual([]);
  });

  it('fails with the command that trusts it when a host key is unknown and there is no terminal to ask at', async () => {
    await desk.write(simulated({ demo: { vms: 3, 'host-key': 'unknown' } }));
    const { code, stderr } = await desk.run('vm', 'list');
    expect(code).toBe(4);
    expect(stderr).toContain('drover endpoint trust demo');
  });
});

describe('wrong use', () => {
  it.each([
    [['vm', 'lst'], 'vm has no "lst"'],
    [['nod', 'list'], 'did you mean node?'],
    [['vm', 'list', '--fliter', 'x'], 'did you mean --filter?'],
    [['vm', 'list', '-o', 'jsn'], 'json'],
    [['vm', 'start'], 'which VM?'],
  ])('%j ends with 2 and says what was meant', async (args, words) => {
    const { code, stdout, stderr } = await desk.run(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(stdout).toBe('');
  });

  it('tells file, line and column of broken YAML, and leaves the file alone', async () => {
    const broken = 'endpoints:\n  demo: { platform: fake\n';
    await desk.write(broken);
    const { code, stderr } = await desk.run('vm', 'list');
    expect(code).toBe(2);
    expect(stderr).toMatch(/config\.yaml:\d+:\d+: /);
    expect(await readFile(desk.config, 'utf8')).toBe(broken);
  });

  it('takes only that endpoint out of use whose platform or key is unknown', async () => {
    await desk.write('endpoints:\n  demo: { platform: fake, vms: 2 }\n  odd: { platform: fkae }\n');
    const { code, stdout, stderr } = await desk.run('vm', 'list', '-o', 'json');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Row[]).map(({ endpoint }) => endpoint)).toEqual(['demo', 'demo', 'odd']);
    expect(stderr).toMatch(/config\.yaml:3:\d+: .*fkae/);
    expect(stderr.match(/fkae/g)).toHaveLength(1);
    expect(stderr).toContain('drover platform list shows what there is');
  });

  it('explains itself: overview, noun, command', async () => {
    expect((await desk.run('help')).stdout).toContain('vm pause NAME');
    expect((await desk.run('help', 'pool')).stdout).toContain('pool add NAME');
    expect((await desk.run('vm', 'stop', '--help')).stdout).toContain('--force');
    const edit = (await desk.run('vm', 'edit', '--help')).stdout;
    expect(edit).toMatch(/--title .* \(kvm\)$/m);
    expect(edit).not.toContain('--emulator');
  });
});
