import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { endpointOf, nativeOf, vmId } from '../../ids.ts';
import type { Change, Inventory, Node, PlatformEvent, PlatformTask, WatchOptions } from '../contract.ts';
import { asRow } from '../lib/json.ts';
import { nodeChanges } from '../lib/node-changes.ts';
import { createPollLoop } from '../lib/poll-loop.ts';
import { askEach, createRechecks } from '../lib/rechecks.ts';
import { unlessRefused } from '../lib/unless-refused.ts';
import { untilEnded } from '../lib/until-ended.ts';
import type { Api } from './api.ts';
import type { Cluster } from './cluster.ts';
import { readDetails } from './details.ts';
import { pathOf } from './guest-call.ts';
import { type Guest, type Resources, readCurrent, readResources } from './guests.ts';
import type { GuestIndex } from './index-of-guests.ts';
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

const TASK_STATES = { running: 'running', well: 'done', badly: 'failed' } as const;

/** One cluster, watched: two requests a tick, whatever its size. Rejects when it no longer answers. */
export const watchCluster = (context: WatchContext, options: WatchOptions): Promise<void> =>
  untilEnded(
    options.signal,
    (inner) => watch(context, options, inner),
    () => context.onTouched(() => {}),
  );

async function watch(context: WatchContext, { sink, interest, everyMs }: WatchOptions, inner: AbortSignal) {
  const { poll, clock, cluster, index, onTouched } = context;
  const { place } = cluster;
  const roster = createRoster(place, clock);
  const sampler = createSampler(place, clock);
  const tracker = createTaskTracker();
  const touched = createRechecks(clock, TOUCHED_MS);
  let nodes: ReadonlyMap<string, Node> = new Map();
  let storages: Resources['storages'] = new Map();
  const loop = createPollLoop({
    clock,
    signal: inner,
    everyMs,
    soonMs: () => (touched.size > 0 ? TOUCHED_EVERY_MS : undefined),
    async round(due) {
      if (due) tell(await readAll());
      await askEach(touched.due(MOST_TOUCHED), inner, readGuest, (key) => emit(roster.gone(key)));
    },
  });

  const emit = (changes: readonly Change[]) => {
    if (changes.length > 0) sink({ kind: 'changes', at: clock.now(), changes });
  };
  const touch = (key: string) => {
    touched.add(key);
    roster.touch(key);
    loop.wake();
  };

  async function readAll(): Promise<{ readonly resources: Resources; readonly tasks: readonly ListedTask[] }> {
    // A login that may not see the tasks of the cluster sees the guests all the same.
    const [data, tasks = []] = await Promise.all([
      poll.get('/cluster/resources', { signal: inner, subject: cluster.name }),
      unlessRefused(poll.get('/cluster/tasks', { signal: inner, subject: cluster.name }).then(readTasks)),
    ]);
    const resources = readResources(data);
    index.learn(resources);
    storages = resources.storages;
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

  /** For callers that wait for one of them. */
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
    // before the rows: a caller that waits must hear that it failed before it looks done
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

  async function readGuest(key: string): Promise<void> {
    const guest = roster.guests.get(key)?.guest;
    if (!guest) return;
    const read = async (one: Guest) => {
      const path = `${pathOf(one)}/status/current`;
      return readCurrent(asRow(await poll.get(path, { signal: inner, subject: one.name }), one.name));
    };
    const current = await read(guest).catch(async (error: unknown) => {
      if (!(error instanceof FleetError && error.code === 'vm.not-found')) throw error;
      // it may have moved to another node since the list was read
      const { resources } = await readAll();
      const now = resources.guests.get(key);
      if (!now || now.node === guest.node) throw error;
      emit(roster.list(resources));
      return read(now);
    });
    emit(roster.learn(key, { current }));
  }

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
    isShared: (storage) => storages.get(storage),
    onComplete: () => sink({ kind: 'complete', at: clock.now() }),
  });
  await Promise.race([loop.run(), details]);
}
