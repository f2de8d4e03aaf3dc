import type { Clock } from '../../clock.ts';
import type { Change, WatchOptions } from '../contract.ts';
import { nodeChanges } from '../lib/node-changes.ts';
import { createPollLoop } from '../lib/poll-loop.ts';
import { untilEnded } from '../lib/until-ended.ts';
import type { Api } from './api.ts';
import type { Cloud } from './cloud.ts';
import { createCloudTime } from './cloud-time.ts';
import { readDetails } from './details.ts';
import { createFollower, type Follower, type News } from './follow.ts';
import type { Images } from './image/images.ts';
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

/** One project, watched: one request a tick for what has changed, whatever its size. Rejects when it no longer answers. */
export const watchCloud = (context: WatchContext, options: WatchOptions): Promise<void> =>
  untilEnded(
    options.signal,
    (inner) => watch(context, options, inner),
    () => context.onNews(() => {}),
  );

async function watch(context: WatchContext, options: WatchOptions, inner: AbortSignal): Promise<void> {
  const { cloud, clock, images, poll, figures, onNews } = context;
  const { sink, interest, everyMs } = options;
  const { endpoint } = cloud;
  const time = createCloudTime(clock);
  const pool = poolOf(cloud);

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

  function rounds(roster: Roster, follower: Follower, first: Places): (due: boolean) => Promise<void> {
    let places = first;
    let fullAt = clock.ticks() + FULL_EVERY_MS;
    let placesAt = clock.ticks() + PLACES_EVERY_MS;
    return async (due) => {
      if (due) {
        const since = clock.ticks() < fullAt ? time.since() : undefined;
        if (since === undefined) fullAt = clock.ticks() + FULL_EVERY_MS;
        await refresh(roster, since);
      }
      if (clock.ticks() >= placesAt) {
        placesAt = clock.ticks() + PLACES_EVERY_MS;
        const next = await readPlaces(poll, cloud, inner, places.kind === 'hypervisors');
        roster.move(next);
        if (emit(nodeChanges(places.nodes, next.nodes))) {
          await inSteps(roster.entries.keys(), (some) => emit(roster.redraw(some)));
        }
        places = next;
      }
      await follower.look(inner);
    };
  }

  const began = clock.ticks();
  const pages: (readonly Server[])[] = [];
  const [places] = await Promise.all([
    readPlaces(poll, cloud, inner),
    read(undefined, (servers) => void pages.push(servers)),
  ]);
  const roster = createRoster({ cloud, pool, images, clock, places });
  for (const servers of pages) roster.learn(servers, began);
  const vms = Array.from(roster.entries.values(), ({ vm }) => vm);
  const inventory = { pools: [pool], nodes: [...places.nodes.values()], vms, cloud: cloud.place };
  sink({ kind: 'inventory', at: clock.now(), inventory });

  const follower = createFollower({ api: poll, endpoint, clock, roster, sink, emit });
  const round = rounds(roster, follower, places);
  const loop = createPollLoop({ clock, signal: inner, everyMs, soonMs: () => follower.soonMs, round });
  onNews((news) => {
    follower.take(news);
    loop.wake();
  });
  const onComplete = () => sink({ kind: 'complete', at: clock.now() });
  await Promise.all([
    loop.run(),
    readDetails({ api: poll, images, clock, roster, everyMs, emit, onComplete, signal: inner }),
    sampleServers({ api: figures, clock, roster, sink, signal: inner, interest, everyMs }),
  ]);
}
