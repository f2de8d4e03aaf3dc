import type { Clock } from '../../clock.ts';
import {
  type EndpointName,
  endpointOf,
  type Id,
  type NodeId,
  type OwnerId,
  type PoolId,
  type VmId,
} from '../../ids.ts';
import type {
  Change,
  Feed,
  Inventory,
  ListedKind,
  Node,
  ObjectKind,
  ObjectOf,
  PlatformEvent,
  Pool,
  Vm,
} from '../../platforms/contract.ts';
import type { Scanned } from '../templates/template.ts';
import { createFeedBatch, EVENTS_KEPT, type FeedBatch } from './feed-batch.ts';
import { type EndpointStatus, type Fleet, type Grouping, isAnother } from './fleet.ts';
import { createLanding } from './landing.ts';
import { createListings, type Listing } from './listings.ts';
import { createPlatformTasks } from './platform-tasks.ts';
import { createNodeSamples, createVmSamples } from './samples.ts';
import { createVmIndex } from './vm-index.ts';

/** Changes are seen at once by a human's measure; samples wait for each other, so that a hundred hosts are one repaint. */
const CHANGES_LAND_AFTER_MS = 30;
const SAMPLES_LAND_AFTER_MS = 250;
/** The user waits for it in front of an empty screen. Those that arrive together still land together. */
const INVENTORY_LANDS_AFTER_MS = 5;
/** A large inventory takes many steps: drawing after each of them would cost more than the steps. */
const NOTIFIES_EVERY_MS = 50;
const ITEMS_PER_LOOK_AT_THE_CLOCK = 256;

/** What is measured of VMs and of nodes. */
export type Measured = Extract<Feed, { readonly kind: 'samples' | 'node-samples' }>;

/** The one writer of the fleet: what is pushed lands later, in order, in steps of a few milliseconds. */
export interface Store {
  readonly fleet: Fleet;
  /** From a platform's watch. */
  push(endpoint: EndpointName, feed: Feed): void;
  setEndpoint(status: EndpointStatus): void;
  /** Takes the endpoint away with everything below it. */
  removeEndpoint(name: EndpointName): void;
  setGrouping(grouping: Grouping): void;
  setLibrary(library: Scanned): void;
  /** What was read under a VM; seen at once. */
  setListing<K extends ListedKind>(kind: K, under: OwnerId, listing: Listing<K>): void;
  /** What has landed of an endpoint, as the platform would have to report it again. */
  inventoryOf(endpoint: EndpointName): Inventory;
  /** Called after each landing, and now and then during a long one. Answers how to stop it. */
  subscribe(listener: () => void): () => void;
  /** Called with a VM as it was before its state changed, while that lands; not for one that is new or goes. Answers how to stop it. */
  followStates(listener: (before: Vm) => void): () => void;
  /** True when nothing waits to land. */
  readonly settled: boolean;
  /** Lands everything now; for tests and for commands that end. */
  flush(): void;
}

