import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type FleetOptions, type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
const open = async (options?: FleetOptions) => {
  fleet = await openFleet(options);
};
afterEach(() => fleet.close());

/** Rows of VMs from the top, one column of them as numbers. */
const rows = (): readonly string[] => {
  const lines = fleet.frame().split('\n').slice(2);
  return lines
    .slice(
      0,
      Math.max(
        0,
        lines.findIndex((line) => line.startsWith('─')),
      ),
    )
    .filter((line) => /[●○◐✗]/.test(line));
};
const percents = (): readonly number[] => rows().map((line) => Number(/(\d+)%/.exec(line)?.[1] ?? Number.NaN));
const isSorted = (numbers: readonly number[]) =>
  numbers.every((number, at) => at === 0 || Number.isNaN(number) || number <= (numbers[at - 1] ?? 0));

describe('sorting', () => {
  it('F-129 shows the busiest VMs in one list with one key, the busiest under the cursor, and the tree again with it', async () => {
    await open({ vms: 300 });
    await fleet.press('3');
    await fleet.see('CPU↓');
    expect(rows()).toHaveLength(12);
    expect(isSorted(percents())).toBe(true);
    expect(rows()[0]).toContain(fleet.cursor());
    expect(fleet.line('CPU↓')).toContain('NODE');
    await fleet.press('3');
    await fleet.see('NAME↑');
    await fleet.press('g');
    await fleet.see('▾ Dublin');
  });

  it('sorts below each node, and the other way, by the column that is chosen', async () => {
    await open({ size: '120x40' });
    await fleet.press('F');
    await fleet.see('─ Sort by ');
    await fleet.chooseFromMenu('cpus ');
    await fleet.see('CPUS↓');
    const cpusOfFirstNode = () => {
      const lines = fleet.frame().split('\n');
      const from = lines.findIndex((line) => line.includes('▾ fra-01'));
      return lines.slice(from + 1, from + 6).map((line) => Number(/(?:running|stopped|paused) +(\d+)/.exec(line)?.[1]));
    };
    expect(isSorted(cpusOfFirstNode())).toBe(true);
    await fleet.press('I');
    await fleet.see('CPUS↑');
    expect(isSorted(cpusOfFirstNode().toReversed())).toBe(true);
    await fleet.press('F');
    await fleet.chooseFromMenu('cpus ');
    await fleet.see('CPUS↓');
  });

  it('sorts by the title that is clicked, and the other way with another click', async () => {
    await open({ size: '120x40' });
    const title = fleet
      .frame()
      .split('\n')
      .findIndex((line) => line.includes('NAME'));
    const click = async (text: string) => {
      const column = fleet.frame().split('\n')[title]?.indexOf(text) ?? -1;
      await fleet.mouse('press', column, title);
      await fleet.mouse('release', column, title);
    };
    await click('MEM USE');
    await fleet.see('MEM USE↓');
    await click('MEM USE');
    await fleet.see('MEM USE↑');
    await click('NAME');
    await fleet.see('NAME↑');
  });

  it('goes from column to column', async () => {
    await open();
    await fleet.press('>');
    await fleet.see('STATE↑');
    await fleet.press('<');
    await fleet.see('NAME↑');
    await fleet.press('I');
    await fleet.see('NAME↓');
  });

  it('shows what it is sorted by, also where that is not shown otherwise', async () => {
    await open();
    fleet.dontSee('IMAGE');
    await fleet.press('F');
    await fleet.chooseFromMenu('image');
    await fleet.see('IMAGE↑');
  });

  it('leaves the row under the cursor where it is while the others change places', async () => {
    await open({ vms: 300 });
    await fleet.press('3', 'jjj');
    const name = fleet.cursor() ?? '';
    const at = () => rows().findIndex((line) => line.includes(` ${name} `));
    const place = at();
    const others = rows().join();
    await fleet.idle(60_000);
    expect(fleet.cursor()).toBe(name);
    expect(at()).toBe(place);
    expect(rows().join()).not.toBe(others);
  });

  it('leaves the cursor on the VM that was chosen in it, in the tree with its own order', async () => {
    await open({ vms: 300 });
    await fleet.press('3', 'jjjjj');
    const name = fleet.cursor();
    await fleet.press('1');
    await fleet.see('VMs below their nodes');
    expect(fleet.cursor()).toBe(name);
    await fleet.see(/NAME↑/);
  });

  it('leaves the cursor on its VM also where the node of that is folded in the tree', async () => {
    await open({ vms: 60 });
    await fleet.press('j', 'h', '3');
    const name = fleet.cursor();
    await fleet.press('1');
    await fleet.see('VMs below their nodes');
    expect(fleet.cursor()).toBe(name);
  });

  it('moves rows every few seconds only, however many samples come', async () => {
    await open({ vms: 300 });
    await fleet.press('3');
    const seen: string[] = [];
    for (let turn = 0; turn < 24; turn++) {
      await fleet.idle(500);
      const names = rows().map((line) => line.trim().split(/\s+/)[0]);
      if (seen.at(-1) !== names.join()) seen.push(names.join());
    }
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.length).toBeLessThan(7);
  });
});

