import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sidesOf } from '../../src/cli/copy-command.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 40, latency: 0 }, shut: { vms: 1, 'read-only': true } }));
});
afterEach(() => desk.clear());

const audit = async () => readFile(join(desk.home, 'state', 'drover', 'audit.jsonl'), 'utf8').catch(() => '');

describe('a command on nodes', () => {
  it('prints what each has written under its name, and how it ended', async () => {
    const ran = await desk.run('node', 'run', '-C', 'demo', 'fra-01', 'fra-02', '--', 'hostname');
    expect(ran.code).toBe(0);
    expect(ran.stdout.trim().split('\n').sort()).toEqual(['fra-01: fra-01', 'fra-02: fra-02']);
    expect(ran.stderr.trim().split('\n').sort()).toEqual(['fra-01: exit code 0', 'fra-02: exit code 0']);
    expect(await audit()).toContain('"action":"node.run"');
  });

  it('ends with the exit code of one, and with 1 where one of several did not end well', async () => {
    const one = await desk.run('node', 'run', '-C', 'demo', 'fra-01', '--', 'exit', '7');
    expect([one.code, one.stderr]).toEqual([7, 'fra-01: exit code 7\n']);
    expect((await desk.run('node', 'run', '-C', 'demo', 'fra-01', 'fra-02', '--', 'exit 3')).code).toBe(1);
  });

  it('ends it on the node when its time is over, and says so', async () => {
    const call = ['node', 'run', '-C', 'demo', '--timeout', '1', 'fra-01', '--', 'sleep', '1000'];
    const clock = {
      ...desk.clock,
      after: (ms: number, then: () => void) => desk.clock.after(ms === 1000 ? 0 : ms, then),
    };
    const ran = await desk.runWith({ clock }, ...call);
    expect([ran.code, ran.stderr]).toEqual([1, 'fra-01: it took more than 1 s, and was ended on the node\n']);
  });

  it('takes escape sequences out of what a terminal shows of it', async () => {
    const evil = '\x1b]52;c;eA==\x07plain';
    const ran = await desk.run('node', 'run', '-C', 'demo', 'fra-01', 'fra-02', '--', `echo ${evil}`);
    expect(ran.stdout.trim().split('\n').sort()).toEqual(['fra-01: plain', 'fra-02: plain']);
  });

  it('is a change: refused where nothing may be changed, and only said in a dry run', async () => {
    const refused = await desk.run('node', 'run', '-C', 'shut', 'shut', '--', 'reboot');
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('read-only')]);
    const dry = await desk.run('node', 'run', '-C', 'demo', 'fra-01', '--dry-run', '--', 'reboot');
    expect([dry.code, dry.stderr]).toEqual([0, expect.stringContaining('fra-01: nothing was sent')]);
    expect(await audit()).not.toContain('reboot');
  });

  it('wants to know where the command begins', async () => {
    const { code, stderr } = await desk.run('node', 'run', 'fra-01', 'uptime');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Put -- before it')]);
  });
});

describe('a node that is taken out of service', () => {
  it('is so once it is seen, and put back likewise; one that runs VMs stays and names them', async () => {
    await desk.write(simulated({ large: { vms: 120, latency: 0 } }));
    const put = await desk.run('node', 'exit-maintenance', 'fra-spare');
    expect([put.code, put.stderr]).toEqual([0, 'fra-spare is in service\n']);
    const taken = await desk.run('node', 'enter-maintenance', 'fra-spare');
    expect([taken.code, taken.stderr]).toEqual([0, 'fra-spare is in maintenance\n']);
    const again = await desk.run('node', 'enter-maintenance', 'fra-spare');
    expect([again.code, again.stderr]).toEqual([0, 'fra-spare is in maintenance already\n']);
    const busy = await desk.run('node', 'enter-maintenance', 'fra-01');
    expect(busy.code).not.toBe(0);
    expect(busy.stderr).toMatch(/fra-01 runs .+ and \d+ more VMs/);
    expect(busy.stderr).toContain('drover node evacuate fra-01');
    expect((await desk.run('node', 'enter-maintenance')).code).toBe(2);
  });
});

describe('files of nodes', () => {
  const node = (...words: readonly string[]) => desk.run('node', ...words, '-C', 'demo');

  it('F-043 are listed, folders first', async () => {
    const { stdout } = await node('files', 'fra-01', '/etc', '-o', 'name');
    expect(stdout).toBe('hostname\nmotd\n');
    expect((await node('files', 'fra-01', '/')).stdout).toMatch(/etc\/\n.*root\/\n.*srv\/\n$/);
  });

  it('F-044 are sent and received, and never written over without a word', async () => {
    const file = join(desk.home, 'sent.txt');
    await writeFile(file, 'sent\n');
    expect((await node('put', 'fra-01', file, '/srv/')).code).toBe(0);
    const again = await node('put', 'fra-01', file, '/srv/sent.txt');
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is there already')]);
    const here = join(desk.home, 'received.txt');
    expect((await node('get', 'fra-01', '/srv/sent.txt', here)).stderr).toBe(`${here} is here\n`);
    expect(await readFile(here, 'utf8')).toBe('sent\n');
    expect((await node('get', 'fra-01', '/srv/sent.txt', here)).code).toBe(1);
    expect(await audit()).toContain('"action":"node.writeFile"');
  });
});

describe('the sides of a copy', () => {
  it.each([
    [['web1:/etc/motd', '.'], { name: 'web1', from: '/etc/motd', to: '.', isUp: false }],
    [['a:b', './c:d'], { name: 'a', from: 'b', to: './c:d', isUp: false }],
    [['file', 'host1/7b0f:'], { name: 'host1/7b0f', from: 'file', to: '', isUp: true }],
  ])('%j', (words, sides) => expect(sidesOf(words)).toEqual(sides));

  it.each([[['a:b', 'c:d']], [['a', 'b']], [['a:b']], [['a:b', 'c', 'd']]])('are refused: %j', (words) =>
    expect(() => sidesOf(words)).toThrow(),
  );
});

it('neither logs in nor copies where nothing may be changed, nor to what is simulated', async () => {
  const [one] = (await desk.run('vm', 'list', '-C', 'demo', '--filter', 'state:running', '-o', 'json')).json<
    { id: string }[]
  >();
  for (const call of [
    ['vm', 'ssh', one?.id ?? ''],
    ['vm', 'cp', `${one?.id}:/etc/motd`, desk.home],
  ]) {
    const ran = await desk.run(...call);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('are simulated')]);
  }
  for (const call of [
    ['vm', 'ssh', one?.id ?? ''],
    ['vm', 'cp', desk.config, `${one?.id}:`],
  ]) {
    const ran = await desk.run(...call, '--read-only');
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('this run is read-only')]);
  }
});
