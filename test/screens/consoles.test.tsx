import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';

const DETACH = '\x1d';
const MENU = '\x1c';

let fleet: OpenFleet;
const open = async (size = '80x24') => {
  fleet = await openFleet({ vms: 6, size, values: { running: 100 } });
};
afterEach(() => fleet.close());

/** Opens the console of the VM so many rows below the top, and logs in. */
async function enter(down: number, name: string): Promise<void> {
  await fleet.press('g', 'j'.repeat(down), 'c');
  await fleet.see(`${name} login:`);
  await fleet.press('root\r');
  await fleet.see('Password:');
  await fleet.press('x\r');
  await fleet.see(`root@${name}:~#`);
}
const lines = () => fleet.frame().split('\n');
const inMenu = (key: string) => fleet.press(MENU, key);

describe('a console on the screen', () => {
  it('keeps what it shows while it is left, says that it has news, and loses nothing when its link drops', async () => {
    await open();
    await enter(2, 'billing-db1');
    await fleet.press('echo kept\r');
    await fleet.see(/^kept$/m);
    await fleet.press(DETACH);
    await fleet.see('which stays open: 0 leads back');
    fleet.dontSee(/^kept$/m);
    await fleet.press('0');
    await fleet.see(/^kept$/m);
    fleet.server.faults.cutLink();
    await fleet.see(/no link, typing is refused; again in \d+ s or with enter: /);
    expect(lines()[0]).toMatch(/^\[billing-db1 on fra-01!\].*ctrl-\] detaches {2}ctrl-\\ menu$/);
    await fleet.press('l');
    await fleet.see('not sent to billing-db1: no link');
    fleet.server.faults.restoreLink();
    await fleet.see(/kept[\s\S]*billing-db1 login:/);
    await fleet.press('again');
    await fleet.see('login: again');
    fleet.dontSee('l again');
  });

  it('that is a display goes on when its link drops', async () => {
    await open();
    await fleet.press('g', 'jj', 'V');
    await fleet.see('detached from the console of billing-db1');
    const [attachment] = fleet.attached;
    if (attachment?.kind !== 'stream') throw new Error('no stream');
    let shown = '';
    attachment.stream.on('data', (bytes: Buffer) => {
      shown += bytes.toString();
    });
    const seeIt = async (text: RegExp) => {
      while (!text.test(shown)) await fleet.clock.pass(50);
    };
    // What asks the terminal whether it has shown the first picture.
    await seeIt(/\x1b\[5n/);
    fleet.server.faults.cutLink();
    await seeIt(/no link: .*; again in 1 s, ctrl-\] detaches/);
    fleet.server.faults.restoreLink();
    await seeIt(/the link is back/);
    attachment.stream.destroy();
  });

  it('gets what was typed before it was there, and nothing of that goes to the fleet', async () => {
    await open();
    await fleet.press('g', 'jj');
    await fleet.type('croot\rx\recho kept\r');
    await fleet.see(/billing-db1 login: root[\s\S]*~# echo kept\nkept$/m);
    await fleet.press(DETACH, 'j');
    await fleet.type(`cxyz${DETACH}`);
    await fleet.see('the console of billing-web1 on fra-01 was given up before it was open');
    await fleet.press('0');
    await fleet.see(/^\[billing-db1 on fra-01\]/);
    fleet.dontSee('xyz');
  });

  it('F-054 goes along when its VM is migrated, and says so', async () => {
    fleet = await openFleet({ vms: 40, size: '100x24', values: { running: 100 } });
    await fleet.press('/', 'node:fra-01', '\r', 'g', 'jj');
    const name = fleet.cursor();
    await fleet.press('c');
    await fleet.see(`${name} login:`);
    await fleet.press(DETACH);
    await fleet.see('which stays open');
    await fleet.press('m');
    await fleet.see(`Migrate ${name} on fra-01?`);
    await fleet.press('\x1b[6~', '\r');
    // Its CPU is another one there: that is accepted by typing how many.
    await fleet.see(/Migrate \S+ on fra-01 to \S+ despite an error\?/);
    await fleet.press('1', '\r');
    await fleet.see(new RegExp(`${name} on (?!fra-01)\\S+: its console goes on there`));
    await fleet.press('0');
    await fleet.see(new RegExp(`^\\[${name} on (?!fra-01)`, 'm'));
    await fleet.see(`${name} login:`);
  });

  it('is searched, and copied from, as in less', async () => {
    await open();
    await enter(2, 'billing-db1');
    for (let at = 0; at < 30; at++) await fleet.press(`echo number-${at}\r`);
    await fleet.see(/^number-29$/m);
    await inMenu('/');
    await fleet.see('Search up');
    await fleet.press('number-3\r');
    await fleet.see(/line \d+ of \d+/);
    await fleet.see(/^number-3$/m);
    fleet.dontSee(/^number-29$/m);
    await fleet.press('?');
    await fleet.press('\x15', 'number-2\r');
    await fleet.press('V', 'j', 'j', 'y');
    await fleet.see('what was selected was sent to the clipboard');
    expect(fleet.copied.at(-1)).toMatch(/number-2/);
    await fleet.see(/^number-29$/m);
  });

  it('is logged and recorded to files that the user names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drover-consoles-'));
    await open();
    await enter(2, 'billing-db1');
    const [log, cast] = [join(folder, 'a.log'), join(folder, 'a.cast')];
    for (const [key, path, what] of [
      ['l', log, 'log'],
      ['r', cast, 'recording'],
    ] as const) {
      await inMenu(key);
      await fleet.see('╭');
      await fleet.press('\x15', `${path}\r`);
      await fleet.see(`the ${what} of billing-db1 is written to `);
    }
    await fleet.press('echo inside\r');
    await fleet.see(/^inside$/m);
    await inMenu('r');
    await fleet.see('the recording of billing-db1 is in');
    await inMenu('l');
    await fleet.see('the log of billing-db1 is in');
    expect(readFileSync(log, 'utf8')).toContain('inside');
    expect(JSON.parse(readFileSync(cast, 'utf8').split('\n')[0] ?? '')).toMatchObject({ version: 2, width: 80 });
    expect(readFileSync(cast, 'utf8')).toContain('inside');
    rmSync(folder, { recursive: true });
  });
});

