import type { Clock } from '../../clock.ts';
import { FleetError, sentence } from '../../errors.ts';
import type { Gate } from '../../gate.ts';
import type { Ask, Connection, Feed, Interest, Platform, Vm, WireLine } from '../../platforms/contract.ts';
import type { EndpointStatus } from '../fleet/fleet.ts';
import type { InventoryCache } from '../fleet/inventory-cache.ts';
import type { Store } from '../fleet/store.ts';
import { createConnector } from './connector.ts';
import { createFeedLimit } from './limited-feed.ts';
import { createNextFeed } from './next-feed.ts';
import { createRetry, needsUser } from './retry.ts';
import type { SessionSpec } from './spec.ts';

export interface SessionOptions {
  readonly store: Store;
  readonly clock: Clock;
  load(platform: string): Promise<Platform>;
  /** Puts the wrappers around a new connection. */
  wrap(connection: Connection, spec: SessionSpec): Connection;
  readonly wire: (line: WireLine) => void;
  readonly interest: Interest;
  /** 0..1, for the jitter of the back-off. */
  readonly random: () => number;
  /** Shown until the endpoint answers, and kept for the next start; a command line has no use for it. */
  readonly cache: InventoryCache | undefined;
  /** Handshakes of all sessions. */
  readonly handshakes: Gate;
}

/** One endpoint, kept connected: connects, watches, retries, and reports its state. */
export interface Session {
  readonly connection: Connection | undefined;
  /** Tries at once, with a user to ask for a password or about a host key. Ends like `ready`. */
  reconnect(ask: Ask): Promise<void>;
  /** Resolves when the endpoint's state in the store is later than this call: an update landed, or whole ticks had none. */
  heard(signal: AbortSignal): Promise<void>;
  /** Its VMs that the filter of the endpoint leaves out, as far as they are known. */
  hidden(): readonly Vm[];
  /** Resolves when all is known of the endpoint; rejects with the trouble of the attempt that is under way. */
  ready(): Promise<void>;
  /** To be called now and then: notices silence. */
  look(): void;
  end(): Promise<void>;
}

/** How long a connection counts as one that is being made; what costs time at the keys is over by then. */
const HANDSHAKE_TURN_MS = 500;
/**
 * How much later than expected a feed may come before rows are called stale. A platform that is asked more rarely is one
 * whose answers take longer: half of the interval is theirs.
 */
const graceFor = (everyMs: number): number => Math.max(1_200, everyMs / 2);
const KEEP_AFTER_MS = 5_000;
const KEEP_EVERY_MS = 120_000;

