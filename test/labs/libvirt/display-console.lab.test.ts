/** The screen of a guest in a terminal, by the command line: its virtual console, read through VNC. */
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Terminal } from '@xterm/headless';
import { PNG } from 'pngjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fitted } from '../../../src/display/paint/scale.ts';
import { farthest, type Picture, ROUNDING } from '../../display/cell-colours.ts';
import { openPty, type Pty } from '../../terminal/open-pty.ts';
import { until } from '../until.ts';
import { cutLink, restoreHost, restoreLink } from './faults.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { host2, removeGuests, site, untilGuestIs, untilLoginPrompt, virsh } from './hosts.ts';

const PAINTER = 'painter';
const PROGRAM = `${import.meta.dirname}/../../../bin/drover`;
const [DETACH, MENU] = ['\x1d', '\x1c'];
const PATIENCE_MS = 60_000;
/** The last words on the screen, whose cells are all written. */
const LOGIN = new RegExp(`${PAINTER} login:\\s*$`);
const PROMPT = new RegExp(`root@${PAINTER}:/root#\\s*$`);

let home: string;
const opened: Pty[] = [];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-display-'));
  await makeFreshGuests(host2, PAINTER);
  await virsh(host2, 'start', PAINTER);
  await untilLoginPrompt(host2, PAINTER);
});
afterEach(async () => {
  for (const pty of opened.splice(0)) {
    pty.close();
    await pty.exit;
  }
  await restoreHost(host2);
});
afterAll(async () => {
  await removeGuests(host2, PAINTER);
  await rm(home, { recursive: true, force: true });
});

/** In a terminal that can show no more of pictures than halves of its cells. */
function attach(columns: number, rows: number, env: Readonly<Record<string, string>> = {}): Pty {
  const pty = openPty({
    argv: [PROGRAM, 'vm', 'console', PAINTER, '--graphic'],
    columns,
    rows,
    env: { HOME: home, DROVER_CONFIG: site.files.config, DROVER_PICTURES: 'halves', ...env },
  });
  opened.push(pty);
  return pty;
}

describe('the screen of a guest', () => {
  it.each([
    [120, 40],
    [80, 24],
  ])('is legible in %ix%i, takes a command, and leaves the terminal with the detach key', async (columns, rows) => {
    const drover = attach(columns, rows);
    await drover.until(LOGIN, PATIENCE_MS);
    drover.type('root\r');
    await drover.until(PROMPT, PATIENCE_MS);
    // The arithmetic is the guest's: an echo of what was typed would not show it.
    drover.type(`echo columns-$((${columns} + 1))\r`);
    await drover.until(new RegExp(`^columns-${columns + 1} *$`, 'm'), PATIENCE_MS);
    drover.type('exit\r');
    await drover.until(LOGIN, PATIENCE_MS);
    drover.type(DETACH);
    expect(await drover.exit).toEqual({ code: 0, signal: 0 });
    expect(drover.modes()).toMatchObject({ alternateScreen: false, cursor: true, mouse: false, paste: false });
  });

  it('goes on when its link was cut and is back, refuses what is typed meanwhile, and leaves nothing of the old one', async () => {
    const drover = attach(80, 24);
    await drover.until(LOGIN, PATIENCE_MS);
    const sockets = await socketsOf(drover.pid);
    expect(await clientsOf(PAINTER)).toBe(1);
    await cutLink(host2);
    const without = await drover.until(/^ no link: /m, PATIENCE_MS);
    // The last picture stays, and the line that says so is over it.
    expect(without).toContain(`${PAINTER} login:`);
    drover.type('x');
    await drover.until('what is typed is not sent: there is no link');
    await restoreLink(host2);
    await drover.until('the link is back', PATIENCE_MS);
    await drover.until(LOGIN, PATIENCE_MS);
    // With the x before it that would be the name of no user.
    drover.type('root\r');
    await drover.until(PROMPT, PATIENCE_MS);
    drover.type('echo back-$((40 + 2))\r');
    await drover.until(/^back-42 *$/m, PATIENCE_MS);
    drover.type('exit\r');
    await drover.until(LOGIN, PATIENCE_MS);
    await until('one client of the display', PATIENCE_MS, async () => (await clientsOf(PAINTER)) === 1);
    await until('no more sockets than before', PATIENCE_MS, async () => (await socketsOf(drover.pid)) <= sockets);
    drover.type(DETACH);
    expect(await drover.exit).toEqual({ code: 0, signal: 0 });
    await until('no client of the display', PATIENCE_MS, async () => (await clientsOf(PAINTER)) === 0);
  });

  it('is the picture of virsh while it is paused, cell by cell, in every depth of colours', async () => {
    const size = { columns: 120, rows: 40 };
    const terminals = [
      ['truecolor', attach(size.columns, size.rows, { COLORTERM: 'truecolor' })],
      ['256', attach(size.columns, size.rows, { TERM: 'xterm-256color' })],
      ['16', attach(size.columns, size.rows, { TERM: 'xterm' })],
    ] as const;
    for (const [, drover] of terminals) await drover.until(LOGIN, PATIENCE_MS);
    await virsh(host2, 'suspend', PAINTER);
    await untilGuestIs(host2, PAINTER, 'paused');
    const picture = await screenshot();
    const cells = fitted(picture, size.columns, size.rows);
    for (const [depth, drover] of terminals) {
      drover.type(MENU);
      await drover.until('ctrl-alt-del');
      drover.type('t');
      await until(`the picture in ${depth}`, PATIENCE_MS, async () => {
        const terminal = new Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true });
        await new Promise<void>((resolve) => terminal.write(drover.bytes(), resolve));
        const worst = farthest(terminal, picture, cells);
        return worst !== undefined && worst <= ROUNDING[depth];
      });
      drover.type(DETACH);
    }
    await virsh(host2, 'resume', PAINTER);
  });
});

/** As QEMU has them. */
async function clientsOf(guest: string): Promise<number> {
  const said = await virsh(host2, 'qemu-monitor-command', guest, '--hmp', 'info vnc');
  return said.split('\n').filter((line) => /^\s*Client:/.test(line)).length;
}

async function socketsOf(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder);
  const targets = await Promise.all(names.map((name) => readlink(join(folder, name)).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}

async function screenshot(): Promise<Picture> {
  const file = join(home, 'screen.png');
  await virsh(host2, 'screenshot', PAINTER, file);
  const { width, height, data } = PNG.sync.read(await readFile(file));
  return { width, height, pixels: data };
}
