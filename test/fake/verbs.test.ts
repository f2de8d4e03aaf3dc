import { expect, it } from 'vitest';
import { FleetError } from '../../src/errors.ts';
import type { Feed, OperationName, Settings, VmState } from '../../src/platforms/contract.ts';
import { gib } from '../../src/units.ts';
import { patient } from '../contract/bench.ts';
import { refusal } from '../contract/refusal.ts';
import { type FakeVisit, listen, visitFake } from './visit.ts';

const STATES: readonly VmState[] = ['running', 'paused', 'suspended', 'stopped', 'crashed', 'stopping'];
const VERBS = [
  ['start', 'vm.start', ({ connection, vm }: FakeVisit) => connection.vm.start(vm(2), patient())],
  ['stop', 'vm.stop', ({ connection, vm }: FakeVisit) => connection.vm.stop(vm(2), 'graceful', patient())],
  ['stop by force', 'vm.stop', ({ connection, vm }: FakeVisit) => connection.vm.stop(vm(2), 'force', patient())],
  ['restart', 'vm.restart', ({ connection, vm }: FakeVisit) => connection.vm.restart?.(vm(2), 'graceful', patient())],
  ['reset', 'vm.restart', ({ connection, vm }: FakeVisit) => connection.vm.restart?.(vm(2), 'force', patient())],
  ['pause', 'vm.pause', ({ connection, vm }: FakeVisit) => connection.vm.pause?.(vm(2), patient())],
  ['resume', 'vm.resume', ({ connection, vm }: FakeVisit) => connection.vm.resume?.(vm(2), patient())],
  ['suspend', 'vm.suspend', ({ connection, vm }: FakeVisit) => connection.vm.suspend?.(vm(2), patient())],
] as const satisfies readonly (readonly [string, OperationName, (visit: FakeVisit) => unknown])[];

/** What is reported, each with the time since `began`. */
function told(feeds: readonly Feed[], began: number): readonly string[] {
  return feeds.flatMap((feed): readonly string[] => {
    if (feed.kind === 'changes') {
      return feed.changes.flatMap((change) => {
        if (change.kind !== 'vm-upsert') return `${feed.at - began} ${change.kind}`;
        const { state, rawState, cpus, ips, bootedAt, trouble } = change.vm;
        const since =
          bootedAt === undefined ? 'off' : bootedAt < began ? 'on as before' : `on since ${bootedAt - began}`;
        const words = trouble ? `: ${trouble.message} (${trouble.since - began})` : '';
        return `${feed.at - began} ${state} (${rawState}), ${cpus} CPUs, ${ips.join() || 'no address'}, ${since}${words}`;
      });
    }
    if (feed.kind === 'events') return feed.events.map(({ at, text }) => `${at - began} event: ${text}`);
    if (feed.kind !== 'tasks') return [];
    return feed.tasks.map(({ task, state, share, text }) => `task ${task}: ${state} ${share} ${text}`);
  });
}

async function story(state: VmState, verb: (typeof VERBS)[number], fails: boolean): Promise<readonly string[]> {
  const [name, operation, act] = verb;
  const visit = await visitFake({ seed: 3 });
  visit.server.enter(1, state);
  visit.server.sheets.save(1, { vcpus: 9 });
  const listener = listen(visit.connection);
  await visit.clock.pass(0);
  listener.fresh();
  if (fails) visit.server.faults.fail(operation);
  const began = visit.clock.now();
  const answer = await Promise.resolve(act(visit)).then(
    (accepted) => JSON.stringify(accepted),
    (error: unknown) =>
      error instanceof FleetError
        ? `${error.code}: ${error.message}${error.fix ? ` (${error.fix})` : ''}`
        : String(error),
  );
  await visit.clock.pass(8_000);
  listener.stop();
  const lines = told(listener.fresh(), began);
  return [
    `${name}${fails ? ', which fails,' : ''} of one that is ${state}: ${answer}`,
    ...lines.map((line) => `  ${line}`),
  ];
}

