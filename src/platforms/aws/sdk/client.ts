/** The SDK as the main thread sees it: orders go to its thread, its requests come back and are sent here. */
import { FleetError } from '../../../errors.ts';
import type { HttpHandler } from '../http-handler.ts';
import type { Credentials, Order } from './messages.ts';
import { settle, startThread, type Thread } from './thread-host.ts';

export interface SdkClient {
  /**
   * Rejects with what the service said (an Error with the service's code as its name, `$fault` and `$metadata`), with what
   * the handler said when nothing came, or with the signal's reason.
   */
  send(order: Order, credentials: Credentials, signal: AbortSignal): Promise<unknown>;
  close(): void;
}

/** All accounts and regions share one thread, since each would take 100 MB. */
interface Shared {
  readonly thread: Thread;
  users: number;
}

let shared: Shared | undefined;
let leaving: NodeJS.Timeout | undefined;
let calls = 0;

/** A session that comes back soon need not load the SDK again. */
const LINGER_MS = 60_000;

function share(): Shared {
  clearTimeout(leaving);
  if (!shared || shared.thread.crashed()) shared = { thread: startThread(), users: 0 };
  shared.users++;
  return shared;
}

function leave(mine: Shared): void {
  mine.users--;
  if (mine.users > 0 || mine !== shared) return;
  clearTimeout(leaving);
  leaving = setTimeout(() => {
    shared = undefined;
    mine.thread.stop();
  }, LINGER_MS).unref();
}

/** A share in the thread, which is started for the first and stopped some time after the last. */
export function openSdk(handler: HttpHandler, name: string): SdkClient {
  let open = true;
  let mine: Shared | undefined;
  return {
    send(order, credentials, signal) {
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        if (!open) throw new FleetError('host.unreachable', `the connection to ${name} was closed`, { retry: true });
        if (mine === undefined || mine.thread.crashed()) mine = share();
        const { thread } = mine;
        const call = ++calls;
        const give = () => settle(thread, call, () => reject(signal.reason));
        signal.addEventListener('abort', give, { once: true });
        const end = (then: () => void) => {
          signal.removeEventListener('abort', give);
          then();
        };
        thread.pending.set(call, {
          resolve: (output) => end(() => resolve(output)),
          reject: (error) => end(() => reject(error)),
          handler,
          signal,
        });
        thread.hold();
        thread.post({ kind: 'order', call, order, credentials });
      });
    },
    close() {
      if (!open) return;
      open = false;
      if (mine) leave(mine);
    },
  };
}
