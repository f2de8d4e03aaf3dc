import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options?: FleetOptions) => {
  fleet = await openFleet(options);
};
afterEach(() => fleet.close());

const STOPPED = 'jjj';
const RUNNING = 'jj';

describe('the settings of a VM', () => {
  it('F-055 F-071 shows what is saved, complains while typing, and saves only what was changed', async () => {
    await open();
    await fleet.press(STOPPED, 'e');
    await fleet.see(/Memory +4GiB/);
    await fleet.press('ctrl-u', '1x');
    await fleet.see('Memory must be a size like');
    await fleet.press('ctrl-u', '6GiB');
    await fleet.see('4GiB → 6GiB');
    await fleet.press('pgdn', 'enter');
    await fleet.see('Change billing-web1 on fra-01?');
    await fleet.see('Memory: 4GiB → 6GiB, now');
    await fleet.press('n');
    fleet.dontSee('Change billing-web1 on fra-01?');
    await fleet.press('enter');
    await fleet.see('Change billing-web1 on fra-01?');
    await fleet.press('y');
    await fleet.see('billing-web1 has Memory 6GiB saved');
    await fleet.see('6.0G');
  });

  it('F-055 F-072 F-075 changes a running VM now, unless what is saved is chosen', async () => {
    await open();
    await fleet.press(RUNNING, 'e');
    // As the command does that is given no --running.
    await fleet.see('< saved >');
    await fleet.press('right');
    await fleet.see('< running >');
    await fleet.see(/Memory +32GiB/);
    await fleet.press('down', 'ctrl-u', '16GiB', 'pgdn', 'enter');
    await fleet.see('Memory: 32GiB → 16GiB, now');
    await fleet.press('y');
    await fleet.see('billing-db1 has Memory 16GiB now');
  });

  it('does not send what is wrong', async () => {
    await open();
    await fleet.press(STOPPED, 'e');
    await fleet.see(/Memory +4GiB/);
    await fleet.press('ctrl-u', 'nonsense', 'pgdn', 'enter');
    await fleet.see('Memory must be a size');
    await fleet.see('Settings of billing-web1');
  });

  it('says what another client changed meanwhile, and keeps what was typed', async () => {
    await open();
    await fleet.press(STOPPED, 'e');
    await fleet.see(/Memory +4GiB/);
    fleet.changeMemory('billing-web1', 8);
    await fleet.press('ctrl-u', '6GiB', 'pgdn', 'enter');
    await fleet.see(/[Mm]emory.*(8GiB|8589934592|meanwhile|changed)/);
    await fleet.see('8GiB → 6GiB');
    await fleet.press('enter');
    await fleet.see('Memory: 8GiB → 6GiB');
    await fleet.press('y');
    await fleet.see('billing-web1 has Memory 6GiB saved');
  });

  it('says so also when the link was lost and made again while the form was open', async () => {
    await open();
    await fleet.press(STOPPED, 'e');
    await fleet.see(/Memory +4GiB/);
    fleet.server.faults.cutLink();
    await fleet.idle(5_000);
    fleet.server.faults.restoreLink();
    await fleet.idle(20_000);
    fleet.changeMemory('billing-web1', 8);
    await fleet.press('ctrl-u', '6GiB', 'pgdn', 'enter');
    await fleet.see('8GiB → 6GiB');
    await fleet.press('enter');
    await fleet.see('Memory: 8GiB → 6GiB');
    await fleet.press('y');
    await fleet.see('billing-web1 has Memory 6GiB saved');
  });

  it('is changed again in its form, which the task of a failed change says', async () => {
    await open();
    await fleet.press(STOPPED, 'e');
    await fleet.see(/Memory +4GiB/);
    await fleet.press('ctrl-u', '6GiB', 'pgdn', 'enter');
    await fleet.see('Memory: 4GiB → 6GiB');
    fleet.changeMemory('billing-web1', 8);
    await fleet.press('y');
    await fleet.see('8GiB → 6GiB');
    await fleet.press('esc', '7', 'f');
    await fleet.see('fill in its form again');
  });

  it('replaces what stands in a field when the user types, and only adds to it after a move of the caret', async () => {
    await open();
    await fleet.press(STOPPED, 'e');
    await fleet.see(/Memory +4GiB/);
    await fleet.press('6GiB');
    await fleet.see('4GiB → 6GiB');
    await fleet.press('down', 'up', 'end', 'backspace', 'backspace', 'backspace', '4GiB');
    await fleet.see('4GiB → 64GiB');
  });

  it('is left alone with esc', async () => {
    await open();
    await fleet.press(STOPPED, 'e');
    await fleet.see(/Memory +4GiB/);
    await fleet.press('ctrl-u', '6GiB', 'esc');
    fleet.dontSee('Settings of');
    await fleet.idle(2_000);
    fleet.dontSee('6.0G');
  });
});

