import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createConfigStore } from '../../src/state/config/store.ts';
import { homeOf } from '../../src/state/files/home.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const DROVER = new URL('../../bin/drover', import.meta.url).pathname;
const drover = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  spawnSync(DROVER, args, { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', ...env } });

describe('the home directory', () => {
  it('is HOME, or what the password database says where HOME is empty or relative', () => {
    expect(homeOf({ HOME: '/home/anna' })).toBe('/home/anna');
    for (const HOME of [undefined, '', 'anna']) expect(homeOf({ HOME })).toMatch(/^\//);
  });

  it('is refused where it is no UTF-8 text, since its folders would not be found again', () => {
    expect(() => homeOf({ HOME: '/home/\ufffdric' })).toThrow('HOME is not UTF-8 text');
  });

  it('empty does not make the configuration of the current folder the user’s own', async () => {
    await mkdir(join(folder, '.config/drover'), { recursive: true });
    await writeFile(join(folder, '.config/drover/config.yaml'), 'endpoints: {planted: {platform: fake}}\n');
    const { stdout } = drover({ HOME: '', XDG_CONFIG_HOME: join(folder, 'none') }, 'endpoint', 'list', '-o', 'name');
    expect(stdout).toBe('');
    expect(drover({ HOME: '' }, 'endpoint', 'list', '-o', 'name').stdout).not.toContain('planted');
  });
});

it('a user without HOME whom the password database does not know is told to set HOME, and has the demo all the same', () => {
  const unknown = `import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module';
    os.userInfo = () => { throw new Error('no entry'); }; syncBuiltinESMExports();`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(unknown)}` };
  const refused = drover(env, 'vm', 'list');
  expect([refused.status, refused.stderr]).toEqual([
    2,
    'there is no home directory: HOME is not set, and this user has no entry in the password database\n' +
      '  set HOME to a folder that drover may write to\n',
  ]);
  const demo = drover(env, '--demo=8', 'vm', 'list', '-o', 'name');
  expect([demo.status, demo.stderr, demo.stdout.trimEnd().split('\n').length]).toEqual([0, '', 8]);
});

it('the demo says that there is no place for its files where TMPDIR is not there', () => {
  const { status, stdout, stderr } = drover({ HOME: folder, TMPDIR: '/dev/null/none' }, '--demo=8', 'vm', 'list');
  expect([status, stdout, stderr]).toEqual([
    1,
    '',
    expect.stringMatching(/^the demo has no place for its files in \/dev\/null\/none: .+\n {2}set TMPDIR to a folder/),
  ]);
});

it.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
  'a configuration that is mounted as a single file is written in place',
  async () => {
    await writeFile(join(folder, 'mounted.yaml'), '# mine\npools:\n  Old: {}\n', { mode: 0o600 });
    await writeFile(join(folder, 'config.yaml'), '');
    const script = `mount --bind mounted.yaml config.yaml && exec ${DROVER} pool add Prod`;
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, DROVER_CONFIG: join(folder, 'config.yaml') };
    const ran = spawnSync('unshare', ['-m', 'sh', '-c', script], { cwd: folder, encoding: 'utf8', env });
    expect([ran.status, ran.stderr]).toEqual([0, expect.stringContaining('Prod')]);
    const text = await readFile(join(folder, 'mounted.yaml'), 'utf8');
    expect(text).toMatch(/^# mine\n/);
    expect(text).toContain('Prod');
    expect((await readdir(folder)).filter((name) => name.startsWith('config.yaml.'))).toEqual([]);
  },
);

it.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
  'a configuration that is mounted as a single file is put back as it was when its disk is full',
  async () => {
    await mkdir(join(folder, 'disk'));
    await writeFile(join(folder, 'config.yaml'), '');
    const text = `# mine\npools:\n  Old: {}\n${'# filler\n'.repeat(450)}`;
    await writeFile(join(folder, 'before.yaml'), text, { mode: 0o600 });
    const script = [
      'mount -t tmpfs -o size=8k none disk',
      'cp before.yaml disk/config.yaml',
      '(dd if=/dev/zero of=disk/full bs=4k count=9 2>/dev/null || true)',
      'mount --bind disk/config.yaml config.yaml',
      `(${DROVER} pool add ${'Production'.repeat(6)}; echo "code $?" >&2)`,
      'cat config.yaml',
    ].join(' && ');
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, DROVER_CONFIG: join(folder, 'config.yaml') };
    const ran = spawnSync('unshare', ['-m', 'sh', '-c', script], { cwd: folder, encoding: 'utf8', env });
    expect(ran.stderr).toMatch(/could not be saved: the disk is full\n.*nothing was changed.*\ncode 1\n$/s);
    expect(ran.stdout).toBe(text);
    expect((await readdir(folder)).filter((name) => name.startsWith('config.yaml.'))).toEqual([]);
  },
);

describe('a configuration behind symbolic links', () => {
  const fields = new Map([['fake', []]]);
  const signal = () => new AbortController().signal;

  it('is written where the last of them leads, also when nothing is there yet', async () => {
    const file = join(folder, 'config.yaml');
    await symlink('second', file);
    await symlink('target.yaml', join(folder, 'second'));
    await createConfigStore(file, fields, systemClock).edit({ kind: 'pool-add', name: 'Prod' }, { signal: signal() });
    expect(await readlink(file)).toBe('second');
    expect(await readlink(join(folder, 'second'))).toBe('target.yaml');
    expect(await readFile(join(folder, 'target.yaml'), 'utf8')).toContain('Prod');
  });

  it('is reloaded when Kubernetes swaps the folder that they lead through', async () => {
    const file = join(folder, 'config.yaml');
    const write = async (version: string, pool: string) => {
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, 'config.yaml'), `pools:\n  ${pool}: {}\n`);
    };
    await write('..2026_1', 'Before');
    await symlink('..2026_1', join(folder, '..data'));
    await symlink('..data/config.yaml', file);
    const store = createConfigStore(file, fields, systemClock);
    await store.load();
    const { promise: changed, resolve } = Promise.withResolvers<readonly string[]>();
    const stop = store.watch(({ config }) => resolve([...config.pools.keys()]));
    await write('..2026_2', 'After');
    await symlink('..2026_2', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    expect(await changed).toEqual(['After']);
    stop();
  });
});

