import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
beforeEach(async () => {
  fleet = await openFleet({ size: '120x40' });
});
afterEach(() => fleet.close());

const lines = () => fleet.frame().split('\n');
const rowOf = (text: string | RegExp) =>
  lines().findIndex((line) => (typeof text === 'string' ? line.includes(text) : text.test(line)));
/** The first row of the details, where their name and tabs are. */
const divider = () => rowOf(/^─ .* Overview/);
const columnOf = (text: string, row: number) => (lines()[row] ?? '').indexOf(text);
const click = async (column: number, row: number) => {
  await fleet.mouse('press', column, row);
  await fleet.mouse('release', column, row);
};

describe('the mouse', () => {
  it('is left to the terminal until it is asked for, and this choice is kept', async () => {
    expect(fleet.takesMouse()).toBe(false);
    await fleet.press('\x1b[19~');
    await fleet.see('the mouse is on; shift selects text');
    expect(fleet.takesMouse()).toBe(true);
    expect(await fleet.config()).toMatch(/^mouse: "?on"?$/m);
    await fleet.press('\x1b[19~');
    await fleet.see('the mouse is off');
    expect(fleet.takesMouse()).toBe(false);
    expect(await fleet.config()).toMatch(/^mouse: "?off"?$/m);
  });

  it('selects the row that is clicked', async () => {
    await click(12, rowOf('billing-db1'));
    expect(fleet.cursor()).toBe('billing-db1');
  });

  it('opens a VM with two clicks, and not with two that are far apart', async () => {
    const row = rowOf('billing-db1');
    await click(12, row);
    await fleet.idle(2_000);
    await click(12, row);
    await fleet.press('right');
    fleet.dontSee('qcow2');
    await fleet.idle(2_000);
    await click(12, row);
    await click(12, row);
    // The details have the keys: one of them turns to the next tab.
    await fleet.press('right');
    await fleet.see('qcow2');
  });

  it('folds a branch by its sign', async () => {
    const row = rowOf('▾ fra-01');
    await click(columnOf('▾', row), row);
    await fleet.see('▸ fra-01');
    await click(columnOf('▸', row), row);
    await fleet.see('▾ fra-01');
  });

  it('marks with the right button', async () => {
    await fleet.mouse('right', 12, rowOf('billing-db1'));
    await fleet.see('1 marked');
  });

  it('scrolls what is under it, and keeps the cursor where it is while it can be seen', async () => {
    await fleet.press('jjjjjjjj');
    const name = fleet.cursor();
    const second = lines()[5];
    await fleet.mouse('wheel-down', 12, 5);
    expect(lines()[2]).toBe(second);
    expect(fleet.cursor()).toBe(name);
    for (let notch = 0; notch < 4; notch++) await fleet.mouse('wheel-down', 12, 5);
    expect(fleet.cursor()).not.toBe(name);
    for (let notch = 0; notch < 9; notch++) await fleet.mouse('wheel-up', 12, 5);
    expect(lines()[2]).toContain('Frankfurt');
  });

  it('turns to the tab that is clicked', async () => {
    await click(12, rowOf('billing-db1'));
    await fleet.idle(1_000);
    await click(columnOf('Disks', divider()), divider());
    await fleet.see('qcow2');
  });

  it('drags the line between list and details, as far as something is left of both', async () => {
    const from = divider();
    await fleet.mouse('press', 30, from);
    await fleet.mouse('drag', 30, from - 8);
    expect(divider()).toBe(from - 8);
    await fleet.mouse('drag', 30, 0);
    expect(divider()).toBeGreaterThanOrEqual(5);
    await fleet.mouse('release', 30, 3);
    await fleet.mouse('drag', 30, from);
    expect(divider()).toBeLessThan(from);
    await fleet.resize('200x40');
    const column = columnOf('│', 5);
    await fleet.mouse('press', column, 5);
    await fleet.mouse('drag', column - 20, 5);
    expect(columnOf('│', 5)).toBe(column - 20);
  });

  it('presses the keys at the bottom, also those of a question', async () => {
    await fleet.press('jjjj');
    const bar = lines().length - 1;
    await click(columnOf('? help', bar), bar);
    await fleet.see('─ Keys: lines 1-');
    await click(columnOf('esc close', bar), bar);
    fleet.dontSee('─ Keys');
  });

  it('takes a message away that was read, as a key does', async () => {
    await fleet.press('jj', 's');
    await fleet.see(/^ Start: /m);
    await fleet.idle(2_000);
    await click(12, rowOf('billing-db1'));
    fleet.dontSee(/^ Start: /m);
  });

  it('goes to the task that is clicked', async () => {
    const stopped = lines().findIndex((line) => line.includes('stopped'));
    await click(12, stopped);
    await fleet.press('s');
    await fleet.see('is running');
    await fleet.press('A');
    await fleet.see(/autostart|starts with/i);
    await fleet.press('t');
    await fleet.see('TASK');
    const cursor = /\x1b\[[\d;]*48;2;31;79;130m([^\x1b]*)/;
    const first = cursor.exec(fleet.painted())?.[1];
    await fleet.see('esc back');
    await click(30, 3);
    expect(cursor.exec(fleet.painted())?.[1]).toMatch(/Start/);
    expect(first).not.toMatch(/Start/);
  });

  it('moves in a list of choices with the wheel, and clicks nothing behind a dialog', async () => {
    const name = fleet.cursor();
    await fleet.press('?');
    await fleet.see('─ Keys: lines 1-');
    await click(12, 8);
    expect(fleet.cursor()).toBe(name);
    const before = fleet.frame();
    await fleet.mouse('wheel-down', 12, 8);
    expect(fleet.frame()).not.toBe(before);
  });
});
