/** What line mode says, word for word, to keys that only look. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenLines, openLines } from './open-lines.ts';

let lines: OpenLines;
beforeEach(async () => {
  lines = await openLines();
});
afterEach(() => lines.close());

/** All that is said after these keys, or the line that is typed behind a key. */
async function told(key: string, line?: string): Promise<string> {
  const before = lines.bytes().length;
  await lines.press(key);
  if (line !== undefined) await lines.type(line);
  await lines.idle(1_500);
  return lines.bytes().slice(before);
}

describe('a key', () => {
  it('that finds no further row says which end that is', async () => {
    expect(await told('k')).toBe('the first row\n');
    expect(await told('g')).toBe('the first row\n');
    expect(await told('G')).toMatch(/^debian-12-template, stopped, memory [\d.]+G\n$/);
    expect(await told('G')).toBe('the last row\n');
    expect(await told('j')).toBe('the last row\n');
  });

  it('that folds, unfolds, marks or moves says what became of the row', async () => {
    const node = (state: string) => `fra-01, node, up, 12 of 18 VMs running, ${state}\n`;
    expect(await told('j')).toBe(node('unfolded'));
    expect(await told('enter')).toBe(node('folded'));
    expect(await told('enter')).toBe(node('unfolded'));
    expect(await told('l')).toMatch(/^billing-db1, running/);
    expect(await told('h')).toBe(node('unfolded'));
    await told('l');
    expect(await told('space')).toBe('1 marked\nbilling-web1, stopped, memory 4.0G, on fra-01\n');
    expect(await told('k')).toMatch(/^marked, billing-db1, running/);
    expect(await told('M')).toMatch(/^60 VMs are marked\n60 marked\n$/);
    expect(await told('esc')).toMatch(/^0 marked\nbilling-db1, running/);
    expect(await told('esc')).toBe('nothing is open or marked here; h goes up\n');
  });

  it('that means nothing says so, and which key reads the keys', async () => {
    expect(await told('J')).toBe('J has no meaning here; ? reads the keys\n');
  });

  it('that arranges the rows says how, and where the cursor is then', async () => {
    await told('j');
    expect(await told('2')).toBe(
      'all nodes in one list; enter goes to their VMs\nfra-01, node, up, 12 of 18 VMs running, folded\n',
    );
    expect(await told('2')).toBe('VMs below their nodes\nfra-01, node, up, 12 of 18 VMs running, unfolded\n');
    expect(await told('3')).toMatch(/^sorted by cpu\nmetrics-web3, running, CPU \d+%/);
    expect(await told('ctrl-o')).toBe('fra-01, node, up, 12 of 18 VMs running, unfolded\n');
  });

  it('that only repaints, or leads to where one is, says nothing', async () => {
    expect([await told('ctrl-l'), await told('1')]).toEqual(['', '']);
  });
});

describe('a list', () => {
  it('is read with its name', async () => {
    // what is kept on the disk is read first
    await lines.press('7');
    await lines.hear('tasks:\nTASKS\nNothing was done yet. What you start, stop or change shows up here.\n');
    await lines.press('z');
    await lines.hear('notifications:\nTIME WHAT HAPPENED\nNothing failed, went away or came back yet.\n');
    await lines.press('8');
    await lines.hear('events:\nTIME KIND WHAT HAPPENED\nNothing has happened yet.\n');
    expect(await told('9')).toBe('wire log:\nTIME ENDPOINT TOOK BYTES SENT\nNothing was sent yet.\n');
    // and the fleet is where one still is
    expect(await told('j')).toMatch(/^fra-01, node/);
  });

  it('has its newest lines', async () => {
    for (let row = 0; row < 16; row++) await told('j');
    const read = (await told('9')).trimEnd().split('\n');
    expect(read).toHaveLength(13);
    await lines.press('k', 'k', 'k');
    await lines.idle(2_000);
    expect((await told('9')).trimEnd().split('\n').at(-1)).not.toBe(read.at(-1));
  });
});

