import { describe, expect, it } from 'vitest';
import { host1, isUp, type LightOptions, openStage, settled } from '../../../test/screens/light-stage.tsx';
import { painted, plain } from '../../../test/screens/painted.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { endpointName, type NodeId } from '../../ids.ts';
import type { Connection, VmInfo } from '../../platforms/contract.ts';
import { createDetailsView } from './details-view.ts';

const noon = new Date(2026, 0, 1, 12).getTime();
const INFO: VmInfo = {
  state: 'running',
  disks: [],
  nics: [],
  snapshots: [],
  created: undefined,
  description: 'the web server',
  more: [],
};

const VMS = { vms: [aVm('web1'), aVm('web2'), aVm('z1', { state: 'stopped' })] };
const host2 = endpointName('host2');

function open(connection: object = {}, options: LightOptions = {}) {
  const asked: string[] = [];
  const answer: { value: () => Promise<VmInfo> } = { value: async () => INFO };
  const signals: AbortSignal[] = [];
  const link = {
    vm: {
      info: (id: string, signal: AbortSignal) => {
        asked.push(id);
        signals.push(signal);
        return answer.value();
      },
    },
    node: {},
    console: {},
    snapshot: { list: async () => [] },
    whyNot: {},
    ...connection,
  } as unknown as Connection;
  const light = openStage({
    ...VMS,
    connection: link,
    ...options,
  });
  const details = createDetailsView(light.stage, light.state);
  const to = async (row: number) => {
    light.state.view.toIndex(row);
    details.follow();
    await light.clock.pass(120);
  };
  const lines = (side: 'right' | 'below' = 'below', columns = 60, rows = 8, focused = false) =>
    details.lines({ columns, rows, side }, focused).map(painted);
  const text = () => plain(details.lines({ columns: 60, rows: 30, side: 'below' }, false));
  return { ...light, details, to, lines, text, asked, answer, signals };
}

