import { type Clock, createNap } from '../../clock.ts';
import type { Change, WatchOptions } from '../contract.ts';
import type { Api } from './api.ts';
import type { Cloud } from './cloud.ts';
import { createCloudTime } from './cloud-time.ts';
import { readDetails } from './details.ts';
import { createFollower, type Follower, type News } from './follow.ts';
import type { Images } from './images.ts';
import { inSteps } from './in-steps.ts';
import { type Places, poolOf, readPlaces } from './places.ts';
import { createRoster, type Roster } from './roster.ts';
import { sampleServers } from './sampler.ts';
import { listServers } from './server-list.ts';
import type { Server } from './servers.ts';

export interface WatchContext {
  readonly cloud: Cloud;
  readonly clock: Clock;
  readonly images: Images;
  readonly poll: Api;
  readonly figures: Api;
  readonly onNews: (listen: (news: News) => void) => void;
}

/** What asking for changes can't see (a row that was taken out of the database) is found by the whole list. */
const FULL_EVERY_MS = 5 * 60_000;
const PLACES_EVERY_MS = 60_000;
const SHORTEST_PAUSE_MS = 200;

/** One project, watched: one request a tick for what has changed, whatever its size. Rejects when it no longer answers. */
export async function watchCloud(context: WatchContext, options: WatchOptions): Promise<void> {
  const { cloud, clock, images, poll, figures, onNews } = context;
  const { sink, signal, interest, everyMs } = options;
  const { endpoint } = cloud;
  const ending = new AbortController();
  const inner = AbortSignal.any([signal, ending.signal]);
  const time = createCloudTime(clock);
  const pool = poolOf(cloud);
  /** The pause between polls; an operation of this connection ends it early. */
  const nap = createNap(clock, inner);

  const emit = (changes: readonly Change[]): boolean => {
    if (changes.length > 0) sink({ kind: 'changes', at: clock.now(), changes });
    return changes.length > 0;
  };

  /** `learn` is called with each page. `since` undefined: the whole list, whose ids are the answer. */
  async function read(since: number | undefined, learn: (servers: readonly Server[], askedAt: number) => void) {
    const { allProjects } = cloud.address;
    const ids = new Set<string>();
    const about = { subject: cloud.name, allProjects, signal: inner, onTime: time.noteNow };
    const options = { ...about, ...(since === undefined ? {} : { since }) };
    let askedAt = clock.ticks();
    for await (const servers of listServers(poll, options)) {
      time.note(servers);
      for (const { id } of servers) ids.add(id);
      learn(servers, askedAt);
      askedAt = clock.ticks();
    }
    return ids;
  }

  async function refresh(roster: Roster, since: number | undefined): Promise<void> {
    let news = false;
    const tell = (changes: readonly Change[]) => {
      news = emit(changes) || news;
    };
    const ids = await read(since, (servers, askedAt) => tell(roster.learn(servers, askedAt)));
    if (since === undefined) tell(roster.keep(ids));
    if (!news) sink({ kind: 'alive', at: clock.now() });
  }

  async function ticks(roster: Roster, follower: Follower, first: Places): Promise<never> {
    let places = first;
    let dueAt = clock.ticks() + everyMs();
    let fullAt = clock.ticks() + FULL_EVERY_MS;
    let placesAt = clock.ticks() + PLACES_EVERY_MS;
    for (;;) {
      const pause = follower.everyMs ?? Number.POSITIVE_INFINITY;
      await nap.sleep(Math.max(SHORTEST_PAUSE_MS, Math.min(pause, dueAt - clock.ticks())));
      if (clock.ticks() >= dueAt) {
        dueAt = clock.ticks() + everyMs();
        const since = clock.ticks() < fullAt ? time.since() : undefined;
        if (since === undefined) fullAt = clock.ticks() + FULL_EVERY_MS;
        await refresh(roster, since);
      }
      if (clock.ticks() >= placesAt) {
        placesAt = clock.ticks() + PLACES_EVERY_MS;
        const next = await readPlaces(poll, cloud, inner, places.kind === 'hypervisors');
        roster.move(next);
        if (emit(nodeChanges(places, next))) {
          await inSteps(roster.entries.keys(), (some) => emit(roster.redraw(some)));
        }
        places = next;
      }
      await follower.look(inner);
    }
  }

  try {
    const began = clock.ticks();
    const pages: (readonly Server[])[] = [];
    const [places] = await Promise.all([
      readPlaces(poll, cloud, inner),
      read(undefined, (servers) => void pages.push(servers)),
    ]);
    const roster = createRoster({ cloud, pool, images, clock, places });
    for (const servers of pages) roster.learn(servers, began);
    const vms = Array.from(roster.entries.values(), ({ vm }) => vm);
    const inventory = { pools: [pool], nodes: [...places.nodes.values()], vms };
    sink({ kind: 'inventory', at: clock.now(), inventory });

    const follower = createFollower({ api: poll, endpoint, clock, roster, sink, emit });
    onNews((news) => {
      follower.take(news);
      nap.wake();
    });
    const onComplete = () => sink({ kind: 'complete', at: clock.now() });
    await Promise.all([
      ticks(roster, follower, places),
      readDetails({ api: poll, images, clock, roster, everyMs, emit, onComplete, signal: inner }),
      sampleServers({ api: figures, clock, roster, sink, signal: inner, interest, everyMs }),
    ]);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  } finally {
    onNews(() => {});
    ending.abort();
  }
}

function nodeChanges({ nodes: before }: Places, { nodes: now }: Places): readonly Change[] {
  const changes: Change[] = [];
  for (const [id, node] of now) {
    if (JSON.stringify(before.get(id)) !== JSON.stringify(node)) changes.push({ kind: 'node-upsert', node });
  }
  for (const id of before.keys()) if (!now.has(id)) changes.push({ kind: 'node-remove', id });
  return changes;
}
