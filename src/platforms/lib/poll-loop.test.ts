import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { createPollLoop, type PollLoop } from './poll-loop.ts';

let clock: TestClock;
let ending: AbortController;
let everyMs: number;
let soonMs: number | undefined;
/** When a round began, and whether it was due. */
let rounds: [atMs: number, due: boolean][];
let work: () => Promise<void>;
let loop: PollLoop;
let ended: Promise<unknown>;

beforeEach(() => {
  clock = createTestClock();
  ending = new AbortController();
  [everyMs, soonMs, rounds] = [5_000, undefined, []];
  work = async () => {};
  const start = clock.ticks();
  loop = createPollLoop({
    clock,
    signal: ending.signal,
    everyMs: () => everyMs,
    soonMs: () => soonMs,
    round(due) {
      rounds.push([clock.ticks() - start, due]);
      return work();
    },
  });
});
const begin = () => {
  ended = loop.run().catch((error: unknown) => error);
};

describe('a poll loop', () => {
  it('has a round each interval, and asks for the interval at each', async () => {
    begin();
    await clock.pass(5_000);
    everyMs = 20_000;
    await clock.pass(24_999);
    expect(rounds).toEqual([
      [5_000, true],
      [10_000, true],
    ]);
    await clock.pass(1);
    expect(rounds.at(-1)).toEqual([30_000, true]);
  });

  it('has rounds in between as soon as is wanted, and the due ones at their time', async () => {
    soonMs = 2_000;
    begin();
    await clock.pass(7_000);
    expect(rounds).toEqual([
      [2_000, false],
      [4_000, false],
      [5_000, true],
      [7_000, false],
    ]);
    soonMs = undefined;
    await clock.pass(3_000);
    expect(rounds.slice(4)).toEqual([
      [9_000, false],
      [10_000, true],
    ]);
  });

  it('is woken from its pause, and not from a round', async () => {
    begin();
    await clock.pass(1_000);
    let finish = () => {};
    work = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    loop.wake();
    await clock.pass(0);
    expect(rounds).toEqual([[1_000, false]]);
    loop.wake();
    work = async () => {};
    finish();
    await clock.pass(3_999);
    expect(rounds).toHaveLength(1);
    await clock.pass(1);
    expect(rounds.at(-1)).toEqual([5_000, true]);
  });

  it('lets the server rest a moment, however short its interval is', async () => {
    everyMs = 0;
    soonMs = 0;
    begin();
    await clock.pass(6_000);
    expect(rounds.map(([at]) => at).slice(0, 4)).toEqual([200, 400, 600, 800]);
    expect(rounds).toHaveLength(30);
  });

  it('ends with what a round says, or with its signal', async () => {
    work = () => Promise.reject(new TypeError('a bug'));
    begin();
    await clock.pass(5_000);
    expect(await ended).toEqual(new TypeError('a bug'));
    loop.wake();
    await clock.pass(60_000);
    expect(rounds).toHaveLength(1);
    const again = loop.run().catch((error: unknown) => error);
    ending.abort(new Error('enough'));
    expect(await again).toEqual(new Error('enough'));
  });
});
