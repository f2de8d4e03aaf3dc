import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { askEach, createRechecks } from './rechecks.ts';

it('are due until their time is over, counted from the last change', async () => {
  const clock = createTestClock();
  const rechecks = createRechecks(clock, 15_000);
  rechecks.add('a');
  rechecks.add('b');
  await clock.pass(10_000);
  rechecks.add('a');
  await clock.pass(5_000);
  expect(rechecks.due()).toEqual(['a', 'b']);
  await clock.pass(1);
  expect([rechecks.size, rechecks.due(), rechecks.size]).toEqual([2, ['a'], 1]);
  await clock.pass(10_000);
  expect([rechecks.due(), rechecks.size]).toEqual([[], 0]);
});

it('are so many at most, and the others stay', () => {
  const rechecks = createRechecks(createTestClock(), 15_000);
  for (const id of ['a', 'b', 'c']) rechecks.add(id);
  expect([rechecks.due(2), rechecks.size, rechecks.due()]).toEqual([['a', 'b'], 3, ['a', 'b', 'c']]);
});

it('are asked one by one; what is gone is told, and other trouble of one is left to the next poll', async () => {
  const gone: string[] = [];
  const { signal } = new AbortController();
  const said: Record<string, Error> = {
    b: new FleetError('vm.not-found', 'gone'),
    c: new FleetError('host.unreachable', 'busy'),
  };
  const asked: string[] = [];
  const read = async (id: string) => {
    asked.push(id);
    if (said[id]) throw said[id];
  };
  await askEach(['a', 'b', 'c', 'd'], signal, read, (id) => gone.push(id));
  expect([asked, gone]).toEqual([['a', 'b', 'c', 'd'], ['b']]);
  said['d'] = new TypeError('a bug');
  await expect(askEach(['d'], signal, read, () => {})).rejects.toThrow('a bug');
  await expect(askEach(['b'], AbortSignal.abort(), read, (id) => gone.push(id))).rejects.toThrow('gone');
  expect(gone).toEqual(['b']);
});
