/** The thread of the SDK, seen from outside: started, listened to, and kept from holding the program. */
import { getCompileCacheDir } from 'node:module';
import { devNull } from 'node:os';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { HttpHandler } from '../http-handler.ts';
import type { FromThread, SdkResponse, SignedRequest, ToldError, ToThread } from './messages.ts';

/** A caller that waits for the answer to a call. */
export interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly handler: HttpHandler;
  readonly signal: AbortSignal;
}

export interface Thread {
  post(message: ToThread): void;
  readonly pending: Map<number, Pending>;
  /** Those who waited were told, and it hears nothing any more. */
  readonly crashed: () => boolean;
  /** It keeps the program alive only while a caller waits for it. */
  hold(): void;
  stop(): void;
}

/** In the checkout a file beside this one; in the package a file beside its chunk. */
const THREAD = import.meta.url.endsWith('.ts') ? './thread.ts' : './aws-thread.js';

export function startThread(): Thread {
  const compiled = getCompileCacheDir();
  const worker = new Worker(new URL(THREAD, import.meta.url), {
    // The folder that Node has made in the one that it was given.
    workerData: { compiled: compiled === undefined ? undefined : dirname(compiled) },
    execArgv: [],
    env: withoutAws(process.env),
    // What the SDK has to say on the console would be written across the screen.
    stdout: true,
    stderr: true,
  });
  const pending = new Map<number, Pending>();
  let crashed = false;
  const started: Thread = {
    crashed: () => crashed,
    post: (message) => worker.postMessage(message),
    pending,
    hold: () => (pending.size > 0 ? worker.ref() : worker.unref()),
    stop: () => void worker.terminate(),
  };
  worker.on('message', (message: FromThread) => take(started, message));
  worker.on('error', (error) => {
    crashed = true;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  });
  // After the listeners: each of them would hold the program.
  worker.unref();
  return started;
}

/** The SDK reads the files of the AWS tools otherwise than these do: all that they say is given to it with each order. */
const withoutAws = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(env).filter(([variable]) => !variable.startsWith('AWS_'))),
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
});

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

export function settle(from: Thread, call: number, then: (waiting: Pending) => void): void {
  const waiting = from.pending.get(call);
  if (!waiting) return;
  from.pending.delete(call);
  from.hold();
  then(waiting);
}

const rebuilt = ({ message, stack, ...rest }: ToldError): Error =>
  Object.assign(new Error(message), rest, stack === undefined ? {} : { stack });
