/** Servers that an operation has just touched: asked themselves until they are at rest, and what was begun until its end. */
import type { Clock } from '../../clock.ts';
import { type EndpointName, nativeOf } from '../../ids.ts';
import type { Change, Sink } from '../contract.ts';
import { asRow } from '../lib/json.ts';
import { askEach, createRechecks } from '../lib/rechecks.ts';
import type { Api } from './api.ts';
import type { Roster } from './roster.ts';
import { readServer } from './servers.ts';
import { type Begun, createTaskList } from './tasks.ts';

/** What an operation tells the watch: this server is changing, and what nova calls it. */
export interface News {
  readonly server: string;
  readonly begun?: Begun;
}

export interface Follower {
  take(news: News): void;
  /** ms until it wants to look; undefined: at the next tick. */
  readonly soonMs: number | undefined;
  look(signal: AbortSignal): Promise<void>;
}

export interface FollowOptions {
  readonly api: Api;
  readonly endpoint: EndpointName;
  readonly clock: Clock;
  readonly roster: Roster;
  readonly sink: Sink;
  readonly emit: (changes: readonly Change[]) => void;
}

/** Later the polls are often enough. */
const TOUCHED_MS = 15_000;
const TOUCHED_EVERY_MS = 1_000;
const MOST_TOUCHED = 16;

export function createFollower({ api, endpoint, clock, roster, sink, emit }: FollowOptions): Follower {
  const tasks = createTaskList(api, endpoint, clock);
  const touched = createRechecks(clock, TOUCHED_MS);

  async function readServerOf(id: string, signal: AbortSignal): Promise<void> {
    const askedAt = clock.ticks();
    const body = await api.get(`/servers/${encodeURIComponent(id)}`, { signal, subject: id });
    emit(roster.learn([readServer(asRow(body['server'], id))], askedAt));
  }

  async function tellTasks(signal: AbortSignal): Promise<void> {
    const ended = await tasks.look(signal);
    if (ended.length === 0) return;
    sink({ kind: 'tasks', tasks: ended });
    const failed = ended.filter(({ state }) => state === 'failed');
    if (failed.length === 0) return;
    const at = clock.now();
    sink({ kind: 'events', events: failed.map(({ subject, text }) => ({ at, subject, text })) });
    for (const { subject, text } of failed) if (subject !== undefined) emit(roster.fail(nativeOf(subject), text));
  }

  return {
    get soonMs() {
      return touched.size > 0 ? TOUCHED_EVERY_MS : undefined;
    },
    take({ server, begun }) {
      touched.add(server);
      if (!begun) return;
      sink({ kind: 'tasks', tasks: [tasks.begin(begun)] });
      // A new try: the last word is no longer true.
      emit(roster.fail(server, undefined));
    },
    async look(signal) {
      const read = (id: string) => readServerOf(id, signal);
      await askEach(touched.due(MOST_TOUCHED), signal, read, (id) => emit(roster.gone(id)));
      if (tasks.size > 0) await tellTasks(signal);
    },
  };
}
