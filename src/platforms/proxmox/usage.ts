/** From counters to rates. */
import type { Usage } from './guests.ts';

export interface Rates {
  readonly diskRead: number;
  readonly diskWrite: number;
  readonly netRx: number;
  readonly netTx: number;
}

interface Meter {
  readonly use: Usage;
  readonly rates: Rates;
}

const UNKNOWN: Rates = { diskRead: Number.NaN, diskWrite: Number.NaN, netRx: Number.NaN, netTx: Number.NaN };

export interface Meters {
  rates(key: string, use: Usage): Rates;
  forget(key: string): void;
}

/**
 * A node tells every ten seconds or so, and polls in between see the same figures again: the time between two readings
 * is what the uptime has grown by, and until it grows the last rates hold.
 */
export function createMeters(): Meters {
  const meters = new Map<string, Meter>();
  return {
    rates(key, use) {
      const meter = meters.get(key);
      const seconds = use.uptime - (meter?.use.uptime ?? Number.NaN);
      if (meter && seconds === 0) return meter.rates;
      // A counter that went back belongs to another run of the guest.
      const rate = (before: number, after: number) =>
        seconds > 0 && after >= before ? (after - before) / seconds : Number.NaN;
      const rates = meter
        ? {
            diskRead: rate(meter.use.diskRead, use.diskRead),
            diskWrite: rate(meter.use.diskWrite, use.diskWrite),
            netRx: rate(meter.use.netIn, use.netIn),
            netTx: rate(meter.use.netOut, use.netOut),
          }
        : UNKNOWN;
      meters.set(key, { use, rates });
      return rates;
    },
    forget: (key) => void meters.delete(key),
  };
}