describe('the details', () => {
  it('show the first row at once, and another one when the keys pause', async () => {
    const { details, text, state, clock, stage } = open();
    expect([text(), details.tab, details.rowsBelow(60)]).toEqual(['', '', 0]);
    details.follow();
    expect(text()).toContain('─ n1 (host1) ─');
    state.view.toIndex(1);
    details.follow();
    await clock.pass(119);
    expect(text()).toContain('─ n1 (host1) ─');
    state.view.toIndex(2);
    details.follow();
    await clock.pass(119);
    expect(text()).toContain('─ n1 (host1) ─');
    const { version } = stage;
    await clock.pass(1);
    expect(text()).toContain('─ web2 ');
    expect(stage.version).toBeGreaterThan(version);
  });

  it('go on at once from an endpoint that stood alone', async () => {
    const { details, text, store } = open({}, { nodes: [], vms: [] });
    details.follow();
    expect(text()).toContain('─ host1 ─');
    store.push(host1, inventory([aNode('n1')], []));
    store.flush();
    details.refresh();
    expect(text()).toContain('─ n1 (host1) ─');
  });

  it('have a title with the tabs, and say what is above and below', async () => {
    const { to, lines, details } = open();
    await to(1);
    const [title, first] = lines();
    expect(title).toMatchInlineSnapshot(
      `"{border|─} {title|web1} {border|} {resting|Overview} {dim|Disks} {dim|Networks} {dim|Snapshots} {dim|Events} {dim|Console} {border|─} {warning|3 more}"`,
    );
    expect(first).toMatch(/^ \{dim\|State/);
    expect(lines('below', 60, 8, true)[0]).toContain('{cursor|Overview}');
    details.scroll(2);
    expect(lines()[0]).toMatch(/\{warning\|2 above, \d+ more\}$/);
    details.scroll(-1);
    expect(lines()[0]).toMatch(/\{warning\|1 above, \d+ more\}$/);
    details.scroll(Number.POSITIVE_INFINITY);
    expect(lines()[0]).toMatch(/\{warning\|\d+ above\}$/);
    details.scroll(Number.NEGATIVE_INFINITY);
    expect(lines()[0]).toMatch(/\{warning\|\d+ more\}$/);
    expect(lines('right', 40, 8).slice(0, 3)).toMatchInlineSnapshot(`
      [
        " {title|web1                                   }",
        " {resting|Overview} {dim|Disks} {dim|Networks} {dim|Snapshots} {dim|Events} {dim|Console}",
        " {warning|5 more                                 }",
      ]
    `);
    expect(lines('right', 40, 40).slice(1, 4)).toMatchObject([
      expect.stringContaining('Overview'),
      '',
      expect.stringContaining('State'),
    ]);
    expect(lines('below', 60, 8)).toHaveLength(8);
    expect(details.rowsBelow(60)).toBe(lines('below', 60, 40).length);
  });

  it('cut a long name, not the tabs', async () => {
    const { to, lines } = open({}, { vms: [aVm(`a-${'very-'.repeat(20)}long-name`)] });
    await to(1);
    expect(plain(lines('below', 60, 4)[0] ?? '')).toMatchInlineSnapshot(
      `"{border|─} {title|a-…e} {border|} {resting|Overview} {dim|Disks} {dim|Networks} {dim|Snapshots} {dim|Events} {dim|Console} {border|─} {warning|7 more}"`,
    );
    expect(plain(lines('below', 70, 40)[0] ?? '')).toMatchInlineSnapshot(
      `"{border|─} {title|a-very-…g-name} {border|──} {resting|Overview} {dim|Disks} {dim|Networks} {dim|Snapshots} {dim|Events} {dim|Console} {border|─}"`,
    );
    expect(plain(lines('right', 40, 4)[0] ?? '')).toMatchInlineSnapshot(
      `" {title|a-very-very-very-ve…very-very-long-name}"`,
    );
  });

  it('turn from tab to tab, each row kind with its own', async () => {
    const { to, details } = open();
    await to(1);
    const names = [details.tab];
    for (let step = 0; step < 8; step++) {
      details.turn(1);
      names.push(details.tab);
    }
    expect(names).toEqual([
      ...['Overview', 'Disks', 'Networks', 'Snapshots', 'Events', 'Console', 'Display', 'Charts', 'Overview'],
    ]);
    details.turn(-1);
    expect(details.tab).toBe('Charts');
    expect([details.turnTo('Disks'), details.tab, details.turnTo('VMs')]).toEqual([true, 'Disks', false]);
    await to(0);
    expect([details.tab, details.turnTo('VMs'), details.tab]).toEqual(['Overview', true, 'VMs']);
    await to(2);
    expect(details.tab).toBe('Disks');
  });

  it('F-121 have charts of a VM that go back a day up to a year, for one VM after the other', async () => {
    const reads: string[] = [];
    const history = async (id: string, range: string) => {
      reads.push(`${id} ${range}`);
      return { stepMs: 3_600_000, rows: [] };
    };
    const { to, details, text } = open({ vm: { info: async () => INFO, history } });
    await to(1);
    expect(details.turnRange(1)).toBe(false);
    details.turnTo('Charts');
    await to(1);
    expect(text()).toContain('The last day; ) goes further back, ( less far');
    expect(text()).toContain('Nothing was kept of the last day.');
    for (const by of [-1, 1, 1, 1, 1]) expect(details.turnRange(by)).toBe(true);
    await to(2);
    expect(text()).toContain('Nothing was kept of the last year.');
    expect(reads).toEqual([
      ...['host1/web1 day', 'host1/web1 week', 'host1/web1 month', 'host1/web1 year', 'host1/web2 year'],
    ]);
  });

  it('F-121 F-122 compare the VMs that are marked, also in the past', async () => {
    const reads: string[] = [];
    const history = async (id: string, range: string) => {
      reads.push(`${id} ${range}`);
      if (id === 'host1/web2') throw new Error('out of order');
      return { stepMs: 3_600_000, rows: [] };
    };
    const { to, details, text, state } = open({ vm: { info: async () => INFO, history } });
    await to(1);
    state.view.toggleMark();
    state.view.toggleMark();
    details.turnTo('Charts');
    await to(1);
    expect(reads).toEqual(['host1/web1 day', 'host1/web2 day']);
    expect(text()).toContain('The 2 marked VMs compared; esc clears the marks');
    expect(text()).toMatch(/CPU, last hour +NOW +MEAN +MOST\n *web1 .*\n *web2 /);
    expect(text()).toMatch(/CPU, last day +NOW +MEAN +MOST\n *web1 .*\n *web2 /);
    state.view.clearMarks();
    await to(2);
    expect([reads.at(-1), text()]).toEqual(['host1/web2 day', expect.not.stringContaining('compared')]);
  });

  it('F-121 have charts of a node that go back as far, as drover has measured it', async () => {
    const asked: unknown[] = [];
    const nodeHistory = async (nodes: readonly NodeId[], range: string) => {
      asked.push([nodes, range]);
      const row = { at: noon, cpu: 0.5, memory: 2 ** 30, diskRead: 0, diskWrite: 0, netRx: 0, netTx: 0 };
      return new Map(nodes.map((id) => [id, { stepMs: 3_600_000, rows: [row] }]));
    };
    const { to, details, text, clock } = open({}, { services: { nodeHistory } });
    await to(0);
    details.turnTo('Charts');
    expect(details.turnRange(1)).toBe(true);
    await to(0);
    await clock.pass(1);
    expect(asked).toEqual([
      [['host1/n1'], 'day'],
      [['host1/n1'], 'week'],
    ]);
    expect(text()).toContain('The last week; ) goes further back');
    expect(text()).toContain('highest 50%');
    expect(text()).toContain('7 d ago');
  });

  it('begin with their first line for another row and another tab', async () => {
    const { to, lines, details } = open();
    await to(1);
    details.scroll(3);
    lines();
    await to(2);
    expect(lines()[0]).not.toContain('above');
    details.scroll(3);
    lines();
    details.turn(8);
    expect(lines()[0]).not.toContain('above');
    details.scroll(3);
    lines();
    details.turnTo('Overview');
    expect(lines()[0]).not.toContain('above');
  });

  it('show what is asked of the platform in each tab', async () => {
    const { to, text, details, answer } = open();
    let resolve: (info: VmInfo) => void = () => {};
    answer.value = () => new Promise((done) => (resolve = done));
    await to(1);
    details.turnTo('Disks');
    expect(text()).toContain('loading…');
    resolve(INFO);
    await settled();
    expect(text()).toContain('No disks.');
    details.turnTo('Networks');
    expect(text()).toContain('No networks.');
    details.turnTo('Snapshots');
    await settled(3);
    expect(text()).toContain('No snapshots.');
    details.turnTo('Overview');
    expect(text()).toContain('the web server');
  });

  it('say why something can not be shown', async () => {
    const { to, lines, details, answer, text } = open({
      whyNot: { 'console.output': 'no log here', 'node.info': 'no facts here' },
    });
    answer.value = async () => {
      throw new Error('it broke');
    };
    await to(1);
    details.turnTo('Disks');
    await settled();
    expect(lines()[1]).toBe(' {warning|it broke}');
    details.turnTo('Console');
    expect(text()).toContain('no log here');
    await to(0);
    expect(text()).toContain('no facts here');
    const bare = open();
    await bare.to(1);
    bare.details.turnTo('Console');
    expect(bare.text()).toContain('this platform keeps no console log');
    await bare.to(0);
    expect(bare.text()).toContain('nothing more is known');
  });

  it('ask for the console log only while it is looked at', async () => {
    const logs: string[] = [];
    const output = async (id: string) => {
      logs.push(id);
      return { text: 'login:', at: undefined };
    };
    const { to, details, text } = open({ console: { output } });
    await to(1);
    await to(2);
    expect(logs).toEqual([]);
    details.turnTo('Console');
    await settled();
    expect([logs, text()]).toEqual([['host1/web2'], expect.stringContaining('login:')]);
  });

  it('list the events of the row, of an endpoint all below it, newest first', async () => {
    const { to, lines, details, store } = open();
    const about = { at: noon, subject: aVm('web1').id, text: 'Started' };
    store.push(host1, {
      kind: 'events',
      events: [
        about,
        { ...about, at: noon + 1_000, text: 'Stopped because of something that takes more than a line to tell' },
        { ...about, subject: aVm('z1').id, text: 'Other' },
      ],
    });
    store.flush();
    await to(1);
    details.turnTo('Events');
    expect(lines().slice(1)).toEqual([
      ' {dim|12:00:01} Stopped because of something that takes more than',
      ' {dim|        } a line to tell',
      ' {dim|12:00:00} Started',
    ]);
    await to(2);
    expect(lines()[1]).toBe(' {dim|No events since drover was started.}');
  });

  it('list the events of all below an endpoint', async () => {
    const { details, lines, store } = open({}, { nodes: [], vms: [] });
    store.push(host1, {
      kind: 'events',
      events: [
        { at: noon, subject: aVm('web1').id, text: 'Started' },
        { at: noon, subject: aVm('x', { endpoint: 'other' }).id, text: 'Other' },
      ],
    });
    store.flush();
    details.follow();
    details.turnTo('Events');
    expect(lines().slice(1)).toEqual([' {dim|12:00:00} Started']);
  });

  it('of what is gone say so until the cursor is followed', async () => {
    const { to, text, store, details, clock } = open();
    await to(3);
    store.push(host1, inventory([aNode('n1')], [aVm('web1')]));
    store.flush();
    expect(text()).toContain('This is not there any more.');
    details.refresh();
    await clock.pass(120);
    expect(text()).toContain('─ web1 ');
  });

  it('of a VM that is migrated to another endpoint wait for it, and go along without a word of its end', async () => {
    const item = { id: aVm('z1').id, name: 'z1', state: 'running', text: '' };
    const tasks = {
      list: () => [{ action: 'vm.migrate', state: 'running', items: [item] }],
      subscribe: () => () => {},
    };
    const { to, text, lines, store, details, clock } = open({}, { services: { tasks: tasks as never } });
    store.subscribe(details.refresh);
    await to(3);
    store.push(host1, inventory([aNode('n1')], [aVm('web1'), aVm('web2')]));
    store.flush();
    await clock.pass(1000);
    expect(lines().slice(0, 3)).toEqual([
      expect.stringContaining('z1'),
      expect.stringMatching(/^ \{warning\|Keys are for web2\. *\}$/),
      ' {dim|It is being moved to another endpoint…}',
    ]);
    const came = aVm('z1', { endpoint: 'host2', node: 'n2' });
    store.setEndpoint(isUp({ name: host2 }));
    store.push(host2, inventory([aNode('n2', 'host2')], [came]));
    store.push(host2, { kind: 'changes', at: 0, changes: [{ kind: 'vm-moved', from: item.id, to: came.id }] });
    store.flush();
    expect(text()).toMatch(/Node +n2/);
  });

  it('of a VM that went and came in one landing are those of where it is now', async () => {
    const { to, text, store, details } = open();
    store.subscribe(details.refresh);
    await to(3);
    const came = aVm('z1', { endpoint: 'host2', node: 'n2' });
    store.setEndpoint(isUp({ name: host2 }));
    store.push(host1, inventory([aNode('n1')], [aVm('web1'), aVm('web2')]));
    store.push(host2, inventory([aNode('n2', 'host2')], [came]));
    store.push(host2, { kind: 'changes', at: 0, changes: [{ kind: 'vm-moved', from: aVm('z1').id, to: came.id }] });
    store.flush();
    expect(text()).toMatch(/Node +n2/);
  });
});

describe('what is asked for the details', () => {
  it('is asked again when the row changes, after half a minute, and of another row', async () => {
    const { to, asked, details, store, clock, signals } = open();
    await to(1);
    await settled();
    details.refresh();
    expect(asked).toEqual(['host1/web1']);
    // The first row was shown at once, 120 ms ago.
    await clock.pass(29_879);
    details.refresh();
    expect(asked).toHaveLength(1);
    await clock.pass(1);
    details.refresh();
    expect(asked).toHaveLength(2);
    store.push(
      host1,
      inventory([aNode('n1')], [aVm('web1', { cpus: 8 }), aVm('web2'), aVm('z1', { state: 'stopped' })]),
    );
    store.flush();
    details.refresh();
    expect(asked).toHaveLength(3);
    await to(2);
    expect(asked).toEqual(['host1/web1', 'host1/web1', 'host1/web1', 'host1/web2']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, false]);
    await to(0);
    expect(signals.at(-1)?.aborted).toBe(true);
  });

  it('keeps what is shown while it is asked again, and drops what comes too late', async () => {
    const { to, text, details, clock, answer, stage } = open();
    await to(1);
    await settled();
    expect(text()).toContain('the web server');
    const waiting: ((info: VmInfo) => void)[] = [];
    answer.value = () => new Promise((done) => void waiting.push(done));
    await clock.pass(30_000);
    details.refresh();
    expect(text()).toContain('the web server');
    await to(2);
    const { version } = stage;
    waiting[0]?.({ ...INFO, description: 'too late' });
    await settled();
    expect([text().includes('too late'), stage.version]).toEqual([false, version]);
    waiting[1]?.({ ...INFO, description: 'of web2' });
    await settled();
    expect([text().includes('of web2'), stage.version]).toEqual([true, version + 1]);
  });

  it('is not asked while the pane is switched off', async () => {
    const { to, asked, state, details } = open();
    state.detailsShown = false;
    await to(1);
    details.refresh();
    expect(asked).toEqual([]);
    state.pane = 'details';
    details.refresh();
    expect(asked).toEqual(['host1/web1']);
  });

  it('can not be asked without a connection', async () => {
    const { to, text } = open({}, { connection: undefined as never, vms: [aVm('web1')] });
    await to(1);
    expect(text()).toContain('host1 is not connected');
  });
});
