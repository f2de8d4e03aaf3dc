import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildSample } from './build-sample.ts';
import { openPty, type Pty, UNTOUCHED } from './open-pty.ts';

let folder: string;
let program: string;
let metafile: Metafile;
let pty: Pty | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drover-launcher-'));
  program = join(folder, 'dist/drover.js');
  metafile = await buildSample(join(folder, 'dist'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => pty?.close());

function open(argv: readonly string[] = [], env: Record<string, string> = {}): Pty {
  pty = openPty({
    argv: [process.execPath, program, ...argv],
    columns: 120,
    rows: 40,
    env: { XDG_CACHE_HOME: folder, XDG_STATE_HOME: folder, SAMPLE_TICK_MS: '3600000', ...env },
  });
  return pty;
}

describe('the screen', () => {
  it('shows a first picture before the program is loaded, then the program', async () => {
    const { until, bytes } = open();
    const screen = await until('ready');
    expect(screen).toContain('vm-00036');
    expect(bytes().toString()).toMatch(/^\x1b\[\?1049h.*drover.*opening/s);
  });

  it.each([[[]], [['--demo']], [['--demo=50', '--read-only']], [['--config', 'a.yaml']], [['--config=a.yaml']]])(
    'opens for %j',
    async (argv) => {
      await open(argv).until('ready');
    },
  );

  it('answers a key with one small write', async () => {
    const { until, bytes, type } = open();
    await until('ready');
    const before = bytes().length;
    type('j');
    await expect.poll(() => bytes().length).toBeGreaterThan(before);
    expect(bytes().length - before).toBeLessThan(100);
  });

  it('scrolls beside open details with few bytes', async () => {
    const { until, bytes, type } = open([], { SAMPLE_DETAILS: '1' });
    await until('ready');
    type('j'.repeat(36));
    await until((screen) => bytes().length > 0 && screen.includes('vm-00036'));
    const before = bytes().length;
    type('j');
    await until('vm-00037');
    expect(bytes().length - before).toBeLessThan(500);
    expect(pty?.screen()).toContain('detail 11 of the machine');
  });

  it('lets a widget have the keys that are meant for it', async () => {
    const { until, type } = open();
    await until('ready');
    type(':');
    await until('go to:');
    type('4');
    type('2\r');
    await until((screen) => screen.includes('vm-00042') && !screen.includes('go to: ') && !screen.includes('vm-00041'));
  });

  it('redraws at another size', async () => {
    const { until, resize } = open();
    await until('ready');
    resize(80, 24);
    await until((screen) => {
      const lines = screen.split('\n');
      return (
        lines[0]?.startsWith('drover sample') === true &&
        lines[21]?.includes('vm-00020') === true &&
        lines[23] === 'ready'
      );
    });
  });

  it('leaves the terminal as it was, and ends at once', async () => {
    const { until, type, exit, modes, screen } = open();
    await until('ready');
    type('q');
    expect(await exit).toEqual({ code: 0, signal: 0 });
    expect(modes()).toEqual(UNTOUCHED);
    expect(screen()).toBe('');
  });

  it('says what is wrong and what to do, without a stack', async () => {
    const { until, type, exit, screen } = open();
    await until('ready');
    type('E');
    expect((await exit).code).toBe(2);
    expect(screen()).toBe('the configuration is broken\nfix it');
  });

  it('shows what went wrong on the restored terminal', async () => {
    const { until, type, exit, modes } = open();
    await until('ready');
    type('C');
    expect((await exit).code).toBe(1);
    expect(await until('drover has crashed')).not.toContain('ready');
    expect(modes()).toEqual(UNTOUCHED);
    const [report] = readdirSync(join(folder, 'drover')).filter((name) => name.startsWith('crash-'));
    expect(readFileSync(join(folder, 'drover', report ?? ''), 'utf8')).toContain('SyntaxError');
  });
});

describe('line mode', () => {
  it.each([
    [['--plain', '--demo=5'], {}],
    [['--demo=5'], { DROVER_PLAIN: '1', TERM: 'dumb' }],
  ])('is opened by %j with %j, on any terminal, and ends with 0', async (argv, env: Record<string, string>) => {
    const { until, type, exit, bytes } = open(argv, env);
    await until('drover, line by line. ? reads the keys, : takes a command by its name, q leaves.');
    await until('5 VMs running');
    type('q');
    expect((await exit).code).toBe(0);
    expect(bytes().toString()).not.toContain('\x1b[?1049h');
  });
});

describe('the command line', () => {
  it.each([['vm', 'list'], ['--help'], ['--version'], ['--bogus'], ['--config'], ['--plain', 'vm']])(
    'gets %j %j, and its exit code is the answer',
    async (...argv) => {
      const { exit, screen, modes } = open(argv.filter((word) => word !== undefined));
      expect((await exit).code).toBe(2);
      expect(screen()).toBe(`cli ${argv.join(' ')}`);
      expect(modes()).toEqual(UNTOUCHED);
    },
  );

  it.each([[[]], [['--demo']]])(
    'is named where there is no terminal to paint on, with the reason in one sentence: %j',
    (argv) => {
      const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8' });
      expect([stdout, status]).toEqual(['', 2]);
      expect(stderr).toBe(
        'standard output is no terminal, so there is no screen\ndrover help lists the commands; --plain needs only keys\n',
      );
    },
  );

  it.each([
    [['--plain'], {}],
    [['--demo', '--plain'], {}],
    [[], { DROVER_PLAIN: '1' }],
  ])('is named where line mode has no keys to read: %j with %j', (argv, env) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...argv], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder, ...env },
    });
    expect([stdout, status]).toEqual(['', 2]);
    expect(stderr).toBe(
      'line mode reads keys, and its input is no terminal\ndrover help lists the commands, which need none\n',
    );
  });

  it.each([
    ['TERM=dumb', 'TERM is dumb'],
    ['TERM=unknown', 'TERM is unknown'],
    ['--unset=TERM', 'TERM is not set'],
  ])('is named on a terminal that can not be painted on: env %s', async (environment, why) => {
    pty = openPty({ argv: ['env', environment, process.execPath, program], columns: 120 });
    expect((await pty.exit).code).toBe(2);
    expect(pty.screen()).toContain(`${why}, so there is no screen`);
  });

  it.each([
    ['the launcher', 'drover', ['node_modules/', 'src/terminal/screen.ts', 'src/errors.ts']],
    ['the command line', 'cli', ['node_modules/ink/', 'node_modules/react/']],
  ])('%s loads nothing that it has no use for', (_what, entry, unwanted) => {
    const inputs = loadedWith(metafile, entry);
    expect(inputs.filter((input) => unwanted.some((part) => input.includes(part)))).toEqual([]);
  });
});

/** The sources that are in an output file and in all that it imports at its start. */
function loadedWith({ outputs }: Metafile, name: string): string[] {
  const files = new Set(Object.keys(outputs).filter((file) => new RegExp(`/${name}(-\\w+)?\\.js$`).test(file)));
  for (const file of files) {
    for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === 'import-statement') files.add(path);
  }
  return [...files].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
}
