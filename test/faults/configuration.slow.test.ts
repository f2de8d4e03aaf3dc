import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, DROVER, openDesk } from '../cli/run-drover.ts';
import { type OpenFleet, openFleet } from '../screens/driver.tsx';

const GOOD = 'demo: { platform: fake, vms: 3, events-every: 0 }';

let desk: Desk;
let fleet: OpenFleet | undefined;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(async () => {
  await fleet?.close();
  fleet = undefined;
  await desk.clear();
});

const textOf = () => readFile(desk.config, 'utf8');
const vmsIn = (stdout: string): number =>
  (JSON.parse(stdout) as readonly { readonly id: string | null }[]).filter(({ id }) => id !== null).length;

describe('a configuration with a mistake in it', () => {
  it.each([
    ['a bracket that is never closed', `endpoints:\n  ${GOOD.slice(0, -2)}\n`],
    ['a tab', `endpoints:\n\t${GOOD}\n`],
    ['a key that is there twice', `endpoints: {}\nendpoints: {}\n`],
  ])('is told with file, line and column: %s; nothing is written over it', async (_what, text) => {
    await desk.write(text);
    const list = await desk.run('vm', 'list');
    expect([list.code, list.stdout]).toEqual([2, '']);
    expect(list.stderr).toMatch(/config\.yaml:\d+:\d+: /);
    const add = await desk.run('pool', 'add', 'Production');
    expect(add.code).toBe(2);
    expect(await textOf()).toBe(text);
  });

  it.each([
    [
      'an unknown platform',
      'odd: { platform: kmv, host: h }',
      /config\.yaml:3:\d+: odd: unknown platform "kmv" \(did you mean kvm\?\)/,
    ],
    [
      'an unknown key',
      'odd: { platform: kvm, hots: h }',
      /config\.yaml:3:\d+: odd: unknown key "hots" \(did you mean host\?\)/,
    ],
    ['a missing field', 'odd: { platform: vsphere }', /config\.yaml:3:\d+: odd: \w+ is needed/],
  ])('takes only that endpoint out of use: %s', async (_what, odd, sentence) => {
    await desk.write(`endpoints:\n  ${GOOD}\n  ${odd}\n`);
    const { code, stdout, stderr } = await desk.run('vm', 'list', '-o', 'json');
    expect(code).toBe(0);
    expect(vmsIn(stdout)).toBe(3);
    expect(stderr).toMatch(sentence);
    const alone = await desk.run('vm', 'start', 'odd/vm-1');
    expect(alone.code).toBe(2);
    expect(alone.stderr).toMatch(sentence);
  });

  it('tells a section that is not read, with its place, and goes on', async () => {
    await desk.write(`endpoints:\n  ${GOOD}\ntheem: light\npools:\n  Prod: { node: [demo] }\n`);
    const { code, stderr } = await desk.run('vm', 'list');
    expect(code).toBe(0);
    expect(stderr).toContain('config.yaml:3:1: "theem" is not read (did you mean theme?)');
    expect(stderr).toMatch(/config\.yaml:5:\d+: pool Prod: unknown key "node" \(did you mean nodes\?\)/);
  });
});

