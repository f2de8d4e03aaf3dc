import { expect, it } from 'vitest';
import type { Usage } from './guests.ts';
import { createMeters } from './usage.ts';

const reading = (uptime: number, netIn: number): Usage => ({
  uptime,
  cpu: 0.1,
  memory: 1,
  diskRead: 0,
  diskWrite: 0,
  netIn,
  netOut: 0,
});

it('knows no rate from one reading', () => {
  expect(createMeters().rates('qemu/100', reading(100, 5000)).netRx).toBeNaN();
});

it('takes the time from the uptime, since the node tells when it likes', () => {
  const meters = createMeters();
  meters.rates('qemu/100', reading(100, 5_000));
  expect(meters.rates('qemu/100', reading(110, 25_000)).netRx).toBe(2_000);
});

it('keeps the last rate while the node has told nothing new', () => {
  const meters = createMeters();
  meters.rates('qemu/100', reading(100, 5_000));
  meters.rates('qemu/100', reading(110, 25_000));
  expect(meters.rates('qemu/100', reading(110, 25_000)).netRx).toBe(2_000);
});

it('knows no rate over a restart', () => {
  const meters = createMeters();
  meters.rates('qemu/100', reading(100, 5_000));
  expect(meters.rates('qemu/100', reading(3, 100)).netRx).toBeNaN();
});

it('makes a rate of each counter, and none of one that went back or began again', () => {
  const meters = createMeters();
  const at = (uptime: number, [diskRead, diskWrite, netIn, netOut]: readonly [number, number, number, number]) =>
    meters.rates('qemu/100', { ...reading(uptime, netIn), diskRead, diskWrite, netOut });
  const unknown = Number.NaN;
  expect(at(100, [0, 0, 0, 0])).toEqual({ diskRead: unknown, diskWrite: unknown, netRx: unknown, netTx: unknown });
  expect(at(110, [10, 20, 30, 40])).toEqual({ diskRead: 1, diskWrite: 2, netRx: 3, netTx: 4 });
  expect(at(120, [10, 19, 30, 50])).toEqual({ diskRead: 0, diskWrite: unknown, netRx: 0, netTx: 1 });
  expect(at(121, [11, 20, 30, 50])).toEqual({ diskRead: 1, diskWrite: 1, netRx: 0, netTx: 0 });
  expect(at(119, [20, 29, 40, 60])).toEqual({ diskRead: unknown, diskWrite: unknown, netRx: unknown, netTx: unknown });
});

it('forgets a guest that went off, and knows each guest by itself', () => {
  const meters = createMeters();
  meters.rates('qemu/100', reading(100, 0));
  meters.rates('qemu/101', reading(100, 0));
  meters.forget('qemu/100');
  expect(meters.rates('qemu/100', reading(110, 100)).netRx).toBeNaN();
  expect(meters.rates('qemu/101', reading(110, 100)).netRx).toBe(10);
});
