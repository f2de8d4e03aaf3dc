import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endpointName } from '../../src/ids.ts';
import { createFleetState } from '../../src/screens/fleet/fleet-state.ts';
import { recall } from '../../src/screens/fleet/remembered.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { readSort, type Sort } from '../../src/state/query/sort.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, cpuBlock, inventory } from '../state/objects.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-ui-'));
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

const host1 = endpointName('host1');

async function start() {
  const clock = createTestClock();
  const store = createStore(clock);
  const state = createFleetState(store.fleet, () => undefined);
  const tableColumns = new Map<string, readonly string[]>();
  const remembered = await recall(directory, clock, store, state, tableColumns);
  const come = (name: string, cpu: number) => {
    const vm = aVm(name);
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm }] });
    store.push(host1, { kind: 'samples', block: cpuBlock([vm], cpu) });
    store.flush();
  };
  store.push(host1, inventory([aNode('n1')], []));
  store.flush();
  return { state, remembered, come, tableColumns };
}

it('begins as the last run ended: sorted, flat, with the columns and widths that were chosen', async () => {
  const first = await start();
  first.state.arrange('flat');
  first.state.setSort(readSort('mem:asc') as Sort);
  first.state.columns.flat = ['state', 'mem'];
  first.state.widths.set('mem', 9);
  first.tableColumns.set('network', ['cidr', 'vlan']);
  first.remembered.keep();
  const { state, tableColumns } = await start();
  expect([...tableColumns]).toEqual([['network', ['cidr', 'vlan']]]);
  expect(state.columnChoice()).toEqual(first.state.columnChoice());
  expect(state.arrangement).toBe('flat');
});

it('shows the top of a sorted list while it comes in, until the user moves', async () => {
  const first = await start();
  first.state.arrange('flat');
  first.state.setSort(readSort('cpu') as Sort);
  first.remembered.keep();
  const { state, remembered, come } = await start();
  come('low', 0.1);
  expect(state.view.current()?.id).toBe('host1/low');
  come('high', 0.9);
  expect(state.view.current()?.id).toBe('host1/high');
  remembered.letGo();
  come('higher', 1);
  expect(state.view.current()?.id).toBe('host1/high');
});

it('passes over what another version has kept', async () => {
  const kept = { sort: 'nonsense', flatColumns: ['nothing'], widths: ['cpu 900', 'mem', '7'] };
  await writeFile(join(directory, 'ui.json'), JSON.stringify(kept));
  const { state } = await start();
  expect(state.columnChoice()).toMatchObject({ sort: undefined, ids: undefined, widths: new Map() });
});
