import { expect, it } from 'vitest';
import { endpointName } from '../../src/ids.ts';
import { createFleetState } from '../../src/screens/fleet/fleet-state.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { createTestClock } from '../clock.ts';
import { LARGE } from '../sizes.ts';
import { aNode, aVm, inventory } from '../state/objects.ts';

const host1 = endpointName('host1');

function openState(count: number) {
  const store = createStore(createTestClock());
  store.push(
    host1,
    inventory(
      [aNode('n1')],
      Array.from({ length: count }, (_, i) => aVm(`vm${i}`)),
    ),
  );
  store.flush();
  return { store, state: createFleetState(store.fleet, () => undefined) };
}

it('looks through very many marks once, however many keys are drawn for them', () => {
  const { store, state } = openState(LARGE);
  state.view.markShown();
  const targets = state.targets();
  expect(targets).toHaveLength(LARGE);
  expect(state.targets()).toBe(targets);
  store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id: aVm('vm7').id }] });
  store.flush();
  expect(state.targets()).toHaveLength(LARGE - 1);
  state.view.clearMarks();
  expect(state.targets()).toEqual([]);
});

it('follows every way of marking', () => {
  const { state } = openState(4);
  state.view.toIndex(1);
  state.view.toggleMark();
  expect(state.targets()).toEqual(['host1/vm0']);
  state.view.invertMarks();
  expect(state.targets()).toEqual(['host1/vm1', 'host1/vm2', 'host1/vm3']);
  state.view.unmark([aVm('vm2').id]);
  expect(state.targets()).toEqual(['host1/vm1', 'host1/vm3']);
  state.view.clearMarks();
  state.view.toIndex(2);
  state.view.range();
  state.view.toIndex(4);
  state.view.range();
  expect(state.targets()).toEqual(['host1/vm1', 'host1/vm2', 'host1/vm3']);
});
