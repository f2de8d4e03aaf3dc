import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { call, scripted } from '../../../test/contract/scripted.ts';
import { FleetError } from '../../errors.ts';
import type { OperationName } from '../contract.ts';
import { withDeadline } from './deadline.ts';
import { withRetry } from './retry.ts';

it.each<[OperationName, number, string, string]>([
  ['vm.info', 10_000, 'op.timeout', 'no answer within 10 s'],
  ['vm.start', 60_000, 'outcome.unknown', 'no answer within 60 s: it may have been done or not'],
])('says of %s after %i ms how long it was waited for', async (name, ms, code, message) => {
  const clock = createTestClock();
  const { connection } = scripted(() => new Promise(() => {}));
  const late = expect(call(withDeadline(connection, clock), name)).rejects.toMatchObject({ code, message });
  await clock.pass(ms);
  await late;
});

it('lets what the platform says in time through a deadline, and leaves the caller alone afterwards', async () => {
  const clock = createTestClock();
  const controller = new AbortController();
  const { connection, sent } = scripted(() => Promise.reject(new FleetError('op.refused', 'no')));
  const answer = call(withDeadline(connection, clock), 'vm.start', controller.signal);
  await expect(answer).rejects.toMatchObject({ code: 'op.refused', message: 'no' });
  controller.abort(new Error('late'));
  await clock.pass(120_000);
  expect(sent[0]?.signal.aborted).toBe(false);
});

it.each<OperationName>(['vm.migrate', 'vm.create', 'vm.clone', 'vm.export', 'image.download', 'backup.restore'])(
  'waits after a cancel of %s for what is taken back, and says that',
  async (name) => {
    const { connection } = scripted(
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new FleetError('op.cancelled', 'it is where it was')));
        }),
    );
    const controller = new AbortController();
    const answer = call(withDeadline(connection, createTestClock()), name, controller.signal);
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toMatchObject({ code: 'op.cancelled', message: 'it is where it was' });
  },
);

it('reads again after 200 ms, and after a second more', async () => {
  const clock = createTestClock();
  const at: number[] = [];
  const { connection } = scripted(() => {
    at.push(clock.ticks());
    return Promise.reject(new FleetError('host.unreachable', 'away', { retry: true }));
  });
  const failed = expect(call(withRetry(connection, clock), 'vm.info')).rejects.toThrow('away');
  await clock.pass(10_000);
  await failed;
  expect(at).toEqual([0, 200, 1_200]);
});
