/** The lines of `drover doctor`, as they are printed. */
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { programVersion } from '../../src/version.ts';
import { type Desk, openDesk, type Surroundings, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 3 } }));
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await desk.clear();
});

const XTERM = { TERM: 'xterm-256color', LANG: 'C.UTF-8' };
const PAINTS = '\x1b[?2026;2$y\x1b[?62;4c';

/** What is said about this, a line for each finding and each thing to do. */
async function about(what: string, surroundings: Surroundings = {}) {
  const { code, stdout } = await desk.runWith(surroundings, 'doctor');
  const lines = stdout.replaceAll(PAINTS, '').replaceAll('\x1b[?2026$p\x1b[c', '').split('\n');
  const start = (line: string) => /^(ok|warning|FAILED) +/.test(line);
  const kept = lines.filter((line, at) => {
    const head = start(line) ? line : lines.slice(0, at).findLast(start);
    return head?.slice(9).startsWith(what);
  });
  return { code, lines: kept.map((line) => line.replaceAll(desk.config, 'CONFIG').replaceAll(desk.home, 'HOME')) };
}

describe('doctor at a terminal', () => {
  it('asks it, where keys come from it too', async () => {
    const { lines } = await about('terminal', { env: XTERM, answers: [], columns: 100, input: PAINTS });
    expect(lines).toEqual([
      'ok       terminal: xterm-256color, 100x24',
      'ok       terminal: 256 colours',
      'ok       terminal: UTF-8 (C.UTF-8)',
      'ok       terminal: paints frames as a whole (synchronized output)',
    ]);
  });

  it('takes one that has no size for the usual one', async () => {
    const { lines } = await about('terminal', { env: XTERM, answers: [], columns: 0, input: PAINTS });
    expect(lines[0]).toBe('ok       terminal: xterm-256color, 80x24');
  });

  it('asks tmux where it runs in it', async () => {
    const bin = join(desk.home, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'tmux'), '#!/bin/sh\necho 500\n', { mode: 0o755 });
    vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
    const user = { answers: [], input: PAINTS };
    const inside = await about('tmux', { ...user, env: { ...XTERM, TMUX: 'x' } });
    expect(inside.lines.slice(1)).toEqual([
      'warning  tmux: holds Esc back for 500 ms',
      '         tmux set -sg escape-time 10, and the same in ~/.tmux.conf',
    ]);
    expect((await about('tmux', { ...user, env: XTERM })).lines).toEqual([]);
  });

  it('is content without one', async () => {
    expect((await about('terminal')).lines).toEqual(['ok       terminal: none here; only the screen needs one']);
  });
});

describe('doctor and the configuration', () => {
  it.each([
    ['', '0 endpoints'],
    [simulated({ a: {} }), '1 endpoint'],
    [simulated({ a: { enabled: false }, b: { enabled: false } }), '2 endpoints'],
  ])('counts what is in it: %j', async (yaml, count) => {
    await desk.write(yaml);
    expect((await about('configuration')).lines).toEqual([
      `ok       configuration: CONFIG: ${count}, nothing wrong in it`,
    ]);
  });

  it.each([
    [0o600, 'hunter2secret', []],
    [0o640, '', []],
    [0o644, 'env:HOME', []],
    [0o620, '', ['warning  configuration: others may write CONFIG', '         chmod go-w CONFIG']],
    [0o602, '', ['warning  configuration: others may write CONFIG', '         chmod go-w CONFIG']],
    [
      0o640,
      'hunter2secret',
      ['FAILED   configuration: others may read CONFIG, and a secret stands in it', '         chmod 600 CONFIG'],
    ],
    [
      0o604,
      'hunter2secret',
      ['FAILED   configuration: others may read CONFIG, and a secret stands in it', '         chmod 600 CONFIG'],
    ],
  ])('looks at who may read and write it: %o with the password %j', async (mode, password, lines) => {
    await desk.write(simulated({ demo: { vms: 1, ...(password && { password }) } }));
    await chmod(desk.config, mode);
    const rights = (await about('configuration')).lines.filter(
      (line) => !/plain text|keep it|nothing wrong/.test(line),
    );
    expect(rights).toEqual(lines);
  });

  it('says whose it is when it is not the user’s own, unless that is root', async () => {
    const owner = (await stat(desk.config)).uid;
    const whose = async (self: number) => {
      vi.spyOn(process, 'getuid').mockReturnValue(self);
      return (await about('configuration')).lines.filter((line) => line.includes('another user'));
    };
    expect(await whose(owner + 7)).toEqual(['warning  configuration: CONFIG belongs to another user']);
    expect(await whose(owner)).toEqual([]);
    expect(await whose(0)).toEqual([]);
  });
});

it('doctor for programs is one list, and one name a line with -o name', async () => {
  const { code, stdout } = await desk.run('doctor', '-o', 'name');
  expect([code, stdout.split('\n').slice(0, 3)]).toEqual([0, ['program', 'terminal', 'configuration']]);
  expect(stdout).not.toContain('ok ');
});

it('doctor says what it is, and when', async () => {
  expect((await about('program')).lines).toEqual([
    `ok       program: drover ${programVersion()} on Node ${process.versions.node}, ${process.platform} ${process.arch}`,
  ]);
  expect((await about('clock')).lines).toEqual([expect.stringMatching(/^ok {7}clock: 20\d\d-\d\d-\d\dT/)]);
  const past = { ...desk.clock, now: () => Date.UTC(2001, 1) };
  expect((await about('clock', { clock: past })).lines[0]).toMatch(/^warning {2}clock: it shows 2001-02-01T/);
  expect((await about('audit log')).lines).toEqual(['ok       audit log: HOME/state/drover/audit.jsonl can be made']);
});
