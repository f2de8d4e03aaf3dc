import { describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { vmId } from '../../../ids.ts';
import { CLOUD, withCloud } from '../testkit/with-cloud.ts';
import { durationIn } from './gnocchi.ts';
import { stepFor } from './history.ts';

const { signal } = new AbortController();
const DAY_MS = 86_400_000;

describe('metrics of the past', () => {
  it('are rates of what only grows, in the units of the screen, from five requests', () =>
    withCloud(async ({ world, requests }, { vm }) => {
      const { id } = world.add({ name: 'web1', vmState: 'active', powerState: 1 });
      const before = requests.length;
      const { stepMs, rows } = (await vm.history?.(vmId(CLOUD, id), 'hour', signal)) ?? { stepMs: 0, rows: [] };
      expect(stepMs).toBe(300_000);
      const vcpus = 2;
      expect(rows.at(-1)).toMatchObject({
        cpu: 0.5 / vcpus,
        memory: 256 * 1024 ** 2,
        diskRead: 4096,
        diskWrite: 1024,
        netRx: 200,
        netTx: 100,
      });
      // Of the first step it is not known what was before it.
      expect(rows[0]).toMatchObject({ cpu: Number.NaN, memory: 256 * 1024 ** 2 });
      expect(requests.slice(before).map((one) => one.replace(/[0-9a-f-]{36}|\?.*/g, 'X'))).toHaveLength(6);
    }));

  it('are those of a server that there is', () =>
    withCloud(async (_cloud, { vm }) => {
      const nowhere = vmId(CLOUD, '00000000-0000-4000-8000-000000000000');
      expect(await refusal(vm.history?.(nowhere, 'hour', signal) ?? Promise.resolve())).toMatchObject({
        code: 'vm.not-found',
      });
    }));

  it('come in the finest steps that are kept that long and are not too many', () => {
    const kept = [
      { stepMs: 1_000, points: 3_600 },
      { stepMs: 60_000, points: 10_080 },
      { stepMs: 3_600_000, points: 8_760 },
    ];
    const step = (days: number) => stepFor(kept, days * DAY_MS)?.stepMs;
    expect([step(1), step(7), step(30), step(400)]).toEqual([60_000, 3_600_000, 3_600_000, 3_600_000]);
    expect(stepFor([], DAY_MS)).toBeUndefined();
  });

  it.each([
    ['0:05:00', 300_000],
    ['1 day, 0:00:00', DAY_MS],
    ['30 days, 1:00:00', 30 * DAY_MS + 3_600_000],
    ['0:00:00.500000', 500],
    ['for ever', undefined],
  ])('tell a step of %s', (text, ms) => expect(durationIn(text)).toBe(ms));
});
