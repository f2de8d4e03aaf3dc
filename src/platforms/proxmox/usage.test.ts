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
