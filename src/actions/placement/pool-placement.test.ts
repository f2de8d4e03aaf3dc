import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { FleetError } from '../../errors.ts';
import { endpointName, userPoolId } from '../../ids.ts';
import type { Field, History } from '../../platforms/contract.ts';
import type { PoolConfig } from '../../state/config/model.ts';
import { createStore } from '../../state/fleet/store.ts';
import { gib } from '../../units.ts';
import { fittingNodes, placedInPool } from './pool-placement.ts';

const host1 = endpointName('host1');
const HOUR_MS = 3_600_000;
const NOW = 100 * HOUR_MS;
const history = (...cpu: readonly number[]): History => ({
  stepMs: HOUR_MS,
  rows: cpu.map((one, index) => ({
    ...{ at: NOW - (cpu.length - index) * HOUR_MS, cpu: one },
    ...{ memory: 0, diskRead: 0, diskWrite: 0, netRx: 0, netTx: 0 },
  })),
});

/** Two nodes of one platform that lets the user choose; on n1 run more VMs, n2 has less memory left. */
function open(variables: Readonly<Record<string, string>>, kept: ReadonlyMap<string, History> | 'off' = new Map()) {
  const store = createStore(createTestClock());
  const nodes = ['n1', 'n2'].map((name) => ({ ...aNode(name), cpus: 8, memory: gib(32) }));
  const vm = (name: string, node: string, memory: number) => aVm(name, { node, memory: gib(memory), cpus: 1 });
  store.push(host1, inventory(nodes, [vm('a', 'n1', 4), vm('b', 'n1', 4), vm('c', 'n2', 16)]));
  const pool = userPoolId('Site');
  store.setGrouping({
    pools: [{ id: pool, name: 'Site', parent: undefined, readOnly: false, variables }],
    placeOf: new Map([[host1, pool]]),
    notes: new Map(),
  });
  store.flush();
  const site: PoolConfig = {
    ...{ name: 'Site', in: undefined, nodes: [host1], variables, definitions: [], readOnly: false },
  };
  const services = {
    store,
    config: () => ({ pools: new Map([['Site', site]]) }) as never,
    clock: { now: () => NOW } as never,
    nodeHistory: async () => {
      if (kept === 'off') throw new FleetError('op.unsupported', 'no history is kept');
      return kept as never;
    },
  };
  const wanted = (memory: number, node = '') => ({
    endpoint: host1,
    fields: [{ key: 'node' }] as unknown as readonly Field[],
    all: [{ name: 'new', memory: gib(memory), node }],
  });
  return {
    fitting: (memory: number, node?: string) => fittingNodes(wanted(memory, node), 'Site', services),
    async chosen(memory = 2) {
      const fitting = fittingNodes(wanted(memory), 'Site', services);
      return (await placedInPool(fitting, 'Site', services, new AbortController().signal))?.all[0]?.node;
    },
  };
}

it('F-018 F-209 F-413 a pool replaces the criteria by which its nodes are chosen', async () => {
  expect(await open({}).chosen()).toBe('n1');
  expect(await open({ PLACEMENT: 'vms' }).chosen()).toBe('n2');
  expect(await open({ PLACEMENT: 'full-memory, vms' }).chosen()).toBe('n2');
  expect(await open({ PLACEMENT: 'free-memory' }).chosen()).toBe('n1');
  await expect(open({ PLACEMENT: 'vms moon' }).chosen()).rejects.toThrow(
    'PLACEMENT: "moon" is nothing that a node is chosen by',
  );
});

it('F-018 averages the load of nodes over the hours that the pool says, where all of them were measured', async () => {
  const kept = new Map([
    ['host1/n1', history(0, 0.9, 0.9)],
    ['host1/n2', history(0.9, 0.1, 0.2)],
  ]);
  expect(await open({ SERVER_LOAD_TIME: '2' }, kept).chosen()).toBe('n2');
  expect(await open({ SERVER_LOAD_TIME: '2' }, new Map([...kept].slice(0, 1))).chosen()).toBe('n1');
  expect(await open({ SERVER_LOAD_TIME: '2' }, 'off').chosen()).toBe('n1');
  await expect(open({ SERVER_LOAD_TIME: 'long' }).chosen()).rejects.toThrow('SERVER_LOAD_TIME must be hours');
});

it('F-018 takes no node without the memory, and none but the one that is said', async () => {
  const { fitting, chosen } = open({ PLACEMENT: 'vms' });
  expect(await chosen(20)).toBe('n1');
  expect(fitting(2, 'n2').map(({ node }) => node)).toEqual(['host1/n2']);
  expect(() => fitting(20, 'n2')).toThrow('node n2 is not up, or has not 20G of free memory');
  expect(() => fitting(40)).toThrow('no node of the pool is up and has 40G of free memory');
});
