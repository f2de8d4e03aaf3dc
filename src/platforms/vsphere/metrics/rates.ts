/** Disk and network rates of VMs that run: QueryPerf, for many VMs in one request, as often as hosts have a new step. */
import { wait } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import type { Reading } from '../../lib/sample-block.ts';
import type { Session } from '../session.ts';
import { SoapFault } from '../soap/fault.ts';
import type { CounterName, Counters } from './counters.ts';
import { queryPerf, type Series } from './query.ts';

/** Hosts take the mean of each such time, and keep those of an hour. */
const STEP_S = 20;
/** With four counters each, 256 values: what vCenter lets one query have by default (`config.vpxd.stats.maxQueryMetrics`). */
const MOST_AT_ONCE = 64;
/** An older rate says nothing about now. */
const LASTS_MS = 3 * STEP_S * 1000;
const KIB = 1024;
const RATES: ReadonlySet<CounterName> = new Set(['diskRead', 'diskWrite', 'netRx', 'netTx']);

export interface Rates {
  /** Of a VM by its reference, bytes per second: what was read last, or nothing. */
  of(vm: string): Reading | undefined;
  /** Whether something was read since this was asked last. */
  areNew(): boolean;
  /**
   * Reads them again and again, those that are returned first come first; resolves when the server has no such counters, or when
   * the signal aborts. What can't be read is unknown until it can. Rejects with what is no answer of a server.
   */
  follow(running: () => readonly string[], signal: AbortSignal): Promise<void>;
}

export function createRates(session: Session, counters: (signal: AbortSignal) => Promise<Counters>): Rates {
  const { clock } = session;
  const read = new Map<string, Reading & { readonly readAt: number }>();
  let areNew = false;

  async function readSome(those: Counters, vms: readonly string[], signal: AbortSignal): Promise<void> {
    const queries = vms.map((value) => ({
      entity: { type: 'VirtualMachine', value },
      stepS: STEP_S,
      mostSamples: 1,
    }));
    const all = await queryPerf(session, those, queries, signal);
    for (const series of all) read.set(series.entity, { ...readingOf(series), readAt: clock.ticks() });
    areNew ||= all.length > 0;
  }

  async function round(those: Counters, vms: readonly string[], signal: AbortSignal): Promise<void> {
    const on = new Set(vms);
    for (const vm of read.keys()) if (!on.has(vm)) read.delete(vm);
    for (let at = 0; at < vms.length; at += MOST_AT_ONCE) {
      signal.throwIfAborted();
      // one that has just gone makes the server refuse the question about all of them; the next will be without it
      await unlessRefused(readSome(those, vms.slice(at, at + MOST_AT_ONCE), signal));
    }
  }

  return {
    of(vm) {
      const one = read.get(vm);
      return one && clock.ticks() - one.readAt <= LASTS_MS ? one : undefined;
    },
    areNew() {
      const were = areNew;
      areNew = false;
      return were;
    },
    async follow(running, signal) {
      try {
        for (;;) {
          const all = await counters(signal).catch(noneNow);
          if (all === 'never') return;
          const known = new Map([...(all?.known ?? [])].filter(([name]) => RATES.has(name)));
          if (all && known.size === 0) return;
          if (all) await round({ ...all, known }, running(), signal);
          await wait(clock, STEP_S * 1000, signal);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}

/** The server's "no" and a link that is lost: the watch notices that one by itself. */
const isRefused = (error: unknown): boolean => error instanceof SoapFault || error instanceof FleetError;

const unlessRefused = (work: Promise<void>): Promise<void> =>
  work.catch((error: unknown) => {
    if (!isRefused(error)) throw error;
  });

/** Whether the server never tells any, which it says; those that could not be read now are asked for again. */
function noneNow(error: unknown): 'never' | undefined {
  if (error instanceof SoapFault) return 'never';
  if (!(error instanceof FleetError)) throw error;
  return error.code === 'op.unsupported' ? 'never' : undefined;
}

function readingOf({ values }: Series): Reading {
  const rate = (name: CounterName): number => (values.get(name)?.[0] ?? Number.NaN) * KIB;
  return { diskRead: rate('diskRead'), diskWrite: rate('diskWrite'), netRx: rate('netRx'), netTx: rate('netTx') };
}
