/** The SDK as the main thread sees it: orders go to its thread, its requests come back and are sent here. */
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FleetError } from '../../../errors.ts';
import type { HttpHandler } from '../http-handler.ts';
import type { Credentials, FromThread, Order, SdkResponse, SignedRequest, ToldError, ToThread } from './messages.ts';

export interface SdkClient {
  /**
   * Rejects with what the service said (an Error with the service's code as its name, `$fault` and `$metadata`), with what
   * the handler said when nothing came, or with the signal's reason.
   */
  send(order: Order, credentials: Credentials, signal: AbortSignal): Promise<unknown>;
  close(): void;
}

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly handler: HttpHandler;
  readonly signal: AbortSignal;
}

interface Thread {
  post(message: ToThread): void;
  readonly pending: Map<number, Pending>;
  /** Connections that use it: all accounts and regions share one thread, since each would take 100 MB. */
  users: number;
  /** It keeps the program alive only while somebody waits for it. */
  hold(): void;
  stop(): void;
}

let thread: Thread | undefined;
let leaving: NodeJS.Timeout | undefined;
let calls = 0;

/** A session that comes back soon need not load the SDK again. */
const LINGER_MS = 60_000;

/** In the checkout a file beside this one; in the package a file beside its chunk. */
const THREAD = import.meta.url.endsWith('.ts') ? './thread.ts' : './aws-thread.js';

function startThread(): Thread {
  const compiled = getCompileCacheDir();
  const worker = new Worker(new URL(THREAD, import.meta.url), {
    // The folder that Node has made in the one that it was given.
    workerData: { compiled: compiled === undefined ? undefined : dirname(compiled) },
    execArgv: [],
    // What the SDK has to say on the console would be written across the screen.
    stdout: true,
    stderr: true,
  });
  const pending = new Map<number, Pending>();
  const started: Thread = {
    post: (message) => worker.postMessage(message),
    pending,
    users: 0,
    hold: () => (pending.size > 0 ? worker.ref() : worker.unref()),
    stop: () => void worker.terminate(),
  };
  worker.on('message', (message: FromThread) => take(started, message));
  worker.on('error', (error) => {
    if (thread === started) thread = undefined;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  });
  // After the listeners: each of them would hold the program.
  worker.unref();
  return started;
}

function take(from: Thread, message: FromThread): void {
  const { call } = message;
  if (message.kind === 'request') {
    pass(from, call, message.request);
    return;
  }
  settle(from, call, ({ resolve, reject }) => {
    if (message.kind === 'done') resolve(message.output);
    else reject(rebuilt(message.error));
  });
}

function pass(from: Thread, call: number, request: SignedRequest): void {
  const answer = (response: SdkResponse | undefined) => from.post({ kind: 'response', call, response });
  const waiting = from.pending.get(call);
  if (!waiting) {
    answer(undefined);
    return;
  }
  waiting.handler.handle(request, waiting.signal).then(answer, (error: unknown) => {
    settle(from, call, ({ reject }) => reject(error));
    answer(undefined);
  });
}

function settle(from: Thread, call: number, then: (waiting: Pending) => void): void {
  const waiting = from.pending.get(call);
  if (!waiting) return;
  from.pending.delete(call);
  from.hold();
  then(waiting);
}

const rebuilt = ({ message, stack, ...rest }: ToldError): Error =>
  Object.assign(new Error(message), rest, stack === undefined ? {} : { stack });

function share(): Thread {
  clearTimeout(leaving);
  thread ??= startThread();
  thread.users++;
  return thread;
}

function leave(mine: Thread): void {
  mine.users--;
  if (mine.users > 0 || mine !== thread) return;
  clearTimeout(leaving);
  leaving = setTimeout(() => {
    thread = undefined;
    mine.stop();
  }, LINGER_MS).unref();
}

/** A share in the thread, which is started for the first and stopped some time after the last. */
export function openSdk(handler: HttpHandler, name: string): SdkClient {
  let open = true;
  let mine: Thread | undefined;
  return {
    send(order, credentials, signal) {
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        if (!open) throw new FleetError('host.unreachable', `the connection to ${name} was closed`, { retry: true });
        // The first time, and after it has crashed, which was told to those who waited then.
        if (mine === undefined || mine !== thread) mine = share();
        const used = mine;
        const call = ++calls;
        const give = () => settle(used, call, () => reject(signal.reason));
        signal.addEventListener('abort', give, { once: true });
        const end = (then: () => void) => {
          signal.removeEventListener('abort', give);
          then();
        };
        used.pending.set(call, {
          resolve: (output) => end(() => resolve(output)),
          reject: (error) => end(() => reject(error)),
          handler,
          signal,
        });
        used.hold();
        used.post({ kind: 'order', call, order, credentials });
      });
    },
    close() {
      if (!open) return;
      open = false;
      if (mine) leave(mine);
    },
  };
}