describe('a filter', () => {
  it('keeps with enter the very row that is under the cursor while it is typed', async () => {
    await open({ vms: 120 });
    await fleet.press('jjjjjjjj', '/', 'web');
    await fleet.idle(500);
    const typed = fleet.cursor();
    await fleet.press('enter');
    await fleet.idle(500);
    expect(fleet.cursor()).toBe(typed);
    expect(typed).toMatch(/web/);
  });

  it('is chosen from with up and down while it is typed, and goes back without it', async () => {
    await open({ vms: 120 });
    await fleet.press('jjj');
    const before = fleet.cursor();
    await fleet.press('/', 'web');
    await fleet.idle(500);
    const first = fleet.cursor();
    await fleet.press('esc');
    await fleet.idle(500);
    expect(fleet.cursor()).toBe(before);
    await fleet.press('/', 'web', 'down');
    await fleet.idle(500);
    const second = fleet.cursor();
    expect(second).toMatch(/web/);
    expect(second).not.toBe(first);
    await fleet.press('enter');
    expect(fleet.cursor()).toBe(second);
  });
});

describe('the flat list', () => {
  it('keeps the cursor on its VM', async () => {
    await open();
    await fleet.press('jjj');
    const name = fleet.cursor();
    await fleet.press('f');
    fleet.dontSee('▾');
    expect(fleet.cursor()).toBe(name);
    await fleet.press('1');
    await fleet.see('▾ Frankfurt');
    expect(fleet.cursor()).toBe(name);
  });

  it('says that there are no VMs, and where the endpoints are', async () => {
    await open({ vms: 0 });
    await fleet.press('f');
    await fleet.see('No VMs yet');
    await fleet.see('f shows the endpoints');
  });

  it('is there for a large fleet as well, a moment later', async () => {
    await open({ vms: 5_000 });
    await fleet.press('3');
    await fleet.see('CPU↓');
    await fleet.idle(500);
    expect(isSorted(percents())).toBe(true);
    expect(rows()[0]).toContain(fleet.cursor());
  });
});

describe('the list of nodes', () => {
  it('sorts nodes by their load, and leads to the VMs of one and back', async () => {
    await open({ size: '120x40' });
    await fleet.press('2');
    await fleet.see('all nodes in one list');
    expect(fleet.line('NAME↑')).toMatch(/STATE.*CPU.*MEM USE.*MEMORY/);
    await fleet.press('F');
    await fleet.chooseFromMenu('cpu ');
    await fleet.see('CPU↓');
    const nodes = fleet
      .frame()
      .split('\n')
      .filter((line) => /-0\d .*\d+\/\d+/.test(line));
    expect(nodes).toHaveLength(4);
    expect(isSorted(nodes.map((line) => Number(/(\d+)%/.exec(line)?.[1])))).toBe(true);
    await fleet.press('j');
    const node = fleet.cursor();
    await fleet.press('enter');
    await fleet.see('▾ Frankfurt');
    expect(fleet.cursor()).toBe(node);
    await fleet.press('{');
    fleet.dontSee('▾ Frankfurt');
    expect(fleet.cursor()).toBe(node);
  });

  it('shows that a node is in maintenance in a word that fits', async () => {
    await open({ size: '80x24', vms: 200 });
    await fleet.press('2');
    expect(fleet.line('fra-spare')).toMatch(/▪ maint +/);
    await fleet.press('w', 'right', 'right', 'esc');
    expect(fleet.line('fra-spare')).toContain('▪ maintenance');
  });

  it('begins at the node of the VM under the cursor, and is reached from every view', async () => {
    await open();
    await fleet.press('/', 'node:fra-02', 'esc', 'n', 't', '2');
    expect(fleet.cursor()).toBe('fra-02');
    await fleet.press('t', '2');
    await fleet.see('▸ fra-01');
    await fleet.press('2');
    await fleet.see('▾ fra-02');
  });
});

