/** What of an instance's past CloudWatch is asked for, and what a user sees of it. */
import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Instance } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import type { HistoryRange } from '../../contract.ts';
import { ID, scriptedInstance, WEB1 } from '../testkit/scripted-calls.ts';
import { createHistory } from './history.ts';

const { signal } = new AbortController();
const RUNS: Instance = { State: { Name: 'running' } };

function open(instance: Instance, ...pages: readonly object[]) {
  let page = 0;
  const told = () => pages[Math.min(page++, pages.length - 1)];
  const scripted = scriptedInstance(instance, { GetMetricData: told });
  const clock = createTestClock();
  const history = createHistory({ ...scripted.calls, clock });
  const asked = () =>
    scripted.asked.flatMap(([name, input]) => (name === 'GetMetricData' ? [input as GetMetricDataCommandInput] : []));
  return { clock, asked, read: (range: HistoryRange) => history(WEB1, range, signal) };
}

describe('the history of an instance', () => {
  it('F-120 is what CloudWatch has kept, oldest first, as shares and bytes per second', async () => {
    const [first, second] = [new Date(1_000_000), new Date(1_300_000)];
    const { read } = open(
      RUNS,
      {
        MetricDataResults: [
          { Id: 'cpu', Timestamps: [second, first], Values: [50, 25] },
          { Id: 'netrx', Timestamps: [first], Values: [3_000] },
        ],
        NextToken: 'more',
      },
      { MetricDataResults: [{ Id: 'netrx', Timestamps: [second], Values: [6_000] }] },
    );
    const { stepMs, rows } = await read('day');
    expect(stepMs).toBe(300_000);
    expect(rows.map(({ at, cpu, netRx }) => [at, cpu, netRx])).toEqual([
      [1_000_000, 0.25, 10],
      [1_300_000, 0.5, 20],
    ]);
    // only an agent in the guest knows it
    expect(rows.map(({ memory }) => memory)).toEqual([Number.NaN, Number.NaN]);
  });

  it.each<[HistoryRange, Instance, number]>([
    ['hour', RUNS, 300],
    ['hour', { ...RUNS, Monitoring: { State: 'enabled' } }, 60],
    ['week', { ...RUNS, Monitoring: { State: 'enabled' } }, 3_600],
    ['year', RUNS, 86_400],
  ])('of the last %s is asked for once, in steps that CloudWatch still has', async (range, instance, step) => {
    const { asked, read, clock } = open(instance, {});
    await read(range);
    const [one, ...more] = asked();
    expect(more).toEqual([]);
    expect(one?.EndTime?.getTime()).toBe(clock.now());
    expect(one?.MetricDataQueries).toHaveLength(5);
    for (const { MetricStat } of one?.MetricDataQueries ?? []) {
      expect(MetricStat?.Period).toBe(step);
      expect(MetricStat?.Metric?.Dimensions).toEqual([{ Name: 'InstanceId', Value: ID }]);
    }
  });

  it('costs nothing a second time before there can be news', async () => {
    const { asked, read, clock } = open(RUNS, {});
    await read('hour');
    await read('hour');
    expect(asked()).toHaveLength(1);
    await clock.pass(300_001);
    await read('hour');
    expect(asked()).toHaveLength(2);
  });
});
