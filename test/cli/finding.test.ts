import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/cli/connect.ts';
import { findVms } from '../../src/cli/find.ts';
import type { App } from '../../src/compose.ts';
import { FleetError } from '../../src/errors.ts';
import { endpointName, type VmId } from '../../src/ids.ts';
import { manifest } from '../../src/platforms/fake/manifest.ts';
import { fakeServer } from '../../src/platforms/fake/servers.ts';
import { filled } from '../../src/state/fields.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, inventory } from '../state/objects.ts';
import { commandContext } from './command-context.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ good: { vms: 2 }, bad: { vms: 2, 'host-key': 'changed' } }));
});
afterEach(() => desk.clear());

const SILENT = 'the key of bad is another one than before\n  find out why before you connect again\n';

/** What is typed, how it ends, and all that stderr has. */
describe('a name, while an endpoint does not answer', () => {
  it.each([
    ['vm status gateway', 0, SILENT],
    ['node info fra-01 -o name', 0, SILENT],
    ['vm stop nothere', 4, `${SILENT}there is no VM "nothere" on what answered; bad did not\n`],
    ['node info nothere', 4, `${SILENT}there is no node "nothere" on what answered; bad did not\n`],
    ['vm stop good/vm-99', 1, 'there is no VM "good/vm-99"\n'],
    ['vm status good/vm-1', 0, ''],
    ['vm stop bad/vm-1', 4, SILENT],
    ['vm stop gateway -C bad', 4, SILENT],
    [
      'vm delete good/vm-2 gateway --yes',
      3,
      `${SILENT}an endpoint did not answer, so a name could mean another machine there\n` +
        '  name the VM by its id, or the endpoints with -C\n',
    ],
    ['vm kill good/vm-1', 0, 'gateway is stopped\n'],
    ['vm list -C bad', 4, SILENT],
    ['vm list', 0, SILENT],
  ])('drover %s', async (line, code, said) => {
    const ran = await desk.run(...line.split(' '));
    expect([ran.code, ran.stderr]).toEqual([code, said]);
  });

  it('is said once by each that does not answer, with its name', async () => {
    await desk.write(simulated({ one: { latency: 600_000 }, two: { latency: 600_000 } }));
    const late = { ...desk.clock, after: (ms: number, call: () => void) => desk.clock.after(ms / 2_000, call) };
    const { code, stderr } = await desk.runWith({ clock: late }, 'vm', 'stop', 'web1');
    expect([code, stderr]).toEqual([4, 'two: no connection within 30 s\none: no connection within 30 s\n']);
  });

  it('has rows for programs in the place of what is missing', async () => {
    const rows = (await desk.run('node', 'list', '-o', 'json')).json<object[]>();
    expect(rows).toHaveLength(2);
    expect(rows[1]).toEqual({
      ...Object.fromEntries(Object.keys(rows[0] ?? {}).map((key) => [key, null])),
      endpoint: 'bad',
      platform: 'fake',
      error: 'the key of bad is another one than before',
      code: 'trust.changed-host',
    });
  });
});

describe('a name that is another one by a letter', () => {
  it('is asked after', async () => {
    const { stderr } = await desk.run('vm', 'stop', 'gatewax', '-C', 'good');
    expect(stderr).toBe('there is no VM "gatewax" (did you mean gateway?)\n');
  });

  it('is the node of its endpoint only where that has one', async () => {
    await desk.write(simulated({ big: { vms: 60 }, small: { vms: 1 } }));
    expect((await desk.run('node', 'info', 'small', '-o', 'name')).stdout).toBe('small/fra-01\n');
    expect((await desk.run('node', 'info', 'big')).stderr).toMatch(/^there is no node "big"/);
  });

  it('of which one endpoint has two is told apart by ids alone', async () => {
    await desk.write(simulated({ good: { vms: 12 } }));
    const values = filled(manifest.endpoint, { vms: 12, 'events-every': 0 }, desk.home);
    const { fleet } = await fakeServer({ name: endpointName('good'), platform: 'fake', values }, desk.clock);
    const row = fleet.rowOf('good/vm-2' as VmId);
    const vm = fleet.vm(row);
    if (vm) fleet.replaceVm(row, { ...vm, name: 'gateway' });
    const { code, stderr } = await desk.run('vm', 'stop', 'gateway');
    expect([code, stderr]).toEqual([
      2,
      '2 VMs are called "gateway": good/vm-1 on fra-01, good/vm-2 on fra-01\n  use one of these ids\n',
    ]);
  });
});