/** `measured` gets what was measured when it comes; its columns are the platform's again when that returns. */
export function createStore(clock: Clock, measured?: (endpoint: EndpointName, feed: Measured) => void): Store {
  const endpoints = new Map<EndpointName, EndpointStatus>();
  const pools = new Map<PoolId, Pool>();
  const nodes = new Map<NodeId, Node>();
  const index = createVmIndex();
  const samples = createVmSamples();
  const nodeSamples = createNodeSamples();
  const platformTasks = createPlatformTasks();
  const listings = createListings();
  const listeners = new Set<() => void>();
  const stateListeners = new Set<(before: Vm) => void>();
  let events: readonly PlatformEvent[] = [];
  let grouping: Grouping = { pools: [], placeOf: new Map(), notes: new Map() };
  let library: Scanned = { groups: [], templates: [], problems: [] };
  let version = 0;
  let landedAt = clock.now();
  let shape = 0;

  /** Former ids of VMs that came to another endpoint. */
  const moved = new Map<VmId, VmId>();
  const movedTo = (id: VmId): VmId | undefined => {
    const next = moved.get(id);
    return next === undefined ? undefined : (movedTo(next) ?? next);
  };
  /** Names of VMs that are gone; the oldest are forgotten first. */
  const gone = new Map<VmId, string>();
  const remember = (id: VmId) => {
    const name = index.get(id)?.name;
    if (name !== undefined) gone.set(id, name);
    const [oldest] = gone.size > EVENTS_KEPT ? gone.keys() : [];
    if (oldest !== undefined) gone.delete(oldest);
  };

  let notifiedAt = Number.NEGATIVE_INFINITY;

  const landing = createLanding(clock, (goesOn) => {
    index.settle();
    version++;
    landedAt = clock.now();
    if (goesOn && clock.ticks() - notifiedAt < NOTIFIES_EVERY_MS) return;
    notifiedAt = clock.ticks();
    for (const listener of listeners) listener();
  });

  /** True when a row came, went, moved or changed its name. */
  const apply = (change: Change): boolean => {
    switch (change.kind) {
      case 'vm-upsert': {
        const before = index.vms.get(change.vm.id);
        if (before === undefined) samples.arrive(change.vm.id);
        const isOther = before !== undefined && isAnother(before, change.vm);
        if (isOther) {
          remember(change.vm.id);
          listings.forget(change.vm.id);
        }
        // From `running`, and from what lies between, as `stopping`.
        const isOff = change.vm.state === 'stopped' || change.vm.state === 'suspended';
        if (isOther || (isOff && before?.state !== change.vm.state)) samples.forget(change.vm.id);
        if (before !== undefined && !isOther && before.state !== change.vm.state)
          for (const listener of stateListeners) listener(before);
        return index.upsert(change.vm);
      }
      case 'vm-moved': {
        const { from, to } = change;
        samples.move(from, to);
        moved.delete(to);
        moved.set(from, to);
        events = events.map((event) => (event.subject === from ? { ...event, subject: to } : event));
        return true;
      }
      case 'vm-remove':
        samples.leave(change.id);
        listings.forget(change.id);
        remember(change.id);
        return index.remove(change.id);
      case 'node-upsert': {
        const known = nodes.get(change.node.id);
        nodes.set(change.node.id, change.node);
        return known?.name !== change.node.name || known.pool !== change.node.pool;
      }
      case 'node-remove':
        nodeSamples.forget(change.id);
        return nodes.delete(change.id);
      case 'pool-upsert':
        pools.set(change.pool.id, change.pool);
        return true;
      case 'pool-remove':
        return pools.delete(change.id);
    }
  };

  function* applyAll(changes: Iterable<Change>): Generator<undefined, void> {
    let done = 0;
    for (const change of changes) {
      if (apply(change)) shape++;
      if (++done % ITEMS_PER_LOOK_AT_THE_CLOCK === 0) yield;
    }
  }

  /** What is known of an endpoint and not in `here`, as the changes that take it away. */
  function* removals(endpoint: EndpointName, here: Here): Generator<Change, void> {
    const isGone = (id: string, there: ReadonlySet<string>) => id.startsWith(`${endpoint}/`) && !there.has(id);
    for (const id of [...index.ofEndpoint(endpoint)]) if (!here.vms.has(id)) yield { kind: 'vm-remove', id };
    for (const id of [...nodes.keys()]) if (isGone(id, here.nodes)) yield { kind: 'node-remove', id };
    for (const id of [...pools.keys()]) if (isGone(id, here.pools)) yield { kind: 'pool-remove', id };
  }

  function* applyInventory(endpoint: EndpointName, inventory: Inventory): Generator<undefined, void> {
    // A server that was restarted may give old names to new tasks. What is still true is reported again.
    platformTasks.forget(endpoint);
    index.setCloud(endpoint, inventory.cloud);
    const here: Here = { pools: new Set(), nodes: new Set(), vms: new Set() };
    yield* applyAll(upserts(inventory, here));
    yield* applyAll(removals(endpoint, here));
  }

  /** What has been pushed and has not begun to land. */
  const waiting = new Map<EndpointName, FeedBatch>();

  function* applyBatch(endpoint: EndpointName, batch: FeedBatch): Generator<undefined, void> {
    if (waiting.get(endpoint) === batch) waiting.delete(endpoint);
    if (batch.inventory) yield* applyInventory(endpoint, batch.inventory);
    yield* applyAll(batch.changes);
    nodeSamples.land(batch.nodeSamples);
    if (batch.tasks.length > 0) platformTasks.land(endpoint, batch.tasks);
    if (batch.events.length === 0) return;
    const { dropped } = batch;
    const flood = dropped > 0 ? [floodEvent(endpoint, dropped, clock.now())] : [];
    events = [...events, ...batch.events, ...flood].slice(-EVENTS_KEPT);
    const status = endpoints.get(endpoint);
    if (dropped > 0 && status)
      endpoints.set(endpoint, { ...status, droppedEvents: (status.droppedEvents ?? 0) + dropped });
  }

  const enqueue = (work: () => Iterable<undefined>, afterMs: number) =>
    landing.enqueue(() => work()[Symbol.iterator](), afterMs);
  /** A change that is made in one go. */
  const enqueueOne = (change: () => void) =>
    enqueue(() => {
      change();
      return [];
    }, CHANGES_LAND_AFTER_MS);

  const listed = (kind: ObjectKind) => (id: never) => listings.get(kind as ListedKind, id);
  /** What is watched; all other kinds are listed. */
  const find: { readonly [K in ObjectKind]?: (id: Id<K>) => ObjectOf<K> | undefined } = {
    pool: (id) => pools.get(id),
    node: (id) => nodes.get(id),
    vm: index.get,
    endpoint: (id) => (endpoints.has(id) ? { id, name: id } : undefined),
  };

  const fleet: Fleet = {
    endpoints,
    pools,
    nodes,
    vms: index.vms,
    find: (kind, id) => (find[kind] ?? listed(kind))(id as never) as ObjectOf<typeof kind> | undefined,
    listings,
    samples,
    nodeSamples,
    vmsBelow: index.below,
    placeAmongSiblings: index.placeAmongSiblings,
    counts: index.counts,
    vmStorage: index.storage,
    get grouping() {
      return grouping;
    },
    get library() {
      return library;
    },
    get events() {
      return events;
    },
    movedTo,
    nameOf: (id) => index.get(id as VmId)?.name ?? nodes.get(id as NodeId)?.name ?? gone.get(id as VmId),
    platformTasks,
    get version() {
      return version;
    },
    get landedAt() {
      return landedAt;
    },
    get shape() {
      return shape;
    },
  };

  return {
    fleet,
    push(endpoint, feed) {
      if (feed.kind === 'alive' || feed.kind === 'complete') return;
      // The columns are the platform's again when this returns. They are copied now; listeners are called later.
      if (feed.kind === 'samples') {
        samples.land(feed.block);
        measured?.(endpoint, feed);
      } else if (feed.kind === 'node-samples') measured?.(endpoint, feed);
      const afterMs = LANDS_AFTER_MS[feed.kind];
      const open = waiting.get(endpoint);
      const batch = open ?? createFeedBatch();
      batch.add(feed);
      if (open) return landing.expedite(afterMs);
      waiting.set(endpoint, batch);
      enqueue(() => applyBatch(endpoint, batch), afterMs);
    },
    setEndpoint: (status) =>
      enqueueOne(() => {
        const before = endpoints.get(status.name);
        if (!before) shape++;
        // Counted here, and of no interest to the session that says the rest.
        const { droppedEvents } = before?.since === status.since ? before : {};
        endpoints.set(status.name, droppedEvents === undefined ? status : { ...status, droppedEvents });
      }),
    removeEndpoint(name) {
      // What comes from now on is of another session, and lands behind the removal.
      waiting.delete(name);
      enqueue(function* () {
        endpoints.delete(name);
        listings.forgetEndpoint(name);
        platformTasks.forget(name);
        shape++;
        yield* applyAll(removals(name, NOTHING_HERE));
        index.setCloud(name, undefined);
      }, CHANGES_LAND_AFTER_MS);
    },
    setGrouping: (next) =>
      enqueueOne(() => {
        grouping = next;
        shape++;
      }),
    setLibrary: (next) =>
      enqueueOne(() => {
        library = next;
        shape++;
      }),
    setListing(kind, under, listing) {
      listings.put(kind, under, listing);
      version++;
      for (const listener of listeners) listener();
    },
    inventoryOf(endpoint) {
      const ofEndpoint = ({ id }: { readonly id: string }) => id.startsWith(`${endpoint}/`);
      const cloud = index.cloudOf(endpoint);
      return {
        pools: [...pools.values()].filter(ofEndpoint),
        nodes: [...nodes.values()].filter(ofEndpoint),
        vms: Array.from(index.ofEndpoint(endpoint), index.get).filter((vm) => vm !== undefined),
        ...(cloud !== undefined && { cloud }),
      };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    followStates(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    get settled() {
      return landing.settled;
    },
    flush: landing.flush,
  };
}

const LANDS_AFTER_MS = {
  inventory: INVENTORY_LANDS_AFTER_MS,
  changes: CHANGES_LAND_AFTER_MS,
  events: CHANGES_LAND_AFTER_MS,
  tasks: CHANGES_LAND_AFTER_MS,
  samples: SAMPLES_LAND_AFTER_MS,
  'node-samples': SAMPLES_LAND_AFTER_MS,
} as const satisfies Partial<Record<Feed['kind'], number>>;

interface Here {
  readonly pools: Set<string>;
  readonly nodes: Set<string>;
  readonly vms: Set<string>;
}
const NOTHING_HERE: Here = { pools: new Set(), nodes: new Set(), vms: new Set() };

/** An inventory as changes; `here` is filled with the ids on the way. */
function* upserts(inventory: Inventory, here: Here): Generator<Change, void> {
  for (const pool of inventory.pools) {
    here.pools.add(pool.id);
    yield { kind: 'pool-upsert', pool };
  }
  for (const node of inventory.nodes) {
    here.nodes.add(node.id);
    yield { kind: 'node-upsert', node };
  }
  for (const vm of inventory.vms) {
    here.vms.add(vm.id);
    yield { kind: 'vm-upsert', vm };
  }
}

const floodEvent = (endpoint: EndpointName, dropped: number, at: number): PlatformEvent => ({
  at,
  subject: undefined,
  text: `${endpoint} sent more events than can be shown: ${dropped} were dropped`,
});

/** The status of the endpoint that an object belongs to. */
export const endpointStatusOf = (fleet: Fleet, id: Id): EndpointStatus | undefined =>
  fleet.endpoints.get(endpointOf(id));
