import { afterEach, describe, expect, it } from 'vitest';
import { vm as vmSchema } from '../../src/cli/schema/vm.ts';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options?: FleetOptions) => {
  fleet = await openFleet(options);
};
afterEach(() => fleet.close());

/** The third row is billing-db1, which runs; the fourth billing-web1, which is stopped. */
const DETACH = '\x1d';
const RUNNING = 'jj';
const STOPPED = 'jjj';
const stateOf = (name: string) => fleet.vm((vm) => vm.name === name).state;

describe('actions on a VM', () => {
  it('F-045 F-012 starts a stopped VM at once and says when it runs', async () => {
    await open();
    await fleet.press(STOPPED, 's');
    await fleet.see('billing-web1 is running');
    expect(stateOf('billing-web1')).toBe('running');
  });

  it('F-050 F-012 asks before it shuts a VM down, naming VM and node', async () => {
    await open();
    await fleet.press(RUNNING, 'S');
    await fleet.see('Shut down billing-db1 on fra-01?');
    await fleet.press('n');
    fleet.dontSee('Shut down billing-db1 on fra-01?');
    await fleet.idle(2_000);
    expect(stateOf('billing-db1')).toBe('running');
    await fleet.press('S', 'y');
    await fleet.see('billing-db1 is stopped');
  });

  it('F-048 pauses and resumes with the same key', async () => {
    await open();
    await fleet.press(RUNNING, 'p', 'y');
    await fleet.see('billing-db1 is paused');
    await fleet.press('p');
    await fleet.see('billing-db1 is running');
  });

  it('suspends a VM to disk and shows it so', async () => {
    await open();
    await fleet.press(RUNNING, 'P', 'y');
    await fleet.see('billing-db1 is suspended');
  });

  it('shows the console log of a VM, also in a read-only run', async () => {
    await open({ readOnly: true });
    await fleet.press(RUNNING, 'O');
    await fleet.see('billing-db1 login:');
  });

  it('calls a VM in its events by its name when it is gone as well', async () => {
    await open();
    await fleet.press(STOPPED, 'X');
    await fleet.see('Is lost: ');
    await fleet.press('billing-web1', 'pgdn', 'enter');
    await fleet.see('billing-web1 is deleted');
    await fleet.press('8');
    await fleet.see(/billing-web1 +Deleted with its disks/);
  });

  it('says before anything is sent that disks can not be kept where they can not', async () => {
    await open({ values: { 'disks-go': true } });
    await fleet.press(STOPPED, 'X');
    await fleet.see('Is lost: ');
    await fleet.press('shift-tab', 'shift-tab', 'right');
    await fleet.see("Disks can't be kept: this fleet deletes the disks of a VM together");
  });

  it('F-005 F-068 says why an action can not run on this VM', async () => {
    await open();
    await fleet.press(STOPPED, 'p');
    await fleet.see('Pause: only a running VM can be paused; it is stopped');
  });

  it('tells why not for a while, and then shows what is there again', async () => {
    await open();
    await fleet.press(STOPPED, 'p');
    await fleet.see('Pause: only a running VM');
    await fleet.idle(10_000);
    fleet.dontSee('Pause: only a running VM');
  });

  it('F-233 F-439 F-443 says what the platform can not do', async () => {
    await open({ values: { without: 'vm.pause' } });
    await fleet.press(RUNNING, 'p');
    await fleet.see(/Pause: /);
    expect(stateOf('billing-db1')).toBe('running');
  });

  it('refuses every change in a read-only run', async () => {
    await open({ readOnly: true });
    await fleet.press(STOPPED, 's');
    await fleet.see('Start: this run is read-only');
  });

  it('F-058 lists what deleting takes along, and deletes only after the name was typed', async () => {
    await open();
    await fleet.press(STOPPED, 'X');
    await fleet.see('Delete billing-web1 on fra-01?');
    await fleet.see(/Is lost: .*qcow2/);
    await fleet.press('billing', 'pgdn', 'enter');
    await fleet.see('that is not billing-web1: nothing was done');
    expect(stateOf('billing-web1')).toBe('stopped');
    // The cursor is back where the name goes, and what was typed wrongly gives way to what is typed now.
    await fleet.press('billing-web', 'enter', 'enter');
    await fleet.see('that is not billing-web1');
    expect(stateOf('billing-web1')).toBe('stopped');
    await fleet.press('1', 'enter', 'enter');
    await fleet.see('billing-web1 is deleted');
  });

  it.each([
    ['nothing that can be seen', '\u202e'],
    ['blanks alone', '  '],
  ])('deletes a VM whose name is %s only after something was typed', async (_what, name) => {
    await open();
    await fleet.press(STOPPED);
    const { id } = fleet.vm((vm) => vm.name === 'billing-web1');
    fleet.server.change(fleet.server.fleet.rowOf(id), { name });
    await fleet.idle(1_000);
    await fleet.press('X');
    await fleet.see(/Is lost: .*qcow2/);
    await fleet.press('pgdn', 'enter');
    await fleet.see('nothing was done');
    expect(fleet.vm((vm) => vm.id === id)).toBeDefined();
    const native = id.slice(id.indexOf('/') + 1);
    await fleet.press(native, 'pgdn', 'enter');
    await fleet.see('is deleted');
  });

  it('takes the name as it is seen, whatever blanks stand in it', async () => {
    await open();
    await fleet.press(STOPPED);
    const { id } = fleet.vm((vm) => vm.name === 'billing-web1');
    fleet.server.change(fleet.server.fleet.rowOf(id), { name: ' billing  web1 ' });
    await fleet.idle(1_000);
    await fleet.press('X');
    await fleet.see(/Is lost: .*qcow2/);
    await fleet.press('billing web1', 'pgdn', 'enter');
    await fleet.see('is deleted');
  });

  it('F-057 keeps the disks when that is chosen', async () => {
    await open();
    await fleet.press(STOPPED, 'X');
    await fleet.see(/Is lost: .*qcow2/);
    await fleet.press('pgup', 'space');
    await fleet.see(/Stays: .*system\.qcow2/);
  });

  it('tells what went wrong, and what can be done', async () => {
    await open({ values: { fails: 'vm.start' } });
    await fleet.press(STOPPED, 's');
    await fleet.see('billing-web1: Starting failed half-way');
    await fleet.see('see its details');
    await fleet.idle(20_000);
    await fleet.see('billing-web1: Starting failed half-way');
    await fleet.idle(10_000);
    fleet.dontSee('see its details');
  });

  it('F-064 F-294 F-367 switches autostart to what it is not', async () => {
    await open();
    await fleet.press(STOPPED, 'A');
    await fleet.see('billing-web1 starts with its host');
    await fleet.press('A');
    await fleet.see('billing-web1 does not start with its host');
  });
});

