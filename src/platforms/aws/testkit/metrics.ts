/** CloudWatch's GetMetricData in the JSON protocol: one value for each figure of an instance that runs. */
import type { Clock } from '../../../clock.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: { readonly MetricName: string; readonly Dimensions: readonly { readonly Value: string }[] };
  };
}

const VALUES: Readonly<Record<string, number>> = {
  CPUUtilization: 12.5,
  EBSReadBytes: 3_000_000,
  EBSWriteBytes: 6_000_000,
  NetworkIn: 30_000,
  NetworkOut: 60_000,
};
const MOST_QUERIES = 500;

export function metricData(world: World, clock: Clock, body: string): string {
  const { MetricDataQueries: queries }: { MetricDataQueries: readonly Query[] } = JSON.parse(body);
  if (queries.length > MOST_QUERIES) throw new Refusal('ValidationError', 'at most 500 queries');
  const now = Math.floor(clock.now() / 1000);
  return JSON.stringify({
    MetricDataResults: queries.map(({ Id, MetricStat: { Metric } }) => {
      const value = VALUES[Metric.MetricName];
      const runs = world.instances.get(Metric.Dimensions[0]?.Value ?? '')?.state === 'running';
      const told = runs && value !== undefined;
      return {
        Id,
        Label: Id,
        StatusCode: 'Complete',
        Timestamps: told ? [now - 300] : [],
        Values: told ? [value] : [],
      };
    }),
    Messages: [],
  });
}
