/** QueryPerf: series of numbers of objects, as CSV, which is a tenth of the answer in elements. */
import { childrenOf, textAt } from '../../transport/xml.ts';
import type { Session } from '../session.ts';
import { type MoRef, type Xml, xml } from '../soap/envelope.ts';
import type { CounterName, Counters } from './counters.ts';

export interface PerfQuery {
  readonly entity: MoRef;
  /** Seconds: 20 is what its host keeps of the last hour. */
  readonly stepS: number;
  readonly mostSamples: number;
}

/** Of one object. NaN where nothing is known; a counter without any value is missing. */
export interface Series {
  readonly entity: string;
  /** Epoch, ms: when each step ended. In no order. */
  readonly ends: readonly number[];
  readonly values: ReadonlyMap<CounterName, readonly number[]>;
}

const QUERY_MS = 30_000;

/** One request for all of them. Objects of which nothing is known may be missing. Rejects with a SoapFault, or a FleetError. */
export async function queryPerf(
  session: Session,
  { manager, known }: Counters,
  queries: readonly PerfQuery[],
  signal: AbortSignal,
): Promise<readonly Series[]> {
  const metrics = [...known.values()].map(
    ({ id, instance }) => xml`<metricId><counterId>${id}</counterId><instance>${instance}</instance></metricId>`,
  );
  const response = await session.call({
    target: manager,
    method: 'QueryPerf',
    args: xml`${queries.map((query) => specOf(query, metrics))}`,
    kind: 'reads',
    signal,
    deadlineMs: QUERY_MS,
  });
  const byId = new Map([...known].map(([name, { id }]) => [id, name]));
  return childrenOf(response, 'returnval').map((one) => {
    const ends = timesOf(textAt(one, 'sampleInfoCSV') ?? '');
    const values = new Map<CounterName, readonly number[]>();
    for (const series of childrenOf(one, 'value')) {
      const name = byId.get(textAt(series, 'id', 'counterId') ?? '');
      if (name === undefined) continue;
      const steps = valuesOf(textAt(series, 'value') ?? '');
      const before = values.get(name);
      values.set(name, before ? before.map((sum, at) => sumOf(sum, steps[at])) : steps);
    }
    return { entity: textAt(one, 'entity') ?? '', ends, values };
  });
}

/** In the order of PerfQuerySpec. */
const specOf = ({ entity, stepS, mostSamples }: PerfQuery, metrics: readonly Xml[]): Xml =>
  xml`<querySpec><entity type="${entity.type}">${entity.value}</entity><maxSample>${mostSamples}</maxSample>${metrics}<intervalId>${stepS}</intervalId><format>csv</format></querySpec>`;

/** `20,2026-01-01T00:00:20Z,20,2026-01-01T00:00:40Z`: seconds and end of each step. */
const timesOf = (csv: string): readonly number[] =>
  csv.split(',').flatMap((part, at) => (at % 2 === 1 ? [Date.parse(part)] : []));

/** -1 stands for what is not known. */
const valuesOf = (csv: string): readonly number[] =>
  csv.split(',').map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));

/** A disk that was added meanwhile has no values of before. */
const sumOf = (sum: number, value = Number.NaN): number =>
  Number.isNaN(sum) ? value : Number.isNaN(value) ? sum : sum + value;
