import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from '../cli/run-drover.ts';
import { openPty, type Pty } from '../terminal/open-pty.ts';

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
    await until((now) => !now.includes(' Keys '));
    expect(screen()).toContain(`${running}/200 VMs running`);
  });

  it('goes where text can be typed, its line breaks as blanks', async () => {
    const { until, type } = open();
    await until(/\d+\/200 VMs running/);
    type('/');
    type('\x1b[200~state:running\nname:w*\x1b[201~\r');
    await until('filter: state:running name:w*');
  });
});
