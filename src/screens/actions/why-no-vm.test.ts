import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { interpret } from '../../state/config/interpret.ts';
import { openYaml } from '../../state/config/yaml-file.ts';
import { createStore } from '../../state/fleet/store.ts';
import { createFleetState } from '../fleet/fleet-state.ts';
import { whyNoVm } from './why-no-vm.ts';

it('asks for an endpoint only where the configuration has none, also for a key that was typed ahead', async () => {
  const store = createStore(createTestClock());
  const state = createFleetState(store.fleet, () => undefined);
  const said = async (text: string) => {
    const { tree } = await openYaml('config.yaml', text);
    const { config } = interpret('config.yaml', tree, new Map([['fake', []]]));
    return whyNoVm({ store, config: () => config }, state);
  };
  expect(await said('endpoints: { demo: { platform: fake } }\n')).toBe('the endpoints are not connected yet');
  expect(await said('endpoints: {}\n')).toBe('there is no VM yet; add an endpoint first');
});
