import { endpointName } from '../../src/ids.ts';
import type { Connection, Context, Feed, Platform, WatchOptions } from '../../src/platforms/contract.ts';
import type { InventoryCache } from '../../src/state/fleet/inventory-cache.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { createSessions } from '../../src/state/session/sessions.ts';
import type { SessionSpec } from '../../src/state/session/spec.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, inventory } from './objects.ts';

/** One attempt to connect, whose end is up to the test. */
interface Attempt {
  readonly at: number;
  readonly endpoint: string;
  readonly context: Context;
  connect(): Promise<Link>;
  refuse(error: unknown): Promise<void>;
}

/** One link that is up. */
interface Link {
  readonly watch: WatchOptions;
  readonly closed: () => boolean;
  feed(...feeds: readonly Feed[]): void;
  end(error?: unknown): Promise<void>;
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
export const FLEET = inventory([aNode('n1', 'h1')], [aVm('a', { endpoint: 'h1' })]);
export const COMPLETE: Feed = { kind: 'complete', at: 0 };
export const ALIVE: Feed = { kind: 'alive', at: 0 };
export const CHANGES: Feed = {
  kind: 'changes',
  at: 0,
  changes: [{ kind: 'vm-upsert', vm: aVm('b', { endpoint: 'h1' }) }],
};

/** Sessions with a platform that does nothing by itself, on a clock that stands still. */
export function openLinks({
  random = 0.5,
  cache,
  givenUp,
}: {
  readonly random?: number;
  readonly cache?: InventoryCache;
  /** What the platform says when its attempt is given up; the reason, unless that is said. */
  readonly givenUp?: unknown;
} = {}) {
  const still = createTestClock();
  const waiting = new Set<() => void>();
  const clock = {
    ...still,
    after(ms: number, call: () => void) {
      const run = () => {
        waiting.delete(run);
        call();
      };
      waiting.add(run);
      const takeBack = still.after(ms, run);
      return () => {
        waiting.delete(run);
        takeBack();
      };
    },
  };
  const store = createStore(clock);
  const attempts: Attempt[] = [];
  const platform = {
    connect: (endpoint, context) =>
      new Promise<Connection>((resolve, reject) => {
        const at = clock.ticks();
        const connect = async (): Promise<Link> => {
          const started = Promise.withResolvers<WatchOptions>();
          const ended = Promise.withResolvers<void>();
          let isClosed = false;
          const connection = {
            vm: {},
            watch: (options: WatchOptions) => {
              options.signal.addEventListener('abort', () => ended.resolve());
              started.resolve(options);
              return ended.promise;
            },
            close: async () => {
              isClosed = true;
            },
          } as unknown as Connection;
          resolve(connection);
          const watch = await started.promise;
          return {
            watch,
            closed: () => isClosed,
            feed: (...feeds) => feeds.forEach(watch.sink),
            async end(error) {
              if (error === undefined) ended.resolve();
              else ended.reject(error);
              await settle();
            },
          };
        };
        const refuse = async (error: unknown) => {
          reject(error);
          await settle();
        };
        context.signal.addEventListener('abort', () => reject(givenUp ?? context.signal.reason));
        attempts.push({ at, endpoint: endpoint.name, context, connect, refuse });
      }),
  } as Platform;
  const sessions = createSessions({
    store,
    clock,
    load: async () => platform,
    wrap: (connection, { name }) => ({ ...connection, wrappedFor: name }) as Connection,
    wire: () => {},
    interest: () => [],
    random: () => random,
    cache,
  });
  const told: string[] = [];
  const spec = (name = 'h1', more: Partial<SessionSpec> = {}): SessionSpec => ({
    name: endpointName(name),
    platform: 'lab',
    address: `root@${name}`,
    everyMs: 1_000,
    silentMs: 1_000,
    enabled: true,
    resolve: async () => ({ name: endpointName(name), platform: 'lab', values: {} }),
    rejected: () => told.push(`${name} was rejected`),
    ...more,
  });
  return {
    clock,
    store,
    sessions,
    spec,
    told,
    attempts,
    /** How many calls of the clock are still to come. */
    waiting: () => waiting.size,
    last: () => attempts.at(-1) as Attempt,
    status: (name = 'h1') => {
      store.flush();
      return store.fleet.endpoints.get(endpointName(name));
    },
  };
}

/** The session of h1 with its link up and all of its fleet there. */
export async function openUp(options: Parameters<typeof openLinks>[0] = {}, more: object = {}) {
  const open = openLinks(options);
  open.sessions.open(open.spec('h1', more));
  await open.clock.pass(0);
  const link = await open.last().connect();
  link.feed(FLEET, COMPLETE);
  await open.clock.pass(0);
  return { ...open, link };
}
