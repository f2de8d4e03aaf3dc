import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options: FleetOptions = {}) => {
  fleet = await openFleet({ size: '120x40', vms: 120, ...options });
};
afterEach(() => fleet.close());

/** Runs, and has before-upgrade (with memory), clean and golden, one on top of the other. */
const WEB = 'metrics-web2';
const rowOf = (name: string) => fleet.server.fleet.rowOf(fleet.vm((vm) => vm.name === name).id);
const snapshotsOf = (name: string) => fleet.server.snapshots.of(rowOf(name));
const namesOf = (name: string) => snapshotsOf(name).map((snapshot) => snapshot.name);
const currentOf = (name: string) => snapshotsOf(name).find(({ current }) => current)?.name;

/** The cursor on a VM: it is looked for by its name. */
async function goTo(name: string) {
  await fleet.press('/', 'ctrl-u', name, 'enter');
  await fleet.see(new RegExp(`─ ${name} ─`));
}

async function openTable(name = WEB) {
  await goTo(name);
  await fleet.press('4');
  await fleet.see(`Snapshots of ${name}`);
  await fleet.see('as of');
}

describe('the snapshots of a VM', () => {
  it('F-215 F-420 are a tree, with what is known of the one under the cursor', async () => {
    await open();
    await openTable();
    const lines = fleet.frame().split('\n');
    const from = lines.findIndex((line) => line.includes('NAME'));
    expect(lines.slice(from, from + 4).map((line) => line.slice(0, 35).trimEnd())).toEqual([
      '   NAME            CURRENT  MEMORY',
      '   before-upgrade           yes',
      '     clean',
      '       golden      yes',
    ]);
    await fleet.press('j');
    await fleet.see(/parent +\S+#before-upgrade/);
    expect(fleet.line('3 snapshots')).toMatch(/as of \d\d:\d\d:\d\d, 3 snapshots/);
  });

  it('F-287 are taken with a name, a description and the memory, and seen in the list before it is said', async () => {
    await open();
    await openTable();
    await fleet.press('a');
    await fleet.see(`Take snapshot of ${WEB} on`);
    await fleet.press('pgdn', 'enter');
    await fleet.see(/Name\*/);
    expect(namesOf(WEB)).toHaveLength(3);
    await fleet.press('esc', 'a');
    await fleet.press('monday', 'enter', 'before the upgrade', 'enter', 'pgdn', 'enter');
    await fleet.see(`${WEB} has the snapshot monday`);
    const made = snapshotsOf(WEB).at(-1);
    expect(made).toMatchObject({ name: 'monday', description: 'before the upgrade', memory: true, current: true });
    await fleet.see(/ monday +yes +yes/);
  });

  it('F-288 are reverted to after what is lost was said and the name was typed', async () => {
    await open();
    await openTable();
    await fleet.press('r');
    await fleet.see(`Is lost: what ${WEB} has in memory`);
    await fleet.see(`Is lost: what ${WEB} has written to its disks since before-upgrade`);
    await fleet.press('golden', 'pgdn', 'enter');
    await fleet.see('that is not before-upgrade');
    expect(currentOf(WEB)).toBe('golden');
    await fleet.press('esc', 'r');
    await fleet.see('Is lost: ');
    await fleet.press('before-upgrade', 'pgdn', 'enter');
    await fleet.see('before-upgrade of metrics-web2 is current again');
    expect(currentOf(WEB)).toBe('before-upgrade');
    await fleet.see(/ before-upgrade +yes/);
  });

  it('F-288 are deleted alone, or with those on top of them, and the question says which', async () => {
    await open();
    await openTable();
    await fleet.press('j', 'X');
    await fleet.see('Is lost: the snapshot clean');
    fleet.dontSee('Is lost: the snapshot golden');
    await fleet.press('up', 'right');
    await fleet.see('Is lost: the snapshot golden');
    await fleet.press('down', 'clean', 'pgdn', 'enter');
    await fleet.see('clean of metrics-web2 is deleted');
    expect(namesOf(WEB)).toEqual(['before-upgrade']);
  });

  it('are deleted together when they are marked, after their number was typed', async () => {
    await open();
    await openTable();
    await fleet.press('space', 'j', 'space');
    await fleet.see('2 marked');
    await fleet.press('X');
    await fleet.see('Delete snapshot 2 snapshots?');
    await fleet.press('2', 'pgdn', 'enter');
    await fleet.see('Delete snapshot 2 snapshots: 2 done');
    expect(namesOf(WEB)).toEqual(['clean']);
    fleet.dontSee('marked');
  });

  it('are those of all marked VMs, filtered and sorted, and taken of all of them at once', async () => {
    await open();
    const [one, two] = ['metrics-web2', 'wiki-worker4'];
    for (const name of [one, two]) {
      await goTo(name);
      await fleet.press('space');
    }
    await fleet.press('4');
    await fleet.see('Snapshots of 2 VMs');
    await fleet.see('4 snapshots');
    expect(fleet.line('NAME')).toMatch(/VM/);
    await fleet.press('/', 'before', 'enter');
    await fleet.see('2 snapshots, filter before');
    await fleet.press('/', 'ctrl-u', 'vm:wiki', 'enter');
    await fleet.see('1 snapshot, filter vm:wiki');
    await fleet.press('/', 'ctrl-u', 'enter');
    await fleet.see('4 snapshots');
    await fleet.press('>');
    await fleet.see('NAME ↑');
    await fleet.press('I');
    await fleet.see('NAME ↓');
    await fleet.press('a', 'friday', 'pgdn', 'enter');
    await fleet.see('Take snapshot of 2 VMs?');
    await fleet.press('y');
    await fleet.see('Take snapshot of 2 VMs: 2 done');
    expect([one, two].map((name) => currentOf(name ?? ''))).toEqual(['friday', 'friday']);
  });

  it('are copied by name or as JSON, and written to a file', async () => {
    await open();
    await openTable();
    await fleet.press('j', 'y');
    await fleet.see('the name of clean was sent to the clipboard');
    await fleet.press('Y');
    await fleet.see('the JSON of clean was sent');
    expect(fleet.copied[0]).toBe('clean');
    expect(JSON.parse(fleet.copied[1] ?? '')).toMatchObject({
      name: 'clean',
      snapshot: 'clean',
      vm: WEB,
      description: null,
    });
    await fleet.press('space', 'y');
    await fleet.press('space', 'y');
    await fleet.see('the names of 2 snapshots were sent');
    expect(fleet.copied.at(-1)).toBe('clean\ngolden');
    const file = `${fleet.configFile}.csv`;
    await fleet.press('ctrl-e', 'ctrl-u', file, 'enter');
    await fleet.see('2 snapshots were written to');
    const [titles, ...rows] = (await readFile(file, 'utf8')).trim().split('\n');
    expect(titles).toMatch(/^name,current,memory,external,created,vm,description,snapshot,parent,id/);
    expect(rows.map((row) => row.split(',')[0])).toEqual(['clean', 'golden']);
  });

  it('have the keys of their tab in the details as well', async () => {
    await open();
    await goTo(WEB);
    await fleet.press('tab', ']', ']', ']');
    await fleet.see(/ golden +yes/);
    await fleet.press('j', 'j', 'r');
    await fleet.see('Revert to golden of metrics-web2 on');
    await fleet.press('golden', 'pgdn', 'enter');
    await fleet.see('golden of metrics-web2 is current again');
    await fleet.press('tab', 'S');
    await fleet.see('only a VM that is on can be shut down; it is stopped');
  });

  it('have their own keys in the help', async () => {
    await open({ size: '120x50' });
    await openTable();
    await fleet.press('?');
    await fleet.see('Put the VM back to a snapshot');
    fleet.dontSee('Ask the guest to power off');
  });

  it('leave the verbs of VMs to the fleet', async () => {
    await open();
    await openTable();
    await fleet.press('S');
    await fleet.see('Shut down: go back to the fleet first');
    await fleet.press('esc');
    await fleet.see(`─ ${WEB} ─`);
  });

  it('are not there where a platform has none: the key says why', async () => {
    await open({ values: { without: 'snapshot.list' } });
    await goTo(WEB);
    await fleet.press('4');
    await fleet.see('Snapshots: this fleet was made without snapshot.list');
  });

  it('say so when taking one fails half-way', async () => {
    await open({ values: { fails: 'snapshot.create' } });
    await openTable();
    await fleet.press('a', 'monday', 'pgdn', 'enter');
    await fleet.see(`${WEB}: Taking a snapshot failed half-way`);
    expect(namesOf(WEB)).not.toContain('monday');
  });

  it('are read again when the link died behind the request, and nothing is sent twice', async () => {
    await open({ values: { loses: 'snapshot.create', 'drop-for': 1 } });
    await openTable();
    await fleet.press('a', 'monday', 'pgdn', 'enter');
    await fleet.see(`${WEB} has the snapshot monday (the link was lost on the way)`);
    expect(namesOf(WEB).filter((name) => name === 'monday')).toHaveLength(1);
  });

  it('are compared before they are used: one that was made again under its name is another one', async () => {
    await open();
    await openTable();
    await fleet.press('j', 'j', 'r');
    await fleet.see('Is lost: ');
    const golden = snapshotsOf(WEB).find(({ name }) => name === 'golden');
    fleet.server.snapshots.remove(rowOf(WEB), new Set(golden ? [golden.id] : []));
    fleet.server.snapshots.add(rowOf(WEB), { name: 'golden', description: '', memory: false });
    await fleet.press('golden', 'pgdn', 'enter');
    await fleet.see('is another snapshot now');
    // A revert would stop it: golden was taken without memory.
    expect(fleet.vm(({ name }) => name === WEB).state).toBe('running');
  });
});

it('never show the table of another VM, also after the details were hidden meanwhile', async () => {
  await open();
  await goTo(WEB);
  await fleet.press(']', ']', ']');
  await fleet.see(/ golden +yes/);
  await fleet.press('i');
  await fleet.press('/', 'ctrl-u', 'wiki-worker4', 'enter');
  await fleet.see('filter: wiki-worker4 (1)');
  await fleet.idle(500);
  await fleet.press('i');
  await fleet.see('─ wiki-worker4 ─');
  fleet.dontSee('golden');
  await fleet.press('tab', 'r');
  await fleet.see('Revert to before-upgrade of wiki-worker4 on');
});
