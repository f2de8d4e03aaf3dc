import { type Clock, createNap } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { endpointOf, nativeOf, vmId } from '../../ids.ts';
import type { Change, Inventory, Node, PlatformEvent, PlatformTask, WatchOptions } from '../contract.ts';
import type { Api } from './api.ts';
import type { Cluster } from './cluster.ts';
import { readDetails } from './details.ts';
import { pathOf } from './guest-call.ts';
import { type Resources, readCurrent, readResources } from './guests.ts';
import type { GuestIndex } from './index-of-guests.ts';
import { asRow } from './json.ts';
import { createRoster } from './roster.ts';
import { createSampler } from './sampler.ts';
import { createTaskTracker, type TaskNews } from './task-news.ts';
import { type ListedTask, readTasks } from './tasks.ts';

export interface WatchContext {
  readonly poll: Api;
  readonly details: Api;
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly index: GuestIndex;
  /** Called with the id of a guest that an operation has just changed. */
  readonly onTouched: (listen: (key: string) => void) => void;
}

/** After a change a guest is asked itself for this long: the list of the cluster is late by up to ten seconds. */
const TOUCHED_MS = 15_000;
const TOUCHED_EVERY_MS = 1_000;
const MOST_TOUCHED = 16;
const SHORTEST_PAUSE_MS = 200;

const TASK_STATES = { running: 'running', well: 'done', badly: 'failed' } as const;

