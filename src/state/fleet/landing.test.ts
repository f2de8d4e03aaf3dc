import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import type { Clock } from '../../clock.ts';
import { createLanding } from './landing.ts';

/** On this clock a piece of work takes as long as it says. */
function open() {
  const clock = createTestClock();
  let busy = 0;
  const timed: Clock = { ...clock, ticks: () => clock.ticks() + busy };
  const seen: string[] = [];
  const landing = createLanding(timed, (goesOn) => seen.push(goesOn ? 'goes on' : 'landed'));
  const work = (name: string, steps: number, each = 0) =>
    function* () {
      for (let step = 1; step <= steps; step++) {
        busy += each;
        seen.push(`${name}${step}`);
        if (step < steps) yield;
      }
    };
  return { clock, landing, seen, work };
}

describe('what lands', () => {
  it('lands after its time, in the order in which it came', async () => {
    const { clock, landing, seen, work } = open();
    landing.enqueue(work('a', 1), 100);
    landing.enqueue(work('b', 2), 30);
    landing.enqueue(work('c', 1), 200);
    expect(landing.settled).toBe(false);
    await clock.pass(29);
    expect(seen).toEqual([]);
    await clock.pass(1);
    expect(seen).toEqual(['a1', 'b1', 'b2', 'c1', 'landed']);
    expect(landing.settled).toBe(true);
    await clock.pass(1_000);
    expect(seen).toHaveLength(5);
  });

  it('lands no later for what comes after it, and earlier when that is asked for', async () => {
    const { clock, landing, seen, work } = open();
    landing.enqueue(work('a', 1), 100);
    landing.expedite(500);
    await clock.pass(40);
    landing.expedite(20);
    await clock.pass(19);
    expect(seen).toEqual([]);
    await clock.pass(1);
    expect(seen).toEqual(['a1', 'landed']);
    landing.enqueue(work('b', 1), 100);
    await clock.pass(100);
    expect(seen.slice(2)).toEqual(['b1', 'landed']);
  });

  it('lands in steps of four milliseconds, with room for keys between', async () => {
    const { clock, landing, seen, work } = open();
    landing.enqueue(work('a', 5, 2), 0);
    landing.enqueue(work('b', 1, 2), 0);
    await clock.pass(0);
    expect(seen).toEqual(['a1', 'a2', 'goes on', 'a3', 'a4', 'goes on', 'a5', 'b1', 'landed']);
  });

  it('lands as a whole when it must be now', async () => {
    const { clock, landing, seen, work } = open();
    landing.enqueue(work('a', 3, 10), 50);
    landing.enqueue(work('b', 1, 10), 50);
    landing.flush();
    expect(seen).toEqual(['a1', 'a2', 'a3', 'b1', 'landed']);
    expect(landing.settled).toBe(true);
    await clock.pass(100);
    expect(seen).toHaveLength(5);
  });
});