describe('a command that is chosen by its name', () => {
  it('is not for the VM that came into the place of the one it was meant for', async () => {
    await open();
    await fleet.press(STOPPED, 'jj');
    expect(fleet.cursor()).toBe('crm-worker1');
    await fleet.press(':', 'vm.start');
    fleet.removeVm('crm-worker1');
    await fleet.idle(2_000);
    await fleet.press('enter');
    await fleet.see('Start: what it was for is gone');
    await fleet.idle(5_000);
    expect(stateOf('crm-worker2')).toBe('stopped');
  });
});

describe('actions on marked VMs', () => {
  it('F-036 F-448 starts all that can be, and gives a result for each', async () => {
    await open();
    await fleet.press('jj', 'space', 'space', 'space', 'space', 'space', 's', 'y');
    await fleet.see(/Start 3 VMs: 3 done/);
    await fleet.press('7');
    await fleet.see('3/3');
    await fleet.see('crm-worker1 is running');
  });

  it('asks once, with the names, and says which are left out', async () => {
    await open();
    await fleet.press('jj', 'space', 'space', 'space', 'S');
    await fleet.see('Shut down 2 VMs, leave 1 out?');
    await fleet.see('not billing-web1: only a VM that is on can be shut down');
    await fleet.see('crm-queue1 on fra-01');
  });

  it('shows the whole plan before it starts more than one, and starts nothing without a yes', async () => {
    await open();
    await fleet.press('jj', 'space', 'space', 'space', 'space', 's');
    await fleet.see('Start 2 VMs, leave 2 out?');
    await fleet.see('billing-web1 on fra-01 (stopped)');
    await fleet.see('not billing-db1:');
    await fleet.press('n');
    await fleet.idle(3_000);
    expect(stateOf('billing-web1')).toBe('stopped');
    await fleet.see('4 marked');
  });

  it('opens no more viewers at once than there is room for windows', async () => {
    await open();
    await fleet.press('g', 'x');
    await fleet.see(/Viewer: \d\d VMs are too many at once: choose 8 at most/);
    fleet.dontSee('leave');
  });

  it('takes the marks of what is done away, so that the next key is not for them too', async () => {
    await open();
    await fleet.press('jj', 'space', 'space', 'j', 'space', 's');
    await fleet.see('3 marked');
    await fleet.press('y');
    await fleet.see('Start 2 VMs: 2 done');
    fleet.dontSee('marked');
  });

  it('keeps the marks of what failed, so that the same key tries it again', async () => {
    await open({ values: { fails: 'vm.start' } });
    await fleet.press('jjj', 'space', 'j', 'space', 's', 'y');
    await fleet.see('2 failed');
    await fleet.see('2 marked');
    await fleet.press('s');
    await fleet.see('Start 2 VMs?');
  });

  it('asks before it does anything to a marked one that the filter hides', async () => {
    await open();
    await fleet.press(STOPPED, 'space', '/', 'name:crm*', 'enter');
    fleet.dontSee('billing-web1 ');
    await fleet.press('s');
    await fleet.see('Start billing-web1 on fra-01?');
    await fleet.press('n');
    expect(stateOf('billing-web1')).toBe('stopped');
  });

  it('opens the console of the VM under the cursor, whatever is marked', async () => {
    await open();
    await fleet.press(STOPPED, 'space', '/', 'name:crm-queue1', 'enter');
    await fleet.pressUntil('j', /─ crm-queue1 ─/);
    await fleet.press('c');
    await fleet.see('crm-queue1 login:');
  });

  it('F-036 acts on all VMs below a node or a pool, after a plan that lists every one', async () => {
    await open();
    await fleet.press('g', 'S');
    await fleet.see('Shut down 48 VMs in pool Frankfurt, leave 12 out?');
    // What will be done is seen before anybody says yes; what is left out stands below it.
    expect(fleet.frame().split('\n')[2]).toContain('billing-db1 on fra-01 (running)');
    fleet.dontSee('not billing-web1');
    await fleet.press('G');
    await fleet.see('left out: 12');
    await fleet.see(/not billing-web1: only a VM that is on/);
    await fleet.see(/[1-9]\d* above, 0 below/);
    await fleet.press('esc', 'j', 'S');
    await fleet.see('Shut down 12 VMs in node fra-01, leave 6 out?');
    await fleet.see('Type 12:');
    await fleet.press('y', 'enter');
    await fleet.see('that is not 12');
    await fleet.press('1', '2', 'enter');
    await fleet.see(/Shut down 12 VMs: \d+ done/);
  });

  it('deletes nothing that was not pointed at: a node is not all of its VMs then', async () => {
    await open();
    await fleet.press('j', ':', 'vm.delete', 'enter');
    await fleet.see('go to a VM first, or mark some');
  });

  it('marks all VMs of a node or a pool with one key, and takes the marks back with it', async () => {
    await open();
    await fleet.press('j', 'space');
    await fleet.see('18 marked');
    await fleet.press('space');
    fleet.dontSee('marked');
    await fleet.press('h', 'h', 'space');
    await fleet.see('60 marked');
  });

  it('asks for the number before it deletes many', async () => {
    await open();
    await fleet.press('jjj', 'space', 'j', 'space', 'X');
    await fleet.see('Delete 2 VMs?');
    await fleet.press('1', 'pgdn', 'enter');
    await fleet.see('that is not 2: nothing was done');
    await fleet.press('2', 'pgdn', 'enter');
    await fleet.see('Delete 2 VMs: 2 done');
    await fleet.see('/58 VMs running');
  });

  it('tries the failed ones again', async () => {
    await open({ values: { fails: 'vm.start' } });
    await fleet.press('jjj', 'space', 'j', 'space', 's', 'y');
    await fleet.see('2 failed');
    await fleet.press('7', 'f');
    await fleet.see('Start 2 VMs?');
    await fleet.press('y');
    await fleet.see(/\d\d +(running|failed|partly) +Start 2 VMs[^\n]*\n[^\n]*failed +Start 2 VMs/);
    // The first of the two as well, however many have begun since.
    await fleet.see(/failed +Start 2 VMs[^\n]*\n[^\n]*failed +Start 2 VMs/);
    await fleet.press('j', 'f');
    await fleet.see('Start 2 VMs?');
  });
});