describe('the details of a row', () => {
  it('are read tab by tab, forwards and backwards, without pictures', async () => {
    await told('j');
    await told('j');
    await told('j');
    const overview = await told('tab');
    expect(overview).toMatch(
      /^Overview:\nState stopped \(powered off\)\nNode fra-01 \(endpoint demo\)\nCPU - of 2 vCPUs\nMemory - of 4\.0G\nDisk I\/O read - write -\nNetwork in - out -\nIP -\n/,
    );
    expect(overview).not.toMatch(/history|loading/);
    expect(await told(']')).toMatch(/^Disks:\nvda 10G qcow2 virtio\n/);
    expect(await told('[')).toBe(overview);
    expect(await told('[')).not.toMatch(/^(Overview|Disks):/);
    // the row has been under the cursor all the time
    expect(await told('k')).toMatch(/^billing-db1, running/);
  });

  it('are not read of a row that was left meanwhile', async () => {
    await told('j');
    await told('j');
    await lines.press('enter', 'j');
    await lines.idle(2_000);
    expect(lines.bytes()).not.toContain('Overview:');
  });
});

describe('a command by its name', () => {
  it.each(['events', 'Events', 'view.events', 'view events'])('%s runs at once', async (name) => {
    await lines.press(':');
    await lines.type(name);
    // what is kept on the disk is read first
    await lines.hear(`Command: ${name}\nevents:\nTIME KIND WHAT HAPPENED\nNothing has happened yet.\n`);
  });

  it('that is none, or empty, runs nothing', async () => {
    expect(await told(':', '')).toBe('Command: \n');
    expect(await told(':', 'xyzzy')).toBe('Command: xyzzy\nno action has such a name: xyzzy\n');
  });

  it('that fits many offers nine, with why one can not run now', async () => {
    const offered = await told(':', 'e');
    expect(offered).toMatch(/^Command: e\nWhich one\.\n1: Edit settings, not now: go to a VM first, or mark some\n/);
    expect(offered.match(/^\d+: /gm)).toHaveLength(9);
    await lines.type('1');
    await lines.hear('Edit settings: go to a VM first, or mark some');
  });

  it('for the VMs of a node is asked for all of them', async () => {
    await told('j');
    const asked = await told(':', 'vm start');
    expect(asked).toContain('\nbilling-web1 on fra-01 (stopped)\n');
    expect(asked).toContain('\nleft out: 12\nbilling-db1: only a VM that is off can be started; it is running\n');
    expect(asked).toMatch(/Start 6 VMs in node fra-01, leave 12 out\? y, n, or t for a time: $/);
  });
});

describe('a filter', () => {
  it('says how many match and where the cursor is, what it is now, and that it is none', async () => {
    const asks = (now: string) => `Filter, such as name:db* state:running cpu>80.${now} Enter alone shows all: `;
    expect(await told('/', 'billing-db1')).toMatch(
      new RegExp(`^${asks('').replaceAll(/[*.]/g, '\\$&')}billing-db1\n1 VM matches\nbilling-db1, running, .*\n$`),
    );
    expect(await told('/', 'state:stopped')).toMatch(/ Now billing-db1\. .*\n\d+ VMs match\n/);
    expect(await told('/', '')).toMatch(/ Now state:stopped\. .*\nno filter\n/);
    expect(await told('/', 'name:absent')).toMatch(/\n0 VMs match\nNo VM matches name:absent\.\n$/);
    expect(await told('j')).toBe('No VM matches name:absent.\n');
    expect(await told('/', 'foo:bar')).toMatch(/at character \d+: /);
  });
});

