import { expect, it } from 'vitest';
import { createHourHistory, type HourMetric, MINUTES } from './hour-history.ts';

const NOTHING = Number.NaN;

function setUp() {
  const history = createHourHistory();
  const read = (slot: number, metric: HourMetric, minute: number) => {
    const out = new Float32Array(MINUTES);
    history.read(slot, metric, minute, out);
    return out;
  };
  return { ...history, read };
}

it('F-113 F-120 keeps a mean for each minute of an hour, and knows nothing of those in which nothing came', () => {
  const { push, read } = setUp();
  push(3, 100, 0.2, 2 ** 30, 1000, NOTHING);
  push(3, 100, 0.4, 2 ** 30, 3000, NOTHING);
  push(3, 102, 0.5, 2 ** 31, 0, 50_000);
  const [before, gap, now] = read(3, 'cpu', 102).slice(-3);
  expect(before).toBeCloseTo(0.3, 2);
  expect([gap, now]).toEqual([NOTHING, 0.5]);
  expect((read(3, 'memory', 102).at(-3) ?? 0) / 2 ** 30).toBeCloseTo(1, 1);
  expect((read(3, 'disk', 102).at(-3) ?? 0) / 2000).toBeCloseTo(1, 1);
  expect(read(3, 'net', 102).slice(-3)).toEqual(Float32Array.of(NOTHING, NOTHING, 50_000));
  // A minute later the newest is not known yet.
  expect(read(3, 'cpu', 103).at(-1)).toBeNaN();
  expect(read(3, 'cpu', 103).at(-2)).toBeCloseTo(0.5, 2);
});

it('forgets what is older than an hour, and slots that are given to others', () => {
  const { push, read, clear } = setUp();
  for (let minute = 0; minute <= 130; minute++) push(0, minute, minute / 200, 1, 1, 1);
  const hour = read(0, 'cpu', 130);
  expect(hour[0]).toBeCloseTo(71 / 200, 1);
  expect(hour.at(-1)).toBeCloseTo(130 / 200, 2);
  push(0, 500, 0.9, 1, 1, 1);
  expect(read(0, 'cpu', 500).slice(0, -1).every(Number.isNaN)).toBe(true);
  expect(read(0, 'cpu', 700).every(Number.isNaN)).toBe(true);
  clear(0);
  expect(read(0, 'cpu', 500).every(Number.isNaN)).toBe(true);
  push(0, 501, 0.1, 1, 1, 1);
  expect(read(0, 'cpu', 501).at(-1)).toBeCloseTo(0.1, 5);
  expect(read(9_999, 'cpu', 501).every(Number.isNaN)).toBe(true);
});
