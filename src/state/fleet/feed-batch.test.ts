import { describe, expect, it } from 'vitest';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { endpointName, poolId } from '../../ids.ts';
import { mib } from '../../units.ts';
import { createFeedBatch, EVENTS_KEPT } from './feed-batch.ts';

const upsert = (size: number, name = 'web1') =>
  ({ kind: 'vm-upsert', vm: { ...aVm(name), memory: mib(size) } }) as const;

describe('what has not landed yet', () => {
  it('takes the memory of its objects, however often they change', () => {
    const batch = createFeedBatch();
    for (let times = 1; times <= 10_000; times++) batch.add({ kind: 'changes', at: 0, changes: [upsert(times)] });
    batch.add({ kind: 'changes', at: 0, changes: [upsert(7, 'db1')] });
    expect([...batch.changes]).toEqual([upsert(10_000), upsert(7, 'db1')]);
  });

  it('forgets with an inventory what was said before it, events excepted', () => {
    const batch = createFeedBatch();
    const event = { at: 1, subject: undefined, text: 'Rebooted' };
    batch.add({ kind: 'changes', at: 0, changes: [upsert(1)] });
    batch.add({ kind: 'events', events: [event] });
    batch.add({
      kind: 'tasks',
      tasks: [{ task: 't1', subject: undefined, state: 'running', share: 0, text: 'Starting' }],
    });
    batch.add(inventory([aNode('n1')], [aVm('db1')]));
    batch.add({ kind: 'changes', at: 0, changes: [upsert(2)] });
    expect(batch.inventory?.vms.map(({ name }) => name)).toEqual(['db1']);
    expect([[...batch.changes], batch.tasks, batch.events]).toEqual([[upsert(2)], [], [event]]);
  });

  it('keeps the last word about an object that goes and comes back', () => {
    const batch = createFeedBatch();
    const gone = { kind: 'vm-remove', id: aVm('web1').id } as const;
    batch.add({ kind: 'changes', at: 0, changes: [upsert(1), gone] });
    expect([...batch.changes]).toEqual([gone]);
    batch.add({ kind: 'changes', at: 0, changes: [upsert(2)] });
    expect([...batch.changes]).toEqual([upsert(2)]);
  });

  it('keeps the newest events of a flood, and counts the others', () => {
    const batch = createFeedBatch();
    const flood = Array.from({ length: 50_000 }, (_, at) => ({ at, subject: undefined, text: `event ${at}` }));
    for (let from = 0; from < flood.length; from += 700) {
      batch.add({ kind: 'events', events: flood.slice(from, from + 700) });
    }
    expect(batch.events).toEqual(flood.slice(-EVENTS_KEPT));
    expect(batch.dropped).toBe(flood.length - EVENTS_KEPT);
  });
});

describe('each kind of object', () => {
  const node = aNode('x');
  const pool = { id: poolId(endpointName('host1'), 'x'), name: 'x', parent: undefined };

  it('has a last word of its own, in the order in which they were said', () => {
    const batch = createFeedBatch();
    const words = [
      { kind: 'vm-upsert', vm: aVm('x') },
      { kind: 'node-upsert', node },
      { kind: 'pool-upsert', pool },
      { kind: 'vm-upsert', vm: aVm('y') },
    ] as const;
    batch.add({ kind: 'changes', at: 0, changes: words });
    expect([...batch.changes]).toEqual(words);
    const gone = [
      { kind: 'pool-remove', id: pool.id },
      { kind: 'vm-remove', id: aVm('x').id },
      { kind: 'node-remove', id: node.id },
    ] as const;
    batch.add({ kind: 'changes', at: 0, changes: gone });
    expect([...batch.changes]).toEqual([words[3], ...gone]);
  });

  it('of samples and tasks is the newest, and samples of a node that is gone are gone', () => {
    const batch = createFeedBatch();
    const sample = (name: string, cpu: number) => ({ node: aNode(name).id, at: 0, cpu, memory: 1 });
    const task = (name: string, text: string) =>
      ({ task: name, subject: undefined, state: 'running', share: 0, text }) as const;
    batch.add({ kind: 'node-samples', samples: [sample('a', 1), sample('b', 1), sample('c', 1)] });
    batch.add({ kind: 'node-samples', samples: [sample('a', 2)] });
    batch.add({ kind: 'tasks', tasks: [task('1', 'old'), task('2', 'x')] });
    batch.add({ kind: 'tasks', tasks: [task('1', 'new')] });
    expect(batch.nodeSamples).toEqual([sample('a', 2), sample('b', 1), sample('c', 1)]);
    expect(batch.tasks).toEqual([task('1', 'new'), task('2', 'x')]);
    batch.add({ kind: 'changes', at: 0, changes: [{ kind: 'node-remove', id: aNode('c').id }] });
    batch.add(inventory([aNode('a')], []));
    expect([batch.nodeSamples, batch.tasks]).toEqual([[sample('a', 2)], []]);
    batch.add({ kind: 'alive', at: 0 });
    expect([[...batch.changes], batch.events, batch.dropped]).toEqual([[], [], 0]);
  });

  it.each([
    [[1_000], 0],
    [[1_001], 1],
    [[1_000, 1], 1],
    [[600, 600, 600, 600], 1_400],
    [[1_500, 1_500], 2_000],
    [[2_500, 10], 1_510],
  ])('events in pieces of %j: %d are too many', (pieces, dropped) => {
    const batch = createFeedBatch();
    let at = 0;
    const all = pieces.flatMap((length) => {
      const events = Array.from({ length }, () => ({ at: at++, subject: undefined, text: 'x' }));
      batch.add({ kind: 'events', events });
      return events;
    });
    expect([batch.dropped, batch.events]).toEqual([dropped, all.slice(-1_000)]);
  });
});
