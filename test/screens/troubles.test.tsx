import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options?: FleetOptions) => {
  fleet = await openFleet(options);
};
afterEach(() => fleet.close());

const title = () => fleet.frame().split('\n')[0] ?? '';

describe('an endpoint that waits for the user', () => {
  it('names the key that trusts its host key, and is connected with it', async () => {
    await open({ values: { 'host-key': 'unknown' } });
    await fleet.see(/demo +blocked, press T: the key of demo is not trusted/);
    await fleet.see('press T (Trust host key) on demo');
    fleet.dontSee('drover endpoint');
    expect(fleet.frame().split('\n').at(-1)).toContain('T trust host key');
    expect(title()).toContain('1 blocked');
    await fleet.press('T');
    await fleet.see('Trust demo');
    await fleet.idle(500);
    await fleet.press('y');
    await fleet.see(/\d+\/60 VMs running/);
    fleet.dontSee('blocked');
  });
});

describe('the title', () => {
  it('counts what is in trouble, and its view lists just that', async () => {
    await open({ values: { fails: 'vm.start' } });
    expect(title()).not.toContain('in trouble');
    await fleet.press('jjj', 's');
    await fleet.see('! 1 in trouble');
    await fleet.press('/', 'trouble:*', 'enter');
    await fleet.see('filter: trouble:* (1)');
    await fleet.see(/billing-web1 +✗ error/);
  });

  it('adds up CPU and memory of the endpoints that are heard of', async () => {
    await open({ size: '120x40' });
    expect(title()).toMatch(/CPU \d+% {2}memory \d+G of 1\.8T/);
    fleet.server.faults.freeze();
    await fleet.see('1 stale');
    expect(title()).not.toMatch(/CPU|memory/);
    expect(title()).toContain('47/60 VMs running');
  });

  it('has a mark for a run that may change nothing', async () => {
    await open({ readOnly: true });
    expect(title()).toContain('read-only');
    await fleet.resize('40x10');
    await fleet.see('read-only');
  });

  it('keeps what is wrong before all else where it is narrow', async () => {
    await open({ size: '40x10' });
    fleet.server.faults.freeze();
    await fleet.see(/0\/1 endpoint {2}1 stale/);
  });

  it('shows a filter that is not understood as no filter, with the reason', async () => {
    await open({ size: '120x40' });
    await fleet.press('/', 'state:runing', 'enter');
    await fleet.see('not understood in the filter: there is no state runing (did you mean running?)');
    expect(title()).toContain('no filter: state:runing');
    fleet.dontSee('filter: state:runing (');
    await fleet.press('/', ' web', 'enter');
    expect(title()).toMatch(/filter in part: state:runing web \(\d+\)/);
    await fleet.resize('200x40');
    expect(title()).toMatch(/filter in part: state:runing web \(\d+\): there is no state runing/);
  });
});

describe('a filter that finds nothing', () => {
  it('says that it compares whole names', async () => {
    await open();
    await fleet.press('/', 'name:billing', 'enter');
    await fleet.see('No VM matches name:billing.');
    await fleet.see('name: compares the whole text: name:*billing* finds parts of it.');
    await fleet.press('/', 'ctrl-u', 'name:*billing*', 'enter');
    await fleet.see('billing-db1');
  });
});

describe('what is wrong with the configuration', () => {
  it('stays in the title, and a key shows all of it with what to do', async () => {
    await open({
      config:
        'mouse: maybe\nthemes: dark\nendpoints:\n  demo:\n    platform: fake\n    vms: 60\n    seed: 1\n    events-every: 0\n  h2:\n    platfrom: fake\n',
      size: '120x40',
    });
    await fleet.idle(60_000);
    expect(title()).toContain('config: 3 wrong (!)');
    await fleet.press('!');
    // Where lines are broken depends on the path of the file.
    for (const word of ['"themes"', 'theme?)', 'take it out', 'mouse', '"platfrom"', 'platform?)']) {
      await fleet.see(word);
    }
    await fleet.press('esc');
    fleet.dontSee('take it out');
  });

  it('is nothing when nothing is wrong', async () => {
    await open();
    expect(title()).not.toContain('configuration');
    await fleet.press('!');
    await fleet.see('Nothing is wrong with the configuration.');
  });
});

describe('the keys of a branch', () => {
  it('are in the bar and in the help when they are for all VMs below it', async () => {
    await open();
    const bar = () => fleet.frame().split('\n').at(-1) ?? '';
    expect(bar()).toContain('S shut down all  D force off all');
    await fleet.press('j');
    expect(bar()).toContain('D force off all');
    await fleet.press('?');
    await fleet.see('All VMs below this row, after a list of them was shown');
    await fleet.see(/D +Force off/);
    fleet.dontSee(/X +Delete /);
    await fleet.press('esc', 'j');
    expect(bar()).not.toContain('all ');
  });
});

describe('what is saved', () => {
  it('of a demo is not said to be kept', async () => {
    await open({ demo: true });
    await fleet.press('W');
    await fleet.chooseFromMenu('Save this one');
    await fleet.press('mine', 'enter');
    await fleet.see('kept as mine until this demo ends; nothing of a demo is saved');
  });
});

describe('the busiest', () => {
  it('take their order with them when the flat list is left', async () => {
    await open();
    for (const key of ['f', '1', '2', '3']) {
      await fleet.press('3');
      await fleet.see('CPU↓');
      await fleet.press(key);
      await fleet.see('NAME↑');
      await fleet.press('1');
      await fleet.idle(100);
    }
  });

  it('leave an order alone that was chosen since', async () => {
    await open();
    await fleet.press('3', 'F');
    await fleet.chooseFromMenu('memory ');
    await fleet.press('f');
    await fleet.see('MEMOR↓');
  });
});
