import { expect, it } from 'vitest';
import type { VmAction } from '../../src/actions/action.ts';
import { perform } from '../../src/actions/perform.ts';
import { bind } from '../../src/actions/target.ts';
import { vmActions } from '../../src/actions/vm.ts';
import { interpret } from '../../src/state/config/interpret.ts';
import { LIMITED } from '../../src/state/config/time-limits.ts';
import { openYaml } from '../../src/state/config/yaml-file.ts';
import { openServices } from '../state/open-services.ts';

it('F-197 a VM is waited for as long as its own time limit says, and as a chosen wait says where there is one', async () => {
  const open = await openServices();
  const vm = open.vm(({ state }) => state === 'running');
  const text = `time-limits:\n  vms:\n    "demo/${vm.name}": { vm.stop: 90s }\n`;
  const { config } = interpret('c.yaml', (await openYaml('c.yaml', text)).tree, new Map());
  const stop = vmActions.find(({ id }) => id === 'vm.stop') as VmAction;
  const deaf: VmAction = { ...stop, send: async () => ({ warnings: [] }) };
  const services = { ...open.services, config: () => config };
  const waited = async (args = {}) => {
    const { signal } = new AbortController();
    const ended = perform(deaf, bind('vm', vm.id, services), args, services, signal, () => {}).catch((error) => error);
    for (let passed = 0; passed < 100; passed++) await open.clock.pass(1_000);
    return ((await ended) as Error).message;
  };
  expect(await waited()).toBe(`${vm.name} was asked, but after 90 s it is still running`);
  expect(await waited({ wait: 30 })).toBe(`${vm.name} was asked, but after 90 s it is still running`);
  expect(await waited({ wait: 5 })).toBe(`${vm.name} was asked, but after 5 s it is still running`);
});

it('every verb of a VM that is waited for can have a time limit', () => {
  const waiting = vmActions.filter(({ outcome }) => outcome?.({}, undefined) !== undefined).map(({ id }) => id);
  expect(waiting.filter((id) => !LIMITED.some((one) => one === id))).toEqual([]);
});