describe('the filter of the list of nodes', () => {
  it('F-130 F-438 F-482 is over nodes, of its own, and is kept under a name', async () => {
    await open({ vms: 200 });
    await fleet.press('/', 'state:running', 'enter', '2');
    fleet.dontSee('filter:');
    await fleet.press('/', 'state:maint', 'enter');
    await fleet.see('filter: state:maint (1)');
    expect(fleet.cursor()).toBe('fra-spare');
    await fleet.press('W');
    await fleet.see('Save this one: state:maint, all nodes in one list');
    await fleet.chooseFromMenu('Save this one');
    await fleet.press('resting', 'enter');
    await fleet.see('saved as resting');
    expect(await fleet.config()).toMatch(/resting:\n {4}filter: state:maint\n {4}nodes: true/);

    await fleet.press('enter');
    await fleet.see('▾ fra-spare');
    expect(fleet.cursor()).toBe('fra-spare');
    await fleet.press('W');
    await fleet.chooseFromMenu('busiest-nodes');
    await fleet.see('CPU↓');
    fleet.dontSee('filter:');
    await fleet.press('W');
    await fleet.chooseFromMenu('resting');
    await fleet.see('filter: state:maint (1)');
  });

  it('F-127 has what the VMs of each send and read, where that is chosen', async () => {
    await open({ size: '120x40' });
    await fleet.press('2', 'F');
    await fleet.chooseFromMenu('net ');
    await fleet.see('NET/S↓');
    const at = (fleet.line('NET/S↓') ?? '').indexOf('NET/S↓') + 'NET/S↓'.length;
    const sums = fleet
      .frame()
      .split('\n')
      .filter((line) => /-0\d .*\d+\/\d+/.test(line))
      .map((line) => line.slice(0, at).split(' ').at(-1));
    expect(sums.length).toBeGreaterThan(1);
    expect(sums.every((sum) => /^[\d.]+[KMG]$/.test(sum ?? ''))).toBe(true);
  });

  it('says that no node matches, and what it has words for', async () => {
    await open();
    await fleet.press('2', '/', 'tag:web');
    await fleet.see('there is nothing called tag to filter by');
    await fleet.press('esc', '/', 'name:none');
    await fleet.see('No node matches name:none');
  });
});

describe('columns', () => {
  it('are shown, hidden, moved and widened, and as usual again', async () => {
    await open({ size: '120x40' });
    await fleet.press('w');
    await fleet.see('Columns of the tree');
    await fleet.press('space');
    await fleet.press('j', 'J');
    await fleet.press('right', 'right', 'esc');
    fleet.dontSee('Columns of the tree');
    expect(fleet.line('NAME↑')).not.toContain('STATE');
    expect(fleet.line('NAME↑')).toMatch(/CPU +CPUS/);
    await fleet.press('w', 'd', 'esc');
    expect(fleet.line('NAME↑')).toMatch(/STATE +CPUS +CPU/);
  });

  it('give way where there is no room, the least important first', async () => {
    await open({ size: '120x40' });
    await fleet.press('f');
    expect(fleet.line('NAME↑')).toMatch(/STATE.*CPU.*MEM.*NODE.*IP/);
    await fleet.resize('60x20');
    expect(fleet.line('NAME↑')).toMatch(/NAME↑ +STATE +CPU +MEM USE$/);
  });
});

describe('saved views', () => {
  it('F-129 has some for what everybody asks, without a configuration', async () => {
    await open();
    await fleet.press('W');
    await fleet.chooseFromMenu('stopped');
    await fleet.see('filter: state:stopped');
    expect(rows().every((line) => line.includes('stopped'))).toBe(true);
  });

  it('F-130 F-482 keeps filter, order and columns under a name, in the configuration', async () => {
    await open();
    await fleet.press('/', 'state:running', 'enter', '3', 'W');
    await fleet.see('Save this one: state:running, by cpu, all in one list');
    await fleet.chooseFromMenu('Save this one');
    await fleet.press('busy', 'enter');
    await fleet.see('saved as busy');
    expect(await fleet.config()).toMatch(/views:\n {2}busy:\n {4}filter: state:running\n {4}sort: cpu\n {4}flat: true/);

    await fleet.press('esc', '3');
    await fleet.see('NAME↑');
    await fleet.press('W');
    await fleet.chooseFromMenu('busy');
    await fleet.see('CPU↓');
    await fleet.see('state:running');

    await fleet.press('W');
    await fleet.chooseFromMenu('Delete one');
    await fleet.chooseFromMenu('busy');
    await fleet.press('y');
    await fleet.see('the view busy is deleted');
    expect(await fleet.config()).not.toContain('busy');
  });
});

