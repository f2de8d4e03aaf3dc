import type { Change, Feed, Inventory, NodeSample, PlatformEvent, PlatformTask } from '../../platforms/contract.ts';

/** More are not kept in the fleet, so more need not wait for it. */
export const EVENTS_KEPT = 1000;

/**
 * What an endpoint has said and what has not landed yet. Merged per object, so that a flood of changes takes the memory of
 * the objects that it is about, however long landing takes.
 */
export interface FeedBatch {
  add(feed: Feed): void;
  /** Comes first: it replaces all that was said before it. */
  readonly inventory: Inventory | undefined;
  /** The newest of each object, oldest first. */
  readonly changes: Iterable<Change>;
  readonly nodeSamples: readonly NodeSample[];
  readonly tasks: readonly PlatformTask[];
  /** The newest of them. */
  readonly events: readonly PlatformEvent[];
  /** Events that were too many to be kept. */
  readonly dropped: number;
}

export function createFeedBatch(): FeedBatch {
  const changes = new Map<string, Change>();
  const nodeSamples = new Map<string, NodeSample>();
  const tasks = new Map<string, PlatformTask>();
  let inventory: Inventory | undefined;
  let events: PlatformEvent[] = [];
  let dropped = 0;

  return {
    add(feed) {
      switch (feed.kind) {
        case 'inventory': {
          const known = new Set<string>(feed.inventory.nodes.map(({ id }) => id));
          inventory = feed.inventory;
          changes.clear();
          tasks.clear();
          for (const node of nodeSamples.keys()) if (!known.has(node)) nodeSamples.delete(node);
          return;
        }
        case 'changes':
          for (const change of feed.changes) {
            const key = keyOf(change);
            // Behind the others: a VM may have moved to a node that came after it was first heard of.
            changes.delete(key);
            changes.set(key, change);
            // They land behind the changes, and would stay for a node that is gone.
            if (change.kind === 'node-remove') nodeSamples.delete(change.id);
          }
          return;
        case 'node-samples':
          for (const sample of feed.samples) nodeSamples.set(sample.node, sample);
          return;
        case 'tasks':
          for (const task of feed.tasks) tasks.set(task.task, task);
          return;
        case 'events':
          events.push(...feed.events.slice(-EVENTS_KEPT));
          dropped += Math.max(0, feed.events.length - EVENTS_KEPT);
          // Cut now and then only: to cut at each event would copy a thousand for one.
          if (events.length > 2 * EVENTS_KEPT) {
            dropped += events.length - EVENTS_KEPT;
            events = events.slice(-EVENTS_KEPT);
          }
          return;
        default:
      }
    },
    get inventory() {
      return inventory;
    },
    get changes() {
      return changes.values();
    },
    get nodeSamples() {
      return [...nodeSamples.values()];
    },
    get tasks() {
      return [...tasks.values()];
    },
    get events() {
      return events.slice(-EVENTS_KEPT);
    },
    get dropped() {
      return dropped + Math.max(0, events.length - EVENTS_KEPT);
    },
  };
}

function keyOf(change: Change): string {
  switch (change.kind) {
    case 'vm-upsert':
      return `vm ${change.vm.id}`;
    case 'vm-remove':
      return `vm ${change.id}`;
    case 'vm-moved':
      return `moved ${change.from}`;
    case 'node-upsert':
      return `node ${change.node.id}`;
    case 'node-remove':
      return `node ${change.id}`;
    case 'pool-upsert':
      return `pool ${change.pool.id}`;
    case 'pool-remove':
      return `pool ${change.id}`;
  }
}