describe('the mouse on a console', () => {
  it('is for the guest that wants it, where its screen is, and else scrolls', async () => {
    await open();
    await enter(2, 'billing-db1');
    await fleet.press('mouse\r');
    await fleet.see('press a button of the mouse');
    await fleet.mouse('press', 4, 3);
    await fleet.see('button 0 down at column 5, row 3');
    await fleet.mouse('drag', 90, 30);
    await fleet.see('button 32 down at column 80, row 22');
    await fleet.mouse('release', 4, 0);
    await fleet.see('button 0 up at column 5, row 1');
    await fleet.mouse('wheel-up', 4, 3);
    await fleet.see('button 64 down at column 5, row 3');
    await fleet.press('q');
    await fleet.see(/button 64 down at column 5, row 3\nroot@billing-db1:~#/);
    await fleet.mouse('wheel-up', 4, 3);
    await fleet.see(/line \d+ of \d+/);
  });
});

describe('several consoles', () => {
  it('are tabs, which say where there is news, beside the tree where there is room', async () => {
    await open('140x30');
    await enter(2, 'billing-db1');
    await fleet.press('echo ready\r');
    await fleet.press(DETACH);
    await enter(3, 'billing-web1');
    expect(lines()[0]).toMatch(/^ 1 billing-db1\+? \[2 billing-web1\]/);
    const { id } = fleet.vm(({ name }) => name === 'billing-db1');
    fleet.server.visitors.get(fleet.server.fleet.rowOf(id))?.('Taken over by a test.');
    await fleet.see(/^ 1 billing-db1\+! \[2 billing-web1\]/);
    await inMenu('1');
    await fleet.see(/^ready$/m);
    expect(lines()[0]).toMatch(/^\[1 billing-db1!\] 2 billing-web1 /);
    await fleet.see('closed from the other side; enter opens it again');
    await fleet.press('\r');
    await fleet.see(/ready[\s\S]*Taken over by a test[\s\S]*billing-db1 login:/);
    await inMenu('v');
    await fleet.see(/billing-web1 +● running.*│/);
    expect(fleet.line('[1 billing-db1]')).toContain('│[1 billing-db1] 2 billing-web1');
    await fleet.press(DETACH, 'jj');
    await fleet.see('beside the tree');
    expect(fleet.cursor()).not.toBe('billing-db1');
    fleet.dontSee('ctrl-] detaches');
    await fleet.press('0');
    await inMenu('x');
    await fleet.see('the console of billing-db1 on fra-01 is closed');
    await inMenu('x');
    await fleet.see('the console of billing-web1 on fra-01 is closed');
    fleet.dontSee('ctrl-] detaches');
  });

  it('are typed into at once after one question, in a frame that names them, each with its own failure', async () => {
    await open();
    await fleet.press('g', 'jj', 'space', 'space', 'space', 'B');
    await fleet.see('Type into 3 consoles at once?');
    for (const name of ['billing-db1', 'billing-web1', 'gateway']) expect(fleet.frame()).toContain(`${name} on fra-01`);
    await fleet.press('y');
    await fleet.see('BROADCAST to 3 consoles, here: billing-db1');
    expect(lines().at(-1)).toContain('typed into billing-db1, billing-web1, gateway');
    expect(fleet.painted().match(/\x1b\[7m/g)?.length).toBeGreaterThanOrEqual(2);
    await fleet.press('root\r');
    await fleet.see('login: root');
    const { id } = fleet.vm(({ name }) => name === 'gateway');
    fleet.server.visitors.get(fleet.server.fleet.rowOf(id))?.('taken over by a test');
    await fleet.see('typed into billing-db1, billing-web1; NOT to gateway');
    await fleet.press('x\r');
    await fleet.see('not sent to gateway: no link');
    await inMenu('2');
    await fleet.see(/here: billing-web1[\s\S]*root@billing-web1:~#/);
    await inMenu('b');
    fleet.dontSee('BROADCAST');
    await fleet.press('alone');
    await fleet.see('~# alone');
    await inMenu('1');
    fleet.dontSee('alone');
  });

  it('are not typed into when the question was answered with no, nor without marks', async () => {
    await open();
    await fleet.press('B');
    await fleet.see('mark the VMs first');
    await fleet.press('0');
    await fleet.see('no console is open: c on a VM opens one');
    await fleet.press('g', 'jj', 'space', 'space', 'B');
    await fleet.see('Type into 2 consoles at once?');
    await fleet.press('n');
    fleet.dontSee('BROADCAST');
    expect(fleet.server.visitors.size).toBe(0);
  });

  it('get nothing of what is typed before the frame of a broadcast is there, nor does the fleet', async () => {
    fleet = await openFleet({ vms: 6, size: '80x24', values: { running: 100, latency: 300 } });
    await fleet.press('g', 'jj', 'space', 'space', 'B');
    await fleet.see('Type into 2 consoles at once?');
    await fleet.press('y');
    await fleet.type('early');
    await fleet.see('not sent: a broadcast to 2 consoles has not begun');
    await fleet.see('BROADCAST to 2 consoles, here: billing-db1');
    await fleet.type('late');
    await fleet.see('login: late');
    fleet.dontSee('early');
  });
});
