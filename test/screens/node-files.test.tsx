/** The files of a node, by keys. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const folders: string[] = [];
const open = async (options: FleetOptions = {}) => {
  fleet = await openFleet({ size: '120x40', vms: 40, ...options });
  await fleet.press('j');
};
afterEach(async () => {
  await fleet.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe('the files of a node', () => {
  it('F-043 are gone through folder by folder, and back', async () => {
    await open();
    await fleet.press('b');
    await fleet.see('fra-01:/root');
    await fleet.see(/notes\.txt +18B/);
    await fleet.press('..', 'enter');
    await fleet.see('fra-01:/');
    await fleet.press('etc', 'enter');
    await fleet.see('fra-01:/etc');
    await fleet.see(/motd +27B/);
    await fleet.press('esc');
    fleet.dontSee('fra-01:/etc');
  });

  it('F-044 are edited in an editor, and the list is there again', async () => {
    await open({ edit: (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('notes', 'plans')) });
    await fleet.press('b', 'notes', 'enter');
    await fleet.see('Edit it');
    await fleet.press('enter');
    await fleet.see('/root/notes.txt is changed on fra-01');
    await fleet.see('fra-01:/root');
    const [tree] = fleet.server.nodeFiles.values();
    expect(tree?.get('/root/notes.txt')?.content?.toString()).toBe('(simulated) plans\n');
  });

  it('take a file of this machine, and a new folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drover-files-'));
    folders.push(folder);
    writeFileSync(join(folder, 'sent.txt'), 'sent');
    await open();
    await fleet.press('b', '+ make', 'enter');
    await fleet.see('Make a folder in fra-01:/root');
    await fleet.press('new', 'enter');
    await fleet.see('/root/new is on fra-01');
    await fleet.see('new/');
    await fleet.press('+ send', 'enter', join(folder, 'sent.txt'), 'enter');
    await fleet.see('/root/sent.txt is on fra-01');
  });

  it('F-201 get another name, and are deleted after a question', async () => {
    await open();
    await fleet.press('b', 'notes', 'enter', 'Rename', 'enter');
    await fleet.see('Rename /root/notes.txt of fra-01');
    await fleet.press('ctrl-u', 'older.txt', 'enter');
    await fleet.see('/root/notes.txt is /root/older.txt now');
    await fleet.see(/older\.txt +18B/);
    await fleet.press('older', 'enter', 'Delete', 'enter');
    await fleet.see('Delete /root/older.txt of fra-01?');
    await fleet.see('size 18B');
    await fleet.press('y');
    await fleet.see('/root/older.txt is deleted');
    const [tree] = fleet.server.nodeFiles.values();
    expect([...(tree?.keys() ?? [])].filter((path) => path.startsWith('/root/'))).toEqual([]);
  });
});
