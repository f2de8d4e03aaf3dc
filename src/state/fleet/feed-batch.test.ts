import { describe, expect, it } from 'vitest';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
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
