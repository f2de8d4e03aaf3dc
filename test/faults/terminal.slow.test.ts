import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from '../cli/run-drover.ts';
import { hasTerminal, openPty, type Pty } from '../terminal/open-pty.ts';

const DROVER = join(process.cwd(), 'bin/drover');

let desk: Desk;
let pty: Pty | undefined;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 200 } }));
});
afterEach(async () => {
  pty?.close();
  pty = undefined;
  await desk.clear();
});

describe('output into a pipe that closes', () => {
  it.each([
    ['head -1', 'vm list'],
    ['head -1', 'vm list -o json'],
    ['head -c 1', 'vm list -o csv'],
    ['true', 'vm list'],
    ['true', 'help'],
    ['true', 'vm start nope'],
  ])('ends quietly: | %s of %s', (reader, command) => {
    // Enough for the pipe to fill, so that writing on must fail.
    const env = { PATH: process.env['PATH'], HOME: desk.home, XDG_STATE_HOME: desk.home };
    const script = `"$0" --demo=5000 ${command} | ${reader} >/dev/null; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, DROVER], { env, encoding: 'utf8' });
    expect(stderr).not.toMatch(/EPIPE|Error|^ +at /m);
    expect(stdout.trim()).toBe(command.endsWith('nope') ? '1' : '0');
  });

  it('ends quietly as well when nobody reads the messages', () => {
    const env = { PATH: process.env['PATH'], HOME: desk.home, XDG_STATE_HOME: desk.home };
    const script = `"$0" --demo=200 vm start nope 2>&1 >/dev/null | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, DROVER], { env, encoding: 'utf8' });
    expect([stdout.trim(), stderr]).toEqual(['1', '']);
  });
});

