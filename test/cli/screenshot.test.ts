import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const VM = 'gateway';
let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(simulated({ demo: { vms: 6, running: 100 } }));
});
afterAll(() => desk.clear());

describe('what the screen of a VM shows', () => {
  it('F-251 is written to a file, pixel by pixel, and not over another one', async () => {
    const file = join(desk.home, 'shown.png');
    const ran = await desk.run('vm', 'screenshot', VM, file);
    expect([ran.stderr, ran.code]).toEqual([`${file}: 320x200 pixels of ${VM}\n`, 0]);
    const { width, height, data } = PNG.sync.read(await readFile(file));
    expect([width, height]).toEqual([320, 200]);
    const at = (x: number, y: number) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
    expect([at(0, 0), at(200, 0), at(160, 100)]).toEqual([
      [255, 255, 255, 255],
      [255, 0, 0, 255],
      [128, 128, 128, 255],
    ]);

    await writeFile(file, 'mine');
    const refused = await desk.run('vm', 'screenshot', VM, file);
    expect(refused.stderr).toContain(`${file} is there already`);
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect((await desk.run('vm', 'screenshot', VM, file, '--overwrite')).code).toBe(0);
    expect((await readFile(file)).subarray(1, 4).toString()).toBe('PNG');
  });

  it('is no text where it is a picture, and no console in a pipe', async () => {
    const text = await desk.run('vm', 'screenshot', VM);
    expect([text.code, text.stdout]).toEqual([1, '']);
    expect(text.stderr).toContain('shows a picture, and no text');
    const piped = await desk.run('vm', 'console', VM, '--graphic');
    expect(piped.code).toBe(2);
    expect(piped.stderr).toContain('a graphical console needs a terminal');
  });
});
