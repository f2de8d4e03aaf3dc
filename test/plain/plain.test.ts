import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenLines, openLines } from './open-lines.ts';

let lines: OpenLines;
beforeEach(async () => {
  lines = await openLines();
});
afterEach(() => lines.close());

describe('line mode', () => {
  it('says what there is, and where the cursor is', async () => {
    await lines.hear(/^drover, simulated, 1\/1 endpoint, 47\/60 VMs running(, CPU \d+%, memory \S+ of \S+)?$/m);
    expect(lines.bytes()).toMatch(/^Frankfurt, pool, 47 of 60 VMs running, unfolded$/m);
  });

  it('counts no VMs before an endpoint has told of any', async () => {
    await lines.close();
    lines = await openLines({ 'host-key': 'unknown' });
    await lines.hear(/^drover, simulated, 0\/1 endpoint, 1 blocked$/m);
    await lines.press('T');
    await lines.hear('Trust demo? y or n:');
    await lines.idle(500);
    await lines.type('y');
    await lines.hear('demo is up');
    await lines.idle(3_000);
    expect(lines.bytes()).not.toMatch(/\b0(\/| of )0 VMs/);
    expect(lines.bytes()).toMatch(/^Frankfurt, pool, \d+ of 60 VMs running, unfolded$/m);
  });

  it('reads what is wrong with the configuration, or that nothing is', async () => {
    await lines.press('!');
    await lines.hear('Nothing is wrong with the configuration.');
  });

  it('says each row that is gone to, and the ends of the list', async () => {
    await lines.press('j');
    await lines.hear(/^fra-01, node, up, 12 of 18 VMs running, unfolded$/m);
    await lines.idle(1_000);
    await lines.press('down');
    await lines.hear(/^billing-db1, running, CPU \d+%, memory [\d.]+G of 32G, on fra-01$/m);
    await lines.idle(1_000);
    await lines.press('g', 'g');
    await lines.hear('the first row');
    await lines.press('G', 'j');
    await lines.hear('the last row');
  });

  it('says of a held key only where it stopped', async () => {
    await lines.idle(1_000);
    await lines.press('j');
    await lines.hear('fra-01');
    await lines.press('j', 'j', 'j', 'j', 'j');
    await lines.idle(1_000);
    expect(lines.said().match(/, on fra-01$/gm)).toHaveLength(1);
  });

  it('folds and unfolds, and says so', async () => {
    await lines.press('j');
    await lines.hear('unfolded');
    await lines.press('h');
    await lines.hear('fra-01, node, up, 12 of 18 VMs running, folded');
    await lines.press('enter');
    await lines.hear('fra-01, node, up, 12 of 18 VMs running, unfolded');
  });

  it('reads all about a VM, tab by tab', async () => {
    await lines.press('j', 'j');
    await lines.hear('billing-db1');
    await lines.press('enter');
    await lines.hear(/^Overview:\nState running \(powered on\)\nNode fra-01 \(endpoint demo\)\nCPU \d+% of 8 vCPUs\n/m);
    await lines.hear('About billing, db');
    await lines.press(']');
    await lines.hear(/^Disks:\nvda .*qcow2/m);
  });

  it('does what keys do on the screen, and says what became of it and of the row', async () => {
    await lines.press('/');
    await lines.type('billing-web1');
    await lines.hear('1 VM matches');
    await lines.hear('billing-web1, stopped');
    await lines.press('s');
    await lines.hear('Start billing-web1…');
    await lines.hear('billing-web1: running');
    await lines.hear('billing-web1 is running');
    await lines.press('s');
    await lines.hear(/^Start: .*running/m);
  });

  it('asks before it interrupts something: nothing is done without a yes', async () => {
    await lines.press('j', 'j', 'S');
    await lines.hear('Shut down billing-db1 on fra-01? y, n, o for options, or t for a time:');
    await lines.type('');
    await lines.press('S');
    await lines.hear('or t for a time:');
    await lines.press('esc');
    await lines.idle(3_000);
    expect(lines.said()).not.toContain('stopping');
    await lines.press('S');
    await lines.hear('or t for a time:');
    await lines.type('y');
    await lines.hear('billing-db1 is stopped');
  });

  it('takes the options of a verb, field by field, and asks again', async () => {
    await lines.press('j', 'j', 'S');
    await lines.hear('or t for a time:');
    await lines.type('o');
    await lines.hear('Shut down: options');
    await lines.hear('1: Force, no');
    await lines.type('1');
    await lines.hear('Force. Cut the power');
    await lines.type('yes');
    await lines.type('continue');
    await lines.hear('Force yes');
    await lines.hear('What the guest has not written to its disks is lost.');
    await lines.type('y');
    await lines.hear('billing-db1 is stopped');
  });

  it('says what deleting takes along, and deletes only after the name was typed', async () => {
    await lines.press('/');
    await lines.type('billing-web1');
    await lines.hear('match');
    await lines.press('X');
    await lines.hear('Is lost: ');
    await lines.hear('Type its name');
    await lines.type('billing');
    await lines.hear('that is not billing-web1');
    await lines.hear('Type its name');
    await lines.type('billing-web1');
    await lines.hear('Delete, Cancel, At a time…:');
    await lines.type('delete');
    await lines.hear('billing-web1 is deleted');
  });

  it('deletes nothing for what was typed before its question, although the name and the button are among it', async () => {
    await lines.press('/');
    await lines.type('billing-web1');
    await lines.hear('match');
    await lines.atOnce('X', ...'billing-web1', 'enter', ...'delete', 'enter');
    await lines.hear('Type its name');
    await lines.idle(5_000);
    expect(lines.server.fleet.inventory().vms.some(({ name }) => name === 'billing-web1')).toBe(true);
    await lines.type('billing-web1');
    await lines.hear('Delete, Cancel, At a time…:');
    await lines.type('delete');
    await lines.hear('billing-web1 is deleted');
  });

  it('ends the question for a name when the VM that it is about is another one, and takes keys again', async () => {
    const { fleet, change } = lines.server;
    const row = [...Array(60).keys()].findIndex((at) => fleet.vm(at)?.name === 'billing-web1');
    await lines.press('/');
    await lines.type('billing-web1');
    await lines.hear('match');
    await lines.press('X');
    await lines.hear('Type its name');
    change(row, { uuid: 'another', identity: 'created later' });
    await lines.hear('nothing was done: demo/vm-');
    await lines.press('?');
    await lines.idle(1_000);
    expect(lines.said()).toContain('The keys of this view');
  });

  it('asks on when a name from the host ends like something that is not done yet', async () => {
    const { fleet, change } = lines.server;
    const row = [...Array(60).keys()].findIndex((at) => fleet.vm(at)?.name === 'billing-web1');
    change(row, { name: `${'x'.repeat(60)}...` });
    await lines.idle(1_000);
    await lines.press('/');
    await lines.type('name:xxx*');
    await lines.hear('match');
    await lines.press('G', 'X');
    await lines.hear('Type its name');
  });

  it('runs a command by its name, offers what fits a few letters, and says why one can not run now', async () => {
    await lines.press('j', 'j', ':');
    await lines.type('vm.pause');
    await lines.hear('Pause billing-db1 on fra-01? y, n, or t for a time:');
    await lines.type('yes');
    await lines.hear('billing-db1 is paused');
    await lines.press(':');
    await lines.type('pau');
    await lines.hear(/^1: Pause, not now: .*paused$/m);
    await lines.type('');
    await lines.press(':');
    await lines.type('xyzzy');
    await lines.hear('no action has such a name: xyzzy');
  });

  it('goes from match to match and back to where one was, and copies what is heard', async () => {
    await lines.press('j', 'j', '/');
    await lines.type('state:stopped');
    await lines.hear('VMs match');
    await lines.press('/');
    await lines.type('');
    await lines.hear('no filter');
    await lines.press('n');
    await lines.hear('crm-worker1, stopped');
    await lines.press('{');
    await lines.hear('billing-web1, stopped');
    await lines.press('y');
    await lines.hear('billing-web1 was sent to the clipboard');
  });

  it('marks, says how many, and shows the plan before it does something to many', async () => {
    await lines.press('j', 'j', 'space', 'space', 'space');
    await lines.hear('3 marked');
    await lines.press('S');
    await lines.hear('billing-db1 on fra-01');
    await lines.hear(/^left out: 1\nbilling-web1: /m);
    await lines.hear('Shut down 2 VMs, leave 1 out? y, n, o for options, or t for a time:');
    await lines.type('n');
  });

  it('says what to do where there is nothing, and what hides everything', async () => {
    await lines.press('/');
    await lines.type('name:absent');
    await lines.hear('0 VMs match');
    await lines.press('j');
    await lines.hear('No VM matches name:absent.');
    await lines.press('esc');
    await lines.hear('Frankfurt, pool');
  });

  it('reads the keys of the row, and lists what was done', async () => {
    await lines.press('j', 'j', '?');
    await lines.hear(/^s: Start\. /m);
    await lines.hear(/^j or down: Down\. /m);
    await lines.press('P');
    await lines.hear('y, n, or t for a time:');
    await lines.type('y');
    await lines.hear('is suspended');
    await lines.press('t');
    await lines.hear(/^tasks:$/m);
    await lines.hear(/done Suspend billing-db1 to disk/);
  });

  it('adds an endpoint: what must be known is asked, the rest can be changed by its number', async () => {
    await lines.press('a');
    await lines.hear('Add what?');
    await lines.type('1');
    await lines.hear(/Simulated fleet/);
    await lines.hear('Number, or the beginning of the words:');
    await lines.type('simulated');
    await lines.hear('Name. ');
    await lines.type('lab 2');
    await lines.hear('letters, digits, dot, dash and underscore only');
    await lines.type('lab2');
    await lines.hear('2: VMs, ');
    await lines.type('2');
    await lines.hear('VMs. ');
    await lines.type('7');
    await lines.hear('Save, Cancel:');
    await lines.type('test');
    await lines.hear('passed: the login works');
    await lines.hear('Save, Cancel:');
    await lines.type('save');
    await lines.hear('lab2 was added');
    expect(await lines.config()).toMatch(/lab2:\n {4}platform: fake\n {4}vms: 7/);
    // The form is gone with its question: keys are keys again.
    await lines.press('g', 'k');
    await lines.hear('the first row');
  });

  it('takes nothing for a command that was typed ahead of a question, and lets a question wait for another', async () => {
    await lines.press('j', 'j', 'a', 'D', 'X', 'enter');
    await lines.hear('DX is none of them');
    await lines.press('esc');
    expect(lines.bytes()).not.toContain('Is lost');
    const first = lines.ask('First?');
    const second = lines.ask('Second?');
    await lines.hear('First? ');
    await lines.type('1');
    await lines.hear('Second? ');
    await lines.type('2');
    expect(await Promise.all([first, second])).toEqual(['1', '2']);
  });

  it('trusts no host by what was typed for something else when the question came', async () => {
    await lines.close();
    lines = await openLines({ 'host-key': 'unknown' });
    await lines.press('r');
    await lines.hear('Trust demo? y or n:');
    await lines.type('y');
    await lines.idle(500);
    expect(lines.said()).toBe(' ');
    await lines.type('y');
    await lines.hear('demo is up');
  });

  it('opens a console, and leaves when it is told to', async () => {
    await lines.press('j', 'j', 'c');
    await lines.hear('detached from the console of billing-db1');
    expect(lines.attached).toHaveLength(1);
    await lines.press('q');
    expect(lines.hasQuit()).toBe(true);
  });

  it('reads the tour', async () => {
    await lines.press(':');
    await lines.type('view.tour');
    await lines.hear(/^j k l h: move, unfold and fold/m);
    await lines.hear(/^\? q: all keys; leave$/m);
  });

  it('says what only a screen can show, and has no key without an answer', async () => {
    await lines.press('ctrl-t');
    await lines.hear('a theme is for the full screen');
    await lines.press('w');
    await lines.hear('for the full screen');
    await lines.press('f12');
    await lines.hear('f12 has no meaning here');
  });

  it('says what becomes of the row under the cursor, at most every two seconds', async () => {
    await lines.press('j', 'j');
    await lines.hear('billing-db1, running');
    await lines.idle(5_000);
    expect(lines.said()).not.toContain('billing-db1');
    const { fleet, enter } = lines.server;
    const row = [...Array(60).keys()].findIndex((at) => fleet.vm(at)?.name === 'billing-db1');
    enter(row, 'crashed');
    await lines.hear('billing-db1: crashed');
    for (const state of ['paused', 'running', 'suspended'] as const) {
      enter(row, state);
      await lines.idle(500);
    }
    await lines.hear('billing-db1: suspended');
    expect(lines.bytes()).not.toContain('billing-db1: paused');
  });

  it('writes nothing that a terminal would obey', async () => {
    await lines.press('j', 'j', 'enter', 'j', 'j', '?');
    await lines.idle(3_000);
    expect(lines.bytes()).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });
});
