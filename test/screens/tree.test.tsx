import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options?: FleetOptions) => {
  fleet = await openFleet(options);
};
afterEach(() => fleet.close());

describe('the tree', () => {
  it.each(['80x24', '120x40', '250x70'])('F-001 F-113 F-126 looks like this at %s', async (size) => {
    await open({ size });
    await fleet.press('jjj');
    await fleet.idle(1_000);
    await expect(fleet.frame()).toMatchFileSnapshot(`../golden/fleet-${size}.txt`);
  });

  it('F-069 shows states by sign and word without any colour, and where the cursor is', async () => {
    await open({ colours: 'none', theme: 'none' });
    await fleet.press('jjj');
    expect(fleet.line('billing-web1')).toContain('○ stopped');
    expect(fleet.painted()).toMatch(/\x1b\[7m *billing-web1/);
    expect(fleet.painted()).not.toMatch(/\x1b\[[\d;]*3[0-8];/);
  });

  it('draws with ASCII alone where the terminal has nothing else', async () => {
    await open({ glyphs: 'ascii' });
    await fleet.press('jjj');
    await fleet.idle(500);
    await expect(fleet.frame()).toMatchFileSnapshot('../golden/fleet-ascii.txt');
    expect(fleet.frame().replaceAll('…', '')).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('takes "jjj" in one piece as three keys', async () => {
    await open();
    await fleet.press('jjjj');
    expect(fleet.cursor()).toBe('crm-queue1');
  });

  it('scrolls only when the cursor leaves the window', async () => {
    await open({ size: '80x24' });
    const firstRow = () => fleet.frame().split('\n')[2];
    const before = firstRow();
    await fleet.press('jjjjjjjjjjj');
    expect(firstRow()).toBe(before);
    await fleet.press('j');
    expect(firstRow()).not.toBe(before);
    await fleet.press('k');
    expect(fleet.frame().split('\n')[2]).toContain('fra-01');
  });

  it('keeps the cursor on its VM, and where it is on the screen, when rows come and go', async () => {
    await open();
    const placeOf = (name: string) =>
      fleet
        .frame()
        .split('\n')
        .findIndex((line) => line.includes(name));
    await fleet.press('j'.repeat(20), 'k');
    const name = fleet.cursor() ?? '';
    const place = placeOf(name);
    fleet.removeVm('billing-web1');
    await fleet.see('47/59 VMs');
    expect(fleet.cursor()).toBe(name);
    expect(placeOf(name)).toBe(place);
    fleet.removeVm(name);
    await fleet.see('58 VMs');
    expect(fleet.cursor()).not.toBe(name);
    expect(placeOf(fleet.cursor() ?? '')).toBe(place);
  });

  it('folds a node and goes from a VM to its node with the same key', async () => {
    await open();
    await fleet.press('jjjj', 'h');
    expect(fleet.cursor()).toBe('fra-01');
    await fleet.press('h');
    fleet.dontSee('crm-queue1');
    await fleet.press('l');
    await fleet.see('crm-queue1');
  });

  it('does nothing with one esc too many: the next verb is not for the whole node', async () => {
    await open();
    await fleet.press('jjj', 'esc', 'esc');
    expect(fleet.cursor()).toBe('billing-web1');
    await fleet.see('h goes up');
  });

  it('F-010 paints nothing while only what is out of sight changes', async () => {
    await open();
    await fleet.press('/', 'zzzz', 'enter');
    await fleet.idle(10_000);
    const before = fleet.frames();
    await fleet.idle(10_000);
    expect(fleet.frames()).toBe(before);
  });

  it('never lets names from hosts reach the terminal as they are', async () => {
    await open({ values: { 'odd-names': true }, size: '120x40' });
    await fleet.press('G', 'g');
    expect(fleet.painted().replace(/\x1b\[[\d;]*m/g, '')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    for (const line of fleet.frame().split('\n')) expect([...line].length).toBeLessThanOrEqual(121);
  });

  it('asks for more room on a tiny terminal, and takes it when it comes', async () => {
    await open({ size: '20x5' });
    expect(fleet.frame()).toContain('drover needs');
    expect(fleet.frame().split('\n').length).toBeLessThanOrEqual(5);
    await fleet.resize('60x12');
    await fleet.see('billing-db1');
    expect(fleet.frame().split('\n')).toHaveLength(12);
  });

  it('F-008 shows the disks, networks and events of a VM in tabs', async () => {
    await open({ size: '120x40' });
    await fleet.press('jj');
    await fleet.see('─ billing-db1');
    await fleet.press(']');
    await fleet.see('.qcow2');
    await fleet.press(']');
    await fleet.see(/([0-9a-f]{2}:){5}[0-9a-f]{2}/);
  });

  it('F-040 F-124 shows what a node is and has', async () => {
    await open({ size: '120x40' });
    await fleet.press('j');
    await fleet.see('12 running');
    await fleet.see('paused');
    await fleet.press('tab');
    await fleet.see(/Operating system|Kernel|Processor|CPU model/i);
  });

  it('F-019 F-123 adds a pool up', async () => {
    await open({ size: '120x40' });
    await fleet.see('4 up, 0 down');
    await fleet.see('60: 47 running');
    await fleet.see('VMs per node');
  });

  it('F-008 lists the VMs of a pool, with their states and loads', async () => {
    await open({ size: '120x40' });
    await fleet.press('tab', ']');
    await fleet.see(/running +\d+% +billing-db1/);
    await fleet.press(']');
    await fleet.see('CPU: now');
  });
});

describe('marks', () => {
  it('marks and steps, inverts, marks a range, and forgets with esc', async () => {
    await open();
    await fleet.press('jj', 'space', 'space');
    await fleet.see('2 marked');
    await fleet.press('*');
    await fleet.see('58 marked');
    await fleet.press('esc');
    fleet.dontSee('marked');
    await fleet.press('v', 'jj', 'v');
    await fleet.see('3 marked');
  });
});

describe('the filter', () => {
  it('F-129 F-482 shows what matches while it is typed, and all again with esc', async () => {
    await open();
    await fleet.press('/', 'state:run name:*db*');
    await fleet.see('billing-db1');
    fleet.dontSee('crm-queue1');
    await fleet.press('enter');
    await fleet.see('filter: state:run name:*db*');
    await fleet.press('esc');
    await fleet.see('crm-queue1');
  });

  it('F-129 finds its VMs in a fleet of thousands too, and draws them without another key', async () => {
    await open({ vms: 3_000 });
    await fleet.press('/', 'name:gateway');
    await fleet.see(/filter: name:gateway \(\d\d\)/);
    fleet.dontSee('ci11-db1');
    await fleet.press('esc');
    await fleet.see('ci11-db1');
  });

  it('says under the query what it does not understand', async () => {
    await open();
    await fleet.press('/', 'web stat:run');
    await fleet.see('^ there is nothing called stat to filter by (did you mean state?)');
  });

  it('has its row back under the cursor when a filter that let nothing through is gone', async () => {
    await open();
    await fleet.press('jjj', '/', 'wiki-nothing', 'esc');
    expect(fleet.cursor()).toBe('billing-web1');
    await fleet.press('/', 'wiki-nothing', 'enter', 'esc');
    expect(fleet.cursor()).toBe('billing-web1');
  });

  it('goes to the first match, unless it is on one', async () => {
    await open();
    await fleet.press('/', 'name:crm*', 'enter');
    expect(fleet.cursor()).toBe('crm-queue1');
    await fleet.press('j', '/', 'ctrl-u', 'name:crm-w*', 'enter');
    expect(fleet.cursor()).toBe('crm-worker1');
    await fleet.press('esc');
    expect(fleet.cursor()).toBe('crm-worker1');
  });

  it('counts only what passes it: the VM under the cursor stays, and does not', async () => {
    await open();
    await fleet.press('/', 'name:billing-db1 state:running', 'enter');
    await fleet.see('(1)');
    fleet.server.change(fleet.server.fleet.rowOf(fleet.vm(({ name }) => name === 'billing-db1').id), {
      state: 'stopped',
    });
    await fleet.see('(0)');
    expect(fleet.cursor()).toBe('billing-db1');
  });

  it('says that nothing matches, and how to get everything back', async () => {
    await open();
    await fleet.press('/', 'zzzz', 'enter');
    await fleet.see('No VM matches zzzz');
    await fleet.see('esc clears the filter');
  });
});
