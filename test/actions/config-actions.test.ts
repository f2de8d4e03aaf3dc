import { describe, expect, it } from 'vitest';
import type { ConfigAction } from '../../src/actions/action.ts';
import { endpointActions, endpointChanges } from '../../src/actions/endpoint.ts';
import { nodeActions } from '../../src/actions/node.ts';
import { noteActions } from '../../src/actions/note.ts';
import { poolActions, poolVariablesAction, variableNameComplaint } from '../../src/actions/pool.ts';
import type { Services } from '../../src/actions/services.ts';
import { wouldSend } from '../../src/actions/would-send.ts';
import { FleetError } from '../../src/errors.ts';
import { endpointName } from '../../src/ids.ts';
import type { Check, Manifest, Settings } from '../../src/platforms/contract.ts';
import { applyChange } from '../../src/state/config/apply.ts';
import { openYaml } from '../../src/state/config/yaml-file.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { gib } from '../../src/units.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, inventory } from '../state/objects.ts';

const all: readonly ConfigAction[] = [
  ...poolActions,
  poolVariablesAction,
  ...endpointChanges,
  ...nodeActions,
  ...noteActions,
];
const START = 'endpoints:\n  h1: { platform: fake }\npools:\n  A:\n    in: B\n  B: {}\n';
const h1 = endpointName('h1');

describe('an action that changes the configuration', () => {
  it.each<[string, string, Settings, string, string]>([
    ['pool.add', 'C', {}, `${START}  C: {}\n`, 'pool C was added'],
    ['pool.add', 'C', { in: '' }, `${START}  C: {}\n`, 'pool C was added'],
    ['pool.add', 'C', { in: 'A' }, `${START}  C:\n    in: A\n`, 'pool C was added'],
    ['pool.rename', 'B', { to: 'Z' }, START.replaceAll('B', 'Z'), 'pool B is now Z'],
    ['pool.nest', 'A', { in: '' }, START.replace('A:\n    in: B', 'A: {}'), 'pool A is at the top now'],
    ['pool.nest', 'A', {}, START.replace('A:\n    in: B', 'A: {}'), 'pool A is at the top now'],
    ['pool.nest', 'A', { in: 'B' }, START, 'pool A is in pool B now'],
    ['pool.remove', 'A', {}, START.replace('  A:\n    in: B\n', ''), 'pool A was removed; what was in it stays'],
    ['pool.set', 'B', {}, START, 'pool B has no variables now'],
    [
      'pool.set',
      'B',
      { X: 1 },
      START.replace('B: {}', 'B:\n    variables:\n      X: "1"'),
      'pool B has 1 variable now',
    ],
    [
      'pool.set',
      'B',
      { X: 'a', Y: 'b' },
      START.replace('B: {}', 'B:\n    variables:\n      X: a\n      Y: b'),
      'pool B has 2 variables now',
    ],
    [
      'endpoint.remove',
      'h1',
      {},
      START.replace('\n  h1: { platform: fake }', ' {}'),
      'h1 is forgotten; its VMs run on',
    ],
    ['endpoint.disable', 'h1', {}, START.replace('fake }', 'fake, enabled: false }'), 'h1 is disabled'],
    ['endpoint.enable', 'h1', {}, START, 'h1 is enabled'],
    ['node.move', 'h1', { to: 'B' }, START.replace('B: {}', 'B:\n    nodes: [ h1 ]'), 'h1 is in pool B now'],
    ['node.move', 'h1/n1', { to: 'B' }, START.replace('B: {}', 'B:\n    nodes: [ h1/n1 ]'), 'h1/n1 is in pool B now'],
    ['node.move', 'h1', { to: '' }, START, 'h1 is in no pool now'],
    ['node.move', 'h1', {}, START, 'h1 is in no pool now'],
    [
      'node.note',
      'h1/n1',
      { text: ' fan is loud ' },
      `${START}notes:\n  h1/n1: { text: fan is loud, by: anna@desk, at: 2026-11-29T16:00:00.000Z }\n`,
      'h1/n1 has a note now',
    ],
  ])('%s %s %j', async (id, name, args, text, said) => {
    const action = all.find((one) => one.id === id);
    const yaml = await openYaml('config.yaml', START);
    const fleet = createStore(createTestClock()).fleet;
    const edit = { by: 'anna@desk', at: Date.UTC(2026, 10, 29, 16), fleet };
    if (action) applyChange(yaml.draft, action.change(name, args, edit), new Map([['fake', []]]));
    expect([yaml.print(), action?.said(name, args)]).toEqual([text, said]);
  });

  it('says before what is lost by it, where something is', () => {
    expect(all.flatMap(({ id, loses }) => (loses ? [[id, loses('X')]] : []))).toEqual([
      ['pool.remove', ['the pool X with its provisioning variables; nodes and VMs stay']],
      [
        'endpoint.remove',
        [
          'the endpoint X from the configuration; its VMs, their disks and what definitions made there stay as they are',
        ],
      ],
    ]);
    expect(all.filter(({ danger }) => danger !== 'none').map(({ id }) => id)).toEqual([
      'pool.remove',
      'endpoint.remove',
    ]);
    expect(all.filter(({ onExisting }) => !onExisting).map(({ id }) => id)).toEqual(['pool.add']);
  });

  it.each([
    ['DEFAULT_BRIDGE', true],
    ['_x.y-1', true],
    ['x'.repeat(100), true],
    ['x'.repeat(101), false],
    ['1x', false],
    ['a b', false],
    ['', false],
  ])('a variable may be called %s: %s', (name, may) => {
    expect(variableNameComplaint(name)).toBe(may ? undefined : 'a variable has letters, digits, _ . and - only');
  });
});

