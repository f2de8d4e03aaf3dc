import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options?: FleetOptions) => {
  fleet = await openFleet(options);
};
afterEach(() => fleet.close());

const stateOf = (name: string) => fleet.vm((vm) => vm.name === name).state;

describe('a question about something that can be lost', () => {
  it.each(['enter', 'space', 'tab', 's', 'j'])('does not take %s for yes', async (key) => {
    await open();
    await fleet.press('jj', 'S');
    await fleet.see('Shut down billing-db1 on fra-01?');
    await fleet.press(key);
    await fleet.idle(3_000);
    await fleet.see('Shut down billing-db1 on fra-01?');
    expect(stateOf('billing-db1')).toBe('running');
    await fleet.press('n');
    fleet.dontSee('Shut down billing-db1 on fra-01?');
  });

  it('does not take Enter for yes in the plan for many', async () => {
    await open();
    await fleet.press('jj', 'space', 'space', 'S');
    await fleet.see('y yes');
    await fleet.press('enter');
    await fleet.idle(3_000);
    expect(stateOf('billing-db1')).toBe('running');
    await fleet.see('y yes');
  });

  it('says that what would be lost is not known when the platform can not tell, and takes the name all the same', async () => {
    await open({ values: { fails: 'vm.planDelete' } });
    await fleet.press('jjj', 'X');
    await fleet.see('What it would take along is not known:');
    fleet.dontSee('No disk goes with it.');
    fleet.dontSee('Looking what would be lost');
    await fleet.press('billing-web1', 'pgdn', 'enter');
    await fleet.see('billing-web1 is deleted');
  });
});

describe('the form that deletes', () => {
  it('has its cursor in the name again after a wrong one, so that the right one can be typed', async () => {
    await open();
    await fleet.press('jjj', 'X');
    await fleet.see('Is lost: ');
    await fleet.press('wrong', 'pgdn', 'enter');
    await fleet.see('that is not billing-web1: nothing was done');
    await fleet.press('billing-web1', 'pgdn', 'enter');
    await fleet.see('billing-web1 is deleted');
  });
});
