import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { endpointName } from '../../ids.ts';
import type { Feed, SampleBlock } from '../contract.ts';
import { readResources } from './guests.ts';
import { createRoster, type Roster } from './roster.ts';
import { createSampler, type Sampler } from './sampler.ts';

const PLACE = { endpoint: endpointName('pve'), cluster: 'lab' };
const clock = createTestClock();

let roster: Roster;
let sampler: Sampler;
beforeEach(() => {
  roster = createRoster(PLACE, clock);
  sampler = createSampler(PLACE, clock);
});

const guest = (vmid: number, more: object = {}) => ({
  type: 'qemu',
  vmid,
  node: 'pve1',
  status: 'running',
  uptime: 100,
  cpu: 0.5,
  mem: vmid,
  netin: 0,
  ...more,
});
/** What the sampler makes of a list. */
function feeds(rows: readonly object[]): readonly Feed[] {
  const resources = readResources(rows);
  roster.list(resources);
  return sampler.feeds(roster, resources, 5_000);
}
const blocks = (told: readonly Feed[]): readonly SampleBlock[] =>
  told.flatMap((feed) => (feed.kind === 'samples' ? feed.block : []));

describe('the samples of a cluster', () => {
  it('are of the guests that run', () => {
    const [block, ...more] = blocks(feeds([guest(100), guest(101, { status: 'stopped', uptime: 0 }), guest(102)]));
    expect(more).toEqual([]);
    expect(block?.ids).toEqual(['pve/qemu/100', 'pve/qemu/102']);
    expect([...(block?.memory ?? [])]).toEqual([100, 102]);
    expect([block?.at, block?.windowMs, block?.cpu[0]]).toEqual([clock.now(), 5_000, 0.5]);
  });

  it('never show more than all processors, nor less than none', () => {
    expect(blocks(feeds([guest(100, { cpu: 1.04 }), guest(101, { cpu: -1 })]))[0]?.cpu).toEqual(Float32Array.of(1, 0));
  });

  it('have rates from the second reading on', () => {
    feeds([guest(100)]);
    expect(blocks(feeds([guest(100, { uptime: 110, netin: 50 })]))[0]?.netRx[0]).toBe(5);
  });

  it('know the same guests by the same array', () => {
    const first = blocks(feeds([guest(100)]))[0]?.ids;
    expect(blocks(feeds([guest(100)]))[0]?.ids).toBe(first);
    expect(blocks(feeds([guest(100), guest(101)]))[0]?.ids).toEqual(['pve/qemu/100', 'pve/qemu/101']);
  });

  it('say once more of a guest that stopped that nothing is known of it, and not of one that went', () => {
    feeds([guest(100), guest(101), guest(102)]);
    const told = blocks(feeds([guest(100), guest(101, { status: 'stopped', uptime: 0 })]));
    expect(told.map(({ ids }) => ids)).toEqual([['pve/qemu/100'], ['pve/qemu/101']]);
    expect([...(told[1]?.cpu ?? []), ...(told[1]?.memory ?? [])]).toEqual([Number.NaN, Number.NaN]);
    expect([told[1]?.at, told[1]?.windowMs]).toEqual([clock.now(), 5_000]);
    expect(blocks(feeds([guest(100), guest(101, { status: 'stopped', uptime: 0 })]))).toHaveLength(1);
  });

  it('begin again with a guest that was off', () => {
    feeds([guest(100)]);
    feeds([guest(100, { status: 'unknown' })]);
    expect(blocks(feeds([guest(100, { uptime: 110, netin: 50 })]))[0]?.netRx[0]).toBeNaN();
  });

  it('are of no guest whose row says that it is off, though the list is late', () => {
    roster.list(readResources([guest(100)]));
    roster.learn('qemu/100', { current: { ...STOPPED } });
    expect(blocks(sampler.feeds(roster, readResources([guest(100)]), 5_000))).toEqual([]);
  });

  it('are of no guest whose state is not known', () => {
    roster.list(readResources([guest(100)]));
    roster.learn('qemu/100', { runState: 'levitating' });
    expect(blocks(sampler.feeds(roster, readResources([guest(100)]), 5_000))).toEqual([]);
  });

  it('are of the nodes that are up', () => {
    const up = { type: 'node', node: 'pve1', status: 'online', cpu: 1.5, mem: 7 };
    expect(feeds([up, { type: 'node', node: 'pve2', status: 'offline' }])).toEqual([
      { kind: 'node-samples', samples: [{ node: 'pve/pve1', at: clock.now(), cpu: 1, memory: 7 }] },
    ]);
  });

  it('are a sign of life at least', () => {
    expect(feeds([])).toEqual([{ kind: 'alive', at: clock.now() }]);
  });
});

const STOPPED = {
  status: 'stopped',
  runState: undefined,
  lock: undefined,
  name: undefined,
  cpus: undefined,
  memory: undefined,
  tags: [],
  agent: false,
  uptime: 0,
};
