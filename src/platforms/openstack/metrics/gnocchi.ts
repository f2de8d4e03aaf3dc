/**
 * Gnocchi, which keeps what Ceilometer has measured (https://gnocchi.osci.io/rest.html). A resource has metrics by their names;
 * how long a metric is kept, and how finely, its archive policy says.
 */
import { FleetError } from '../../../errors.ts';
import { asRow, isRow, type Row, textOf } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import { numberOf, rowIn, rowsIn } from '../json.ts';
import { isMissing } from '../project.ts';

/** Name -> id of its metrics. */
export type Metrics = ReadonlyMap<string, string>;

/** What an archive policy keeps: means of steps that long, and so many of them. */
export interface Kept {
  readonly stepMs: number;
  /** Infinity: for ever. */
  readonly points: number;
}

/** When a step began, epoch in ms, and its mean. */
export type Measure = readonly [at: number, mean: number];

export interface Gnocchi {
  /** Of a server itself: its CPU time, its memory. Empty where nothing was measured. */
  metricsOf(server: string): Promise<Metrics>;
  /** Of each of its disks or NICs. */
  partsOf(server: string, type: 'instance_disk' | 'instance_network_interface'): Promise<readonly Metrics[]>;
  /** Finest first. */
  keptOf(metric: string): Promise<readonly Kept[]>;
  /** By the id of the metric, oldest first, of those that are kept in such steps. */
  measures(metrics: readonly string[], stepMs: number, from: number): Promise<ReadonlyMap<string, readonly Measure[]>>;
}

/** `subject`: the name of the server, for sentences. */
export function openGnocchi(api: Api, subject: string, signal: AbortSignal): Gnocchi {
  /** What is sent changes nothing, though it looks so: whether it was done does not matter. */
  async function ask(path: string, json: unknown): Promise<unknown> {
    try {
      return (await api.change('POST', path, { signal, subject, json })).body;
    } catch (error) {
      if (!(error instanceof FleetError) || error.code !== 'outcome.unknown') throw error;
      throw new FleetError('host.unreachable', `${subject}: no answer from Gnocchi`, { retry: true, cause: error });
    }
  }
  return {
    async metricsOf(server) {
      const path = `/resource/instance/${encodeURIComponent(server)}`;
      return metricsIn(await unlessNot(isMissing, api.get(path, { signal, subject }), {}));
    },
    async partsOf(server, type) {
      const found = await unlessNot(isMissing, ask(`/search/resource/${type}`, { '=': { instance_id: server } }), []);
      return Array.isArray(found) ? found.filter(isRow).map(metricsIn) : [];
    },
    async keptOf(metric) {
      const policy = rowIn(
        await api.get(`/metric/${encodeURIComponent(metric)}`, { signal, subject }),
        'archive_policy',
      );
      return rowsIn(policy, 'definition')
        .flatMap((row) => {
          const stepMs = durationIn(textOf(row, 'granularity') ?? '');
          return stepMs === undefined ? [] : [{ stepMs, points: numberOf(row, 'points') ?? Number.POSITIVE_INFINITY }];
        })
        .toSorted((a, b) => a.stepMs - b.stepMs);
    },
    async measures(metrics, stepMs, from) {
      const query = `start=${encodeURIComponent(new Date(from).toISOString())}&granularity=${stepMs / 1000}`;
      const read = async (some: readonly string[], more = '') => {
        const operations = `(metric ${some.map((metric) => `(${metric} mean)`).join(' ')})`;
        const all = rowIn(asRow(await ask(`/aggregates?${query}${more}`, { operations }), subject), 'measures');
        return some.map((metric) => [metric, measuresIn(rowIn(all, metric))] as const);
      };
      try {
        // Without it metrics that lack a point of another are refused together: a disk that was attached later.
        return new Map(await read(metrics, metrics.length > 1 ? '&fill=dropna' : ''));
      } catch (error) {
        if (!isRefused(error)) throw error;
        // One that is kept in other steps spoils the answer for all, and old servers know no dropna: they come one by one.
        const each = metrics.map((metric) => unlessNot(isRefused, read([metric]), []));
        return new Map((await Promise.all(each)).flat());
      }
    },
  };
}

/** `otherwise` where the answer is a no of that kind. */
async function unlessNot<T>(isNo: (error: unknown) => boolean, asked: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (isNo(error)) return otherwise;
    throw error;
  }
}

const isRefused = (error: unknown): boolean =>
  isMissing(error) || (error instanceof FleetError && error.code === 'op.refused');

const metricsIn = (row: Row): Metrics =>
  new Map(
    Object.entries(rowIn(row, 'metrics')).flatMap(([name, id]) =>
      typeof id === 'string' ? [[name, id] as const] : [],
    ),
  );

/** `0:05:00`, `1 day, 0:00:00`, as Python writes a timedelta; undefined for what is none. */
export function durationIn(text: string): number | undefined {
  const [, days = '0', hours, minutes, seconds] = /^(?:(\d+) days?, )?(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text) ?? [];
  if (hours === undefined) return undefined;
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

/** `[["2026-11-30T09:00:00+00:00", 300.0, 17.5], …]`. */
function measuresIn({ mean }: Row): readonly Measure[] {
  if (!Array.isArray(mean)) return [];
  return mean
    .flatMap((one: unknown): readonly Measure[] => {
      if (!Array.isArray(one)) return [];
      const [at, , value] = one as readonly unknown[];
      const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
      return typeof value === 'number' && !Number.isNaN(time) ? [[time, value]] : [];
    })
    .toSorted(([a], [b]) => a - b);
}