/** Starts after `before`, the end of an earlier session of the same endpoint. */
export function createSession(spec: SessionSpec, options: SessionOptions, before: Promise<void>): Session {
  const { store, clock } = options;
  const controller = new AbortController();
  const { signal } = controller;
  const connector = createConnector({ ...options, spec, signal });
  const retry = createRetry({ ...options, signal });
  const nextFeed = createNextFeed(store);
  let attempt = newAttempt();
  let connection: Connection | undefined;
  let ask: Ask = {};
  let heardAt: number | undefined;
  let heardTicks = 0;
  let stopKeeping = () => {};
  let status: EndpointStatus = {
    name: spec.name,
    platform: spec.platform,
    address: spec.address,
    phase: 'idle',
    since: clock.now(),
    ...(spec.readOnly === undefined ? {} : { readOnly: spec.readOnly }),
  };
  store.setEndpoint(status);

  const setStatus = (change: Partial<EndpointStatus>) => {
    // The name may belong to another session by now.
    if (signal.aborted) return;
    const { name, platform, address, readOnly } = status;
    const phase = change.phase ?? status.phase;
    const since = phase === status.phase ? status.since : clock.now();
    status = { name, platform, address, ...(readOnly === undefined ? {} : { readOnly }), ...change, phase, since };
    store.setEndpoint(status);
  };

  const limit = spec.shows && createFeedLimit(spec.shows);
  const push = (feed: Feed) => store.push(spec.name, limit?.limited(feed) ?? feed);

  const onFeed = (feed: Feed) => {
    if (signal.aborted) return;
    heardAt = clock.now();
    heardTicks = clock.ticks();
    push(feed);
    if (feed.kind === 'inventory' || (status.phase === 'up' && status.staleSince !== undefined))
      setStatus({ phase: 'up' });
    if (feed.kind === 'complete') {
      attempt.resolve();
      keepForNextStart(KEEP_AFTER_MS);
    }
    nextFeed.onFeed(feed);
  };

  /** Saved soon after it is whole, then now and then: so that closing does not wait for it. */
  const keepForNextStart = (afterMs: number) => {
    stopKeeping();
    if (!options.cache || signal.aborted) return;
    stopKeeping = clock.after(afterMs, () => {
      void keep().then(() => keepForNextStart(KEEP_EVERY_MS));
    });
  };
  const keep = async () => {
    if (status.phase !== 'up' || heardAt === undefined) return;
    await options.cache?.write(spec, { at: heardAt, inventory: store.inventoryOf(spec.name) });
  };

  const showLastSeen = async () => {
    const last = await options.cache?.read(spec);
    if (!last || heardAt !== undefined || signal.aborted) return;
    heardAt = last.at;
    push({ kind: 'inventory', at: last.at, inventory: last.inventory });
    setStatus({ phase: status.phase, ...(status.problem && { problem: status.problem }), ...keptStale() });
  };

  const connectAndWatch = async (): Promise<void> => {
    setStatus({ phase: 'connecting', ...keptStale() });
    const leave = once(await options.handshakes.enter(signal));
    // A host that is switched off answers nothing for long, and costs nothing: it must not hold up the others.
    const stopClock = clock.after(HANDSHAKE_TURN_MS, leave);
    const raw = await connector.connect(ask).finally(() => {
      stopClock();
      leave();
    });
    connection = options.wrap(raw, spec);
    heardTicks = clock.ticks();
    try {
      await raw.watch({ sink: onFeed, signal, interest: options.interest, everyMs: () => spec.everyMs });
    } finally {
      connection = undefined;
      await raw.close();
    }
    throw new FleetError('host.unreachable', `${spec.name} ended the connection`, { retry: true });
  };

  /** What is shown of it is out of date from when it was last heard of. */
  const keptStale = () => (heardAt === undefined ? {} : { staleSince: status.staleSince ?? heardAt });

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const mine = attempt;
      try {
        await connectAndWatch();
      } catch (error) {
        mine.reject(error);
        if (signal.aborted) return;
        if (mine !== attempt && status.phase === 'connecting') continue;
        const hadWorked = status.phase === 'up';
        if (error instanceof FleetError && error.code === 'auth.rejected') spec.rejected();
        setStatus({ phase: needsUser(error) ? 'blocked' : 'down', problem: problemOf(error), ...keptStale() });
        ask = {};
        await retry.after(error, hadWorked);
      }
    }
  };

  const ended = spec.enabled ? before.then(run) : before;
  if (spec.enabled) void showLastSeen();
  else attempt.reject(new FleetError('op.refused', `${spec.name} is disabled`));

  return {
    get connection() {
      return connection;
    },
    reconnect(asked) {
      if (status.phase === 'up') return attempt.promise;
      attempt = newAttempt();
      ask = asked;
      connector.cancel();
      retry.now();
      return attempt.promise;
    },
    heard: nextFeed.wait,
    ready: () => attempt.promise,
    hidden: () => [...(limit?.hidden.values() ?? [])],
    look() {
      if (status.phase !== 'up' || status.staleSince !== undefined) return;
      if (clock.ticks() - heardTicks > spec.silentMs + graceFor(spec.everyMs)) setStatus(keptStale());
    },
    async end() {
      controller.abort(new FleetError('op.cancelled', `${spec.name} is closed`));
      stopKeeping();
      await ended;
    },
  };
}

function once(call: () => void): () => void {
  let called = false;
  return () => {
    if (!called) call();
    called = true;
  };
}

function newAttempt(): PromiseWithResolvers<void> {
  const attempt = Promise.withResolvers<void>();
  // Only commands, and a reconnect that was asked for, wait for its end.
  attempt.promise.catch(() => {});
  return attempt;
}

function problemOf(error: unknown): NonNullable<EndpointStatus['problem']> {
  if (!(error instanceof FleetError)) return { code: 'bug', message: sentence(error) };
  return { code: error.code, message: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) };
}
