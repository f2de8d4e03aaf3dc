import { afterEach, describe, expect, it } from 'vitest';
import { width } from '../../src/terminal/width.ts';
import { type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
afterEach(() => fleet.close());

const lines = () => fleet.frame().split('\n');

describe('a small window', () => {
  it('says how large it must be, in as many lines as there are', async () => {
    fleet = await openFleet({ size: '20x5' });
    expect(lines().map((line) => line.trimEnd())).toEqual(['drover needs at', 'least 40x8: make the', 'window larger']);
    await fleet.resize('40x8');
    await fleet.see('Frankfurt');
  });

  it('never shows more than there is room for, at any size', async () => {
    fleet = await openFleet();
    for (const columns of [1, 2, 3, 7, 19, 20, 39, 40, 41, 60, 79, 80, 159, 160]) {
      for (const rows of [1, 2, 3, 5, 7, 8, 9, 10, 13, 14, 16, 30]) {
        await fleet.resize(`${columns}x${rows}`);
        expect(lines().length, `${columns}x${rows}`).toBeLessThanOrEqual(rows);
        expect(Math.max(...lines().map((line) => width(line))), `${columns}x${rows}`).toBeLessThanOrEqual(columns);
      }
    }
  });

  it.each(['?', ':', '/', 'X', 'a', 'e', '\x14', 'i', '7', 'F'])('has room for what %j opens', async (key) => {
    fleet = await openFleet({ size: '40x8' });
    await fleet.press('jjjj', key);
    await fleet.idle(2_000);
    expect(lines().length).toBeLessThanOrEqual(8);
    expect(Math.max(...lines().map((line) => width(line)))).toBeLessThanOrEqual(40);
    await fleet.resize('20x5');
    await fleet.resize('80x24');
    await fleet.press('esc', 'esc');
    await fleet.see('fra-01');
  });

  it('folds the header into the message line first, then both into the line of the keys', async () => {
    fleet = await openFleet({ size: '80x12' });
    expect(lines()[0]).toContain('NAME');
    expect(lines().at(-2)).toContain('60 VMs running');
    expect(lines().at(-1)).toContain('? help');
    await fleet.press('v');
    expect(lines().at(-2)).toContain('a range starts here');
    await fleet.resize('80x9');
    expect(lines().at(-1)).toContain('a range starts here');
    await fleet.idle(10_000);
    expect(lines().at(-1)).toContain('? help');
    fleet.dontSee('VMs running');
  });
});
