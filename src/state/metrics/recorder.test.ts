import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aVm, cpuBlock } from '../../../test/state/objects.ts';
import { nativeOf, type VmId } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import type { MetricLimits, MinuteBlock } from './points.ts';
import { createMetricRecorder } from './recorder.ts';

const START = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;
const web1 = aVm('web1');
const db1 = aVm('db1');

function open(limits: MetricLimits | 'off' = { days: 1, bytes: 1 }) {
  const clock = createTestClock(START);
  const added: MinuteBlock[] = [];
  const tidied: number[] = [];
  const fleet = new Map<VmId, Vm>([web1, db1].map((vm) => [vm.id, vm]));
  const recorder = createMetricRecorder({
    clock,
    store: { add: (block) => void added.push(block), tidy: () => void tidied.push(clock.now() - START) },
    limits: () => (limits === 'off' ? undefined : limits),
    keyOf: (id: VmId) => {
      const vm = fleet.get(id);
      return vm && { source: 'kvm host1', object: nativeOf(id), machine: vm.uuid };
    },
  });
  /** Minute of the hour, machines and their shares of the CPU. */
  const written = () =>
    added.flatMap(({ minute, keys, means }) =>
      keys.map(({ object }, row) => [minute - START / MINUTE, object, Number(means[row * 6]?.toFixed(3))]),
    );
  return { clock, recorder, land: recorder.land, fleet, written, added, tidied };
}

it('F-119 F-120 writes the means of a minute when it is over, and nothing of machines that were not measured', async () => {
  const { clock, land, written, added } = open();
  land(cpuBlock([web1], 0.25));
  await clock.pass(30_000);
  land(cpuBlock([web1, db1], 0.75));
  land(cpuBlock([db1], Number.NaN));
  expect(written()).toEqual([]);
  await clock.pass(30_000);
  expect(written()).toEqual([
    [0, 'web1', 0.5],
    [0, 'db1', 0.75],
  ]);
  await clock.pass(10 * MINUTE);
  land(cpuBlock([db1], Number.NaN));
  await clock.pass(MINUTE);
  expect(added).toHaveLength(1);
});

it('F-120 goes by the minute in which a sample came, also when the machine slept', async () => {
  const { clock, land, written } = open();
  land(cpuBlock([web1], 0.25));
  clock.setBack(-90 * MINUTE);
  land(cpuBlock([web1], 0.75));
  await clock.pass(MINUTE);
  expect(written()).toEqual([
    [0, 'web1', 0.25],
    [90, 'web1', 0.75],
  ]);
});

it('F-120 hands a large fleet on in pieces, and the rest of it at the end', async () => {
  const { clock, recorder, land, fleet, added } = open();
  const vms = Array.from({ length: 600 }, (_, at) => aVm(`vm${at}`));
  for (const vm of vms) fleet.set(vm.id, vm);
  const sizes = () => added.map(({ keys }) => keys.length);
  land(cpuBlock(vms, 0.5));
  await clock.pass(MINUTE);
  expect(sizes()).toEqual([500, 100]);
  land(cpuBlock(vms, 0.5));
  recorder.close(true);
  expect(sizes().slice(2)).toEqual([500, 100]);
  await clock.pass(MINUTE);
  expect(added).toHaveLength(4);
});

it('F-120 keeps the bounds of the file at the start and every hour', async () => {
  const { clock, land, tidied } = open();
  for (let minute = 0; minute < 130; minute++) {
    land(cpuBlock([web1], 0.5));
    await clock.pass(MINUTE);
  }
  expect(tidied.map((at) => at / MINUTE)).toEqual([1, 61, 121]);
});

it('ends without the minute that is under way where nothing was written yet', async () => {
  const { clock, recorder, land, added } = open();
  land(cpuBlock([web1], 0.5));
  recorder.close(false);
  await clock.pass(MINUTE);
  expect(added).toEqual([]);
});

it('keeps nothing of machines that are gone, and where it is off', async () => {
  const gone = open();
  gone.land(cpuBlock([web1], 0.5));
  gone.fleet.clear();
  const off = open('off');
  off.land(cpuBlock([web1], 0.5));
  for (const { clock, recorder, added } of [gone, off]) {
    await clock.pass(MINUTE);
    recorder.close(true);
    expect(added).toEqual([]);
  }
});