it('does in every state what it has always done, in the same time', async () => {
  const lines: string[] = [];
  for (const verb of VERBS) {
    for (const state of STATES) lines.push(...(await story(state, verb, false)));
    for (const state of ['running', 'paused', 'stopped'] as const) lines.push(...(await story(state, verb, true)));
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/verbs.txt');
});

it('lets a newer order replace an older one', async () => {
  const { clock, connection, find, vm, server } = await visitFake({ seed: 3 });
  server.enter(1, 'running');
  await connection.vm.stop(vm(2), 'graceful', patient());
  await clock.pass(100);
  await connection.vm.start(vm(2), patient());
  await clock.pass(8_000);
  expect(find(({ id }) => id === vm(2)).state).toBe('stopped');
  await connection.vm.start(vm(2), patient());
  await connection.vm.stop(vm(2), 'force', patient());
  await clock.pass(8_000);
  expect(find(({ id }) => id === vm(2)).state).toBe('stopped');
  server.enter(1, 'running');
  await connection.vm.suspend?.(vm(2), patient());
  await connection.vm.pause?.(vm(2), patient());
  await clock.pass(8_000);
  expect(find(({ id }) => id === vm(2)).state).toBe('paused');
  await connection.vm.suspend?.(vm(2), patient());
  await connection.vm.resume?.(vm(2), patient());
  await clock.pass(8_000);
  expect(find(({ id }) => id === vm(2)).state).toBe('running');
});

it('tells nothing of a VM that was removed on its way', async () => {
  const { clock, connection, vm, server } = await visitFake({ seed: 3 });
  server.enter(1, 'stopped');
  const listener = listen(connection);
  await connection.vm.start(vm(2), patient());
  server.remove(1);
  await clock.pass(8_000);
  listener.stop();
  expect(listener.changes().slice(-2)).toMatchObject([{ kind: 'vm-upsert' }, { kind: 'vm-remove', id: vm(2) }]);
});

const MEMORY = gib(8);
async function configuring(target: 'config' | 'running', state: VmState, changes: Settings, basedOn: Settings = {}) {
  const visit = await visitFake({ seed: 3 });
  const { connection, server, vm, find, clock } = visit;
  server.enter(1, state, { cpus: 4, memory: MEMORY });
  const listener = listen(connection);
  await clock.pass(0);
  listener.fresh();
  const based = Object.fromEntries(Object.entries(basedOn));
  const configure = () => connection.vm.configure?.(vm(2), target, changes, based, patient()) ?? Promise.resolve();
  const outcome = await configure().catch(
    (error: FleetError) => `${error.code}: ${error.message}${error.fix ? ` (${error.fix})` : ''}`,
  );
  await clock.pass(0);
  listener.stop();
  const events = listener
    .fresh()
    .flatMap((feed) => (feed.kind === 'events' ? feed.events.map(({ text }) => text) : []));
  const { cpus, memory, autostart, name } = find(({ id }) => id === vm(2));
  return { outcome, events, cpus, memory, autostart, name, visit };
}

it('changes what runs, what is saved, or both', async () => {
  const changes = { vcpus: 6, memory: gib(4), autostart: true };
  const running = await configuring('running', 'running', changes, { vcpus: 4, memory: MEMORY });
  expect(running).toMatchObject({
    outcome: { warnings: [] },
    events: ['Settings changed: vcpus, memory, autostart'],
    cpus: 6,
    memory: gib(4),
    autostart: true,
  });
  for (const state of ['running', 'paused'] as const) {
    const saved = await configuring('config', state, changes);
    expect(saved).toMatchObject({ cpus: 4, memory: MEMORY, autostart: true });
    const { connection, vm } = saved.visit;
    expect(await connection.vm.settings?.(vm(2), 'config', patient())).toMatchObject({ vcpus: 6, memory: gib(4) });
    expect(await connection.vm.settings?.(vm(2), 'running', patient())).toMatchObject({ vcpus: 4, memory: MEMORY });
  }
  expect(await configuring('config', 'stopped', changes)).toMatchObject({ cpus: 6, memory: gib(4) });
  expect(await configuring('config', 'stopped', { description: 'x' })).toMatchObject({ cpus: 4, memory: MEMORY });
});

it.each<['config' | 'running', VmState, Settings, Settings, string | RegExp]>([
  [
    'running',
    'stopped',
    { vcpus: 2 },
    {},
    /^op\.conflict: \S+ is stopped: nothing of it runs that could be changed \(change the saved settings instead\)$/,
  ],
  ['config', 'running', { colour: 'red' }, {}, 'usage: colour is no setting that can be changed here'],
  ['config', 'running', { vcpus: 65 }, {}, /^op\.refused: \S+: vcpus must be between 1 and 64$/],
  ['config', 'running', { vcpus: 0 }, {}, /vcpus must be between 1 and 64$/],
  ['config', 'running', { vcpus: 1.5 }, {}, /vcpus must be between 1 and 64$/],
  ['config', 'running', { vcpus: 'many' }, {}, /vcpus must be between 1 and 64$/],
  ['config', 'running', { memory: gib(1025) }, {}, /memory must be between 64MiB and 1TiB$/],
  [
    'config',
    'running',
    { vcpus: 2 },
    { vcpus: 3 },
    /^op\.conflict: \S+: vcpus is 4 by now, no longer 3 \(open the settings again\)$/,
  ],
  ['config', 'running', { vcpus: 2 }, { memory: gib(1) }, /memory is 8GiB by now, no longer 1GiB/],
  ['config', 'running', { vcpus: 2 }, { colour: 'red' }, /colour is - by now, no longer red/],
  ['running', 'running', { memory: gib(1000) }, {}, /^op\.failed: fra-01 has only \d+GiB of memory$/],
])(
  'refuses to change in %s of a %s VM %j based on %j, and changes nothing',
  async (target, state, changes, basedOn, why) => {
    const { outcome, events, cpus, memory } = await configuring(
      target,
      state,
      { ...changes, description: 'x' },
      basedOn,
    );
    expect(outcome).toMatch(why);
    expect({ events, cpus, memory }).toEqual({ events: [], cpus: 4, memory: MEMORY });
  },
);

it('takes what is just within the limits', async () => {
  for (const changes of [{ vcpus: 1 }, { vcpus: 64 }, { memory: gib(1024) }])
    expect((await configuring('config', 'running', changes)).outcome).toEqual({ warnings: [] });
  const node = (await configuring('config', 'running', {})).visit.server.fleet.nodes()[0];
  if (!node) throw new Error('no node');
  expect((await configuring('running', 'running', { memory: node.memory })).outcome).toEqual({ warnings: [] });
});

it('warns of CPUs that a guest must let go of', async () => {
  const warning = { feature: 'vcpus', detail: 'the guest must let go of the CPUs itself' };
  expect((await configuring('running', 'running', { vcpus: 3 })).outcome).toEqual({ warnings: [warning] });
  for (const [target, changes] of [
    ['running', { vcpus: 4 }],
    ['running', { description: 'x' }],
    ['config', { vcpus: 3 }],
  ] as const)
    expect((await configuring(target, 'running', changes)).outcome).toEqual({ warnings: [] });
});

it('saves one setting, and says so, when it fails half-way', async () => {
  const { connection, server, vm } = await visitFake({ seed: 3 });
  server.faults.fail('vm.configure', 2);
  const { name } = await connection.vm.info(vm(2), patient()).then(() => server.fleet.vm(1) ?? { name: '' });
  const configure = (changes: Settings) =>
    refusal(connection.vm.configure?.(vm(2), 'config', changes, {}, patient()) ?? Promise.resolve());
  expect(await configure({ description: 'x', vcpus: 9 })).toMatchObject({
    code: 'op.failed',
    message: `${name}: only description was saved, then the node failed`,
  });
  expect((await configure({})).message).toBe(`${name}: only nothing was saved, then the node failed`);
  const saved = await connection.vm.settings?.(vm(2), 'config', patient());
  expect(saved).toMatchObject({ description: 'x' });
  expect(saved?.['vcpus']).not.toBe(9);
});
