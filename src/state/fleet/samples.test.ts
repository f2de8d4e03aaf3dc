import { describe, expect, it } from 'vitest';
import { aVm, cpuBlock } from '../../../test/state/objects.ts';
import { endpointName, nodeId, type VmId } from '../../ids.ts';
import type { SampleBlock } from '../../platforms/contract.ts';
import { createHistory } from './history.ts';
import { createNodeSamples, createVmSamples } from './samples.ts';

const percent = (shares: Float32Array) => [...shares].map((share) => Math.round(share * 1000) / 10);
const { NaN: none } = Number;

/** A block in which each number says whose it is and which. */
const block = (ids: readonly VmId[], from = 1): SampleBlock => ({
  at: 0,
  windowMs: 1000,
  ids,
  cpu: Float32Array.from(ids, (_, row) => (from + row) / 1024),
  memory: Float64Array.from(ids, (_, row) => from + row + 1000),
  diskRead: Float32Array.from(ids, (_, row) => from + row + 2000),
  diskWrite: Float32Array.from(ids, (_, row) => from + row + 3000),
  netRx: Float32Array.from(ids, (_, row) => from + row + 4000),
  netTx: Float32Array.from(ids, (_, row) => from + row + 5000),
});
const sample = (n: number) => ({
  cpu: n / 1024,
  memory: n + 1000,
  diskRead: n + 2000,
  diskWrite: n + 3000,
  netRx: n + 4000,
  netTx: n + 5000,
});
const UNKNOWN = { cpu: none, memory: none, diskRead: none, diskWrite: none, netRx: none, netTx: none };
const idsOf = (count: number) => Array.from({ length: count }, (_, at) => aVm(`vm${at}`).id);

describe('samples of VMs', () => {
  it('of one that has moved leave nothing to the next VM that takes the place of what was there', () => {
    const samples = createVmSamples();
    const [from, to, next] = idsOf(3) as [VmId, VmId, VmId];
    samples.land(block([from, to]));
    samples.move(from, to);
    expect(samples.of(to)).toEqual(sample(1));
    const later = 120_000;
    samples.land({ ...block([next]), at: later });
    const hour = new Float32Array(3);
    samples.hour(next, 'cpu', later, hour);
    expect([...hour].map(Number.isNaN)).toEqual([true, true, false]);
  });

  it.each([1, 64, 65, 200])('are those of each of %d VMs, whatever number of them comes next', (count) => {
    const samples = createVmSamples();
    const ids = idsOf(count);
    samples.land(block(ids.slice(0, 1)));
    samples.land(block(ids));
    samples.land(block(ids.slice(0, 1), 500));
    expect(ids.map((id) => samples.of(id))).toEqual(ids.map((_, at) => sample(at === 0 ? 500 : at + 1)));
    expect(samples.cpu(ids[0] as VmId)).toBe(500 / 1024);
    expect(samples.memory(ids[0] as VmId)).toBe(1500);
  });

  it('are unknown of a VM that none came of, and of one that was forgotten', () => {
    const samples = createVmSamples();
    const [a, b] = idsOf(2) as [VmId, VmId];
    samples.land(block([a]));
    const history = new Float32Array(2);
    for (const id of [b, a]) {
      samples.forget(id);
      expect([samples.of(id), samples.cpu(id), samples.memory(id)]).toEqual([UNKNOWN, none, none]);
      samples.cpuHistory(id, history);
      expect([...history]).toEqual([none, none]);
      history.fill(7);
    }
  });

  it('are unknown where a block is shorter than its ids', () => {
    const samples = createVmSamples();
    const [a, b] = idsOf(2) as [VmId, VmId];
    samples.land(block([a, b]));
    samples.land({ ...block([a]), ids: [a, b] });
    expect([samples.of(a), samples.of(b)]).toEqual([sample(1), UNKNOWN]);
  });

  it('start again for a VM that takes the place of a forgotten one, also in a block that is sent again', () => {
    const samples = createVmSamples();
    const [a, b, c] = idsOf(3) as [VmId, VmId, VmId];
    const both = block([a, b]);
    samples.land(both);
    samples.forget(a);
    samples.land(block([c], 9));
    const history = new Float32Array(3);
    samples.cpuHistory(c, history);
    expect(percent(history)).toEqual([none, none, 1]);
    samples.land(both);
    expect([samples.of(a), samples.of(b), samples.of(c)]).toEqual([sample(1), sample(2), sample(9)]);
  });

  it('of nodes are kept whole, with their history, until the node is forgotten', () => {
    const samples = createNodeSamples();
    const [n1, n2] = ['n1', 'n2'].map((name) => nodeId(endpointName('host1'), name)) as [
      ReturnType<typeof nodeId>,
      ReturnType<typeof nodeId>,
    ];
    const one = (node: typeof n1, cpu: number) => ({ node, at: 0, cpu, memory: 1 });
    samples.land([one(n1, 0.25), one(n2, 0.5)]);
    samples.land([one(n1, 0.75)]);
    expect([samples.of(n1), samples.of(n2)]).toEqual([one(n1, 0.75), one(n2, 0.5)]);
    const history = new Float32Array(3);
    samples.cpuHistory(n1, history);
    expect(percent(history)).toEqual([none, 25, 75]);
    samples.forget(n1);
    samples.forget(n1);
    expect([samples.of(n1), samples.of(n2)]).toEqual([undefined, one(n2, 0.5)]);
    samples.cpuHistory(n1, history);
    expect([...history]).toEqual([none, none, none]);
    samples.land([one(n1, 1)]);
    samples.cpuHistory(n1, history);
    expect(percent(history)).toEqual([none, none, 100]);
    samples.cpuHistory(n2, history, 2);
    expect(percent(history)).toEqual([none, none, 50]);
  });
});

