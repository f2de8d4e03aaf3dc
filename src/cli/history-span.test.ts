import { expect, it } from 'vitest';
import { rowsWithin, spanOf } from './history-span.ts';

const NOW = Date.UTC(2026, 10, 30, 12);
const HOUR = 3_600_000;

it.each([
  [{}, 'hour'],
  [{ range: 'year' }, 'year'],
  [{ from: '30m' }, 'hour'],
  [{ from: '36h' }, 'week'],
  [{ from: '2026-11-30T11:30' }, 'hour'],
  [{ from: '2026-11-30 08:00' }, 'day'],
  [{ from: '2026-11-30T08:00+02:00' }, 'day'],
  [{ from: '2026-11-03' }, 'month'],
  [{ from: '20w', to: '18w' }, 'year'],
])('F-121 a history of %j is asked for a whole %s', (values, range) => {
  expect(spanOf(values, NOW).range).toBe(range);
});

it('F-121 has the steps of a range of one’s own, and no others', () => {
  const rows = [1, 2, 3, 4].map((ago) => ({
    at: NOW - ago * HOUR,
    ...{ cpu: ago, memory: 0, diskRead: 0, diskWrite: 0, netRx: 0, netTx: 0 },
  }));
  const span = spanOf({ from: '2026-11-30T09:00', to: '2h' }, NOW);
  expect(rowsWithin({ stepMs: HOUR, rows }, span).map(({ cpu }) => cpu)).toEqual([2, 3]);
});

it.each([
  [{ from: 'yesterday' }, '--from: "yesterday" is no time such as'],
  [{ to: '2026-13-01' }, '--to: "2026-13-01" is no time such as'],
  [{ from: '2h', to: '3h' }, '--from must be before --to'],
  [{ from: '1h', to: '2026-11-29' }, '--from must be before --to'],
  [{ from: '60w' }, '--from is more than a year ago'],
  [{ from: '2h', range: 'day' }, 'say --range or --from, not both'],
  [{ to: '2h' }, '--to is before the last hour; say --from too'],
])('says what is wrong with %j', (values, sentence) => {
  expect(() => spanOf(values, NOW)).toThrow(sentence);
});