describe('tasks', () => {
  it('F-009 F-220 F-481 shows a task under way and cancels it', async () => {
    await open();
    await fleet.press(STOPPED, 's', '7');
    await fleet.see(/running +Start billing-web1/);
    await fleet.press('x');
    await fleet.see(/cancelled +Start billing-web1/);
  });
});

describe('leaving', () => {
  it('quits at once when nothing is under way', async () => {
    await open();
    await fleet.press('q');
    expect(fleet.hasQuit()).toBe(true);
  });

  it('goes back from another view in place of quitting', async () => {
    await open();
    for (const view of ['7', '8', 'L']) {
      await fleet.press(view, 'q');
      expect(fleet.hasQuit()).toBe(false);
      await fleet.see('MEMORY');
    }
    await fleet.press('q');
    expect(fleet.hasQuit()).toBe(true);
  });

  it('asks while a task runs, and ctrl-c does not', async () => {
    await open();
    await fleet.press(STOPPED, 's', 'q');
    await fleet.see('A task is running. Quit anyway?');
    expect(fleet.hasQuit()).toBe(false);
    await fleet.press('ctrl-c');
    expect(fleet.hasQuit()).toBe(true);
  });

  it('never quits with esc', async () => {
    await open();
    await fleet.press('esc', 'esc', 'esc', 'esc');
    expect(fleet.hasQuit()).toBe(false);
    await fleet.see('VMs running');
  });
});