describe('connecting', () => {
  const [one, two] = [endpointName('one'), endpointName('two')];

  function connecting(ready: (name: string) => Promise<void>) {
    const clock = createTestClock();
    const interrupt = new AbortController();
    const opened: string[] = [];
    const app = {
      clock,
      store: createStore(clock),
      open: (names: readonly string[]) => void opened.push(...names),
      sessions: { ready },
    } as unknown as App;
    const ended = connect(commandContext({ app, signal: interrupt.signal }), [one, two]);
    return { clock, interrupt, opened, ended };
  }

  it('waits for two minutes until all rows of an endpoint are there, and goes on with those that are', async () => {
    const { clock, opened, ended } = connecting((name) => (name === 'one' ? Promise.resolve() : new Promise(() => {})));
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    await clock.pass(119_999);
    expect([opened, isOver]).toEqual([['one', 'two'], false]);
    await clock.pass(1);
    const { answered, failed } = await ended;
    expect([answered, [...failed.keys()]]).toEqual([[one], [two]]);
    expect(failed.get(two)).toMatchObject({
      code: 'op.timeout',
      message: 'two has not sent all its rows within 120 s',
    });
  });

  it('ends at once when the command is interrupted', async () => {
    const { clock, interrupt, ended } = connecting(() => new Promise(() => {}));
    await clock.pass(10);
    interrupt.abort(new FleetError('op.cancelled', 'interrupted'));
    await expect(ended).rejects.toMatchObject({ code: 'op.cancelled' });
  });

  it.each<[Error, object, readonly string[]]>([
    [
      new FleetError('host.unreachable', 'no route', { fix: 'plug it in' }),
      { code: 'host.unreachable', message: 'one: no route', fix: 'plug it in' },
      ['two: no route', '  plug it in'],
    ],
    [
      new FleetError('auth.rejected', 'neither one nor two lets you in'),
      { code: 'auth.rejected', message: 'neither one nor two lets you in', fix: undefined },
      ['neither one nor two lets you in'],
    ],
    [
      new FleetError('op.failed', 'no luck'),
      { code: 'op.failed', message: 'one: no luck', fix: undefined },
      ['two: no luck'],
    ],
    [new TypeError('x is undefined'), { message: 'x is undefined' }, ['two: x is undefined']],
  ])('that failed everywhere is said of each endpoint by its name: %s', async (error, thrown, said) => {
    const clock = createTestClock();
    const app = {
      clock,
      config: () => ({ endpoints: new Map([one, two].map((name) => [name, { name, enabled: true }])) }),
      store: createStore(clock),
      open: () => {},
      sessions: { ready: () => Promise.reject(error) },
    } as unknown as App;
    const context = commandContext({ app });
    await expect(findVms(['web1'], context)).rejects.toMatchObject(thrown);
    expect(context.said).toEqual(said);
  });
});

it.each([
  [2_000, 'there is no VM "vm12x" (did you mean vm12?)'],
  [2_001, 'there is no VM "vm12x"'],
])('what was meant is looked for among %i VMs only where that is quick', async (count, message) => {
  const clock = createTestClock();
  const store = createStore(clock);
  const host1 = endpointName('host1');
  const vms = Array.from({ length: count }, (_, at) => aVm(`vm${at}`));
  const app = {
    clock,
    config: () => ({ endpoints: new Map([[host1, { name: host1, enabled: true }]]) }),
    store,
    open: () => store.push(host1, inventory([aNode('n1')], vms)),
    sessions: { ready: async () => {} },
  } as unknown as App;
  await expect(findVms(['vm12x'], commandContext({ app }))).rejects.toMatchObject({ code: 'vm.not-found', message });
});
