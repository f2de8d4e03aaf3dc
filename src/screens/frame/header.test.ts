import { describe, expect, it } from 'vitest';
import { host1, isUp, type LightOptions, openStage } from '../../../test/screens/light-stage.tsx';
import { look, painted } from '../../../test/screens/painted.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import type { Services } from '../../actions/services.ts';
import { endpointName, poolId, userPoolId } from '../../ids.ts';
import type { Node, Pool, Vm } from '../../platforms/contract.ts';
import type { EndpointStatus } from '../../state/fleet/fleet.ts';
import { gib } from '../../units.ts';
import type { View } from '../stage.ts';
import { headerText } from './header.ts';
import { fleetHints, hintsNow, isForAllBelow } from './hints.ts';

const services = (given: Partial<Services> & { readonly running?: number } = {}): Partial<Services> => {
  const { running = 0, ...others } = given;
  return { tasks: { running, list: () => [] } as unknown as Services['tasks'], ...others };
};

describe('the header', () => {
  const open = (options: LightOptions = {}, given: Partial<EndpointStatus> = {}) => {
    const light = openStage({ ...options, services: { ...services(), ...options.services } });
    light.store.setEndpoint(isUp(given));
    light.store.flush();
    const header = (columns = 200, view: View['id'] = 'fleet') =>
      painted(headerText(light.stage, light.state, view, columns, look));
    return { ...light, header };
  };

  it('tells what is connected and what runs', () => {
    const { header, store } = open();
    expect(header()).toBe(' {title|drover}  1/1 endpoint  1/2 VMs running');
    store.setEndpoint({ ...isUp(), name: endpointName('other'), phase: 'down' });
    store.push(host1, { kind: 'node-samples', samples: [{ node: aNode('n1').id, at: 0, cpu: 0.25, memory: gib(16) }] });
    store.flush();
    expect(header()).toBe(
      ' {title|drover}  1/2 endpoints  {danger|1 down}  1/2 VMs running  CPU 25%  memory 16G of 64G',
    );
  });

  it.each<[Partial<EndpointStatus>, string]>([
    [{ staleSince: 1 }, '{warning|1 stale}'],
    [{ phase: 'blocked' }, '{danger|1 blocked}'],
    [{ phase: 'down' }, '{danger|1 down}'],
  ])('tells what is wrong with an endpoint: %o', (given, text) => {
    expect(open({}, given).header()).toContain(`  0/1 endpoint  ${text}  1/2 VMs`);
  });

  it('says nothing of VMs before anything has answered', () => {
    expect(open({ nodes: [], vms: [] }, { phase: 'connecting' }).header()).toBe(' {title|drover}  0/1 endpoint');
    expect(open({ nodes: [], vms: [] }).header()).toContain('0/0 VMs running');
  });

  it('tells of all else that a user should know', () => {
    const trouble = { message: 'x', since: 0 };
    const { header, state, store } = open({
      run: { readOnly: true, problems: ['one', 'two'] },
      services: services({ running: 2, manifests: [{ id: 'fake', tier: 'demo' }] as unknown as Services['manifests'] }),
      vms: [aVm('web1', { trouble }), aVm('db1')],
      nodes: [{ ...aNode('n1'), trouble }],
    });
    state.view.toIndex(1);
    state.view.range();
    state.view.markShown();
    state.setFilter('name:w*');
    expect(header(300, 'wire-log')).toBe(
      ' {title|drover}  {warning|simulated}  {warning|read-only}  1/1 endpoint  2/2 VMs running  {danger|! 2 in trouble}' +
        '  {warning|configuration: 2 wrong (!)}  {mark|2 marked}  {mark|range open}  {busy|2 tasks running}  {accent|filter: name:w* (1)}  {accent|wire log}',
    );
    expect(header(300, 'tasks')).toMatch(/\{accent\|tasks\}$/);
    expect(header(300, 'snapshot')).toMatch(/\{accent\|snapshots\}$/);
    store.setEndpoint({ ...isUp(), name: endpointName('real'), platform: 'real' });
    store.flush();
    expect(header(300)).toContain('{warning|1 simulated}');
  });

  it('counts one thing in trouble, and none is none', () => {
    const trouble = { message: 'x', since: 0 };
    expect(open({ vms: [aVm('web1', { trouble })] }).header()).toContain('{danger|! 1 in trouble}');
    expect(open().header()).not.toMatch(/trouble|running\}|marked|config/);
  });

  it('counts one task as one', () => {
    expect(open({ services: services({ running: 1 }) }).header()).toContain('{busy|1 task running}');
  });

  it.each([
    [300, 'state:runing', '{warning|no filter: state:runing: there is no state runing (did you mean running?)}'],
    [80, 'state:runing', '{warning|no filter: state:runing}'],
    [
      300,
      'state:runing web',
      '{warning|filter in part: state:runing web (1): there is no state runing (did you mean running?)}',
    ],
    [300, 'name:a-name-that-is-longer-than-there-is-room', '{accent|filter: name:a-name-that-is-longer-th… (0)}'],
  ])('says in %i columns what of a filter is not used: %s', (columns, text, part) => {
    const { header, state } = open();
    state.setFilter(text);
    expect(header(columns)).toContain(part);
  });

  it('shortens what it has no room for, then leaves out what says least', () => {
    const { header, store } = open(
      { run: { readOnly: true, problems: ['one'] }, services: services({ running: 1 }) },
      { staleSince: 1 },
    );
    store.setEndpoint({ ...isUp(), name: endpointName('other') });
    store.push(endpointName('other'), inventory([aNode('m', 'other')], []));
    store.push(endpointName('other'), {
      kind: 'node-samples',
      samples: [{ node: aNode('m', 'other').id, at: 0, cpu: 0.25, memory: gib(16) }],
    });
    store.flush();
    const widths = [160, 134, 133, 125, 121, 110, 105, 95, 90, 80, 70, 60, 45, 30, 10];
    expect(
      widths.map((columns) => `${columns}:${header(columns).replace(/\{\w+\||\}/g, '')}`).join('\n'),
    ).toMatchInlineSnapshot(`
      "160: drover  read-only  1/2 endpoints  1 stale  1/2 VMs running  CPU 25%  memory 16G of 64G  configuration: 1 wrong (!)  1 task running
      134: drover  read-only  1/2 endpoints  1 stale  1/2 VMs running  CPU 25%  memory 16G of 64G  configuration: 1 wrong (!)  1 task running
      133: drover  read-only  1/2 endpoints  1 stale  1/2 VMs running  CPU 25%  memory 16G of 64G  configuration: 1 wrong (!)  1 task running
      125: drover  read-only  1/2 endpoints  1 stale  1/2 VMs running  CPU 25%  memory 16G of 64G  config: 1 wrong (!)  1 task running
      121: drover  read-only  1/2 endpoints  1 stale  1/2 VMs running  CPU 25%  mem 16G/64G  config: 1 wrong (!)  1 task running
      110: drover  read-only  1/2 endpoints  1 stale  1/2 run  CPU 25%  mem 16G/64G  config: 1 wrong (!)  1 task running
      105: read-only  1/2 endpoints  1 stale  1/2 run  CPU 25%  mem 16G/64G  config: 1 wrong (!)  1 task running
      95: read-only  1/2 endpoints  1 stale  1/2 run  CPU 25%  config: 1 wrong (!)  1 task running
      90: read-only  1/2 endpoints  1 stale  1/2 run  CPU 25%  config: 1 wrong (!)  1 task running
      80: read-only  1/2 endpoints  1 stale  1/2 run  config: 1 wrong (!)  1 task running
      70: read-only  1/2 endpoints  1 stale  config: 1 wrong (!)
      60: read-only  1/2 endpoints  1 stale  config: 1 wrong (!)
      45: read-only  1/2 endpoints  1 stale
      30: read-only  1/2 endpoints
      10: read-only"
    `);
  });
});

