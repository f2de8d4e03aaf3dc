/** Which counters and steps of time a server has: PerformanceManager (vSphere Web Services API). Their numbers differ from server to server. */
import { FleetError } from '../../../errors.ts';
import { childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import { retrieveOne } from '../properties.ts';
import type { Session } from '../session.ts';
import type { MoRef } from '../soap/envelope.ts';

/** Group, name and rollup; of those with an instance each is asked for, and they are added up. */
const COUNTERS = {
  cpuUsage: { name: 'cpu.usage.average', instance: '' },
  memoryActive: { name: 'mem.active.average', instance: '' },
  memoryUsage: { name: 'mem.usage.average', instance: '' },
  diskRead: { name: 'virtualDisk.read.average', instance: '*' },
  diskWrite: { name: 'virtualDisk.write.average', instance: '*' },
  netRx: { name: 'net.received.average', instance: '' },
  netTx: { name: 'net.transmitted.average', instance: '' },
} as const;
export type CounterName = keyof typeof COUNTERS;

export interface Counter {
  /** The server's number for it. */
  readonly id: string;
  readonly instance: string;
}

/** For how long means over so many seconds are kept. */
export interface KeptFor {
  readonly stepS: number;
  readonly lengthS: number;
}

export interface Counters {
  readonly manager: MoRef;
  /** Those of them that the server has. */
  readonly known: ReadonlyMap<CounterName, Counter>;
  /** Shorter steps first. */
  readonly kept: readonly KeptFor[];
}

/** Read once; while a connection lasts they stay as they are. Rejects with a SoapFault, or a FleetError. */
export function createCounters(session: Session): (signal: AbortSignal) => Promise<Counters> {
  let read: Counters | undefined;
  return async (signal) => {
    read ??= await readCounters(session, signal);
    return read;
  };
}

const ALL = 'perfCounter';
const KEPT = 'historicalInterval';

async function readCounters(session: Session, signal: AbortSignal): Promise<Counters> {
  const manager = session.content.perfManager;
  if (!manager) throw new FleetError('op.unsupported', `${session.host} keeps no metrics`);
  const values = await retrieveOne(session, manager, [ALL, KEPT], signal);
  const ids = new Map(childrenOf(values.get(ALL), 'PerfCounterInfo').map((one) => [nameOf(one), textAt(one, 'key')]));
  const known = new Map<CounterName, Counter>();
  for (const [key, { name, instance }] of Object.entries(COUNTERS)) {
    const id = ids.get(name);
    if (id !== undefined) known.set(key as CounterName, { id, instance });
  }
  return {
    manager,
    known,
    kept: childrenOf(values.get(KEPT), 'PerfInterval')
      .flatMap((one) => keptFor(one) ?? [])
      .toSorted((a, b) => a.stepS - b.stepS),
  };
}

const nameOf = (counter: XmlElement): string =>
  [textAt(counter, 'groupInfo', 'key'), textAt(counter, 'nameInfo', 'key'), textAt(counter, 'rollupType')].join('.');

function keptFor(interval: XmlElement): KeptFor | undefined {
  const [stepS, lengthS] = [Number(textAt(interval, 'samplingPeriod')), Number(textAt(interval, 'length'))];
  return textAt(interval, 'enabled') !== 'false' && stepS > 0 && lengthS > 0 ? { stepS, lengthS } : undefined;
}
