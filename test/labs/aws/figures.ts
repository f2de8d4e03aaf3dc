/** moto makes no figures of its own: what CloudWatch is to know is put there, for the last minutes. */
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { KEYS } from '../../../src/platforms/aws/testkit/access.ts';
import { REGION } from './region.ts';

/** Metric -> value for the instance of this number. What counts bytes is the sum of a period of five minutes. */
const FIGURES: Readonly<Record<string, (index: number) => number>> = {
  CPUUtilization: (index) => (index * 7) % 100,
  EBSReadBytes: (index) => index * 3_000_000,
  EBSWriteBytes: (index) => index * 6_000_000,
  NetworkIn: (index) => index * 30_000,
  NetworkOut: (index) => index * 60_000,
};
const MOST_AT_ONCE = 500;

export async function putFigures(endpoint: string, ids: readonly string[]): Promise<void> {
  const client = new CloudWatchClient({ region: REGION, endpoint, credentials: KEYS, maxAttempts: 1 });
  const Timestamp = new Date();
  const data = ids.flatMap((id, index) =>
    Object.entries(FIGURES).map(([MetricName, value]) => ({
      MetricName,
      Timestamp,
      Value: value(index + 1),
      Dimensions: [{ Name: 'InstanceId', Value: id }],
    })),
  );
  for (let from = 0; from < data.length; from += MOST_AT_ONCE) {
    const MetricData = data.slice(from, from + MOST_AT_ONCE);
    await client.send(new PutMetricDataCommand({ Namespace: 'AWS/EC2', MetricData }));
  }
  client.destroy();
}
