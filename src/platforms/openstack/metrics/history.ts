/** Metrics of a server of the past, where the cloud has a Gnocchi, and a Ceilometer that fills it. */
import { mib } from '../../../units.ts';
import { type History, type HistoryOps, type HistoryRow, RANGE_MS } from '../../contract.ts';
import { asShare } from '../../lib/sample-block.ts';
import type { Api } from '../api.ts';
import type { Project } from '../project.ts';
import { onServer } from '../server-call.ts';
import { type Kept, type Measure, type Metrics, openGnocchi } from './gnocchi.ts';

type Column = Exclude<keyof HistoryRow, 'at'>;

/** What a metric becomes: a counter that only grows becomes a rate per second; `one`: of a unit of it, in that of the column. */
interface Meter {
  readonly column: Column;
  readonly counts: boolean;
  readonly one: number;
}

/** Ceilometer's names (https://docs.openstack.org/ceilometer/latest/admin/telemetry-measurements.html). CPU time is in ns, memory in MiB. */
const OF_SERVER: Readonly<Record<string, Meter>> = {
  cpu: { column: 'cpu', counts: true, one: 1e-9 },
  'memory.usage': { column: 'memory', counts: false, one: mib(1) },
};
const OF_DISK: Readonly<Record<string, Meter>> = {
  'disk.device.read.bytes': { column: 'diskRead', counts: true, one: 1 },
  'disk.device.write.bytes': { column: 'diskWrite', counts: true, one: 1 },
};
const OF_NIC: Readonly<Record<string, Meter>> = {
  'network.incoming.bytes': { column: 'netRx', counts: true, one: 1 },
  'network.outgoing.bytes': { column: 'netTx', counts: true, one: 1 },
};

/** As many as a screen or a file has use for: a week in steps of 5 minutes is 2,016. */
const MOST_ROWS = 2_500;

interface Measured extends Meter {
  readonly metric: string;
}

export const createHistory = (project: Project, api: Api): Required<HistoryOps> => ({
  history: (id, range, signal) =>
    onServer(project.calls, id, signal, async ({ server, name }): Promise<History> => {
      const gnocchi = openGnocchi(api, name, signal);
      const [own, disks, nics] = await Promise.all([
        gnocchi.metricsOf(server.id),
        gnocchi.partsOf(server.id, 'instance_disk'),
        gnocchi.partsOf(server.id, 'instance_network_interface'),
      ]);
      const all = [
        ...measured(own, OF_SERVER),
        ...disks.flatMap((disk) => measured(disk, OF_DISK)),
        ...nics.flatMap((nic) => measured(nic, OF_NIC)),
      ];
      const [first] = all;
      const kept = first && stepFor(await gnocchi.keptOf(first.metric), RANGE_MS[range]);
      if (!kept) return { stepMs: RANGE_MS[range], rows: [] };
      const from = project.clock.now() - RANGE_MS[range];
      const ids = all.map(({ metric }) => metric);
      const measures = await gnocchi.measures(ids, kept.stepMs, from);
      return { stepMs: kept.stepMs, rows: rowsOf(all, measures, server.flavor?.vcpus ?? Number.NaN) };
    }),
});

const measured = (metrics: Metrics, meters: Readonly<Record<string, Meter>>): readonly Measured[] =>
  Object.entries(meters).flatMap(([name, meter]) => {
    const metric = metrics.get(name);
    return metric === undefined ? [] : [{ ...meter, metric }];
  });

/** The finest steps that are kept that long and are not too many, else the coarsest. */
export const stepFor = (kept: readonly Kept[], rangeMs: number): Kept | undefined =>
  kept.find(({ stepMs, points }) => stepMs * points >= rangeMs && rangeMs / stepMs <= MOST_ROWS) ?? kept.at(-1);

/** A row for each step that anything is known of. What several disks or NICs have is added up. */
function rowsOf(
  all: readonly Measured[],
  measures: ReadonlyMap<string, readonly Measure[]>,
  vcpus: number,
): readonly HistoryRow[] {
  const rows = new Map<number, Map<Column, number>>();
  for (const { metric, column, counts, one } of all) {
    const means = measures.get(metric) ?? [];
    for (const [at, value] of counts ? ratesOf(means) : means) {
      const row = rows.get(at) ?? new Map<Column, number>();
      rows.set(at, row.set(column, (row.get(column) ?? 0) + value * one));
    }
  }
  return [...rows]
    .toSorted(([a], [b]) => a - b)
    .map(([at, row]) => {
      const of = (column: Column) => row.get(column) ?? Number.NaN;
      return {
        at,
        cpu: asShare(of('cpu') / vcpus),
        memory: of('memory'),
        diskRead: of('diskRead'),
        diskWrite: of('diskWrite'),
        netRx: of('netRx'),
        netTx: of('netTx'),
      };
    });
}

/** Per second, from the step before. A counter that went back belongs to another run of the server. */
const ratesOf = (means: readonly Measure[]): readonly Measure[] =>
  means.flatMap(([at, value], index): readonly Measure[] => {
    const before = means[index - 1];
    return before && value >= before[1] ? [[at, ((value - before[1]) / (at - before[0])) * 1000]] : [];
  });
