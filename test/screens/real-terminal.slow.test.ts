import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildOptions } from '../../scripts/build/options.ts';
import { KEYS_LEFT, KEYS_ONLY } from '../../src/terminal/modes.ts';
import { openPty, type Pty, UNTOUCHED } from '../terminal/open-pty.ts';

let folder: string;
let pty: Pty;

/** The whole program as it is built, in a real terminal. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drover-screen-'));
  await build({ ...buildOptions, outdir: join(folder, 'dist') });
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => pty.close());

function open(
  argv: readonly string[],
  size = { columns: 80, rows: 24 },
  env: Readonly<Record<string, string>> = {},
): Pty {
  const program = join(folder, 'dist/drover.js');
  pty = openPty({
    argv: [process.execPath, program, ...argv],
    ...size,
    env: { XDG_CACHE_HOME: folder, XDG_STATE_HOME: folder, ...env },
  });
  return pty;
}

const CTRL_RIGHT_BRACKET = '\x1d';

describe('in a real terminal', () => {
  it('opens the demo fleet, and leaves the terminal as it was', async () => {
    const { until, type, exit, modes } = open(['--demo=50']);
    await until(/\d+\/50 VMs running/);
    expect(modes().alternateScreen).toBe(true);
    type('q');
    expect((await exit).code).toBe(0);
    expect(modes()).toEqual(UNTOUCHED);
  });

  it('says what is wrong with a configuration that another program has changed', async () => {
    const config = join(folder, 'changed.yaml');
    const text = 'endpoints:\n  lab: { platform: fake, vms: 20, events-every: 0 }\n';
    writeFileSync(config, text);
    const { until } = open([`--config=${config}`]);
    await until(/\d+\/20 VMs running/);
    writeFileSync(config, `${text}colours: 7\n`);
    await until(/colours/);
  });

  it('comes back to the row and the folds of the last run', async () => {
    const config = join(folder, 'config.yaml');
    writeFileSync(config, 'endpoints:\n  lab: { platform: fake, vms: 20, events-every: 0 }\n');
    const first = open([`--config=${config}`]);
    await first.until(/\d+\/20 VMs running/);
    first.type('jjj');
    const [, row] = /─ (\S+) ─+ Overview Disks/.exec(await first.until(/─ \S+ ─+ Overview Disks/)) ?? [];
    first.type('q');
    await first.exit;
    const second = open([`--config=${config}`]);
    await second.until(`─ ${row} ─`);
    second.type('hh');
    await second.until('▸');
    second.type('q');
    await second.exit;
    const third = open([`--config=${config}`]);
    await third.until('▸');
  });

  it('F-062 logs in at a serial console, detaches, and is back on the same row', async () => {
    const { until, type } = open(['--demo=50']);
    await until(/\d+\/50 VMs running/);
    type('/state:running\r');
    await until('filter: state:running');
    type('jj');
    const name = /─ (\S+) ─+ Overview Disks/;
    await until(name);
    type('c');
    // The details follow the cursor a moment later: the bar of the console says whose it is.
    const [, before] = /^\[([\w-]+) on /m.exec(await until('ctrl-] detaches')) ?? [];
    type('\r');
    await until('login:');
    type('root\r');
    await until(/Password|[#$]/);
    type(CTRL_RIGHT_BRACKET);
    await until(new RegExp(`detached from ${before} on \\S+, which stays open`));
    await until(new RegExp(`─ ${before} ─+ Overview Disks`));
  });

  it('follows the size of the window, also while a console is open', async () => {
    const { until, type, resize, screen } = open(['--demo=50']);
    await until(/\d+\/50 VMs running/);
    resize(120, 40);
    await until('DISK/S');
    resize(30, 6);
    await until('drover needs');
    resize(100, 30);
    await until('NAME');
    expect(screen().split('\n').length).toBeLessThanOrEqual(30);
    type('q');
  });

  it('shows the names of hosts without what they try to do to the terminal', async () => {
    const config = join(folder, 'odd.yaml');
    writeFileSync(config, 'endpoints:\n  odd: { platform: fake, vms: 40, odd-names: true, events-every: 0 }\n');
    const { until, bytes, modes } = open(['--config', config], { columns: 100, rows: 60 });
    await until(/\d+\/40 VMs running/);
    expect(modes().alternateScreen).toBe(true);
    expect(bytes().toString()).not.toMatch(/\x1b\](?!52)/);
  });

  it('says what is wrong in the configuration and opens all the same', async () => {
    const config = join(folder, 'broken.yaml');
    writeFileSync(config, 'endpoints:\n  here: { platform: fake, vms: 5, vmz: 7 }\n');
    const { until } = open(['--config', config]);
    await until(/broken\.yaml:2:\d+/);
  });

  it('has the mouse when the configuration says so, and gives it back in the end', async () => {
    const config = join(folder, 'mouse.yaml');
    writeFileSync(config, 'mouse: on\nendpoints:\n  here: { platform: fake, vms: 20, events-every: 0 }\n');
    const { until, type, exit, modes, screen } = open(['--config', config]);
    await until(/\d+\/20 VMs running/);
    expect(modes().mouse).toBe(true);
    const rows = screen().split('\n');
    const row = rows.findIndex((line) => /running/.test(line) && line.startsWith('      '));
    const [, name] = /^\s+(\S+)/.exec(rows[row] ?? '') ?? [];
    type(`\x1b[<0;12;${row + 1}M\x1b[<0;12;${row + 1}m`);
    await until(`─ ${name} ─`);
    type('\x03');
    await exit;
    expect(modes()).toEqual(UNTOUCHED);
  });

  it('shows five keys at the first start, and never again', async () => {
    const env = { XDG_STATE_HOME: join(folder, 'newcomer') };
    const config = join(folder, 'tour.yaml');
    writeFileSync(config, 'endpoints:\n  here: { platform: fake, vms: 20, events-every: 0 }\n');
    const first = open(['--config', config], undefined, env);
    await first.until('Five keys to begin with');
    first.type('j');
    await first.until((screen) => !screen.includes('Five keys'));
    first.type('q');
    await first.exit;
    first.close();
    const second = open(['--config', config], undefined, env);
    await second.until(/\d+\/20 VMs running/);
    second.type('?');
    await second.until('─ Keys: lines 1-');
    expect(second.bytes().toString()).not.toContain('Five keys');
  });

  it.each([
    ['linux', /[^\x00-\x7f]/],
    ['vt220', /[^\x00-\x7f]/],
    ['screen', /\x1b\[[\d;]*[34]8;[25];/],
    ['tmux-256color', /\x1b\[[\d;]*[34]8;2;/],
    ['screen-256color', /\x1b\[[\d;]*[34]8;2;/],
  ])('sends TERM=%s nothing that it does not know', async (TERM, unknown) => {
    const { until, bytes, type, exit } = open(['--demo=50'], undefined, { TERM });
    await until(/\d+\/50 VMs running/);
    type('jjj');
    await until(/ s start/);
    type('q');
    await exit;
    expect(bytes().toString()).not.toMatch(unknown);
  });
});

describe('line mode in a real terminal', () => {
  /** Nothing but that pastes come marked, so that they are never taken for keys. */
  const LINES = { ...UNTOUCHED, paste: true };
  const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

  it('paints nothing, has pastes marked, and switches nothing else but reports off', async () => {
    const { until, type, exit, modes, bytes } = open(['--demo=50', '--plain']);
    // The first line may come before the link is up; what it says then is for test/plain/.
    await until(/^drover, simulated, /m);
    await until(/, pool, \d+ of 50 VMs running/);
    type('j');
    await until(/, node, up, /);
    expect(modes()).toEqual(LINES);
    type('q');
    expect((await exit).code).toBe(0);
    expect(modes()).toEqual(UNTOUCHED);
    expect(bytes().toString().replaceAll(KEYS_ONLY, '').replaceAll(KEYS_LEFT, '')).not.toMatch(CONTROL);
  });

  it.each([
    ['DROVER_PLAIN', { DROVER_PLAIN: '1' }],
    ['a terminal that can not be painted on, when it is asked for', { DROVER_PLAIN: '1', TERM: 'dumb' }],
  ])('is there for %s', async (_what, env) => {
    const { until, type, exit } = open(['--demo=50'], undefined, env);
    await until('drover, line by line.');
    type('q');
    expect((await exit).code).toBe(0);
  });

  it('says that it needs keys where there is no terminal for them', () => {
    const program = join(folder, 'dist/drover.js');
    const { status, stderr } = spawnSync(process.execPath, [program, '--plain'], { input: 'q', encoding: 'utf8' });
    expect(stderr).toContain('line mode reads keys, and its input is no terminal');
    expect(status).toBe(2);
  });

  it('is stopped by ctrl-Z and goes on with fg', async () => {
    const program = join(folder, 'dist/drover.js');
    pty = openPty({
      argv: ['bash', '--norc', '--noprofile', '-i'],
      env: { PS1: '$ ', XDG_CACHE_HOME: folder, XDG_STATE_HOME: folder },
    });
    await pty.until('$');
    pty.type(`${process.execPath} ${program} --demo=50 --plain\r`);
    await pty.until(/\d+ of 50 VMs running/);
    pty.type('\x1a');
    await pty.until('Stopped');
    pty.type('stty -a\r');
    expect(await pty.until('icanon')).not.toMatch(/-icanon|-echo\s/);
    pty.type('fg\r');
    // The shell's line may be broken anywhere, and more may have been said behind it by now.
    await pty.until((screen) => screen.split('$ fg')[1]?.replaceAll('\n', '').includes('--plain') === true);
    pty.type('j');
    await pty.until(/, node, up, /);
  });

  it('is there when the configuration says so, and leaves the screen that it began with', async () => {
    const config = join(folder, 'plain.yaml');
    writeFileSync(config, 'plain: true\nendpoints:\n  here: { platform: fake, vms: 20, events-every: 0 }\n');
    const { until, type, exit, modes } = open(['--config', config]);
    await until('drover, line by line.');
    await until(/\d+ of 20 VMs running/);
    expect(modes()).toEqual(LINES);
    type('q');
    expect((await exit).code).toBe(0);
  });

  it('has consoles, and goes on below what they wrote', async () => {
    const { until, type, exit, modes, screen } = open(['--demo=50', '--plain'], { columns: 80, rows: 40 });
    await until(/\d+ of 50 VMs running/);
    type('/');
    await until('Enter alone shows all:');
    type('state:running\r');
    await until(/VMs match/);
    type('G');
    await until(/, running, CPU .* on /);
    type('c');
    await until('ctrl-] detaches');
    type('\r');
    await until('login:');
    type(CTRL_RIGHT_BRACKET);
    await until('detached from the console of');
    const lines = screen().split('\n');
    expect(lines.findIndex((line) => line.includes('detached from'))).toBeGreaterThan(
      lines.findIndex((line) => line.includes('login:')),
    );
    expect(modes()).toEqual(LINES);
    type('q');
    expect((await exit).code).toBe(0);
  });
});