it('a configuration is reloaded from a folder that took the place of another, and watched there', async () => {
  const own = join(folder, 'own');
  const write = async (name: string, pool: string) => {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'config.yaml'), `pools:\n  ${pool}: {}\n`);
  };
  await write('own', 'Before');
  const store = createConfigStore(join(own, 'config.yaml'), new Map(), systemClock);
  await store.load();
  let next = Promise.withResolvers<readonly string[]>();
  const stop = store.watch(({ config }) => next.resolve([...config.pools.keys()]));
  const heard = async () => {
    const pools = await next.promise;
    next = Promise.withResolvers();
    return pools;
  };
  await write('restored', 'Restored');
  await rename(own, join(folder, 'old'));
  await rename(join(folder, 'restored'), own);
  expect(await heard()).toEqual(['Restored']);
  await write('own', 'Later');
  expect(await heard()).toEqual(['Later']);
  stop();
});

describe('what a drover left that was killed', () => {
  const edit = () =>
    createConfigStore(join(folder, 'config.yaml'), new Map(), systemClock).edit(
      { kind: 'pool-add', name: 'Prod' },
      { signal: new AbortController().signal },
    );
  /** No process has it: pids end before. */
  const GONE = 4_194_305;

  it('while it made a lock holds up no edit', async () => {
    await writeFile(join(folder, `config.yaml.lock.${GONE}-0badcafe.tmp`), '');
    await edit();
    expect(await readFile(join(folder, 'config.yaml'), 'utf8')).toContain('Prod');
  });

  it('of temporary copies goes with the next edit; those that may still be written stay', async () => {
    const left = `config.yaml.${GONE}-0badcafe.tmp`;
    const running = `config.yaml.${process.pid}-0badcafe.tmp`;
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const name of [left, running, `config.yaml.lock.${GONE}-0badcafe.tmp`, 'config.yaml.backup']) {
      await writeFile(join(folder, name), '');
      await utimes(join(folder, name), hourAgo, hourAgo);
    }
    // Another machine that shares the home writes it: its number says nothing here.
    const elsewhere = `config.yaml.${GONE}-1badcafe.tmp`;
    await writeFile(join(folder, elsewhere), '');
    await edit();
    const stays = ['config.yaml', running, elsewhere, 'config.yaml.backup'];
    expect((await readdir(folder)).sort()).toEqual(stays.sort());
  });
});

it('SIGUSR1 opens no debugger', async () => {
  const config = join(folder, 'config.yaml');
  await writeFile(config, 'endpoints:\n  demo: {platform: fake, vms: 12}\n', { mode: 0o600 });
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, DROVER_CONFIG: config };
  const child = spawn(DROVER, ['vm', 'console', 'gateway'], { env });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdout.once('data', () => {
    child.kill('SIGUSR1');
    child.stdin.end();
  });
  await once(child, 'close');
  expect(said).not.toContain('Debugger');
  expect(child.exitCode).toBe(0);
});
