/** VMs as text and as files, volumes that are sent, by keys. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options: FleetOptions = {}) => {
  fleet = await openFleet({ size: '120x40', vms: 40, ...options });
};
afterEach(() => fleet.close());

/** `billing-web1`, which is stopped. */
const STOPPED = ['jjj'];
const byName = async (name: string) => {
  await fleet.press(':', name, 'enter');
};
const into = (line: string) => (file: string) =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^description = .*$/m, line));

describe('a definition', () => {
  it('F-056 is changed in an editor; what differs is shown before it is saved', async () => {
    await open({ edit: into('description = of the editor') });
    await fleet.press(...STOPPED);
    await byName('vm.define');
    await fleet.see('4 lines');
    await fleet.press('enter');
    await fleet.see('changed');
    await fleet.press('pgdn', 'enter');
    await fleet.see('+description = of the editor');
    fleet.dontSee('has its new definition');
    await fleet.press('y');
    await fleet.see('billing-web1 has its new definition');
    const row = fleet.server.fleet.rowOf(fleet.vm(({ name }) => name === 'billing-web1').id);
    expect(fleet.server.sheets.read(row, 'config')['description']).toBe('of the editor');
  });

  it('that is not valid is refused with the words of its platform, and nothing is saved', async () => {
    await open({ edit: into('colour = blue') });
    await fleet.press(...STOPPED);
    await byName('vm.define');
    await fleet.see('4 lines');
    await fleet.press('enter');
    await fleet.see('changed');
    await fleet.press('pgdn', 'enter');
    await fleet.see('+colour = blue');
    await fleet.press('y');
    await fleet.see('line 4 is not KEY = VALUE');
  });

  it('in which nothing was changed is not sent', async () => {
    await open();
    await fleet.press(...STOPPED);
    await byName('vm.define');
    await fleet.see('4 lines');
    await fleet.press('pgdn', 'enter');
    await fleet.see('Edit definition: nothing was changed');
  });
});

it('F-052 memory is saved to a file that is asked for', async () => {
  await open();
  await fleet.press('jj');
  const { name } = fleet.vm((vm) => vm.name === fleet.cursor());
  await byName('vm.save');
  await fleet.see(`Save memory of ${name}`);
  await fleet.press('/srv/saved/x', 'pgdn', 'enter');
  await fleet.press('y');
  await fleet.see(`${name} is saved to /srv/saved/x`);
});

it('a file is sent to a storage, and its volume is listed', async () => {
  await open();
  const file = join(fleet.configFile, '..', 'tiny.img');
  writeFileSync(file, 'tiny');
  await byName('volume.list');
  await fleet.see('Volumes');
  await fleet.press('U');
  await fleet.see('Upload volume on demo?');
  await fleet.press('sent.img', 'down', file, 'down', 'enter');
  await fleet.see('❯ vms');
  await fleet.press('enter', 'pgdn', 'enter');
  await fleet.see('demo has the volume sent.img');
});
