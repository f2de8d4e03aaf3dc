import { expect, it } from 'vitest';
import { endpointName, vmId } from '../../ids.ts';
import { createLifecycle } from './lifecycle.ts';
import { procedures } from './rpc/protocol.ts';
import { DOMAIN } from './states.ts';
import { createScriptedClient } from './testkit/scripted-client.ts';

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
