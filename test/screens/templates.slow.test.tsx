/** The template library as the second root of the tree, by keys. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
afterEach(() => fleet.close());

/** With the templates that come with drover, the cursor on the first of them. */
async function open(options: FleetOptions = {}) {
  fleet = await openFleet({ size: '120x40', vms: 4, ...options });
  await fleet.see('fra-01');
  fleet.dontSee('Template Library');
  await fleet.press(':', 'built-in templates', 'enter');
  await fleet.see('4 templates were written');
  await fleet.press('j', 'j');
  await fleet.see('OS');
}

describe('the template library in the tree', () => {
  it('F-001 F-159 is folded at first, and shows what a template says', async () => {
    fleet = await openFleet({ size: '120x40', vms: 4 });
    await fleet.see('fra-01');
    const folder = join(dirname(fleet.configFile), '.local/share/drover/templates/Lab/web');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'template.yaml'), 'version: 1.3\nvm: { memory: 777 }\n');
    await writeFile(join(folder, 'description.md'), 'For the shop.\n');
    await fleet.press(':', 'scan template', 'enter');
    await fleet.see(/Template Library +1 template/);
    fleet.dontSee('Lab');
    await fleet.press('G', 'l');
    await fleet.see(/Lab +1 template/);
    await fleet.press('j', 'j');
    await fleet.see(/web +1\.3 any/);
    await fleet.see(/memory +777/);
    await fleet.see('For the shop.');
  });

  it('has its verbs in the key bar, before those that every row has', async () => {
    await open();
    expect(fleet.frame().split('\n').at(-1)).toMatch(/^ a create VM {2}e edit {2}.*\? help {2}q quit$/);
  });

  it('F-074 F-099 F-165 makes a VM of a template, with its variables to be changed, those that are open asked for, and its form filled in', async () => {
    await open();
    await fleet.press('a');
    await fleet.see('Create VM from Common/linux-cloud');
    await fleet.see(/\$MEMORY +2048/);
    await fleet.press('web9', 'pgdn', 'enter');
    await fleet.see('$IMAGE is needed');
    await fleet.press('debian-12', 'down', 'down', '3', 'pgdn', 'enter');
    await fleet.see('Create VM on demo?');
    await fleet.see(/Name +web9/);
    await fleet.see(/Image +debian-12/);
    await fleet.press('pgdn', 'enter');
    await fleet.see('demo has the VM web9, which is running');
    const { profile, cpus } = await fleet.untilVm(({ name }) => name === 'web9');
    expect([profile, cpus]).toEqual(['Common/linux-cloud@1.0', 3]);
    await fleet.press('X');
    await fleet.see('VMs were made of it: web9');
  });

  it('F-154 F-155 runs the script of a template before the VM is made, which is not made when that can not be', async () => {
    fleet = await openFleet({ size: '120x100' });
    await fleet.see('fra-01');
    const folder = join(dirname(fleet.configFile), '.local/share/drover/templates/Lab/web');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'template.yaml'), 'version: 1.3\nvm: { memory: 777 }\n');
    await writeFile(join(folder, 'provision.sh'), 'exit 0\n');
    await fleet.press(':', 'scan template', 'enter');
    await fleet.see(/Template Library +1 template/);
    await fleet.press('G', 'l', 'j', 'j');
    await fleet.see(/web +1\.3 any/);
    await fleet.press('a');
    // Simulated hosts have more nodes than one.
    await fleet.see('Lab/web has a script, which runs on the node of the VM');
  });

  it('F-073 F-100 F-159 opens a template in the editor, and keeps the version before', async () => {
    const edit = (file: string) =>
      writeFileSync(file, readFileSync(file, 'utf8').replace('MEMORY: 2048', 'MEMORY: 1024'));
    await open({ edit });
    await fleet.press('e');
    await fleet.see('A new version keeps 1.0');
    await fleet.press('enter');
    await fleet.see('Common/linux-cloud is saved');
    await fleet.see(/linux-cloud +1\.1 any/);
    await fleet.see(/Older +1\.0/);
  });

  it('F-073 F-101 F-460 changes settings of a template in a form, in which a variable may stand where there is a number', async () => {
    await open();
    await fleet.press('E');
    await fleet.see('Settings of Common/linux-cloud');
    await fleet.see(/Version +1\.1/);
    await fleet.see(/Memory +\$MEMORY/);
    await fleet.press('down', 'down', 'ctrl-u', '4096');
    await fleet.see(/\$MEMORY +4096/);
    await fleet.pressUntil('down', 'Memory of the guest');
    await fleet.press('ctrl-u', 'much', 'pgdn', 'enter');
    await fleet.see('Memory must be a size');
    await fleet.press('ctrl-u', '$MEMORY$ZEROS', 'pgdn', 'enter');
    await fleet.see('Common/linux-cloud is saved');
    await fleet.see(/linux-cloud +1\.1 any/);
    const folder = join(dirname(fleet.configFile), '.local/share/drover/templates/Common/linux-cloud');
    const text = readFileSync(join(folder, 'template.yaml'), 'utf8');
    expect(text).toContain('MEMORY: "4096"');
    expect(text).toContain('memory: $MEMORY$ZEROS');
    expect(readFileSync(join(folder, 'versions/1.0.yaml'), 'utf8')).toContain('memory: $MEMORY');
  });

  it('F-460 shows in the form what another has written since, and what one platform alone is told can only be read there', async () => {
    await open();
    const file = join(dirname(fleet.configFile), '.local/share/drover/templates/Common/linux-cloud/template.yaml');
    const text = readFileSync(file, 'utf8')
      .replace('version: 1.0', 'version: 1.4')
      .replace('MEMORY: 2048', 'MEMORY: 8192');
    writeFileSync(file, `${text}platforms: { fake: { numcpus: 7 } }\n`);
    await fleet.press('E');
    await fleet.see(/Version +1\.5/);
    await fleet.see(/\$MEMORY +8192/);
    await fleet.pressUntil('down', 'What is said for');
    await fleet.press('esc');
  });

  it('F-151 F-160 F-161 clones, renames and deletes templates and groups', async () => {
    await open();
    await fleet.press('C');
    await fleet.see('Its group and its name');
    await fleet.press('ctrl-u', 'Lab/../x', 'enter');
    await fleet.see('it must be GROUP/NAME');
    await fleet.press('ctrl-u', 'Lab/web', 'enter');
    await fleet.see('Lab/web is a copy of Common/linux-cloud');
    await fleet.press('f2');
    await fleet.see('Its group and its name');
    await fleet.press('ctrl-u', 'Lab/shop', 'enter');
    await fleet.see('Lab/web is Lab/shop now');
    await fleet.press('X');
    await fleet.see('Delete the template Lab/shop?');
    await fleet.press('y');
    await fleet.see('the template Lab/shop is deleted');
    await fleet.see(/Lab +0 templates/);
  });

  it('F-169 F-170 F-172 imports an appliance that is chosen by words, and shows its template', async () => {
    fleet = await openFleet({ size: '120x40', vms: 4 });
    await fleet.see('fra-01');
    await fleet.press(':', 'import appliance', 'enter');
    await fleet.see('Words that must stand in');
    await fleet.press('arch linux', 'enter');
    await fleet.see('cloud-images/arch  Arch Linux  x86_64');
    await fleet.press('enter');
    await fleet.see('The template that VMs are made of then');
    await fleet.press('enter');
    await fleet.see('arch is an image of demo, and Common/arch is in the library');
    await fleet.see(/image +arch/);
  });
});
