import { expect, it } from 'vitest';
import { endpointName, vmId } from '../../../ids.ts';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient } from '../testkit/scripted-client.ts';
import { createLifecycle } from './lifecycle.ts';
import { DOMAIN } from './states.ts';

/** A guest that is off, its memory saved: it was paused then, and comes back paused, as libvirt does it. */
function setUpSavedWhilePaused() {
  const { client, answer, came } = createScriptedClient();
  const uuid = Buffer.alloc(16, 1);
  let [id, state] = [-1, DOMAIN.shutOff as number];
  answer(procedures.domainByUuid, () => ({ name: 'web1', uuid, id }));
  answer(procedures.domainState, () => ({ state, reason: 0 }));
  answer(procedures.hasManagedSave, () => id === -1);
  answer(procedures.create, () => {
    [id, state] = [7, DOMAIN.paused];
    return { name: 'web1', uuid, id };
  });
  answer(procedures.resume, () => {
    state = DOMAIN.running;
  });
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  return { ops: createLifecycle({ daemon, touched: () => undefined }), came, stateNow: () => state };
}

it.each(['start', 'resume'] as const)('%s lets a guest run that was paused when it was saved', async (verb) => {
  const { ops, stateNow } = setUpSavedWhilePaused();
  const id = vmId(endpointName('a'), '01010101-0101-0101-0101-010101010101');
  await ops[verb]?.(id, new AbortController().signal);
  expect(stateNow()).toBe(DOMAIN.running);
});

it('does not start a guest that is kept as it crashed, and says what to do', async () => {
  const { client, answer, came } = createScriptedClient();
  const uuid = Buffer.alloc(16, 1);
  answer(procedures.domainByUuid, () => ({ name: 'web1', uuid, id: 7 }));
  answer(procedures.domainState, () => ({ state: DOMAIN.crashed, reason: 0 }));
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const { start } = createLifecycle({ daemon, touched: () => undefined });
  const id = vmId(endpointName('a'), '01010101-0101-0101-0101-010101010101');
  await expect(start(id, new AbortController().signal)).rejects.toMatchObject({
    code: 'op.conflict',
    fix: 'force it off first',
  });
  expect(came).not.toContain(procedures.create.name);
});

/** A guest in `state` that hears what is sent to it. */
function setUp(state: number) {
  const { client, answer, came } = createScriptedClient();
  answer(procedures.domainByUuid, () => ({ name: 'web1', uuid: Buffer.alloc(16, 1), id: 7 }));
  answer(procedures.domainState, () => ({ state, reason: 0 }));
  for (const procedure of [procedures.reboot, procedures.reset, procedures.shutdown, procedures.destroy])
    answer(procedure, () => undefined);
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const ops = createLifecycle({ daemon, touched: () => undefined });
  return { ops, sent: () => came.filter((name) => /REBOOT|RESET|SHUTDOWN|DESTROY/.test(name)) };
}
const WEB1 = vmId(endpointName('a'), '01010101-0101-0101-0101-010101010101');
const { signal } = new AbortController();

it.each([
  ['stop', 'graceful', 'DOMAIN_SHUTDOWN_FLAGS'],
  ['stop', 'force', 'DOMAIN_DESTROY_FLAGS'],
  ['restart', 'graceful', 'DOMAIN_REBOOT'],
  ['restart', 'force', 'DOMAIN_RESET'],
] as const)('%s, %s: asks the guest or cuts in, as was asked', async (verb, how, call) => {
  const { ops, sent } = setUp(DOMAIN.running);
  await ops[verb]?.(WEB1, how, signal);
  expect(sent()).toEqual([call]);
});

it.each([
  ['paused', DOMAIN.paused, 'web1 is paused and can not be asked', 'resume it first, or force it'],
  ['asleep', DOMAIN.suspended, 'web1 is asleep and can not be asked', 'resume it first, or force it'],
  ['crashed', DOMAIN.crashed, 'web1 has crashed and can not be asked', 'force it off'],
])('asks nothing of a guest that is %s, says what to do, and forces it', async (_what, state, message, fix) => {
  for (const verb of ['stop', 'restart'] as const) {
    const { ops, sent } = setUp(state);
    await expect(ops[verb]?.(WEB1, 'graceful', signal)).rejects.toMatchObject({ code: 'op.conflict', message, fix });
    expect(sent()).toEqual([]);
    await ops[verb]?.(WEB1, 'force', signal);
    expect(sent()).toHaveLength(1);
  }
});
