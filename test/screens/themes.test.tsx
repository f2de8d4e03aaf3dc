import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
afterEach(() => fleet.close());

const DARK_RUNNING = '38;2;86;211;100m';
const LIGHT_RUNNING = '38;2;26;127;55m';

describe('the themes', () => {
  it('are seen while one is chosen, and the chosen one is kept', async () => {
    fleet = await openFleet();
    expect(fleet.painted()).toContain(DARK_RUNNING);
    await fleet.press('ctrl-t');
    await fleet.pressUntil('down', / light {2}/);
    await fleet.press('down', 'down');
    await fleet.seePainted(LIGHT_RUNNING);
    await fleet.press('enter');
    await fleet.see('the theme is light');
    expect(await fleet.config()).toMatch(/^theme: light$/m);
    expect(fleet.painted()).toContain(LIGHT_RUNNING);
  });

  it('are as they were after esc', async () => {
    fleet = await openFleet();
    await fleet.press('ctrl-t');
    await fleet.pressUntil('down', / light {2}/);
    await fleet.press('down', 'down');
    await fleet.seePainted(LIGHT_RUNNING);
    await fleet.press('esc');
    await fleet.seePainted(DARK_RUNNING);
    expect(await fleet.config()).not.toContain('theme');
  });

  it('can be the user’s own, and one that can not be read is told and not worn', async () => {
    fleet = await openFleet();
    const folder = join(dirname(fleet.configFile), 'themes');
    await mkdir(folder);
    await writeFile(join(folder, 'aqua.yaml'), "words: { running: { colour: '#123456' } }\n");
    await writeFile(join(folder, 'broken.yaml'), 'words: { runing: {} }\n');
    await fleet.press('ctrl-t');
    await fleet.see('aqua');
    await fleet.press('up', 'up', 'up');
    await fleet.see('runing');
    await fleet.press('up');
    await fleet.seePainted('38;2;18;52;86m');
  });

  it('are not kept before it is known that they can be worn', async () => {
    fleet = await openFleet();
    const folder = join(dirname(fleet.configFile), 'themes');
    await mkdir(folder);
    await writeFile(join(folder, 'broken.yaml'), 'words: { runing: {} }\n');
    await fleet.press('ctrl-t');
    await fleet.see('broken');
    await fleet.press('up', 'up', '\x1b[A\r');
    await fleet.see('runing');
    expect(await fleet.config()).not.toContain('theme');
  });

  it('follow the configuration while the user edits it', async () => {
    fleet = await openFleet();
    fleet.follow();
    await fleet.rewrite((text) => `theme: light\nmouse: on\n${text}`);
    await fleet.seePainted(LIGHT_RUNNING);
    expect(fleet.takesMouse()).toBe(true);
  });

  it('hold for this run where the configuration can not be changed, which is said', async () => {
    fleet = await openFleet({ readOnly: true });
    await fleet.press('ctrl-t');
    await fleet.see('light');
    await fleet.press('down', 'enter');
    await fleet.see('for this run only: this run is read-only');
  });
});
