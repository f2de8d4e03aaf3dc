import { describe, expect, it } from 'vitest';
import type { Fleet } from '../state/fleet/fleet.ts';
import type { Row } from '../state/query/tree.ts';
import { nameOf, spokenRow, spokenState } from './spoken-row.ts';

const GIB = 1024 ** 3;
const NOON = new Date(2026, 0, 1, 12, 3, 10).getTime();
const WEB = { name: 'web1', state: 'running', memory: 4 * GIB, node: 'lab/n1' };

/** A fleet of one endpoint with one VM. */
function fleetOf({
  vm = WEB as object | null,
  endpoint = { phase: 'up' } as object | null,
  node = {},
  cpu = 0.12,
} = {}): Fleet {
  return {
    vms: new Map(vm ? [['lab/1', vm]] : []),
    nodes: new Map([['lab/n1', { name: 'node1', state: 'up', ...node }]]),
    endpoints: new Map(endpoint ? [['lab', endpoint]] : []),
    pools: new Map([['lab/p', { name: 'Frankfurt' }]]),
    grouping: { pools: [{ id: '~/web', name: 'Web' }] },
    samples: { of: () => ({ cpu, memory: Number.isNaN(cpu) ? Number.NaN : 1.2 * GIB }) },
  } as unknown as Fleet;
}
const sums = (running: number, total: number) =>
  ({
    ofPool: () => ({ counts: { running, total } }),
    ofNode: () => ({ counts: { running: running + 1, total: total + 1 } }),
  }) as never;
const row = (kind: Row['kind'], id: string, open = true) => ({ kind, id, key: `${kind} ${id}`, depth: 0, open }) as Row;
const view = (...marked: readonly string[]) => ({ marks: new Set(marked) }) as never;
const spoken = (what: Row, fleet: Fleet, marked: readonly string[] = [], running = 2, total = 3) =>
  spokenRow(what, fleet, { sums: sums(running, total), view: view(...marked) });

describe('a VM', () => {
  it.each([
    ['as it is', fleetOf(), 'web1, running, CPU 12%, memory 1.2G of 4.0G, on node1'],
    ['of which no metrics are known', fleetOf({ cpu: Number.NaN }), 'web1, running, memory 4.0G, on node1'],
    ['on no node', fleetOf({ vm: { ...WEB, node: undefined } }), 'web1, running, CPU 12%, memory 1.2G of 4.0G'],
    [
      'on a node that is not known',
      fleetOf({ vm: { ...WEB, node: 'lab/n2' } }),
      'web1, running, CPU 12%, memory 1.2G of 4.0G',
    ],
    [
      'that is stale',
      fleetOf({ endpoint: { phase: 'down', staleSince: NOON } }),
      'web1, running, stale since 12:03:10, memory 4.0G, on node1',
    ],
    [
      'in trouble',
      fleetOf({ vm: { ...WEB, trouble: { message: 'disk is full' } } }),
      'web1, running, trouble: disk is full, CPU 12%, memory 1.2G of 4.0G, on node1',
    ],
    ['that is gone', fleetOf({ vm: null }), 'lab/1, gone'],
  ])('%s', (_how, fleet, said) => {
    expect(spoken(row('vm', 'lab/1'), fleet)).toBe(said);
    expect(spoken(row('vm', 'lab/1'), fleet, ['lab/1'])).toBe(`marked, ${said}`);
  });
});

describe('a branch', () => {
  it.each([
    [row('endpoint', 'lab'), fleetOf(), 'lab, endpoint, up'],
    [
      row('endpoint', 'lab'),
      fleetOf({ endpoint: { phase: 'down', problem: { message: 'no route' } } }),
      'lab, endpoint, down, no route',
    ],
    [row('endpoint', 'lab'), fleetOf({ endpoint: null }), 'lab, endpoint, gone'],
    [row('pool', 'lab/p'), fleetOf(), 'Frankfurt, pool, 2 of 3 VMs running, unfolded'],
    [row('pool', '~/web', false), fleetOf(), 'Web, pool, 2 of 3 VMs running, folded'],
    [row('pool', '~/db'), fleetOf(), '~/db, pool, 2 of 3 VMs running, unfolded'],
    [row('node', 'lab/n1'), fleetOf(), 'node1, node, up, 3 of 4 VMs running, unfolded'],
    [row('node', 'lab/n2'), fleetOf(), 'lab/n2, node, gone, 3 of 4 VMs running, unfolded'],
    [
      row('node', 'lab/n1'),
      fleetOf({
        node: { state: 'down', trouble: { message: 'no link' } },
        endpoint: { phase: 'up', staleSince: NOON },
      }),
      'node1, node, down, trouble: no link, stale since 12:03:10, 3 of 4 VMs running, unfolded',
    ],
  ])('%j', (what, fleet, said) => {
    expect(spoken(what, fleet, ['lab/n1', 'lab/p', 'lab'])).toBe(said);
  });

  it('without VMs says so', () => {
    expect(spoken(row('pool', 'lab/p'), fleetOf(), [], 0, 0)).toBe('Frankfurt, pool, no VMs, unfolded');
  });
});

it('has a state that is worth a line when it changes, but for pools, and a name', () => {
  const state = (what: Row) => spokenState(what, fleetOf());
  expect([
    state(row('vm', 'lab/1')),
    state(row('vm', 'lab/2')),
    state(row('pool', 'lab/p')),
    state(row('endpoint', 'lab')),
  ]).toEqual(['running', 'gone', '', 'up']);
  expect(nameOf(row('vm', 'lab/9'), fleetOf())).toBe('lab/9');
});
