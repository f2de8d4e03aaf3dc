import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options?: FleetOptions) => {
  fleet = await openFleet(options);
};
afterEach(() => fleet.close());

describe('back and forward', () => {
  it('lead to the row before a jump and to where one came back from, but not through every step', async () => {
    await open();
    await fleet.press('jjj');
    const first = fleet.cursor();
    await fleet.press('G', 'k');
    const last = fleet.cursor();
    await fleet.press('backspace');
    expect(fleet.cursor()).toBe(first);
    await fleet.press('}');
    expect(fleet.cursor()).toBe(last);
    await fleet.press('ctrl-o');
    expect(fleet.cursor()).toBe(first);
  });

  it('bring the filter back that was there, and take the one away that was not', async () => {
    await open();
    await fleet.press('jjj');
    const first = fleet.cursor();
    await fleet.press('/', 'state:stopped', 'enter', 'j');
    const stopped = fleet.cursor();
    await fleet.press('{');
    fleet.dontSee('filter: state:stopped');
    expect(fleet.cursor()).toBe(first);
    await fleet.press('}');
    await fleet.see('filter: state:stopped');
    expect(fleet.cursor()).toBe(stopped);
  });

  it('lead from view to view, and from the busiest to the tree', async () => {
    await open();
    await fleet.press('jjj');
    const first = fleet.cursor();
    await fleet.press('3');
    await fleet.see('CPU↓');
    await fleet.press('8');
    await fleet.see('HAPPENED');
    await fleet.press('{');
    await fleet.see('CPU↓');
    await fleet.press('{');
    await fleet.see('NAME↑');
    expect(fleet.cursor()).toBe(first);
    await fleet.press('{');
    await fleet.see('there is no place before this one');
  });

  it('unfold what was folded meanwhile, and pass over what is gone', async () => {
    await open();
    await fleet.press('jjj');
    const first = fleet.cursor();
    await fleet.press('G');
    const last = fleet.cursor();
    await fleet.press('g', 'h');
    await fleet.see('▸ Frankfurt');
    fleet.removeVm(last ?? '');
    await fleet.idle();
    await fleet.press('{');
    expect(fleet.cursor()).toBe(first);
    await fleet.see('▾ Frankfurt');
  });

  it('find the row again in a large fleet, where a filter takes several steps', async () => {
    await open({ vms: 5_000 });
    await fleet.press('/', 'state:stopped', 'enter');
    await fleet.idle(500);
    await fleet.press('G', 'kkk');
    const stopped = fleet.cursor();
    await fleet.press('/', 'ctrl-u', 'state:running', 'enter');
    await fleet.idle(500);
    await fleet.press('{');
    await fleet.idle(500);
    expect(fleet.cursor()).toBe(stopped);
  });
});

describe('next match', () => {
  it('goes from match to match of the last filter through the whole tree, round its end', async () => {
    await open();
    await fleet.press('/', 'state:stopped', 'esc');
    const isStopped = () => fleet.vm(({ name }) => name === fleet.cursor()).state === 'stopped';
    await fleet.press('n');
    const first = fleet.cursor();
    expect(isStopped()).toBe(true);
    await fleet.press('n');
    expect(isStopped()).toBe(true);
    expect(fleet.cursor()).not.toBe(first);
    await fleet.press('N');
    expect(fleet.cursor()).toBe(first);
    await fleet.press('N');
    await fleet.see('state:stopped: on from the bottom');
    expect(isStopped()).toBe(true);
  });

  it('looks into what is folded', async () => {
    await open();
    await fleet.press('G');
    const last = fleet.cursor() ?? '';
    await fleet.press('g', 'h', '/', `name:${last}`, 'esc');
    await fleet.see('▸ Frankfurt');
    await fleet.press('n');
    expect(fleet.cursor()).toBe(last);
  });

  it('leads to the fleet from other views, as the filter does', async () => {
    await open();
    await fleet.press('8', '/', 'state:stopped', 'enter');
    await fleet.see('filter: state:stopped');
    fleet.dontSee('HAPPENED');
    await fleet.press('8', 'n');
    fleet.dontSee('HAPPENED');
    expect(fleet.vm(({ name }) => name === fleet.cursor()).state).toBe('stopped');
  });

  it('says how to look for something, and that nothing is like it', async () => {
    await open();
    await fleet.press('n');
    await fleet.see('/ first: it says what to look for');
    await fleet.press('/', 'nosuchname', 'esc', 'n');
    await fleet.see('no VM matches nosuchname');
  });
});

