import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { procedures } from '../rpc/protocol.ts';
import { SILENCE } from '../testkit/played-daemon.ts';
import { EVENTS, event } from '../testkit/played-events.ts';
import { type PlayedHost, playHost } from '../testkit/played-host.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { idOf, NODE, type WatchedHost, watchPlayed } from '../testkit/watched-host.ts';

const open: WatchedHost[] = [];
afterEach(async () => {
  for (const watched of open.splice(0)) await watched.end();
});
async function watch(host: PlayedHost, everyMs?: number): Promise<WatchedHost> {
  const watched = await watchPlayed(host, createTestClock(), everyMs);
  open.push(watched);
  return watched;
}

describe('the samples of a watched host', () => {
  it('come every interval: shares of vCPUs and bytes per second over the time between two ticks', async () => {
    const host = playHost();
    const guest = host.add(1, { net: { 'net.0.rx.bytes': 0, 'net.1.rx.bytes': 0, 'net.0.tx.bytes': 0 } });
    const { rows, pass, of, clock } = await watch(host);
    expect(rows(1)).toHaveLength(1);
    expect(rows(1)[0]).toMatchObject({ cpu: Number.NaN, netRx: Number.NaN });
    guest.cpuTimeNs = 0.5e9;
    guest.net = { 'net.0.rx.bytes': 3_000, 'net.1.rx.bytes': 1_000, 'net.0.tx.bytes': 600 };
    await pass(1_000);
    expect(rows(1)).toHaveLength(2);
    expect(rows(1)[1]).toMatchObject({ windowMs: 1_000, cpu: 0.25, netRx: 4_000, netTx: 600 });
    expect(of('samples').at(-1)?.block.at).toBe(clock.now());
  });

  it('leave 200 ms between two ticks where a tick takes longer than the interval', async () => {
    const host = playHost();
    host.add(1);
    const { of, pass, clock } = await watch(host, 100);
    const before = of('node-samples').length;
    await clock.pass(199);
    expect(of('node-samples')).toHaveLength(before);
    await pass(2);
    expect(of('node-samples')).toHaveLength(before + 1);
  });

  it('end with a row that says nothing of a guest that stopped', async () => {
    const host = playHost();
    const guest = host.add(1, { net: { 'net.0.rx.bytes': 0 } });
    const { rows, pass } = await watch(host);
    await pass(1_000);
    expect(rows(1).at(-1)?.netRx).toBe(0);
    guest.domain = { ...guest.domain, id: -1 };
    guest.state = 5;
    guest.net = {};
    host.tell(EVENTS.lifecycle, event(1, 5, 0));
    await pass(1_000);
    const count = rows(1).length;
    expect(rows(1).at(-1)).toEqual({
      windowMs: 1_000,
      cpu: Number.NaN,
      memory: Number.NaN,
      diskRead: Number.NaN,
      diskWrite: Number.NaN,
      netRx: Number.NaN,
      netTx: Number.NaN,
    });
    await pass(2_000);
    expect(rows(1)).toHaveLength(count);
  });

  it('start again with a guest that was restarted between two ticks', async () => {
    const host = playHost();
    const guest = host.add(1, { cpuTimeNs: 5e9 });
    const { rows, pass } = await watch(host);
    guest.domain = { ...guest.domain, id: -1 };
    guest.state = 5;
    host.tell(EVENTS.lifecycle, event(1, 5, 0));
    await pass(1);
    guest.domain = { ...guest.domain, id: 9 };
    guest.state = 1;
    guest.cpuTimeNs = 5.5e9;
    host.tell(EVENTS.lifecycle, event(1, 2, 0));
    await pass(999);
    expect(rows(1).at(-1)?.cpu).toBeNaN();
  });

  it('go on for all others when one guest does not tell its CPU time within five seconds', async () => {
    const host = playHost();
    const guests = [host.add(1), host.add(2)];
    const { rows, pass } = await watch(host);
    host.answer(procedures.domainInfo, ({ domain: { id } }) =>
      id === 1
        ? SILENCE
        : { state: 1, maxMemoryKib: 0, memoryKib: 1024, cpus: 1, cpuTimeNs: guests[1]?.cpuTimeNs ?? 0 },
    );
    if (guests[1]) guests[1].cpuTimeNs = 1e9;
    await pass(1_000);
    const count = rows(2).length;
    await pass(4_500);
    expect(rows(2)).toHaveLength(count);
    await pass(1_000);
    expect(rows(2)).toHaveLength(count + 1);
    expect(rows(1)).toHaveLength(count + 1);
  });

  it('tell the CPU and the memory of the host', async () => {
    const host = playHost();
    const { of, pass, clock } = await watch(host);
    expect(of('node-samples')).toEqual([
      { kind: 'node-samples', samples: [{ node: NODE, at: clock.now(), cpu: Number.NaN, memory: 3 * 1024 ** 3 }] },
    ]);
    expect(host.came(procedures.nodeCpuStats)).toEqual([
      { cpu: -1, count: 0, flags: 0 },
      { cpu: -1, count: 5, flags: 0 },
    ]);
    expect(host.came(procedures.nodeMemoryStats)).toEqual([
      { count: 0, cell: -1, flags: 0 },
      { count: 4, cell: -1, flags: 0 },
    ]);
    const become = (kernel: number, user: number, intr: number, idle: number, iowait: number) =>
      host.answer(procedures.nodeCpuStats, () => ({
        counters: Object.entries({ kernel, user, intr, idle, iowait }).map(([name, value]) => ({ name, value })),
        count: 5,
      }));
    const share = () => of('node-samples').at(-1)?.samples[0]?.cpu;
    become(1.1e9, 2.2e9, 0.1e9, 6.5e9, 1.1e9);
    await pass(1_000);
    expect(share()).toBeCloseTo(0.4);
    await pass(1_000);
    expect(share()).toBeNaN();
    become(0.1e9, 2.2e9, 0.1e9, 9e9, 1.1e9);
    await pass(1_000);
    expect(share()).toBe(0);
    become(9.1e9, 2.2e9, 0.1e9, 8e9, 1.1e9);
    await pass(1_000);
    expect(share()).toBe(1);
    expect(host.came(procedures.nodeCpuStats).filter(({ count }) => count === 0)).toHaveLength(1);
    expect(host.came(procedures.nodeMemoryStats).filter(({ count }) => count === 0)).toHaveLength(1);
  });

  it('know nothing of a host whose driver does not count, and count no caches where none are reported', async () => {
    const host = playHost();
    host.answer(procedures.nodeCpuStats, () => {
      throw libvirtNo(3);
    });
    host.answer(procedures.nodeMemoryStats, () => ({
      counters: [
        { name: 'total', value: 10 },
        { name: 'free', value: 4 },
      ],
      count: 2,
    }));
    const { of } = await watch(host);
    expect(of('node-samples')[0]?.samples).toMatchObject([{ cpu: Number.NaN, memory: 6 * 1024 }]);
  });

  it('ask the CPU time of 256 guests in a tick and of those that are looked at, the others in their turn', async () => {
    const host = playHost();
    for (let number = 1; number <= 260; number++) host.add(number);
    const watched = await watch(host);
    watched.seen.push(idOf(7));
    await watched.pass(1_000);
    const blocks = () => watched.of('samples').map(({ block }) => [block.ids.length, block.windowMs]);
    // Of the 260 one is looked at, and the 259 others come in two ticks.
    expect(blocks().slice(-2)).toEqual([
      [1, 1_000],
      [256, 2_000],
    ]);
    await watched.pass(1_000);
    expect(
      blocks()
        .slice(-2)
        .map(([ids]) => ids),
    ).toEqual([1, 3]);
  });
});