describe('a large fleet', () => {
  it('is filtered step by step, and what was found is said when all of it was looked at', async () => {
    await lines.close();
    lines = await openLines({ vms: 1_500 });
    const stopped = lines.server.fleet.inventory().vms.filter(({ state }) => state === 'stopped').length;
    await lines.press('/');
    await lines.type('state:stopped');
    await lines.hear(/^(\d+) VMs match$/m);
    expect(lines.bytes()).toContain(`\n${stopped} VMs match\n`);
    await lines.idle(1_500);
    expect(lines.bytes().match(/VMs match/g)).toHaveLength(1);
    expect(lines.said()).toMatch(/^\n\S+, stopped, memory/);
    // the details are those of the row that was found
    await lines.press('tab');
    await lines.hear('Overview:\nState stopped');
  });
});

describe('an endpoint', () => {
  it('that goes down and comes back is told of, with the reason, and so is the row under the cursor', async () => {
    await told('j');
    await told('j');
    const before = lines.bytes().length;
    lines.server.faults.cutLink();
    await lines.idle(10_000);
    lines.server.faults.restoreLink();
    await lines.idle(20_000);
    expect(lines.bytes().slice(before)).toMatch(
      /^demo is down: the link to demo is down\nbilling-db1: running, stale since \d\d:\d\d:\d\d\ndemo is up\nbilling-db1: running\n$/,
    );
  });

  it('that is not configured right says why, from the first line on and when it is asked', async () => {
    await lines.close();
    lines = await openLines({ hots: 'x' });
    const wrong = /config\.yaml:7:5: demo: unknown key "hots"( \(did you mean .*\?\))?/;
    expect(lines.bytes()).toMatch(/^drover, simulated, 0\/1 endpoint, 1 blocked, configuration: 1 wrong \(!\)\n/);
    expect(lines.bytes()).toMatch(new RegExp(`\ndemo, endpoint, blocked, \\S*${wrong.source}\n`));
    expect(await told('!')).toMatch(new RegExp(`^\\S*${wrong.source}`));
    expect(await told('!')).not.toContain('Nothing is wrong');
  });
});

describe('where there is nothing', () => {
  it('says which key makes something, from the first line on', async () => {
    await lines.close();
    lines = await openLines({}, 0);
    await lines.idle(1_500);
    expect(lines.bytes()).toMatch(/^Nothing here yet\. a adds an endpoint\.$/m);
    expect(await told('j')).toBe('Nothing here yet. a adds an endpoint.\n');
  });
});

describe('the tour', () => {
  it('is read once', async () => {
    expect(await told(':', 'view.tour')).toMatch(/\nj k l h: move, unfold and fold; .*\n/);
    expect(await told('J')).toBe('J has no meaning here; ? reads the keys\n');
    expect(await told('2')).not.toContain('j k l h');
  });
});

describe('the end', () => {
  it('comes without another word', async () => {
    await lines.press('j');
    await lines.press('j');
    const before = lines.bytes();
    await lines.close();
    expect(lines.bytes()).toBe(before);
    lines = await openLines();
  });
});

describe('what is under way', () => {
  it('is asked about before the program is left', async () => {
    await lines.press('/');
    await lines.type('billing-web1');
    await lines.press('s', 'q');
    await lines.hear('A task is running. Quit anyway? y or n: ');
    await lines.type('n');
    expect(lines.hasQuit()).toBe(false);
    await lines.hear('billing-web1 is running');
    await lines.press('q');
    expect(lines.hasQuit()).toBe(true);
  });

  it('is reported with what can be done about it, once', async () => {
    const said = await told('m');
    expect(said).toMatch(/\n$/);
    expect(said.trim().split('\n')).toHaveLength(1);
  });
});

it('reads the keys of the row one is on, the usual ones of the list with them', async () => {
  const ofPool = await told('?');
  expect(ofPool).toMatch(/^\S+( or \S+)*: .+ all VMs below this row\. /m);
  expect(ofPool).toMatch(/^j or down: Down\. /m);
  await told('j');
  await told('j');
  const ofVm = await told('?');
  expect(ofVm).toMatch(/^s: Start\. /m);
  expect(ofVm).toMatch(/^a: Create VM\. /m);
  expect(ofVm).not.toContain('all VMs below this row');
});