describe('from a list to what it tells of', () => {
  it('goes from an event to its VM, through a filter that hides it, and back', async () => {
    await open();
    await fleet.press('jjj', 's');
    await fleet.see('billing-web1 is running');
    await fleet.press('/', 'wiki', 'enter', '8', 'enter');
    await fleet.see('without the filter, which hid billing-web1');
    expect(fleet.cursor()).toBe('billing-web1');
    await fleet.press('{');
    await fleet.see('HAPPENED');
  });

  it('goes from a task to its VM, and asks to which of several', async () => {
    await open();
    await fleet.press('jjj', 's');
    await fleet.see('billing-web1 is running');
    await fleet.press('G', 't', 'enter');
    expect(fleet.cursor()).toBe('billing-web1');

    await fleet.press('/', 'name:crm-worker*', 'enter', 'space', 'space', 'A');
    await fleet.press('y');
    await fleet.see(/2 done/);
    await fleet.press('t', 'enter');
    await fleet.see('─ Go to ─');
    await fleet.chooseFromMenu('done +crm-worker2');
    expect(fleet.cursor()).toBe('crm-worker2');
  });

  it('says that a VM is gone', async () => {
    await open();
    await fleet.press('jjj', 's');
    await fleet.see('billing-web1 is running');
    await fleet.press('t');
    fleet.removeVm('billing-web1');
    await fleet.idle();
    await fleet.press('enter');
    await fleet.see('billing-web1 is not there any more');
    await fleet.see('STARTED');
  });
});

describe('copying', () => {
  it('puts the name, the address or the JSON of a row on the clipboard, and says so', async () => {
    await open();
    await fleet.press('jjj', 'y');
    await fleet.see('billing-web1 was sent to the clipboard');
    await fleet.press('Y');
    await fleet.see('the JSON of billing-web1 was sent to the clipboard');
    const [name, json = ''] = fleet.copied;
    expect(name).toBe('billing-web1');
    expect(JSON.parse(json)).toMatchObject({ name: 'billing-web1' });
  });

  it('copies the address, and says why there is none', async () => {
    await open();
    const running = fleet.vm(({ ips, state }) => ips.length === 1 && state === 'running');
    const off = fleet.vm(({ ips, state }) => ips.length === 0 && state === 'stopped');
    await fleet.press('/', `name:${running.name}`, 'enter', 'G', 'ctrl-y');
    await fleet.see(`${running.ips[0]} was sent to the clipboard`);
    expect(fleet.copied).toEqual([running.ips[0]]);
    await fleet.press('/', 'ctrl-u', `name:${off.name}`, 'enter', 'G', 'ctrl-y');
    await fleet.see(`no address of ${off.name} is known; it is stopped`);
  });

  it('copies those of all that are marked, one a line', async () => {
    await open();
    await fleet.press('jjj', 'space', 'space', 'y');
    await fleet.see('the names of 2 VMs were sent to the clipboard');
    await fleet.press('Y');
    const [names = '', json = ''] = fleet.copied;
    expect(names.split('\n')).toHaveLength(2);
    expect(JSON.parse(json)).toHaveLength(2);
  });

  it('lets nothing into a shell that it is pasted to but the words of a name from a host', async () => {
    await open();
    const { id } = fleet.vm(({ name }) => name === 'billing-web1');
    fleet.server.change(fleet.server.fleet.rowOf(id), { name: 'web\n\x1b[201~rm -rf \u202e~\u009b' });
    await fleet.idle();
    await fleet.press('/', '"rm -rf"', 'esc', 'n', 'y', 'Y');
    await fleet.see('the JSON of');
    const [name = '', json = ''] = fleet.copied;
    expect(name).toBe('web rm -rf ~');
    expect(json).not.toMatch(/[\u007f-\u009f\u202e]/);
    expect(JSON.parse(json).name).toContain('\u202e');
  });

  it('says that much is too much for a clipboard', async () => {
    await open({ vms: 5_000 });
    await fleet.press('M', 'Y');
    await fleet.see(/is more than terminals take .*: ctrl-e writes a file/);
    expect(fleet.copied).toEqual([]);
  });
});
