import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../cli/run-drover.ts';
import { type OpenFleet, openFleet } from '../screens/driver.tsx';
import { openPty, UNTOUCHED } from '../terminal/open-pty.ts';

/** Spaces, quotes, emoji, right-to-left marks, a line break, 200 characters, escape sequences: see platforms/fake. */
const ODD = 'odd: { platform: fake, vms: 14, odd-names: true, events-every: 0 }';
/** What must never reach a terminal from outside: controls but the line break, bidirectional marks. */
const ACTIVE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

interface Named {
  readonly id: string;
  readonly name: string;
}

let desk: Desk;
let fleet: OpenFleet | undefined;
beforeEach(async () => {
  desk = await openDesk(`endpoints:\n  ${ODD}\n`);
});
afterEach(async () => {
  await fleet?.close();
  fleet = undefined;
  await desk.clear();
});

const hostileNames = async (): Promise<readonly Named[]> => {
  const rows = (await desk.run('vm', 'list', '-o', 'json')).json<readonly Named[]>();
  const hostile = rows.filter(({ name }) => ACTIVE.test(name) || name.includes('\n'));
  // The test would prove nothing if the simulated fleet had become tame.
  expect(hostile.length).toBeGreaterThanOrEqual(3);
  expect(rows.some(({ name }) => name.length >= 200)).toBe(true);
  return hostile;
};

describe('names that are hard to show', () => {
  it.each(['table', 'json', 'jsoncompact', 'yaml', 'name', 'csv'])(
    'do nothing to the terminal that a list is printed on, as %s',
    async (format) => {
      const { code, stdout, stderr } = await desk.run('vm', 'list', '-o', format);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).not.toMatch(ACTIVE);
      if (format === 'table') expect(stdout.trimEnd().split('\n')).toHaveLength(15);
    },
  );

  it('are whole in JSON, where they are escaped, and find their VM when they are typed', async () => {
    for (const { name } of await hostileNames()) {
      const { code, stdout } = await desk.run('vm', 'info', name, '-o', 'json');
      expect([code, JSON.parse(stdout).name]).toEqual([0, name]);
    }
  });

  it('are cleaned in what is said about them, errors included', async () => {
    for (const { id } of await hostileNames()) {
      const { stderr } = await desk.run('vm', 'pause', id);
      const again = await desk.run('vm', 'pause', id);
      expect(stderr + again.stderr).not.toMatch(ACTIVE);
      expect(again.stderr).not.toBe('');
    }
    const missing = await desk.run('vm', 'info', 'a\x1b[31mb\x07');
    expect([missing.code, ACTIVE.test(missing.stderr)]).toEqual([1, false]);
  });

  it('are cleaned in the paths that a deletion lists', async () => {
    await desk.write(`endpoints:\n  ${ODD.replace('vms: 14', 'vms: 14, running: 0')}\n`);
    for (const { id } of await hostileNames()) {
      const { stderr } = await desk.run('vm', 'delete', id, '--snapshots');
      expect(stderr).toMatch(/^ {2}lost: \/srv\/vms\//m);
      expect(stderr).not.toMatch(ACTIVE);
    }
  });

  it('stay inside their cells on a real screen, dialogs and lists included', async () => {
    const pty = openPty({
      argv: [join(process.cwd(), 'bin/drover'), '--config', desk.config],
      columns: 100,
      rows: 40,
      env: { HOME: desk.home, XDG_STATE_HOME: desk.home, XDG_CACHE_HOME: desk.home },
    });
    try {
      await pty.until(/\d+\/14 VMs running/);
      // Mark all, look at the plan, leave it; then a VM's details and its deletion.
      pty.type('gM');
      await pty.until('14 marked');
      pty.type('S');
      await pty.until(/VMs.*\?/);
      pty.type('n\x1b');
      await pty.until((screen) => !screen.includes('marked'));
      pty.type('q');
      expect((await pty.exit).code).toBe(0);
      expect(pty.modes()).toEqual(UNTOUCHED);
      // Titles and the clipboard are what a name could set from inside; drover itself copies by OSC 52 only when asked.
      expect(pty.bytes().toString()).not.toMatch(/\x1b\](?!52)|\x07|\u202e/);
    } finally {
      pty.close();
    }
  });

  it('can be typed to confirm a deletion as they are shown', async () => {
    fleet = await openFleet({
      config: `endpoints:\n  demo: { platform: fake, vms: 60, odd-names: true, events-every: 0, running: 0 }\n`,
    });
    await fleet.press('/', 'two', 'enter');
    await fleet.pressUntil('j', /─ two lines ─/);
    await fleet.press('X');
    await fleet.see('Delete two lines');
    await fleet.press('two lines', 'pgdn', 'enter');
    await fleet.see('two lines is deleted');
  });
});
