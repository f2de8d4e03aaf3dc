import { expect, it } from 'vitest';
import { countBetween, everyOf, firstOf, latestUpTo, localText, nextAfter, spelledWhen } from './when.ts';

const at = (text: string) => new Date(text).getTime();
const local = (time: number | undefined) => (time === undefined ? undefined : localText(time));

it('F-220 reads when a schedule runs, and says it', () => {
  expect(['30m', '90 min', '6h', 'day', '2 days', 'week', '1w'].map(everyOf)).toEqual([
    { minutes: 30 },
    { minutes: 90 },
    { minutes: 360 },
    { days: 1 },
    { days: 2 },
    { days: 7 },
    { days: 7 },
  ]);
  expect(['', '0m', '30s', '5000h', 'month', '-1d', '367d'].map(everyOf)).toEqual(Array(7).fill(undefined));
  const now = at('2026-11-30T12:00');
  expect(['13:30', '2:05', '12:00', '2026-12-24 02:00'].map((text) => local(firstOf(text, now)))).toEqual([
    '2026-11-30 13:30',
    '2026-12-01 02:05',
    '2026-12-01 12:00',
    '2026-12-24 02:00',
  ]);
  expect(['24:00', '12:60', '2026-02-30 10:00', 'noon', ''].map((text) => firstOf(text, now))).toEqual(
    Array(5).fill(undefined),
  );
  const first = at('2026-12-01T02:00');
  expect(
    [undefined, { days: 1 }, { days: 7 }, { minutes: 30 }, { minutes: 360 }].map((every) =>
      spelledWhen({ first, ...(every && { every }) }),
    ),
  ).toEqual(['once at 2026-12-01 02:00', 'every day at 02:00', 'every 7 days at 02:00', 'every 30 min', 'every 6 h']);
});

it('F-220 finds the time before and the time after, at the same time of each day of a year', () => {
  const daily = { first: at('2026-01-31T02:30'), every: { days: 1 } };
  let time: number | undefined = daily.first;
  for (let day = 0; day < 366; day++) {
    const next = nextAfter(daily, time ?? 0);
    expect([localText(next ?? 0).slice(11), latestUpTo(daily, (next ?? 0) - 1)]).toEqual(['02:30', time]);
    time = next;
  }
  expect(countBetween(daily, daily.first, time ?? 0)).toBe(366);
  const once = { first: daily.first };
  expect([latestUpTo(once, once.first - 1), nextAfter(once, once.first - 1)]).toEqual([undefined, once.first]);
  expect([latestUpTo(once, once.first + 1), nextAfter(once, once.first)]).toEqual([once.first, undefined]);
  const often = { first: once.first, every: { minutes: 30 } };
  expect(nextAfter(often, once.first + 45 * 60_000)).toBe(once.first + 60 * 60_000);
});

it('takes the next day that has the time, where clocks are put forward', () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Europe/Berlin';
  try {
    // On 29 March 2026 it is 03:00 after 01:59.
    const first = (text: string, now: string) => local(firstOf(text, at(now)));
    expect([
      first('02:30', '2026-03-28T12:00'),
      first('02:30', '2026-03-29T00:30'),
      first('02:30', '2026-03-29T12:00'),
      first('03:30', '2026-03-28T12:00'),
      first('2026-03-29 02:30', '2026-03-28T12:00'),
    ]).toEqual(['2026-03-30 02:30', '2026-03-30 02:30', '2026-03-30 02:30', '2026-03-29 03:30', undefined]);
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});
