/** Figures of one server (API reference of Compute: GET /servers/{id}/diagnostics, the form of 2.48). */

import type { Row } from '../lib/json.ts';
import { asShare } from '../lib/sample-block.ts';
import { numberOf, rowsIn } from './json.ts';

/** Counters since the server was started; NaN where its driver has none. Memory is left out: drivers don't agree on its unit. */
export interface Diagnostics {
  readonly vcpus: number;
  /** ns, of all vCPUs. */
  readonly cpuTime: number;
  /** 0..1, from drivers that have no counter for it. */
  readonly utilisation: number;
  readonly diskRead: number;
  readonly diskWrite: number;
  readonly netRx: number;
  readonly netTx: number;
}

export function readDiagnostics(row: Row): Diagnostics {
  const cpus = rowsIn(row, 'cpu_details');
  const [disks, nics] = [rowsIn(row, 'disk_details'), rowsIn(row, 'nic_details')];
  return {
    vcpus: numberOf(row, 'num_cpus') || cpus.length,
    cpuTime: sum(cpus, 'time'),
    utilisation: sum(cpus, 'utilisation') / 100 / cpus.length,
    diskRead: sum(disks, 'read_bytes'),
    diskWrite: sum(disks, 'write_bytes'),
    netRx: sum(nics, 'rx_octets'),
    netTx: sum(nics, 'tx_octets'),
  };
}

/** NaN when there are none, or when one of them says nothing. */
const sum = (rows: readonly Row[], key: string): number =>
  rows.length === 0 ? Number.NaN : rows.reduce((total, row) => total + (numberOf(row, key) ?? Number.NaN), 0);

export interface Rates {
  /** 0..1 of the server's own vCPUs. */
  readonly cpu: number;
  readonly diskRead: number;
  readonly diskWrite: number;
  readonly netRx: number;
  readonly netTx: number;
}

export interface Meters {
  /** From the difference to the reading before; `at` in ticks. */
  rates(id: string, now: Diagnostics, at: number): Rates;
  forget(id: string): void;
}

export function createMeters(): Meters {
  const before = new Map<string, { readonly read: Diagnostics; readonly at: number }>();
  return {
    rates(id, now, at) {
      const last = before.get(id);
      before.set(id, { read: now, at });
      const seconds = last ? (at - last.at) / 1000 : 0;
      // A counter that went back belongs to another run of the server.
      const rate = (key: Exclude<keyof Diagnostics, 'vcpus' | 'utilisation'>) =>
        last && seconds > 0 && now[key] >= last.read[key] ? (now[key] - last.read[key]) / seconds : Number.NaN;
      const busy = rate('cpuTime') / 1e9 / now.vcpus;
      return {
        cpu: asShare(Number.isNaN(now.cpuTime) ? now.utilisation : busy),
        diskRead: rate('diskRead'),
        diskWrite: rate('diskWrite'),
        netRx: rate('netRx'),
        netTx: rate('netTx'),
      };
    },
    forget: (id) => void before.delete(id),
  };
}
