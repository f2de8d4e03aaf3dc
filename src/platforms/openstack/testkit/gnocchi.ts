/** Gnocchi, pretended, with what Ceilometer would have measured: shapes of https://gnocchi.osci.io/rest.html. */
import { isRow, type Row, textOf } from '../../lib/json.ts';
import { rowIn } from '../json.ts';
import type { ServiceAnswer, ServiceRequest } from './other-services.ts';
import { novaRefusal } from './refusal.ts';
import type { World } from './world.ts';

const DAY_S = 86_400;
/** Half a CPU, 256 MiB, and what goes by each second, in the units of Ceilometer. */
const PER_SECOND: Readonly<Record<string, number>> = {
  cpu: 0.5e9,
  'disk.device.read.bytes': 4096,
  'disk.device.write.bytes': 1024,
  'network.incoming.bytes': 200,
  'network.outgoing.bytes': 100,
};
const OF_TYPES: Readonly<Record<string, readonly string[]>> = {
  instance: ['cpu', 'memory.usage'],
  instance_disk: ['disk.device.read.bytes', 'disk.device.write.bytes'],
  instance_network_interface: ['network.incoming.bytes', 'network.outgoing.bytes'],
};
const DEFINITION = [
  { granularity: '1 day, 0:00:00', points: 365, timespan: '365 days, 0:00:00' },
  { granularity: '0:05:00', points: 2016, timespan: '7 days, 0:00:00' },
];

/** The id of a metric is that of its server, with its place in the table at the end. */
const NAMES = Object.values(OF_TYPES).flat();
const metricId = (server: string, name: string): string => `${server.slice(0, -2)}e${NAMES.indexOf(name)}`;
const nameOf = (metric: string): string => NAMES[Number(metric.at(-1))] ?? '';

const resource = (server: string, type: string): Row => ({
  id: server,
  type,
  metrics: Object.fromEntries((OF_TYPES[type] ?? []).map((name) => [name, metricId(server, name)])),
});

export function answerGnocchi({ servers, clock }: World, request: ServiceRequest): ServiceAnswer {
  const { method, path, query, body } = request;
  const [, version, noun = '', one = '', two = ''] = path.split('/');
  const missing = () => novaRefusal(404, 'Resource does not exist');
  if (version !== 'v1') throw missing();
  if (method === 'GET' && noun === 'resource' && one === 'instance') {
    if (!servers.has(two)) throw missing();
    return { status: 200, body: resource(two, one) };
  }
  if (method === 'GET' && noun === 'metric')
    return {
      status: 200,
      body: { id: one, name: nameOf(one), archive_policy: { name: 'low', definition: DEFINITION } },
    };
  if (method === 'POST' && noun === 'search' && OF_TYPES[two]) {
    const server = textOf(rowIn(isRow(body) ? body : {}, '='), 'instance_id') ?? '';
    return { status: 200, body: servers.has(server) ? [resource(server, two)] : [] };
  }
  if (method !== 'POST' || noun !== 'aggregates') throw missing();
  const [start, step] = [Date.parse(query.get('start') ?? ''), Number(query.get('granularity'))];
  if (step !== 300 && step !== DAY_S) throw novaRefusal(400, 'Granularities are missing');
  const metrics = [...String(isRow(body) ? body['operations'] : '').matchAll(/\(([0-9a-f-]+) mean\)/g)];
  const means = metrics.map(([, metric = '']) => [metric, meansOf(nameOf(metric), start, clock.now(), step)] as const);
  const isWhole = new Set(means.map(([, { length }]) => length)).size < 2;
  if (!isWhole && query.get('fill') === null)
    throw novaRefusal(400, 'Less than 100.000000% of datapoints overlap in this timespan');
  const measures = means.map(([metric, mean]) => [metric, { mean }]);
  return { status: 200, body: { measures: Object.fromEntries(measures) } };
}

function meansOf(
  name: string,
  from: number,
  until: number,
  step: number,
): readonly (readonly [string, number, number])[] {
  const first = Math.ceil(from / 1000 / step) * step;
  const count = Math.max(0, Math.floor((until / 1000 - first) / step));
  const all = Array.from({ length: count }, (_, nth) => {
    const at = first + nth * step;
    const value = name === 'memory.usage' ? 256 : at * (PER_SECOND[name] ?? 0);
    return [new Date(at * 1000).toISOString().replace('.000Z', '+00:00'), step, value] as const;
  });
  // The disk was attached later.
  return name.startsWith('disk.') ? all.slice(1) : all;
}