describe('the keys at the bottom', () => {
  const pool: Pool = { id: poolId(host1, 'p1'), name: 'p1', parent: undefined };
  const open = (
    given: {
      readonly vms?: readonly Vm[];
      readonly nodes?: readonly Node[];
      readonly status?: Partial<EndpointStatus>;
    } = {},
  ) => {
    const {
      vms = [aVm('web1'), aVm('db1', { state: 'stopped' })],
      nodes = [{ ...aNode('n1'), pool: pool.id }],
      status = {},
    } = given;
    const connection = { vm: {}, node: {}, console: {}, whyNot: {} };
    const light = openStage({ nodes: [], vms: [], connection: connection as never, services: services() });
    light.store.setEndpoint(isUp(status));
    light.store.push(host1, {
      kind: 'inventory',
      at: 0,
      inventory: { pools: nodes.length > 0 ? [pool] : [], nodes, vms },
    });
    light.store.flush();
    const hints = () =>
      fleetHints(light.stage, light.state)
        .map(({ key, does, disabled, always }) => `${disabled ? '-' : ''}${key} ${does}${always ? '!' : ''}`)
        .join(', ');
    return { ...light, hints, pool };
  };

  it('are those of the row', () => {
    const { hints, state } = open();
    const rows = ['pool', 'node', 'running VM', 'stopped VM'].map((what, at) => {
      state.view.toIndex(at);
      return `${what}: ${hints()}`;
    });
    expect(rows.join('\n')).toMatchInlineSnapshot(`
      "pool: S shut down all, D force off all, a add, t tasks, 3 busiest, F sort, r reconnect, E edit, -f2 rename, -m move, -X remove, -e set up, -= definitions, s start all, R reboot all, p pause all, P suspend to disk all, A switch autostart all, x viewer all, b back up all, / filter!, : more!, ? help!, q quit!
      node: S shut down all, D force off all, -o shell, -$ run command, b back up all, m move to pool, ; note, a add, t tasks, 3 busiest, F sort, r reconnect, E edit, s start all, R reboot all, p pause all, P suspend to disk all, A switch autostart all, x viewer all, / filter!, : more!, ? help!, q quit!
      running VM: -s start, -S shut down, -R reboot, -c console, -e edit, -D force off, -p pause, -P suspend to disk, -X delete, -A switch autostart, -V graphical console, -x viewer, -H ssh, -O console log, -m migrate, -4 snapshots, -d disks, -u NICs, ; note, a add, t tasks, 3 busiest, F sort, r reconnect, E edit, / filter!, : more!, ? help!, q quit!
      stopped VM: -s start, -S shut down, -R reboot, -c console, -e edit, -D force off, -p pause, -P suspend to disk, -X delete, -A switch autostart, -V graphical console, -x viewer, -H ssh, -O console log, -m migrate, -4 snapshots, -d disks, -u NICs, ; note, a add, t tasks, 3 busiest, F sort, r reconnect, E edit, / filter!, : more!, ? help!, q quit!"
    `);
    state.view.toIndex(2);
    state.view.toggleMark();
    state.view.toIndex(0);
    expect(hints()).toMatchInlineSnapshot(
      `"-s start, -S shut down, -R reboot, -c console, -e edit, -D force off, -p pause, -P suspend to disk, -X delete, -A switch autostart, -V graphical console, -x viewer, -H ssh, -O console log, -m migrate, -4 snapshots, -d disks, -u NICs, a add, -f2 rename, -= definitions, t tasks, 3 busiest, F sort, r reconnect, E edit, / filter!, : more!, ? help!, q quit!"`,
    );
  });

  it('are of an endpoint what it waits for first', () => {
    const problem = { code: 'trust.unknown-host', message: 'not trusted', fix: 'drover endpoint trust host1' } as const;
    const { hints } = open({ vms: [], nodes: [], status: { phase: 'blocked', problem } });
    expect(hints()).toMatchInlineSnapshot(
      `"T trust host key, r reconnect, m move to pool, a add, E edit, X remove, t tasks, 3 busiest, F sort, / filter!, : more!, ? help!, q quit!"`,
    );
    expect(open({ vms: [], nodes: [], status: { phase: 'connecting' } }).hints()).toMatchInlineSnapshot(
      `"r reconnect, m move to pool, a add, E edit, X remove, T trust host key, t tasks, 3 busiest, F sort, / filter!, : more!, ? help!, q quit!"`,
    );
  });

  it('are for all VMs below a branch that has some, unless something is marked or would be destroyed', () => {
    const {
      state,
      stage,
      store,
      pool: { id },
    } = open();
    const forAll = (action: string) => isForAllBelow(stage.actions.find((one) => one.id === action) as never, state);
    const asked = ['vm.stop', 'vm.delete', 'vm.console', 'view.down', 'node.move'];
    expect(asked.map(forAll)).toEqual([true, false, false, false, false]);
    state.view.toIndex(1);
    expect(asked.map(forAll)).toEqual([true, false, false, false, false]);
    state.view.toIndex(2);
    expect(asked.some(forAll)).toBe(false);
    state.view.toggleMark();
    state.view.toIndex(0);
    expect(asked.some(forAll)).toBe(false);
    state.view.clearMarks();
    store.push(host1, {
      kind: 'inventory',
      at: 0,
      inventory: { pools: [pool], nodes: [{ ...aNode('n1'), pool: id }], vms: [] },
    });
    store.flush();
    expect(asked.some(forAll)).toBe(false);
  });

  it('are of a pool of the user those that change it', () => {
    const { store, state, hints } = open();
    const prod = { id: userPoolId('prod'), name: 'prod', parent: undefined, readOnly: false, variables: {} };
    store.setGrouping({ pools: [prod], notes: new Map(), placeOf: new Map() });
    store.flush();
    state.view.toKey('pool ~/prod');
    expect(hints()).toMatchInlineSnapshot(
      `"a add, f2 rename, m move, X remove, e set up, = definitions, t tasks, 3 busiest, F sort, / filter!, : more!, ? help!, q quit!"`,
    );
  });

  it('are those of what lies on top, else of the view, with the way back', () => {
    const { stage } = open();
    const view = (id: View['id']) => ({ id, hints: () => [{ key: 'x', does: 'cancel' }] }) as unknown as View;
    const now = (id: View['id']) =>
      hintsNow(stage, view(id))
        .map(({ key, does, always }) => `${key} ${does}${always ? '!' : ''}`)
        .join(', ');
    expect(now('fleet')).toBe('x cancel');
    expect(now('tasks')).toBe('x cancel, esc back!, ? help!');
    void stage.dialogs.confirm({ title: 'a', question: 'b' });
    expect(now('tasks')).toBe('y yes, n no');
  });
});