describe('endpoints', () => {
  it('F-022 F-023 F-440 adds one: platform, fields, test, save', async () => {
    await open();
    await fleet.press('a');
    await fleet.chooseFromMenu('Add endpoint');
    await fleet.see('KVM');
    await fleet.see('Simulated fleet');
    await fleet.chooseFromMenu('Simulated fleet');
    await fleet.see('Add endpoint: Simulated fleet');
    await fleet.press('lab2', 'down', 'ctrl-u', '7', 'pgdn', 'enter');
    await fleet.see('✓ the login works');
    await fleet.press('right', 'enter');
    await fleet.see('lab2 was added');
    await fleet.see('2/2 endpoints');
    expect(await fleet.config()).toMatch(/lab2:\n +platform: fake\n +vms: 7/);
  });

  it('F-032 F-442 shows which check failed and what to do', async () => {
    await open();
    await fleet.press('a', 'enter');
    await fleet.see('Simulated fleet');
    await fleet.chooseFromMenu('Simulated fleet');
    await fleet.see('more');
    await fleet.press('lab2', 'down', 'down', 'down', 'enter');
    await fleet.see('Password');
    await fleet.pressUntil('down', /Any password is right/);
    await fleet.press('wrong');
    await fleet.see('*****');
    fleet.dontSee(/Password +wrong/);
    await fleet.press('pgdn', 'enter');
    await fleet.see('✗ the login works');
    // What is told keeps inside of the frame.
    for (const line of fleet
      .frame()
      .split('\n')
      .filter((text) => text.startsWith('│')))
      expect(line).toMatch(/│$/);

    await fleet.press('right', 'enter');
    await fleet.see('The test failed: save it all the same?');
    await fleet.press('n');
    expect(await fleet.config()).not.toContain('lab2');
    await fleet.press('enter', 'y');
    await fleet.see('lab2 was added, but lab2: Password stands in the file as plain text');
    // All of it can be read, and the keys too.
    await fleet.see('cmd:COMMAND');
    await fleet.see('q quit');
  });

  it('F-025 asks about nothing that can be seen to be wrong', async () => {
    await open();
    await fleet.press('a', 'enter');
    await fleet.see('Simulated fleet');
    await fleet.chooseFromMenu('Simulated fleet');
    await fleet.see('Save');
    await fleet.press('pgdn', 'right', 'enter');
    await fleet.see('Name is needed');
  });

  it('F-026 edits one, and keeps what ids hang on as it is', async () => {
    await open();
    await fleet.press('jj', 'E');
    await fleet.see('Edit endpoint demo');
    await fleet.press('other', 'down', 'ctrl-u', '9');
    fleet.dontSee('demoother');
    fleet.dontSee('→ 9');
  });

  it('F-027 says what leaves the view before it removes one', async () => {
    await open();
    await fleet.press(':', 'endpoint.remove', 'enter');
    await fleet.see('Remove endpoint demo?');
    await fleet.see('from the configuration;');
    await fleet.press('y');
    await fleet.see('Nothing here yet.');
    expect(await fleet.config()).not.toContain('demo:');
  });
});

