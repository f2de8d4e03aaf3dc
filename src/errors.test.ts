import { expect, it } from 'vitest';
import { FleetError, isAbort, sentence } from './errors.ts';

it('has what happened, what to do, and its cause, and is not tried again unless that is said', () => {
  const cause = new Error('ECONNREFUSED');
  const error = new FleetError('host.unreachable', 'lab does not answer', { fix: 'is it on?', retry: true, cause });
  expect(error).toMatchObject({ name: 'FleetError', code: 'host.unreachable', fix: 'is it on?', retry: true, cause });
  const plain = new FleetError('usage', 'vm needs a verb');
  expect(plain).toMatchObject({ fix: undefined, retry: false });
  expect('cause' in plain).toBe(false);
  expect('cause' in new FleetError('usage', 'vm needs a verb', { cause: undefined })).toBe(true);
});

it('is a sentence for people, whatever was thrown', () => {
  expect([sentence(new TypeError('no such row')), sentence('just words'), sentence(7)]).toEqual([
    'no such row',
    'just words',
    '7',
  ]);
});

it('tells an abort from what only looks like one', () => {
  expect(isAbort(AbortSignal.abort().reason)).toBe(true);
  expect([new Error('AbortError'), { name: 'AbortError' }, undefined].some(isAbort)).toBe(false);
});