describe('a list to choose from', () => {
  it('says that there is more than is shown, in the columns too', async () => {
    await open();
    await fleet.press('F');
    await fleet.see(/Sort by \(1 of \d+\)/);
    await fleet.press('down', 'down');
    await fleet.see(/Sort by \(3 of \d+\)/);
    await fleet.press('esc', 'w');
    await fleet.see(/0 above, [1-9]\d* below/);
  });

  it('goes to the name that is typed, and takes nothing else for it', async () => {
    await open();
    await fleet.press('F', 'me');
    await fleet.see(/❯ mem /);
    await fleet.press('mo');
    await fleet.see(/❯ memory /);
    await fleet.press('3');
    await fleet.see('Sort by');
    await fleet.press('enter');
    await fleet.see('sorted by memory');
  });

  it('shows the whole of what has no room in its line', async () => {
    await open();
    await fleet.press('a');
    await fleet.chooseFromMenu('Add endpoint');
    await fleet.see('❯ KVM');
    expect(fleet.frame().replace(/\s*│\n\s*│\s*/g, ' ')).toMatch(/KVM.*\n?.*KVM[^…]*\./s);
    await fleet.press('esc');
    await fleet.resize('120x40');
    await fleet.press('a');
    await fleet.chooseFromMenu('Add endpoint');
    await fleet.see('❯ KVM');
    expect(fleet.line('❯ KVM')).not.toContain('…');
  });
});

describe('an export', () => {
  let directory = '';
  afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const ask = async (file: string) => {
    await fleet.press('ctrl-e');
    await fleet.see('The file, .csv or .json:');
    await fleet.press('ctrl-u', file, 'enter');
  };

  it('writes what is shown in this order, and only what is marked when something is', async () => {
    directory = await mkdtemp(join(tmpdir(), 'drover-export-'));
    const file = join(directory, 'vms.csv');
    await open();
    await fleet.press('3');
    const first = fleet.cursor() ?? '';
    await ask(file);
    await fleet.see('60 VMs were written to');
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(61);
    expect(lines[0]).toBe('id,name,state,cpus,cpu,mem,memory,disk,net,uptime,node,ips,tags');
    expect(lines[1]).toContain(first);
    await fleet.press('space', 'space');
    const marked = join(directory, 'marked.json');
    await ask(marked);
    await fleet.see('2 VMs were written to');
    expect(JSON.parse(await readFile(marked, 'utf8'))).toHaveLength(2);
  });

  it('never writes over a file without asking', async () => {
    directory = await mkdtemp(join(tmpdir(), 'drover-export-'));
    const file = join(directory, 'vms.csv');
    await writeFile(file, 'precious');
    await open();
    await ask(file);
    // The question breaks its lines where the path lets it.
    await fleet.see('y yes  n no');
    await fleet.press('y');
    await fleet.idle(500);
    expect(await readFile(file, 'utf8')).toBe('precious');
    await fleet.press('n');
    await fleet.see('nothing was written');
    expect(await readFile(file, 'utf8')).toBe('precious');
    await ask(file);
    await fleet.see('y yes  n no');
    await fleet.idle(500);
    await fleet.press('y');
    await fleet.see('60 VMs were written to');
  });
});

describe('the filter prompt', () => {
  it('F-482 goes on with words and with values that there are', async () => {
    await open();
    await fleet.press('/', 'pl', 'tab');
    await fleet.see('platform:  plan:');
    await fleet.press('n', 'tab', 'wi', 'tab');
    await fleet.see('/ plan:wiki');
  });

  it('says how many VMs it marks', async () => {
    await open();
    await fleet.press('/', 'state:stopped', 'enter', 'M');
    await fleet.see(/\d+ VMs are marked/);
  });
});
