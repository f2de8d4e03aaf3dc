import { expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { guestWithFiles } from '../testkit/guest-with-files.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { isIdle } from './restored.ts';

const [RUNNING, PAUSED] = [1, 3];

it.each<[string, number, number | Error, boolean]>([
  ['is paused, and nothing is done with it', PAUSED, 0, true],
  ['is paused while it migrates', PAUSED, 2, false],
  ['runs, and is not asked about', RUNNING, 0, false],
  ['is paused on a host that does not say', PAUSED, libvirtNo(VIR_ERR.noSupport), false],
  ['is paused and busy', PAUSED, new FleetError('op.timeout', 'late'), false],
])('a guest is idle when libvirt does nothing with it: one that %s', async (_what, state, answer, idle) => {
  const { call, answer: set } = guestWithFiles();
  let asked = 0;
  set(procedures.jobInfo, () => {
    asked += 1;
    if (typeof answer !== 'number') throw answer;
    return { type: answer, rest: Buffer.alloc(0) };
  });
  expect(await isIdle(call.client, call.domain, state, call.signal)).toBe(idle);
  expect(asked).toBe(state === PAUSED ? 1 : 0);
});

it('a guest that is gone is no idle one', async () => {
  const { call, answer } = guestWithFiles();
  answer(procedures.jobInfo, () => {
    throw libvirtNo(VIR_ERR.noDomain);
  });
  await expect(isIdle(call.client, call.domain, PAUSED, call.signal)).rejects.toMatchObject({ code: VIR_ERR.noDomain });
});
