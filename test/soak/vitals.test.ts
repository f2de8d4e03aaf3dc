import { expect, it } from 'vitest';
import { trendsOf, type Vitals } from './vitals.ts';

const MB = 1024 ** 2;
const healthy: Vitals = { heap: 20 * MB, rss: 100 * MB, external: 8 * MB, handles: 3, timers: 20, listeners: 60 };
const minutes = Array.from({ length: 60 }, (_, minute) => minute);

const growing = (change: (minute: number) => Partial<Vitals>): readonly string[] =>
  trendsOf(
    minutes.map((minute) => ({ ...healthy, ...change(minute) })),
    minutes,
  ).flatMap(({ of, isFlat }) => (isFlat ? [] : of));

it('finds nothing where nothing grows', () => {
  expect(growing(() => ({}))).toEqual([]);
});

it('lets figures go up and down', () => {
  expect(growing((minute) => ({ heap: (20 + (minute % 5)) * MB, timers: 18 + (minute % 4) }))).toEqual([]);
});

it('finds a leak of a few kilobytes a minute', () => {
  expect(growing((minute) => ({ heap: 20 * MB + minute * 40_000 + (minute % 5) * MB }))).toEqual(['heap']);
});

it('finds a listener that is left behind every ten minutes', () => {
  expect(growing((minute) => ({ listeners: 60 + Math.floor(minute / 10) }))).toEqual(['listeners']);
});

it('says by how much in an hour', () => {
  const trends = trendsOf(
    minutes.map((minute) => ({ ...healthy, handles: minute })),
    minutes,
  );
  expect(trends.find(({ of }) => of === 'handles')).toMatchObject({ growthPerHour: 60, isFlat: false });
});