describe('an action on an endpoint', () => {
  const signal = new AbortController().signal;
  function run(id: string, checks: readonly Partial<Check>[], reconnect: () => Promise<void> = async () => {}) {
    let connected = 0;
    const services = {
      testEndpoint: async () => checks,
      sessions: {
        reconnect: () => {
          connected++;
          return reconnect();
        },
      },
    } as unknown as Services;
    const action = endpointActions.find((one) => one.id === id);
    const ended = Promise.resolve(action?.run(services, h1, {}, signal)).then(
      (text) => text,
      (error) => [error.code, error.message, error.fix],
    );
    return ended.then((end) => [end, connected]);
  }
  const ok = { check: 'name', ok: true, detail: '10.0.0.1' };
  const bad = { check: 'login', ok: false, detail: 'refused' };

  it.each<[string, readonly Partial<Check>[], unknown, number]>([
    ['endpoint.connect', [], 'h1 is connected', 1],
    ['endpoint.test', [ok, ok], 'h1: all 2 checks passed', 0],
    ['endpoint.test', [ok, bad, bad], ['op.failed', 'h1: login: refused', undefined], 0],
    ['endpoint.test', [{ ...bad, fix: 'look' }], ['op.failed', 'h1: login: refused', 'look'], 0],
    ['endpoint.trust', [ok, { ...ok, check: 'Host key' }, bad], 'the host key of h1 is trusted', 1],
    ['endpoint.trust', [{ ...ok, check: 'key of the host' }], 'the host key of h1 is trusted', 1],
    [
      'endpoint.trust',
      [ok, { check: 'host key', ok: false, detail: 'unknown' }, bad],
      ['trust.unknown-host', 'h1: unknown', undefined],
      0,
    ],
    ['endpoint.trust', [ok, bad], ['trust.unknown-host', 'h1: refused', undefined], 0],
    ['endpoint.trust', [ok], ['trust.unknown-host', 'h1: no host key was seen', undefined], 0],
  ])('%s %j', async (id, checks, end, connected) => expect(await run(id, checks)).toEqual([end, connected]));

  it('ends with the trouble of the connection, but for a key that is trusted', async () => {
    const refused = () => Promise.reject(new FleetError('auth.rejected', 'no'));
    expect(await run('endpoint.connect', [], refused)).toEqual([['auth.rejected', 'no', undefined], 1]);
    expect(await run('endpoint.trust', [{ ...ok, check: 'host key' }], refused)).toEqual([
      'the host key of h1 is trusted',
      1,
    ]);
  });
});

describe('a dry run', () => {
  const store = createStore(createTestClock());
  store.setEndpoint({ name: h1, platform: 'lab', address: '', phase: 'up', since: 0 });
  store.push(h1, inventory([aNode('n1', 'h1')], [aVm('web1', { endpoint: 'h1', native: '7' })]));
  store.flush();
  const settings = [
    { key: 'memory', label: 'Memory', kind: 'bytes' },
    { key: 'pw', label: 'Password', kind: 'text', sensitive: true },
  ];
  const services = { store, manifests: [{ id: 'lab', settings }] as unknown as readonly Manifest[] };
  const { id } = aVm('', { endpoint: 'h1', native: '7' });

  it('says what it would send', () => {
    expect(wouldSend(services, h1, 'vm.stop', [id, { how: 'force' }])).toBe(
      'would send to h1: vm.stop h1/7 {"how":"force"}',
    );
  });

  it('tells a change of settings in the words of its fields', () => {
    const change = (target: string, changes: Settings, vm = id) =>
      wouldSend(services, h1, 'vm.configure', [vm, target, changes, { memory: gib(4), pw: 'old' }]);
    expect(change('saved', { memory: gib(8) })).toBe('would change web1 on h1: Memory from 4GiB to 8GiB (saved)');
    expect(change('running', { pw: 'new', other: 1 })).toBe(
      'would change web1 on h1: Password from ******** to ********, other (now)',
    );
    expect(change('saved', { memory: gib(8) }, aVm('', { endpoint: 'h2', native: 'x' }).id)).toBe(
      'would change h2/x on h2: memory (saved)',
    );
  });
});
