import type { Clock } from '../../clock.ts';
import { FleetError, sentence } from '../../errors.ts';
import type { Gate } from '../../gate.ts';
import type { EndpointName } from '../../ids.ts';
import type { Ask, Connection, Endpoint, Feed, Interest, Platform, WireLine } from '../../platforms/contract.ts';
import type { EndpointStatus } from '../fleet/fleet.ts';
import type { InventoryCache } from '../fleet/inventory-cache.ts';
import type { Store } from '../fleet/store.ts';

/** What a session needs to know of an endpoint. */
export interface SessionSpec {
  readonly name: EndpointName;
  readonly platform: string;
  /** Where it points, for people. */
  readonly address: string;
  readonly everyMs: number;
  readonly enabled: boolean;
  readonly readOnly?: string;
  /** Looks the secrets up; rejects with config.secret. */
  resolve(signal: AbortSignal): Promise<Endpoint>;
  /** Its login was refused: what `resolve` remembers may be out of date. */
  rejected(): void;
}

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

/** One endpoint, kept connected: connects, watches, tries again, and says how it stands. */
export interface Session {
  readonly connection: Connection | undefined;
  /** Tries at once, with somebody to ask for a password or about a host key. Ends like `ready`. */
  reconnect(ask: Ask): Promise<void>;
  /** Resolves when what the store says of the endpoint is later than this call: news have landed, or whole ticks brought none. */
  heard(signal: AbortSignal): Promise<void>;
  /** Resolves when all is known of the endpoint; rejects with the trouble of the attempt that is under way. */
  ready(): Promise<void>;
  /** To be called now and then: notices silence. */
  look(): void;
  end(): Promise<void>;
}

const CONNECT_MS = 30_000;
/** A host whose key or certificate was refused is tried again this often: no login was refused, so no account is locked. */
const TRUST_MS = 15_000;
const BACK_OFF_MS = [1_000, 1_000, 2_000, 4_000, 8_000, 15_000] as const;
/** How long a connection counts as one that is being made; what costs time at the keys is over by then. */
const HANDSHAKE_TURN_MS = 500;
/**
 * How much later than expected a feed may come before rows are called stale. A platform that is asked more rarely is one
 * whose answers take longer: half of the interval is theirs.
 */
const graceFor = (everyMs: number): number => Math.max(1_200, everyMs / 2);
const TICKS_UNTIL_SURE = 2;
const KEEP_AFTER_MS = 5_000;
const KEEP_EVERY_MS = 120_000;

