import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options?: FleetOptions) => {
  fleet = await openFleet(options);
};
afterEach(() => fleet.close());

describe('help', () => {
  it('F-004 lists the keys of this row, and all with the same key again', async () => {
    await open({ size: '120x40' });
    await fleet.press('jj', '?');
    await fleet.see('Shut down');
    await fleet.see(/a +Create VM/);
    fleet.dontSee('All keys');
    await fleet.press('?');
    await fleet.see('All keys');
    await fleet.press('esc');
    fleet.dontSee('All keys');
  });
});

describe('a long help', () => {
  it('keeps inside of its frame on a narrow screen', async () => {
    await open({ size: '40x10' });
    await fleet.press('?');
    const framed = fleet
      .frame()
      .split('\n')
      .filter((line) => line.startsWith('│'));
    expect(framed.length).toBeGreaterThan(3);
    for (const line of framed) expect(line).toMatch(/^│.{38}│$/);
  });

  it('goes to its end and back with the keys of every list', async () => {
    await open();
    await fleet.press('?', '?', 'G');
    await fleet.see('Quit at once');
    fleet.dontSee('Shut down');
    await fleet.press('g');
    await fleet.see('Shut down');
  });
});

describe('the key bar', () => {
  it('F-005 F-007 shows the keys of the row, dimmed when they can not be used, and always how to find more', async () => {
    await open();
    await fleet.press('jjj');
    const dim = '38;2;130;138;148m';
    expect(fleet.painted()).toContain(`${dim}S shut down\x1b[`);
    expect(fleet.painted()).not.toContain(`${dim}s\x1b[`);
    expect(fleet.frame().split('\n').at(-1)).toMatch(/s start .*\/ filter .*: more .*\? help .*q quit/);
  });
});

describe('the palette', () => {
  it('finds an action by a few letters and runs it', async () => {
    await open();
    await fleet.press('jjj', ':', 'vmsta', 'enter');
    await fleet.see('billing-web1 is running');
  });

  it('F-439 shows why an action can not run now', async () => {
    await open({ size: '120x40' });
    await fleet.press('jjj', ':', 'pause');
    await fleet.see('only a running VM can be paused; it is stopped');
  });

  it('says how many actions there are when not all are seen', async () => {
    await open();
    await fleet.press(':', 'down');
    await fleet.see(/Commands \(2 of \d\d\d\)/);
    await fleet.press('vmsta');
    fleet.dontSee('Commands (');
  });

  it('completes with tab', async () => {
    await open();
    await fleet.press(':', 'del', 'tab');
    await fleet.see('vm.delete');
    await fleet.press('esc');
    fleet.dontSee('Commands');
  });
});

describe('the other views', () => {
  it('shows what was really sent, and only the lines with a word', async () => {
    await open();
    await fleet.press('jjj', 's');
    await fleet.see('billing-web1 is running');
    await fleet.press('L');
    await fleet.see('vm.start');
    await fleet.press('/', 'vm.info', 'enter');
    fleet.dontSee('vm.start');
    await fleet.press('esc');
    await fleet.see('NAME');
  });

  it('F-224 F-435 shows what happened', async () => {
    await open();
    await fleet.press('jjj', 's');
    await fleet.see('billing-web1 is running');
    await fleet.press('8');
    await fleet.see(/billing-web1 +\S/);
  });

  it('F-009 shows tasks newest first', async () => {
    await open();
    await fleet.press('jjj', 's');
    await fleet.see('billing-web1 is running');
    await fleet.press('A');
    await fleet.see('starts with its host');
    await fleet.press('t');
    expect(fleet.frame().indexOf('autostart')).toBeLessThan(fleet.frame().indexOf('Start billing-web1'));
    await fleet.press('1');
    await fleet.see('NAME');
  });
});