describe('the history of a share', () => {
  it('keeps shares from 0 to 1 to half a percent, and takes what is outside for the nearest of them', () => {
    const history = createHistory();
    const out = new Float32Array(6);
    for (const share of [0, 0.004, 0.333, 1, 1.5, -1]) history.push(3, share);
    history.read(3, out);
    expect(percent(out)).toEqual([0, 0.5, 33.5, 100, 100, 0]);
  });

  it('has the newest sixty, each slot its own, however far apart slots are', () => {
    const history = createHistory();
    const slots = [0, 1, 2, 1023, 1024, 1025, 2048, 5000];
    for (let round = 0; round < 70; round++)
      for (const [at, slot] of slots.entries()) history.push(slot, (at * 10 + (round % 10)) / 100);
    const out = new Float32Array(62);
    for (const [at, slot] of slots.entries()) {
      history.read(slot, out);
      const newest = Array.from({ length: 60 }, (_, back) => at * 10 + (back % 10));
      expect([slot, percent(out)]).toEqual([slot, [none, none, ...newest]]);
    }
    history.clear(1025);
    history.clear(9_999);
    for (const [at, slot] of slots.entries()) {
      history.read(slot, out);
      expect([slot, percent(out)[61]]).toEqual([slot, slot === 1025 ? none : at * 10 + 9]);
      expect(percent(out)[2]).toEqual(slot === 1025 ? none : at * 10);
    }
    history.push(1025, 0.5);
    history.read(1025, out);
    expect(percent(out).slice(-2)).toEqual([none, 50]);
  });

  it('is empty for a slot that was never written to, also beside one that was', () => {
    const history = createHistory();
    history.push(5, 1);
    for (const slot of [0, 6, 2_000]) {
      const out = new Float32Array(2).fill(7);
      history.read(slot, out);
      expect([...out]).toEqual([none, none]);
    }
  });

  it('draws means of several samples, of those that are known', () => {
    const history = createHistory();
    for (const share of [0.1, 0.3, none, 0.5, none, none, 0.8]) history.push(0, share);
    const out = new Float32Array(5);
    history.read(0, out, 2);
    expect(percent(out)).toEqual([none, 20, 50, none, 80]);
    history.read(0, out, 3);
    expect(percent(out)).toEqual([none, none, 20, 50, 80]);
  });

  it('says nothing of samples that came before its sixty', () => {
    const history = createHistory();
    for (let round = 0; round < 65; round++) history.push(0, 0.5);
    const out = new Float32Array(14);
    history.read(0, out, 5);
    expect(percent(out)).toEqual([none, none, ...Array(12).fill(50)]);
  });
});

it('a block of NaN is a VM of which nothing is known', () => {
  const samples = createVmSamples();
  const a = aVm('a');
  samples.land(cpuBlock([a], 0.5));
  expect(samples.of(a.id)).toEqual({ ...UNKNOWN, cpu: 0.5 });
});
