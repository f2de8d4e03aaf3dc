import { afterEach, describe, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
afterEach(() => fleet.close());

describe('the tour', () => {
  it('tells five keys, and is gone with the first key, which does what it always does', async () => {
    fleet = await openFleet();
    const first = fleet.cursor();
    await fleet.press(':', 'view.tour', 'enter');
    await fleet.see('Five keys to begin with; any key closes this');
    const told = fleet
      .frame()
      .split('\n')
      .filter((line) => line.includes('│ ')).length;
    expect(told).toBe(5);
    await fleet.press('j');
    fleet.dontSee('Five keys');
    expect(fleet.cursor()).not.toBe(first);
  });

  it('is all that esc goes back from', async () => {
    fleet = await openFleet();
    await fleet.press(':', 'view.tour', 'enter', 'esc');
    fleet.dontSee('Five keys');
    fleet.dontSee('nothing is open');
    await fleet.press('esc');
    await fleet.see('nothing is open');
  });
});
