import { describe, expect, it } from 'vitest';
import { createMeters, readDiagnostics } from './diagnostics.ts';
import { createRotation } from './rotation.ts';

/** nova's api_samples/os-server-diagnostics/v2.48. */
const SAMPLE = {
  cpu_details: [{ id: 0, time: 17300000000, utilisation: 15 }],
  disk_details: [
    { errors_count: 1, read_bytes: 262144, read_requests: 112, write_bytes: 5778432, write_requests: 488 },
  ],
  memory_details: { maximum: 524288, used: 0 },
  nic_details: [{ mac_address: '01:23:45:67:89:ab', rx_octets: 2070139, tx_octets: 140208 }],
  num_cpus: 1,
  state: 'running',
  uptime: 46664,
};
const later = (seconds: number, more: object = {}) =>
  readDiagnostics({
    ...SAMPLE,
    cpu_details: [{ id: 0, time: 17300000000 + seconds * 5e8, utilisation: null }],
    disk_details: [{ read_bytes: 262144 + seconds * 1000, write_bytes: 5778432 }],
    ...more,
  });

describe('figures of a server', () => {
  it('F-113 are rates between two readings', () => {
    const meters = createMeters();
    meters.rates('a', later(0), 1_000);
    expect(meters.rates('a', later(4), 5_000)).toEqual({ cpu: 0.5, diskRead: 1000, diskWrite: 0, netRx: 0, netTx: 0 });
  });

  it('are unknown at first, but for drivers that measure the load themselves', () => {
    const first = createMeters().rates('a', readDiagnostics(SAMPLE), 0);
    expect([first.cpu, first.diskRead]).toEqual([Number.NaN, Number.NaN]);
    const measured = readDiagnostics({ ...SAMPLE, cpu_details: [{ id: 0, time: null, utilisation: 15 }] });
    expect(createMeters().rates('a', measured, 0).cpu).toBeCloseTo(0.15);
  });

  it('are unknown when the counters were reset', () => {
    const meters = createMeters();
    meters.rates('a', later(9), 0);
    expect(meters.rates('a', later(1), 1_000)).toMatchObject({ cpu: Number.NaN, diskRead: Number.NaN, netRx: 0 });
  });

  it('are unknown for what a server does not have, or does not tell', () => {
    const meters = createMeters();
    const bare = { nic_details: [], disk_details: [{ read_bytes: 1 }] };
    meters.rates('a', later(0, bare), 0);
    const { netRx, diskWrite, cpu } = meters.rates('a', later(2, bare), 4_000);
    expect([netRx, diskWrite, cpu]).toEqual([Number.NaN, Number.NaN, 0.25]);
  });
});

describe('whose figures are read', () => {
  it('comes round, some at a time, and always with the same arrays', () => {
    const rotation = createRotation();
    const ids = ['a', 'b', 'c'];
    const rounds = [1, 2, 3, 4].map(() => rotation.next([...ids], 2));
    expect(rounds.map((round) => round?.ids.join())).toEqual(['a,b', 'c', 'a,b', 'c']);
    expect(rounds[0]?.ids).toBe(rounds[2]?.ids);
    expect(rounds[0]?.of).toBe(2);
  });

  it('are none when there is no time, or no server', () => {
    expect(createRotation().next(['a'], 0)).toBeUndefined();
    expect(createRotation().next([], 4)).toBeUndefined();
  });
});
