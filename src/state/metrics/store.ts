/** The metrics on the disk, as the program sees them: orders go to the thread of the database, and nothing waits for it. */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { History, HistoryRange } from '../../platforms/contract.ts';
import type { FromThread, Order } from './messages.ts';
import type { MetricLimits, MinuteBlock, SeriesKey } from './points.ts';

export interface MetricStore {
  /** Written soon. Never rejects: why nothing can be kept is reported once in a run. */
  add(block: MinuteBlock): void;
  /** Rejects with op.failed, which names the file, or with the signal's reason. */
  read(key: SeriesKey, range: HistoryRange, signal: AbortSignal): Promise<History>;
  /** Makes means of hours and days, and keeps the file within these bounds. As `add`. */
  tidy(limits: MetricLimits): void;
  /** Resolves when nothing waits to be written, or the disk has not answered for two seconds. */
  written(): Promise<void>;
  /** Whether something was written or read: the thread is there. */
  readonly isRunning: boolean;
  /** As `written`; then the file is closed. */
  close(): Promise<void>;
}

export interface MetricStoreOptions {
  /** `…/metrics.db`. */
  readonly file: string;
  readonly clock: Clock;
  /** Called once, with the sentence why nothing is kept. */
  readonly trouble: (message: string) => void;
  readonly start?: (file: string) => Thread;
}

/** What is used of a Worker. */
export interface Thread {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: FromThread) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

interface Pending {
  readonly resolve: (history: History | undefined) => void;
  readonly reject: (error: unknown) => void;
}

const WRITE_DEADLINE_MS = 2_000;
/** Orders that wait for a disk that hangs: minutes of 100,000 VMs, or hours of a few. */
const MOST_WAITING = 1_000;

/** In the checkout a file beside this one; in the package a file beside its chunk. */
const THREAD = import.meta.url.endsWith('.ts') ? './thread.ts' : './metrics-thread.js';

/** That SQLite is an experiment of Node's would be written across the screen. */
const startThread = (file: string): Thread =>
  new Worker(new URL(THREAD, import.meta.url), { workerData: { file }, execArgv: [], stdout: true, stderr: true });

/** The thread is started by the first order: a run of a few seconds has none. */
export function createMetricStore({ file, clock, trouble, start = startThread }: MetricStoreOptions): MetricStore {
  const pending = new Map<number, Pending>();
  let calls = 0;
  let thread: Thread | undefined;
  /** Why the thread is not there any more. */
  let gone: Error | undefined;
  let hasComplained = false;

  const hold = (running: Thread) => (pending.size > 0 ? running.ref() : running.unref());

  const settle = (call: number, then: (waiting: Pending) => void) => {
    const waiting = pending.get(call);
    if (!waiting) return;
    pending.delete(call);
    if (thread) hold(thread);
    then(waiting);
  };

  const started = (): Thread => {
    if (gone) throw gone;
    if (thread) return thread;
    const fresh = start(file);
    fresh.on('message', (message) =>
      settle(message.call, ({ resolve, reject }) => {
        if (message.kind === 'done') resolve(message.history);
        else reject(rebuilt(message));
      }),
    );
    fresh.on('error', (error) => {
      gone = error;
      for (const call of [...pending.keys()]) settle(call, ({ reject }) => reject(error));
    });
    thread = fresh;
    return fresh;
  };

  const order = (what: Order, signal?: AbortSignal): Promise<History | undefined> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (pending.size >= MOST_WAITING)
        throw new FleetError('op.failed', `${file} does not answer; no metrics are kept`);
      const running = started();
      const call = ++calls;
      const giveUp = () => settle(call, () => reject(signal?.reason));
      signal?.addEventListener('abort', giveUp, { once: true });
      const end = (then: () => void) => {
        signal?.removeEventListener('abort', giveUp);
        then();
      };
      pending.set(call, {
        resolve: (history) => end(() => resolve(history)),
        reject: (error) => end(() => reject(error)),
      });
      hold(running);
      running.postMessage({ ...what, call });
    });

  /** What was given to be written and is not answered yet. */
  const writing = new Set<Promise<void>>();
  const write = (what: Order): void => {
    const answered = order(what).then(
      () => undefined,
      (error: unknown) => {
        if (!hasComplained) trouble(complaint(error));
        hasComplained = true;
      },
    );
    writing.add(answered);
    void answered.then(() => writing.delete(answered));
  };

  const written = async (): Promise<void> => {
    if (writing.size === 0) return;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const takeBack = clock.after(WRITE_DEADLINE_MS, resolve);
    await Promise.race([Promise.all(writing), late]);
    takeBack();
  };

  return {
    add: (block) => write({ kind: 'add', block }),
    async read(key, range, signal) {
      const history = await order({ kind: 'read', key, range, now: clock.now() }, signal);
      if (!history) throw new Error('the thread of the metrics answered a read without rows');
      return history;
    },
    tidy: (limits) => write({ kind: 'tidy', now: clock.now(), limits }),
    written,
    get isRunning() {
      return thread !== undefined && gone === undefined;
    },
    async close() {
      if (thread && !gone) {
        write({ kind: 'close' });
        await written();
      }
      gone ??= new FleetError('op.cancelled', 'drover ends');
      await thread?.terminate();
    },
  };
}

const rebuilt = ({ isKnown, message, fix, stack }: Extract<FromThread, { kind: 'failed' }>): Error =>
  isKnown
    ? new FleetError('op.failed', message, fix === undefined ? {} : { fix })
    : Object.assign(new Error(message), stack === undefined ? {} : { stack });

const complaint = (error: unknown): string => {
  if (!(error instanceof FleetError)) return `no metrics are kept: ${error instanceof Error ? error.message : error}`;
  return error.fix === undefined ? error.message : `${error.message}: ${error.fix}`;
};
