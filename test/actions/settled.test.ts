import { expect, it } from 'vitest';
import type { VmAction } from '../../src/actions/action.ts';
import { perform } from '../../src/actions/perform.ts';
import { bind } from '../../src/actions/target.ts';
import { vmActions } from '../../src/actions/vm.ts';
import type { Vm, VmState } from '../../src/platforms/contract.ts';
import { openServices } from '../state/open-services.ts';

it('an outcome is not taken from rows that a newer change is about to replace', async () => {
  const { clock, endpoint, services, store, vm } = await openServices();
  const off = vm(({ state, node }) => state === 'stopped' && node !== undefined);
  const pushed = (state: VmState) => {
    const vmNow: Vm = { ...off, state };
    store.push(endpoint.name, { kind: 'changes', at: clock.now(), changes: [{ kind: 'vm-upsert', vm: vmNow }] });
  };
  const start = vmActions.find(({ id }) => id === 'vm.start') as VmAction;
  // it was seen running for a moment, and the word that it is off again has come but has not landed
  const overtaken: VmAction = {
    ...start,
    async send() {
      pushed('running');
      store.flush();
      pushed('stopped');
      return { warnings: [] };
    },
  };
  const ended = perform(
    overtaken,
    bind('vm', off.id, services),
    {},
    services,
    new AbortController().signal,
    () => {},
  ).catch((error: unknown) => error);
  await clock.pass(600_000);
  expect(await ended).toMatchObject({ code: 'op.timeout', message: expect.stringContaining('is still stopped') });
});