describe('typing', () => {
  it('never takes pasted text for commands', async () => {
    await open();
    await fleet.press(RUNNING);
    await fleet.paste('Sy\nDy\n');
    await fleet.idle(2_000);
    expect(stateOf('billing-db1')).toBe('running');
  });

  it('sends what is typed right behind the key that opens a dialog to the dialog', async () => {
    await open();
    await fleet.type('/name:gateway\r');
    await fleet.see('filter: name:gateway');
    expect(fleet.cursor()).toBe('gateway');
  });
});

describe('a console', () => {
  it('F-062 F-465 hands the terminal over and comes back to the same row', async () => {
    await open();
    await fleet.press(RUNNING, 'c');
    await fleet.see('billing-db1 login:');
    expect(fleet.line('billing-db1 on fra-01')).toMatch(/ctrl-\] detaches {2}ctrl-\\ menu$/);
    await fleet.press('q');
    await fleet.see('billing-db1 login: q');
    await fleet.press(DETACH);
    await fleet.see('detached from billing-db1 on fra-01, which stays open: 0 leads back');
    expect(fleet.cursor()).toBe('billing-db1');
  });

  it('F-038 F-449 opens a shell on the node of a VM', async () => {
    await open();
    await fleet.press(RUNNING, 'o');
    await fleet.see('root@fra-01:');
    await fleet.press('exit\r');
    await fleet.see('a shell on fra-01 was closed from the other side');
  });

  it('says that a VM that is off has none', async () => {
    await open();
    await fleet.press(STOPPED, 'c');
    await fleet.see('Console: only a VM that is on has a console; it is stopped');
  });
});

describe('a console that another client has', () => {
  it('is taken over only after a question', async () => {
    await open();
    const { id } = fleet.vm(({ name }) => name === 'billing-db1');
    const thrownOut: string[] = [];
    fleet.server.visitors.set(fleet.server.fleet.rowOf(id), (why) => void thrownOut.push(why));
    await fleet.press(RUNNING, 'c');
    await fleet.see('Take the console of billing-db1 on fra-01 over?');
    // It comes late: a key that was meant for something else must not take the console over.
    await fleet.press('y');
    await fleet.see('Take the console of billing-db1 on fra-01 over?');
    await fleet.idle(500);
    expect(thrownOut).toEqual([]);
    await fleet.press('y');
    await fleet.see('billing-db1 login:');
    expect(thrownOut).toEqual(['The console was taken over.']);
  });
});

describe('the clipboard', () => {
  it('gets the name, or the row as JSON', async () => {
    await open();
    await fleet.press(RUNNING, 'y', 'Y');
    expect(fleet.copied[0]).toBe('billing-db1');
    const copied = JSON.parse(fleet.copied[1] ?? '');
    expect(copied).toMatchObject({ name: 'billing-db1', state: 'running', node: expect.any(String) });
    expect(Object.keys(copied).sort()).toEqual(Object.keys(vmSchema.properties ?? {}).sort());
  });
});

describe('the options of a verb', () => {
  it('can be chosen at its question, which then says what they cost', async () => {
    await open();
    await fleet.press('jj', 'S');
    await fleet.see(/Shut down billing-db1 on fra-01\?[\s\S]*y yes {3}n no {3}o options/);
    await fleet.press('o');
    await fleet.see('Shut down: options');
    await fleet.press('space', 'pgdn', 'enter');
    await fleet.see('Force yes');
    await fleet.see('What the guest has not written to its disks is lost.');
    await fleet.press('y');
    await fleet.see('billing-db1 is stopped');
  });

  it('are not asked for where there are none', async () => {
    await open();
    await fleet.press('jj', 'P');
    await fleet.see('Suspend billing-db1 on fra-01 to disk?');
    fleet.dontSee('options');
  });
});
