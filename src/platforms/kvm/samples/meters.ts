/** From counters to rates, guest by guest. */

/** What is remembered of one guest between two samples. Changed in place: there are thousands of them, each second. */
interface Meter {
  cpuTimeNs: number;
  cpuAt: number;
  cpuTookMs: number;
  netReceived: number;
  netSent: number;
  netAt: number;
  blockRead: number;
  blockWritten: number;
  blockAt: number;
  /** Bytes per second of its disks, from the slow layer, as long as they are fresh. */
  diskRead: number;
  diskWrite: number;
  /** Bytes used in the guest, likewise, with an age of their own: one may be known without the other. */
  memory: number;
  memoryAt: number;
}

export interface CpuReading {
  readonly cpuTimeNs: number;
  readonly cpus: number;
  /** In ticks: when it was asked for, and when the answer came. The counter was read some time in between. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

export interface NetReading {
  readonly netReceived: number;
  readonly netSent: number;
}

/** NaN is what was left out: while another client asks the same guest, the daemon leaves out what it would have to wait for. */
export interface SlowReading {
  readonly blockRead: number;
  readonly blockWritten: number;
  /** Bytes, as the guest reports. */
  readonly memory: number;
}

/** One row of a sample block. */
export interface Rates {
  readonly cpu: number;
  readonly memory: number;
  readonly diskRead: number;
  readonly diskWrite: number;
  readonly netRx: number;
  readonly netTx: number;
}

export interface Meters {
  /** `at` in ticks. Either reading may be missing; its columns are NaN then. */
  read(uuid: string, at: number, cpu: CpuReading | undefined, net: NetReading | undefined): Rates;
  readSlow(uuid: string, at: number, slow: SlowReading): void;
  /** It stopped, or is gone: its counters start from zero again. */
  forget(uuid: string): void;
}

/** The slow layer comes every few seconds; after this long its values are history. */
const FRESH_MS = 30_000;
/**
 * Of the time between two readings: when one took longer to come than the other by more than this, a busy link or
 * program has moved it, and a share would be made up.
 */
const MOST_JITTER = 1 / 8;

const rate = (before: number, after: number, ms: number): number =>
  // A counter that went back belongs to another run of the guest.
  ms > 0 && after >= before ? ((after - before) * 1000) / ms : Number.NaN;

export function createMeters(): Meters {
  const meters = new Map<string, Meter>();
  function meterOf(uuid: string): Meter {
    let meter = meters.get(uuid);
    if (!meter) {
      meter = {
        cpuTimeNs: Number.NaN,
        cpuAt: 0,
        cpuTookMs: 0,
        netReceived: Number.NaN,
        netSent: Number.NaN,
        netAt: 0,
        blockRead: Number.NaN,
        blockWritten: Number.NaN,
        blockAt: Number.NEGATIVE_INFINITY,
        diskRead: Number.NaN,
        diskWrite: Number.NaN,
        memory: Number.NaN,
        memoryAt: Number.NEGATIVE_INFINITY,
      };
      meters.set(uuid, meter);
    }
    return meter;
  }
  return {
    read(uuid, at, cpu, net) {
      const meter = meterOf(uuid);
      let cpuShare = Number.NaN;
      if (cpu) {
        const tookMs = cpu.answeredAt - cpu.askedAt;
        const readAt = cpu.askedAt + tookMs / 2;
        const windowMs = readAt - meter.cpuAt;
        const isSure = Math.abs(tookMs - meter.cpuTookMs) <= windowMs * MOST_JITTER;
        const nsPerSecond = isSure ? rate(meter.cpuTimeNs, cpu.cpuTimeNs, windowMs) : Number.NaN;
        cpuShare = Math.min(1, nsPerSecond / 1e9 / Math.max(1, cpu.cpus));
        // The next one is compared with the reading whose time is known better.
        if (isSure || Number.isNaN(meter.cpuTimeNs) || tookMs < meter.cpuTookMs) {
          meter.cpuTimeNs = cpu.cpuTimeNs;
          meter.cpuAt = readAt;
          meter.cpuTookMs = tookMs;
        }
      }
      let netRx = Number.NaN;
      let netTx = Number.NaN;
      if (net) {
        netRx = rate(meter.netReceived, net.netReceived, at - meter.netAt);
        netTx = rate(meter.netSent, net.netSent, at - meter.netAt);
        meter.netReceived = net.netReceived;
        meter.netSent = net.netSent;
        meter.netAt = at;
      }
      const isFresh = (since: number) => at - since < FRESH_MS;
      return {
        cpu: cpuShare,
        memory: isFresh(meter.memoryAt) ? meter.memory : Number.NaN,
        diskRead: isFresh(meter.blockAt) ? meter.diskRead : Number.NaN,
        diskWrite: isFresh(meter.blockAt) ? meter.diskWrite : Number.NaN,
        netRx,
        netTx,
      };
    },
    readSlow(uuid, at, slow) {
      const meter = meterOf(uuid);
      if (!Number.isNaN(slow.blockRead)) {
        meter.diskRead = rate(meter.blockRead, slow.blockRead, at - meter.blockAt);
        meter.diskWrite = rate(meter.blockWritten, slow.blockWritten, at - meter.blockAt);
        meter.blockRead = slow.blockRead;
        meter.blockWritten = slow.blockWritten;
        meter.blockAt = at;
      }
      if (Number.isNaN(slow.memory)) return;
      meter.memory = slow.memory;
      meter.memoryAt = at;
    },
    forget: (uuid) => void meters.delete(uuid),
  };
}