describe('pools', () => {
  it('F-006 F-013 F-016 makes one and moves a node into it', async () => {
    await open();
    await fleet.press('a');
    await fleet.chooseFromMenu('Add pool');
    await fleet.see('Its name:');
    await fleet.press('Production', 'enter');
    await fleet.see('pool Production was added');
    await fleet.see('─ Production');
    await fleet.press('j', 'j', 'm');
    await fleet.see('Move to pool: node fra-01');
    await fleet.chooseFromMenu('Production');
    await fleet.see('fra-01 is in pool Production now');
    await fleet.press('g');
    await fleet.see(/▾ Production[^\n]*\n +▾ fra-01/);
  });

  it('F-013 nests one in another by keys, and lets none be put into itself', async () => {
    await open({
      config: 'pools:\n  A: {}\n  B: { in: A }\nendpoints:\n  demo: { platform: fake, vms: 6, events-every: 0 }\n',
    });
    await fleet.press('g', 'm');
    await fleet.see('Move pool: A');
    await fleet.chooseFromMenu('B');
    await fleet.see('pool B is inside pool A');
    await fleet.press('g', 'j', 'm');
    await fleet.see('Move pool: B');
    await fleet.chooseFromMenu('\\(no pool\\)');
    await fleet.see('pool B is at the top now');
    await fleet.see(/ {2}▾? ?A[^\n]*\n {2}▾? ?B/);
  });

  it('goes to the pool that was made, wherever it came up', async () => {
    await open();
    await fleet.press('G', 'a');
    await fleet.chooseFromMenu('Add pool');
    await fleet.press('Zoo', 'enter');
    await fleet.see('pool Zoo was added');
    await fleet.see(/─ Zoo ─/);
  });

  it('F-017 edits the provisioning variables of one: changes, adds and takes away', async () => {
    await open({
      config:
        'pools:\n  Prod: { variables: { NET: br0, DIR: /srv } }\nendpoints:\n  demo: { platform: fake, vms: 60, events-every: 0 }\n',
    });
    await fleet.press('g', 'e');
    await fleet.see('Variables of Prod');
    await fleet.press('br1', 'down', 'backspace', 'down', 'ZONE', 'down', 'a b', 'pgdn', 'enter');
    await fleet.see('pool Prod has 2 variables now');
    expect(await fleet.config()).toMatch(/NET: br1[\s\S]*ZONE: a b/);
    expect(await fleet.config()).not.toContain('DIR');
  });

  it('F-013 says what is wrong with a name', async () => {
    await open();
    await fleet.press('a');
    await fleet.chooseFromMenu('Add pool');
    await fleet.press(' x');
    await fleet.see('the name of a pool must not start or end with a space');
  });

  it('F-014 renames one and takes it away', async () => {
    await open({ config: 'pools:\n  Old: {}\nendpoints:\n  demo: { platform: fake, vms: 60, events-every: 0 }\n' });
    await fleet.press('g', 'f2');
    await fleet.see('New name of Old:');
    await fleet.press('ctrl-u', 'New', 'enter');
    await fleet.see('pool Old is now New');
    await fleet.see(/ New +0\/0/);
    await fleet.press('g', 'X');
    await fleet.see('Remove pool New?');
    await fleet.press('y');
    await fleet.see('pool New was removed');
  });
});

describe('a configuration that can not be read', () => {
  it('is told in place of an empty fleet, with the place of the mistake', async () => {
    await open({ config: 'endpoints:\n  demo: { platform: fake\n' });
    await fleet.see("The configuration can't be used.");
    await fleet.see(/config\.yaml:\d+:\d+: /);
    fleet.dontSee('Nothing here yet');
  });
});