/** One cluster, watched: two requests a tick, whatever its size. Rejects when it no longer answers. */
export async function watchCluster(context: WatchContext, { sink, signal, interest, everyMs }: WatchOptions) {
  const { poll, clock, cluster, index, onTouched } = context;
  const { place } = cluster;
  const ending = new AbortController();
  const inner = AbortSignal.any([signal, ending.signal]);
  const roster = createRoster(place, clock);
  const sampler = createSampler(place, clock);
  const tracker = createTaskTracker();
  const touched = new Map<string, number>();
  let nodes: ReadonlyMap<string, Node> = new Map();
  /** The pause between polls; an operation of this connection ends it early. */
  const nap = createNap(clock, inner);

  const emit = (changes: readonly Change[]) => {
    if (changes.length > 0) sink({ kind: 'changes', at: clock.now(), changes });
  };
  const touch = (key: string) => {
    touched.set(key, clock.ticks() + TOUCHED_MS);
    roster.touch(key);
    nap.wake();
  };

  async function readAll(): Promise<{ readonly resources: Resources; readonly tasks: readonly ListedTask[] }> {
    const [data, tasks] = await Promise.all([
      poll.get('/cluster/resources', { signal: inner, subject: cluster.name }),
      poll.get('/cluster/tasks', { signal: inner, subject: cluster.name }).then(readTasks, unlessForbidden),
    ]);
    const resources = readResources(data);
    index.learn(resources);
    return { resources, tasks };
  }

  function tell({ resources, tasks }: Awaited<ReturnType<typeof readAll>>): void {
    const next = cluster.nodesOf(resources);
    emit([...nodeChanges(nodes, next), ...roster.list(resources)]);
    nodes = next;
    tellTasks(tasks);
    for (const feed of sampler.feeds(roster, resources, everyMs())) sink(feed);
  }

  const keyOf = ({ vmid }: TaskNews): string | undefined =>
    vmid === undefined ? undefined : [`qemu/${vmid}`, `lxc/${vmid}`].find((one) => roster.guests.has(one));
  const subjectOf = (key: string | undefined) => (key === undefined ? undefined : vmId(place.endpoint, key));

  /** For whoever waits for one of them. */
  function tellStates(news: readonly TaskNews[]): void {
    const tasks = news.map((one): PlatformTask => {
      const { upid, word, text, outcome } = one;
      const subject = subjectOf(keyOf(one));
      return { task: upid, subject, state: TASK_STATES[outcome], share: Number.NaN, text: text ?? word };
    });
    if (tasks.length > 0) sink({ kind: 'tasks', tasks });
  }

  function tellTasks(tasks: readonly ListedTask[]): void {
    const events: PlatformEvent[] = [];
    const news = tracker.look(tasks);
    // before the rows: whoever waits must hear that it failed before it looks done
    tellStates(news);
    for (const one of news) {
      const { text, outcome } = one;
      const key = keyOf(one);
      const subject = subjectOf(key);
      if (text !== undefined) events.push({ at: clock.now(), subject, text });
      if (key === undefined) continue;
      emit(roster.learn(key, { failure: outcome === 'badly' && text !== undefined ? text : null }));
      touch(key);
    }
    if (events.length > 0) sink({ kind: 'events', events });
  }

  async function readTouched(): Promise<void> {
    const now = clock.ticks();
    for (const [key, until] of touched) if (until < now) touched.delete(key);
    await Promise.all(
      [...touched.keys()].slice(0, MOST_TOUCHED).map(async (key) => {
        const guest = roster.guests.get(key)?.guest;
        if (!guest) return;
        try {
          const path = `${pathOf(guest)}/status/current`;
          const current = readCurrent(asRow(await poll.get(path, { signal: inner, subject: guest.name }), guest.name));
          emit(roster.learn(key, { current }));
        } catch (error) {
          if (!(error instanceof FleetError) || inner.aborted) throw error;
          // Any other trouble with one guest is not the link's: the list will tell.
          if (error.code === 'vm.not-found') emit(roster.gone(key));
        }
      }),
    );
  }

  async function ticks(): Promise<never> {
    let dueAt = clock.ticks() + everyMs();
    for (;;) {
      const pause = touched.size > 0 ? TOUCHED_EVERY_MS : Number.POSITIVE_INFINITY;
      await nap.sleep(Math.max(SHORTEST_PAUSE_MS, Math.min(pause, dueAt - clock.ticks())));
      if (clock.ticks() >= dueAt) {
        dueAt = clock.ticks() + everyMs();
        tell(await readAll());
      }
      await readTouched();
    }
  }

  try {
    const first = await readAll();
    nodes = cluster.nodesOf(first.resources);
    roster.list(first.resources);
    const inventory: Inventory = { pools: cluster.pools, nodes: [...nodes.values()], vms: roster.rows() };
    sink({ kind: 'inventory', at: clock.now(), inventory });
    onTouched(touch);
    tellStates(tracker.begin(first.tasks));
    for (const feed of sampler.feeds(roster, first.resources, everyMs())) sink(feed);
    const details = readDetails({
      api: context.details,
      clock,
      signal: inner,
      roster,
      emit,
      seen: () => interest().flatMap((id) => (endpointOf(id) === place.endpoint ? [nativeOf(id)] : [])),
      onlineNodes: () => [...nodes.values()].flatMap(({ name, state }) => (state === 'up' ? [name] : [])),
      onComplete: () => sink({ kind: 'complete', at: clock.now() }),
    });
    await Promise.race([ticks(), details]);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  } finally {
    onTouched(() => {});
    ending.abort();
  }
}

/** Who may not see the tasks of the cluster sees the guests all the same. */
function unlessForbidden(error: unknown): readonly ListedTask[] {
  if (error instanceof FleetError && error.code === 'auth.forbidden') return [];
  throw error;
}

function nodeChanges(before: ReadonlyMap<string, Node>, now: ReadonlyMap<string, Node>): readonly Change[] {
  const changes: Change[] = [];
  for (const [name, node] of now) {
    const old = before.get(name);
    if (!old || old.state !== node.state || old.cpus !== node.cpus || old.memory !== node.memory) {
      changes.push({ kind: 'node-upsert', node });
    }
  }
  for (const [name, { id }] of before) if (!now.has(name)) changes.push({ kind: 'node-remove', id });
  return changes;
}