/** Starts after `before`, the end of an earlier session of the same endpoint. */
export function createSession(spec: SessionSpec, options: SessionOptions, before: Promise<void>): Session {
  const { store, clock } = options;
  const controller = new AbortController();
  const { signal } = controller;
  /** Who waits for news -> how many more ticks without any will do. */
  const listeners = new Map<() => void, number>();
  let attempt = newAttempt();
  /** Ends the attempt that is under way, for one with somebody to ask. */
  let giveUp = () => {};
  /** Takes the last attempt off the session's signal. */
  let unlink = () => {};
  let connection: Connection | undefined;
  let ask: Ask = {};
  let hurry = () => {};
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

  const tell = (change: Partial<EndpointStatus>) => {
    // The name may belong to another session by now.
    if (signal.aborted) return;
    const { name, platform, address, readOnly } = status;
    const phase = change.phase ?? status.phase;
    const since = phase === status.phase ? status.since : clock.now();
    status = { name, platform, address, ...(readOnly === undefined ? {} : { readOnly }), ...change, phase, since };
    store.setEndpoint(status);
  };

  const onFeed = (feed: Feed) => {
    if (signal.aborted) return;
    heardAt = clock.now();
    heardTicks = clock.ticks();
    store.push(spec.name, feed);
    if (feed.kind === 'inventory' || (status.phase === 'up' && status.staleSince !== undefined)) tell({ phase: 'up' });
    if (feed.kind === 'complete') {
      attempt.resolve();
      keepForNextStart(KEEP_AFTER_MS);
    }
    if (listeners.size > 0) countNews(feed.kind === 'inventory' || feed.kind === 'changes');
  };

  /** A tick that was under way may have begun before; the one after it has seen what is true. */
  const countNews = (isNews: boolean) => {
    for (const [listener, ticks] of listeners) {
      if (isNews || ticks === 1) tellWhenLanded(listener);
      else listeners.set(listener, ticks - 1);
    }
  };
  const tellWhenLanded = (listener: () => void) => {
    listeners.delete(listener);
    const stop = store.subscribe(() => {
      if (!store.settled) return;
      stop();
      listener();
    });
  };

  /** Saved soon after it is whole, then now and then: at the end nobody should have to wait for it. */
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
    store.push(spec.name, { kind: 'inventory', at: last.at, inventory: last.inventory });
    tell({ phase: status.phase, ...(status.problem && { problem: status.problem }), ...keptStale() });
  };

  const connect = async (): Promise<Connection> => {
    const tooLate = new FleetError('host.unreachable', `${spec.name}: no connection within ${CONNECT_MS / 1000} s`, {
      retry: true,
    });
    // AbortSignal.any() would keep each attempt's listeners as long as the session lives: 1 kB, every few seconds.
    unlink();
    const attempted = new AbortController();
    const limited = attempted.signal;
    const end = () => attempted.abort(signal.reason);
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
    unlink = () => signal.removeEventListener('abort', end);
    const stopClock = clock.after(CONNECT_MS, () => attempted.abort(tooLate));
    giveUp = () => attempted.abort(new FleetError('op.cancelled', `${spec.name} is tried anew`));
    try {
      const platform = await options.load(spec.platform);
      const endpoint = await spec.resolve(limited);
      const context = { signal: limited, clock, wire: options.wire, ask: asking(ask, stopClock, limited) };
      return await platform.connect(endpoint, context);
    } catch (error) {
      // A login that was given up after its password was sent stays one: the time alone must not make it be tried again.
      const isLogin = error instanceof FleetError && error.code === 'auth.rejected';
      throw limited.reason === tooLate && !isLogin ? tooLate : error;
    } finally {
      stopClock();
    }
  };

  const connectAndWatch = async (): Promise<void> => {
    tell({ phase: 'connecting', ...keptStale() });
    const leave = once(await options.handshakes.enter(signal));
    // A host that is switched off answers nothing for long, and costs nothing: it must not hold up the others.
    const stopClock = clock.after(HANDSHAKE_TURN_MS, leave);
    const raw = await connect().finally(() => {
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
    let failures = 0;
    while (!signal.aborted) {
      const mine = attempt;
      try {
        await connectAndWatch();
      } catch (error) {
        mine.reject(error);
        if (signal.aborted) return;
        if (mine !== attempt && status.phase === 'connecting') continue;
        // A connection that had worked starts the back-off anew.
        failures = status.phase === 'up' ? 0 : failures + 1;
        const blocked = needsSomebody(error);
        if (error instanceof FleetError && error.code === 'auth.rejected') spec.rejected();
        tell({ phase: blocked ? 'blocked' : 'down', problem: problemOf(error), ...keptStale() });
        ask = {};
        await pause(blocked ? untilLook(error) : backOff(failures));
      }
    }
  };

  const backOff = (failures: number): number =>
    (BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] as number) * (0.8 + 0.4 * options.random());

  /** Ends after `ms`, when somebody hurries, or with the session; without `ms` only somebody can end it. */
  const pause = (ms: number | undefined): Promise<void> =>
    new Promise((resolve) => {
      const end = () => {
        stopClock();
        signal.removeEventListener('abort', end);
        hurry = () => {};
        resolve();
      };
      const stopClock = ms === undefined ? () => {} : clock.after(ms, end);
      hurry = end;
      signal.addEventListener('abort', end, { once: true });
    });

  const ended = spec.enabled ? before.then(run) : before;
  if (spec.enabled) void showLastSeen();
  else attempt.reject(new FleetError('op.refused', `${spec.name} is disabled`));

  return {
    get connection() {
      return connection;
    },
    reconnect(somebody) {
      if (status.phase === 'up') return attempt.promise;
      attempt = newAttempt();
      ask = somebody;
      giveUp();
      hurry();
      return attempt.promise;
    },
    heard: (giveUp) =>
      new Promise((resolve, reject) => {
        giveUp.throwIfAborted();
        const stop = () => {
          listeners.delete(done);
          reject(giveUp.reason);
        };
        const done = () => {
          giveUp.removeEventListener('abort', stop);
          resolve();
        };
        listeners.set(done, TICKS_UNTIL_SURE);
        giveUp.addEventListener('abort', stop, { once: true });
      }),
    ready: () => attempt.promise,
    look() {
      if (status.phase !== 'up' || status.staleSince !== undefined) return;
      if (clock.ticks() - heardTicks > spec.everyMs + graceFor(spec.everyMs)) tell(keptStale());
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
  // Only commands and whoever asked for it wait for its end.
  attempt.promise.catch(() => {});
  return attempt;
}

/** Trying again by itself would not help, or would lock an account. */
function needsSomebody(error: unknown): boolean {
  return (
    error instanceof FleetError && !error.retry && error.code !== 'host.unreachable' && error.code !== 'op.timeout'
  );
}

const untilLook = (error: unknown): number | undefined =>
  error instanceof FleetError && error.code.startsWith('trust.') ? TRUST_MS : undefined;

function problemOf(error: unknown): NonNullable<EndpointStatus['problem']> {
  if (!(error instanceof FleetError)) return { code: 'bug', message: sentence(error) };
  return { code: error.code, message: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) };
}

/** A user who is asked may think as long as they like; the question is void once the attempt has ended. */
function asking(ask: Ask, stopClock: () => void, until: AbortSignal): Ask {
  const { trust, secret } = ask;
  const patiently =
    <Argument, Answer>(question: (argument: Argument, until: AbortSignal) => Promise<Answer>) =>
    (argument: Argument) => {
      stopClock();
      return question(argument, until);
    };
  return { ...(trust && { trust: patiently(trust) }), ...(secret && { secret: patiently(secret) }) };
}
