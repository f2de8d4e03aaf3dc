import { describe, expect, it } from 'vitest';
import { createTurns } from './turns.ts';

const guests = (count: number) => Array.from({ length: count }, (_, i) => `g${i}`);

describe('turns', () => {
  it('take all when there are few, as the same array each time', () => {
    const turns = createTurns(10);
    const running = guests(5);
    const { first, rest } = turns.next(running, ['g3']);
    expect(first).toBe(running);
    expect(rest).toEqual([]);
    expect(turns.next(running, []).first).toBe(first);
  });

  it('take those that are seen in every turn, and all others in their turn', () => {
    const turns = createTurns(10);
    const running = guests(35);
    const seen = ['g30', 'g31', 'not-running'];
    const rounds = Array.from({ length: 4 }, () => turns.next(running, seen));
    for (const { first } of rounds) expect(first).toEqual(['g30', 'g31']);
    expect(new Set(rounds.flatMap(({ first, rest }) => [...first, ...rest])).size).toBe(35);
    for (const { rest } of rounds) expect(rest.length).toBeLessThanOrEqual(10);
    for (const { rest } of rounds) expect(rest).not.toContain('g30');
    expect(rounds[0]?.first).toBe(rounds[1]?.first);
  });

  it('start again when other guests are seen or run', () => {
    const turns = createTurns(10);
    const running = guests(35);
    expect(turns.next(running, ['g1']).first).toEqual(['g1']);
    expect(turns.next(running, ['g2']).first).toEqual(['g2']);
    expect(turns.next(guests(3), ['g2']).first).toEqual(['g0', 'g1', 'g2']);
  });
});
