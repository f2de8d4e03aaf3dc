import { afterEach, describe, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
afterEach(() => fleet.close());

/** The lines of the details, without their title: right of the line between the panes, or below the rule. */
function detailLines(): readonly string[] {
  const lines = fleet.frame().split('\n').slice(1, -2);
  const rule = lines.findIndex((line) => /^─ .*Overview/.test(line));
  if (rule >= 0) return lines.slice(rule + 1);
  return lines.map((line) => line.slice(line.indexOf('│') + 1)).slice(3);
}

const SIZES = ['80x24', '120x40', '200x60'];

describe('the panes', () => {
  it.each(SIZES)('cut no text of the details while rows stay blank, at %s', async (size) => {
    fleet = await openFleet({ size, vms: 40, values: { 'odd-names': true, fails: 'vm.start' } });
    await fleet.press('jjj', 's');
    await fleet.idle(5_000);
    const cut: string[] = [];
    const look = async () => {
      await fleet.idle(300);
      const lines = detailLines();
      const blank = lines.filter((line) => line.trim() === '').length;
      const worst = lines.find((line) => /…/.test(line.replace('loading…', '')));
      if (worst !== undefined && blank > 3) cut.push(`${fleet.cursor()}: ${blank} blank: ${worst}`);
    };
    await fleet.press('g');
    for (let row = 0; row < 7; row++) {
      await look();
      await fleet.press('tab');
      for (let tab = 0; tab < 3; tab++) {
        await look();
        await fleet.press(']');
      }
      await fleet.press('esc', 'j');
    }
    expect(cut).toEqual([]);
  });

  it.each([
    ['80x24', false],
    ['120x40', true],
    ['200x60', true],
  ])('have the graph of the CPU in the list at %s: %s', async (size, isThere) => {
    fleet = await openFleet({ size });
    await fleet.idle(12_000);
    expect(fleet.frame().includes('CPU HISTORY')).toBe(isThere);
    expect(/[▁▂▃▄▅▆▇█]{4}/.test(fleet.line('billing-db1').slice(30))).toBe(isThere);
  });

  it('say how much more of the details there is, until their end is seen', async () => {
    fleet = await openFleet({ size: '80x24' });
    await fleet.press('jj');
    await fleet.see(/^─ billing-db1 ─+ Overview .* ─ \d+ more$/m);
    await fleet.press('tab', 'G');
    await fleet.see('Firmware');
    fleet.dontSee(/^─ .* more$/m);
  });

  it('give the details the rows that a short list leaves blank', async () => {
    fleet = await openFleet({ size: '120x40', vms: 3 });
    await fleet.press('jj');
    await fleet.idle(1_000);
    fleet.dontSee(/^─ .* more$/m);
    await fleet.see('Firmware');
  });

  it('keep their places while the cursor moves in a long list', async () => {
    fleet = await openFleet({ size: '120x40' });
    const rule = () =>
      fleet
        .frame()
        .split('\n')
        .findIndex((line) => /^─ .*Overview/.test(line));
    const at = rule();
    for (let row = 0; row < 8; row++) {
      await fleet.press('j');
      await fleet.idle(200);
      expect(rule()).toBe(at);
    }
  });
});
