import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildOptions } from '../../scripts/build/options.ts';
import { openPty, type Pty, UNTOUCHED } from '../terminal/open-pty.ts';

let folder: string;
let pty: Pty;

/** The whole program as it is built, in a real terminal. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drover-screen-'));
  symlinkSync(fileURLToPath(new URL('../../themes', import.meta.url)), join(folder, 'themes'));
  await build({ ...buildOptions, outdir: join(folder, 'dist') });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => pty.close());

function open(argv: readonly string[], size = { columns: 80, rows: 24 }): Pty {
  const program = join(folder, 'dist/drover.js');
  pty = openPty({
    argv: [process.execPath, program, ...argv],
    ...size,
    env: { XDG_CACHE_HOME: folder, XDG_STATE_HOME: folder },
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
    const { until, type, screen } = open(['--demo=50']);
    await until(/\d+\/50 VMs running/);
    type('/state:running\r');
    await until('filter: state:running');
    type('jj');
    const name = /─ (\S+) ─+ Overview Disks/;
    const [, before] = name.exec(await until(name)) ?? [];
    type('c');
    await until('ctrl-] detaches');
    type('\r');
    await until('login:');
    type('root\r');
    await until(/Password|[#$]/);
    type(CTRL_RIGHT_BRACKET);
    await until(`detached from the console of ${before}`);
    expect(name.exec(screen())?.[1]).toBe(before);
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
});