/** drover as a shell with less than it needs would start it; answers exit code and stderr. */
async function limited(limit: string, ...args: readonly string[]): Promise<{ code: number; stderr: string }> {
  const drover = join(process.cwd(), 'bin/drover');
  // The shell's trap is inherited: with the signal ignored the system answers "file too large", as a full disk would.
  const child = spawn('sh', ['-c', `trap '' XFSZ; ${limit}; exec "$0" "$@"`, drover, ...args], {
    env: { PATH: process.env['PATH'], HOME: desk.home, DROVER_CONFIG: desk.config, XDG_STATE_HOME: desk.home },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.resume();
  const [code] = await once(child, 'close');
  return { code, stderr };
}

describe('saving the configuration', () => {
  it('leaves the file as it was when the disk has no room, and says so', async () => {
    const text = `# my fleet\nendpoints:\n  ${GOOD}\n${'# filler\n'.repeat(200)}`;
    await desk.write(text);
    const { code, stderr } = await limited('ulimit -f 1', 'pool', 'add', 'Production');
    expect(code).toBe(1);
    expect(stderr).toMatch(/config\.yaml could not be saved: the (disk is full|file size limit is reached)/);
    expect(stderr).toContain('nothing was changed');
    expect(await textOf()).toBe(text);
    expect((await readdir(dirname(desk.config))).filter((name) => /tmp|lock/.test(name))).toEqual([]);
    expect((await desk.run('pool', 'add', 'Production')).code).toBe(0);
  });

  it('keeps what another program wrote meanwhile', async () => {
    await desk.write(`endpoints:\n  ${GOOD}\n`);
    fleet = await openFleet({ config: `endpoints:\n  ${GOOD}\n` });
    await fleet.press('a');
    await fleet.chooseFromMenu('Add pool');
    await fleet.see('Its name:');
    await fleet.rewrite((text) => `# by hand\n${text}  other: { platform: fake, vms: 1, events-every: 0 }\n`);
    await fleet.press('Production', 'enter');
    await fleet.see('pool Production was added');
    const now = await fleet.config();
    expect(now).toContain('# by hand');
    expect(now).toContain('other:');
    expect(now).toContain('Production');
  });

  it('tells what another program changed in the very field that is edited, and overwrites nothing', async () => {
    fleet = await openFleet({ config: `endpoints:\n  demo: { platform: fake, vms: 3, events-every: 0, every: 2s }\n` });
    await fleet.press('E');
    await fleet.see('Edit endpoint demo');
    await fleet.rewrite((text) => text.replace('every: 2s', 'every: 9s'));
    await fleet.pressUntil('down', /How often samples are taken/);
    await fleet.press('5s', 'pgdn', 'right', 'enter');
    await fleet.see('has changed the configuration meanwhile: demo: every');
    expect(await fleet.config()).toContain('every: 9s');
  });

  it('F-227 is safe for many drovers on one configuration: every change is there afterwards', async () => {
    await desk.write(`endpoints:\n  ${GOOD}\n`);
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    const ran = await Promise.all(names.map((name) => desk.runBuilt({}, 'pool', 'add', name)));
    expect(ran.map(({ code }) => code)).toEqual(names.map(() => 0));
    const pools = (await desk.run('pool', 'list', '-o', 'json')).json<{ name: string; kind: string }[]>();
    expect(pools.flatMap(({ name, kind }) => (kind === 'user' ? [name] : [])).sort()).toEqual(names);
  });

  it('F-227 is the old or the new file when drover is killed in the middle, and the next one goes on', async () => {
    await desk.write(`# ours\nendpoints:\n  ${GOOD}\n`);
    const env = { PATH: process.env['PATH'] ?? '', HOME: desk.home, DROVER_CONFIG: desk.config };
    for (let round = 0; round < 6; round++) {
      const before = await textOf();
      const child = spawn(DROVER, ['pool', 'add', `P${round}`], { env, stdio: 'ignore' });
      const ended = once(child, 'close');
      // As soon as its lock or its new file stands beside it, at whatever step it is then.
      while (child.exitCode === null && (await readdir(dirname(desk.config))).every((name) => !/lock|tmp/.test(name)))
        await new Promise((resolve) => setImmediate(resolve));
      child.kill('SIGKILL');
      await ended;
      const now = await textOf();
      if (now !== before) expect(now).toContain(`P${round}`);
      expect(now.startsWith('# ours\nendpoints:\n')).toBe(true);
      expect((await desk.run('endpoint', 'list', '-o', 'name')).code).toBe(0);
    }
    expect((await desk.run('pool', 'add', 'Last')).code).toBe(0);
  });

  it('reaches another drover that is open, which takes it over by itself', async () => {
    fleet = await openFleet({ config: `endpoints:\n  ${GOOD}\n` });
    const file = fleet.configFile;
    fleet.follow();
    const { code } = await desk.run('pool', 'add', 'From outside', '--config', file);
    expect(code).toBe(0);
    await fleet.see('From outside');
  });

  it('keeps the fleet on the screen when the file is broken by somebody, and says where', async () => {
    fleet = await openFleet({ config: `endpoints:\n  ${GOOD}\n` });
    fleet.follow();
    await writeFile(fleet.configFile, 'endpoints: [\n');
    await fleet.see(/config\.yaml:\d+:\d+: /);
    await fleet.see('2/3 run');
  });
});
