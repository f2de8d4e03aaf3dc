import { describe, expect, it } from 'vitest';
import { createMeters } from './meters.ts';

const cpu = (seconds: number, cpus = 1, askedAt = 0, answeredAt = askedAt) => ({
  cpuTimeNs: seconds * 1e9,
  cpus,
  askedAt,
  answeredAt,
});
const unknown = { cpu: Number.NaN, diskRead: Number.NaN, diskWrite: Number.NaN, netRx: Number.NaN, netTx: Number.NaN };

describe('meters', () => {
  it('F-113 F-117 make shares of the own vCPUs and bytes per second out of counters', () => {
    const meters = createMeters();
    expect(meters.read('a', 0, cpu(10, 2), { netReceived: 0, netSent: 0 })).toEqual({ ...unknown, memory: Number.NaN });
    const rates = meters.read('a', 2_000, cpu(12, 2, 2_000), { netReceived: 4_000, netSent: 1_000 });
    expect(rates).toMatchObject({ cpu: 0.5, netRx: 2_000, netTx: 500 });
    // Over the time since the last look, not since the first.
    const next = meters.read('a', 3_000, cpu(12.5, 2, 3_000), { netReceived: 4_600, netSent: 1_400 });
    expect(next).toMatchObject({ cpu: 0.25, netRx: 600, netTx: 400 });
  });

  it('give no rate for a guest that has restarted, and never a negative one', () => {
    const meters = createMeters();
    meters.read('a', 0, cpu(100), { netReceived: 9_000, netSent: 0 });
    expect(meters.read('a', 1_000, cpu(1, 1, 1_000), { netReceived: 5, netSent: 0 })).toMatchObject({
      cpu: Number.NaN,
      netRx: Number.NaN,
    });
    meters.forget('a');
    expect(meters.read('a', 2_000, cpu(50), undefined).cpu).toBeNaN();
  });

  it('keep what the slow layer said until it is old', () => {
    const meters = createMeters();
    meters.readSlow('a', 0, { blockRead: 0, blockWritten: 0, memory: 40 });
    meters.readSlow('a', 5_000, { blockRead: 10_000, blockWritten: 0, memory: 50 });
    expect(meters.read('a', 6_000, cpu(1), undefined)).toMatchObject({ memory: 50, diskRead: 2_000, diskWrite: 0 });
    expect(meters.read('a', 60_000, cpu(2), undefined)).toMatchObject({ memory: Number.NaN, diskRead: Number.NaN });
  });

  it('call a counter that libvirt did not report unknown, never zero', () => {
    const meters = createMeters();
    meters.read('a', 0, undefined, undefined);
    expect(meters.read('a', 1_000, undefined, undefined)).toEqual({ ...unknown, memory: Number.NaN });
  });

  it('keep the last value while another client holds the guest, and call it unknown once it is old', () => {
    const meters = createMeters();
    const reading = (blockRead: number, memory: number) => ({ blockRead, blockWritten: 0, memory });
    meters.readSlow('a', 0, reading(0, 50));
    meters.readSlow('a', 5_000, reading(10_000, 60));
    meters.readSlow('a', 10_000, reading(Number.NaN, Number.NaN));
    expect(meters.read('a', 11_000, cpu(1), undefined)).toMatchObject({ memory: 60, diskRead: 2_000 });
    // The next counters are compared with the last ones that came.
    meters.readSlow('a', 15_000, reading(20_000, Number.NaN));
    expect(meters.read('a', 16_000, cpu(2), undefined)).toMatchObject({ memory: 60, diskRead: 1_000 });
    expect(meters.read('a', 35_001, cpu(3), undefined)).toMatchObject({ memory: Number.NaN, diskRead: 1_000 });
  });

  it('call the memory of a guest that does not report it unknown, never what it was given', () => {
    const meters = createMeters();
    meters.readSlow('a', 0, { blockRead: 0, blockWritten: 0, memory: Number.NaN });
    expect(meters.read('a', 1_000, cpu(1), undefined).memory).toBeNaN();
  });

  it('take an answer for one of the middle of its wait, and make no share out of one that was held up', () => {
    const meters = createMeters();
    const shareOf = (seconds: number, askedAt: number, answeredAt: number) =>
      meters.read('a', answeredAt, cpu(seconds, 1, askedAt, answeredAt), undefined).cpu;
    expect(shareOf(10, 0, 100)).toBeNaN();
    expect(shareOf(11, 2_000, 2_100)).toBeCloseTo(0.5);
    expect(shareOf(11.6, 4_000, 5_000)).toBeNaN();
    // Compared with the last one that was not held up, over four seconds.
    expect(shareOf(13, 6_000, 6_100)).toBeCloseTo(0.5);
    // A link that stays slow is believed again.
    expect(shareOf(14, 8_000, 9_000)).toBeNaN();
    expect([shareOf(15, 10_000, 11_000), shareOf(16, 12_000, 13_000), shareOf(17, 14_000, 15_000)].at(-1)).toBeCloseTo(
      0.5,
      1,
    );
  });

  it('take the middle of a slow wait as the time of a reading, to the millisecond', () => {
    const meters = createMeters();
    meters.read('a', 0, cpu(10, 1, 1_000, 1_800), undefined);
    expect(meters.read('a', 0, cpu(11, 1, 3_000, 3_800), undefined).cpu).toBe(0.5);
  });

  it.each([
    [1_000, true],
    [1_001, false],
  ])('believe a reading that took %i of 8000 ms longer than the last one: %j', (tookMs, isBelieved) => {
    const meters = createMeters();
    meters.read('a', 0, cpu(10, 1, 0, 0), undefined);
    // Its middle is 8000 ms after the first one.
    const askedAt = 8_000 - tookMs / 2;
    const { cpu: share } = meters.read('a', 0, cpu(14, 1, askedAt, askedAt + tookMs), undefined);
    expect(share).toEqual(isBelieved ? 0.5 : Number.NaN);
  });

  it('share one vCPU where a guest has none, and never tell more than all', () => {
    const meters = createMeters();
    meters.read('a', 0, cpu(0, 0), undefined);
    expect(meters.read('a', 0, cpu(1, 0, 2_000), undefined).cpu).toBe(0.5);
    expect(meters.read('a', 0, cpu(9, 0, 3_000), undefined).cpu).toBe(1);
  });

  it('compare the next reading with the first of two that were held up as long', () => {
    const meters = createMeters();
    meters.read('a', 0, cpu(0, 1, 0, 800), undefined);
    // Too soon after it, and a little slower: not kept.
    expect(meters.read('a', 0, cpu(1, 1, 100, 2_000), undefined).cpu).toBeNaN();
    expect(meters.read('a', 0, cpu(2, 1, 4_000, 4_800), undefined).cpu).toBe(0.5);
  });

  it('know no rate where no time has passed, and one of zero where nothing has come', () => {
    const meters = createMeters();
    const net = { netReceived: 5, netSent: 5 };
    meters.read('a', 1_000, undefined, net);
    expect(meters.read('a', 1_000, undefined, net).netRx).toBeNaN();
    expect(meters.read('a', 1_001, undefined, net)).toMatchObject({ netRx: 0, netTx: 0 });
  });

  it('keep what the slow layer said for less than thirty seconds', () => {
    const meters = createMeters();
    meters.readSlow('a', 0, { blockRead: 0, blockWritten: 0, memory: 1 });
    meters.readSlow('a', 1_000, { blockRead: 10, blockWritten: 20, memory: 2 });
    expect(meters.read('a', 30_999, undefined, undefined)).toMatchObject({ memory: 2, diskRead: 10, diskWrite: 20 });
    expect(meters.read('a', 31_000, undefined, undefined)).toMatchObject({
      memory: Number.NaN,
      diskRead: Number.NaN,
      diskWrite: Number.NaN,
    });
  });
});