describe('a command whose messages go into a closed pipe', () => {
  it('is done all the same, and that is no crash', () => {
    const env = { PATH: process.env['PATH'], HOME: desk.home, XDG_STATE_HOME: desk.home, DROVER_CONFIG: desk.config };
    const script = `"$0" vm stop chat-api2 chat-db1 --yes 2>&1 | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout } = spawnSync('bash', ['-c', script, DROVER], { env, encoding: 'utf8' });
    expect(stdout.trim()).toBe('0');
    expect(readdirSync(join(desk.home, 'drover')).filter((name) => name.startsWith('crash-'))).toEqual([]);
    const audit = readFileSync(join(desk.home, 'drover/audit.jsonl'), 'utf8');
    expect(audit.match(/"phase":"outcome"/g)).toHaveLength(2);
  });
});

describe('a terminal that says it has no columns', () => {
  it('gets tables as a pipe does: its width is not known', async () => {
    pty = openPty({
      argv: ['sh', '-c', `stty cols 0 rows 0; "${DROVER}" vm list; stty cols 200; echo over`],
      columns: 200,
      env: { HOME: desk.home, XDG_STATE_HOME: desk.home, DROVER_CONFIG: desk.config },
    });
    await pty.until(/^over$/m);
    const piped = await desk.run('vm', 'list');
    const lines = piped.stdout.trimEnd().split('\n');
    expect(pty.bytes().toString().replaceAll('\r', '').split('\n').slice(0, lines.length)).toEqual(lines);
  });
});

describe('a console', () => {
  it('has its keys one by one again after it was stopped and went on', async () => {
    pty = openPty({
      argv: ['bash', '--norc', '--noprofile', '-i'],
      columns: 100,
      env: { PS1: 'shell> ', HOME: desk.home, XDG_STATE_HOME: desk.home, DROVER_CONFIG: desk.config },
    });
    await pty.until('shell>');
    pty.type(`exec 3>&1; ${DROVER} vm console chat-api2\r`);
    await pty.until('attached to');
    await pty.until('login:');
    const [pid = 0] = drovers(pty.pid);
    process.kill(pid, 'SIGSTOP');
    await pty.until('Stopped');
    pty.type('fg\r');
    // The shell's own line editor takes keys one by one as well: the terminal must be the program's again.
    await expect.poll(() => hasTerminal(pid), { timeout: 45_000 }).toBe(true);
    await expect
      .poll(() => spawnSync('stty', ['-F', `/proc/${pid}/fd/0`]).stdout.toString(), { timeout: 45_000 })
      .toContain('-icanon');
    pty.type('\x1d');
    await pty.until('detached from');
  });
});

/** The processes that this one has started. */
const drovers = (parent: number): readonly number[] =>
  readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number);

/**
 * Whether it is Node by now, and the program waits for all signals: it has a handler for SIGHUP, which Node has not, and is
 * past the moment in which it takes the others, since it sleeps. The shell before it may have a handler too, so what runs is
 * looked at first.
 */
const waitsForSignals = (pid: number): boolean => {
  if (!readlinkSync(`/proc/${pid}/exe`).endsWith('node')) return false;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, mask = '0'] = /^SigCgt:\s*(\w+)/m.exec(status) ?? [];
  return /^State:\s*S/m.test(status) && (BigInt(`0x${mask}`) >> BigInt(constants.signals.SIGHUP - 1)) % 2n === 1n;
};

describe('a signal', () => {
  it.each([
    ['SIGHUP', 'bin/drover', "trap '' HUP;", 0],
    ['SIGHUP', 'dist/drover.js', "trap '' HUP;", 0],
    ['SIGINT', 'dist/drover.js', "trap '' INT QUIT;", 0],
    ['SIGHUP', 'dist/drover.js', '', 130],
    ['SIGTERM', 'dist/drover.js', '', 130],
  ] as const)(
    '%s ends no command that was started with it ignored, as by nohup: %s %s',
    async (signal, program, before, code) => {
      const env = { PATH: process.env['PATH'], HOME: desk.home, DROVER_CONFIG: desk.config, XDG_STATE_HOME: desk.home };
      const script = `${before} exec "$0" vm stop chat-api2 --yes`;
      const child = spawn('bash', ['-c', script, join(process.cwd(), program)], {
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const ended = once(child, 'exit');
      const said = text(child.stderr);
      await expect.poll(() => waitsForSignals(child.pid ?? 0), { timeout: 45_000, interval: 5 }).toBe(true);
      process.kill(child.pid ?? 0, signal);
      expect([(await ended)[0], (await said).includes('chat-api2 is stopped')]).toEqual([code, code === 0]);
    },
  );
});

function open(): Pty {
  pty = openPty({
    argv: [DROVER, '--config', desk.config],
    columns: 100,
    env: { HOME: desk.home, XDG_STATE_HOME: desk.home, XDG_CACHE_HOME: desk.home },
  });
  return pty;
}

/** The third row below the first one of this fleet. */
const THIRD_BELOW = 'chat-api2';
const title = (screen: string) => /─ (\S+) ─+ Overview/.exec(screen)?.[1];

describe('keys', () => {
  it('that are held, and arrive many in one piece, all count: down and up again is where it was', async () => {
    const { until, type } = open();
    await until(/\d+\/200 VMs running/);
    type('jjj');
    await until((now) => title(now) === THIRD_BELOW);
    type('j'.repeat(50));
    await until((now) => title(now) !== undefined && title(now) !== THIRD_BELOW);
    type('k'.repeat(50));
    await until((now) => title(now) === THIRD_BELOW);
  });

  it('that are cut in the middle of a sequence are put together again', async () => {
    const { until, type } = open();
    await until(/\d+\/200 VMs running/);
    type('jjj');
    await until((now) => title(now) === THIRD_BELOW);
    type('\x1b[B');
    await until((now) => title(now) !== undefined && title(now) !== THIRD_BELOW);
    type('\x1b');
    type('[');
    type('A');
    await until((now) => title(now) === THIRD_BELOW);
  });
});

describe('what a terminal sends by itself', () => {
  it('are reports, which are no keys, in whatever encoding and pieces they come', async () => {
    const { until, type, screen } = open();
    await until(/\d+\/200 VMs running/);
    type('jjj');
    await until((now) => title(now) === THIRD_BELOW);
    const running = /(\d+)\/200 VMs running/.exec(screen())?.[1];
    for (const piece of [
      '\x1b[M Dy\x1b[M#Dy',
      '\x1b[<0;12;',
      '5M\x1b[<0;12;5m',
      '\x1b[32;68;12M',
      '\x1b]11;rgb:0/D',
      'y\x1b\\',
    ]) {
      type(piece);
    }
    for (const report of ['\x1b[?64;1;2c', '\x1b[100;1:3u', '\x1b[57441;2u', '\x1bP1$rDy\x1b\\', '\x1b[1;5R'])
      type(report);
    type('?');
    await until('Keys');
    type('\x1b');
    await until((now) => !now.includes('Keys: lines'));
    // The details follow the cursor a moment later: a row down and up again shows where it really is.
    type('j');
    await until((now) => title(now) !== undefined && title(now) !== THIRD_BELOW);
    type('k');
    await until((now) => title(now) === THIRD_BELOW);
    expect(screen()).toContain(`${running}/200 VMs running`);
    expect(screen()).not.toMatch(/marked|Force off/);
  });

  it('finds the reports of another program switched off', async () => {
    const { until, bytes } = open();
    await until(/\d+\/200 VMs running/);
    for (const mode of [1000, 1002, 1003, 1005, 1006, 1015, 1016, 9001])
      expect(bytes().toString()).toContain(`\x1b[?${mode}l`);
    expect(bytes().toString()).toContain('\x1b[>0u');
  });
});

describe('pasted text', () => {
  it('is never run as commands, whatever is in it', async () => {
    const { until, type, screen } = open();
    await until(/\d+\/200 VMs running/);
    const running = /(\d+)\/200 VMs running/.exec(screen())?.[1];
    type('\x1b[200~gMSyDyqX\r\x03\x1b[201~');
    // The next key shows that what came before it has been dealt with.
    type('?');
    await until('Keys');
    expect(screen()).not.toContain('marked');
    type('\x1b');
    await until((now) => !now.includes('Keys: lines') && /\d+\/200 VMs running/.test(now));
    expect(screen()).toContain(`${running}/200 VMs running`);
  });

  it('goes where text can be typed, its line breaks as blanks', async () => {
    const { until, type } = open();
    await until(/\d+\/200 VMs running/);
    type('/');
    type('\x1b[200~state:running\nname:w*\x1b[201~\r');
    await until('filter: state:running name:w*');
  });

  it.each([
    ['9 kB, marked', `\x1b[200~${'name:web* '.repeat(1_000)}\x1b[201~`],
    ['1 MB, marked', `\x1b[200~${'state:running '.repeat(75_000)}\x1b[201~`],
    ['9 kB, typed', 'name:web* '.repeat(900)],
  ])('that is long is taken or refused at once, and keys and signals stay alive: %s', async (_what, sent) => {
    const { until, type, exit, pid } = open();
    await until(/\d+\/200 VMs running/);
    type('/');
    await until('tab complete');
    type(sent);
    type('\x15');
    type('zzz');
    await until(/^ \/ zzz/m);
    type(sent);
    process.kill(pid, 'SIGTERM');
    await exit;
  });
});

it('SIGUSR1 opens no debugger below the screen, and paints nothing over it', async () => {
  const { until, type, pid, bytes } = open();
  await until(/\d+\/200 VMs running/);
  process.kill(pid, 'SIGUSR1');
  type('/');
  await until('tab complete');
  expect(bytes().toString()).not.toContain('Debugger');
});
