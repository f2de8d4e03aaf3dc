import { expect, it } from 'vitest';
import { refusal } from '../../../test/contract/refusal.ts';
import { FleetError } from '../../errors.ts';
import { type ChangeStep, sendSteps } from './change-steps.ts';

const sent: string[] = [];
const step = (keys: string, failure?: Error): ChangeStep => ({
  keys: keys.split(' '),
  async send() {
    sent.push(keys);
    if (failure) throw failure;
  },
});
const halfDone = (done: readonly string[], failed: readonly string[], why: string) =>
  `${done.join()} done, ${failed.join()} not: ${why}`;
const no = new FleetError('op.refused', 'no', { fix: 'ask', retry: true });

it('are sent in their order, one when the one before has ended', async () => {
  sent.length = 0;
  let finish = () => {};
  const slow = { keys: ['a'], send: () => new Promise<void>((resolve) => (finish = resolve)) };
  const work = sendSteps([slow, step('b c')], halfDone);
  await Promise.resolve();
  expect(sent).toEqual([]);
  finish();
  expect(await work).toBeUndefined();
  expect(sent).toEqual(['b c']);
});

it('end with the first that fails, and name what was done before', async () => {
  sent.length = 0;
  expect(await refusal(sendSteps([step('a b'), step('c'), step('d', no), step('e')], halfDone))).toMatchObject({
    code: 'op.refused',
    message: 'a,b,c done, d not: no',
    fix: 'ask',
    retry: true,
    cause: no,
  });
  expect(sent).toEqual(['a b', 'c', 'd']);
  const plain = new FleetError('op.failed', 'no');
  expect(await refusal(sendSteps([step('a'), step('b', plain)], halfDone))).toMatchObject({ fix: undefined });
});

it('pass on what the first one said, and what is no error of a platform', async () => {
  await expect(sendSteps([step('a', no)], halfDone)).rejects.toBe(no);
  const bug = new TypeError('a bug');
  await expect(sendSteps([step('a'), step('b', bug)], halfDone)).rejects.toBe(bug);
});
