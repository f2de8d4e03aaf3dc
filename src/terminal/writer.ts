import { writeSync } from 'node:fs';
import type { Clock } from '../clock.ts';

/**
 * Writes to the terminal without ever stopping the program. Node's own tty streams block: on a stalled SSH link the
 * whole event loop would stand still until the terminal reads. Here the descriptor is non-blocking, and what the terminal
 * does not take waits; there are no threads, so nothing is written any more after `stop()`.
 */
export interface Writer {
  /** There is something new. As many calls as come while bytes are waiting make one more write. */
  wake(): void;
  /** Calls back when everything has been written, or never will be. */
  whenIdle(call: () => void): void;
  /** Bytes are waiting for the terminal. */
  isBusy(): boolean;
  /** Nothing is written any more; what the terminal has not taken yet is forgotten. */
  stop(): void;
}

export interface WriterOptions {
  /** Non-blocking; a blocking one works too, but stops the program when the terminal does. */
  readonly fd: number;
  /** Asked right before each write, so that it is never older than the wire. Empty = nothing to write. */
  readonly produce: () => string | Uint8Array;
  /** The other side is gone (EPIPE, EIO). */
  readonly onGone: () => void;
  readonly clock: Clock;
}

/** How often a full terminal is tried again. */
const RETRY_MS = 5;

export function createWriter({ fd, produce, onGone, clock }: WriterOptions): Writer {
  let waitingBytes: Uint8Array = new Uint8Array();
  let waitingCalls: (() => void)[] = [];
  let stopped = false;
  let cancelRetry: (() => void) | undefined;

  const isBusy = (): boolean => waitingBytes.length > 0;

  function wake(): void {
    if (stopped || isBusy()) return;
    for (;;) {
      const next = produce();
      waitingBytes = typeof next === 'string' ? Buffer.from(next) : next;
      if (!isBusy()) break;
      send();
      if (stopped || isBusy()) return;
    }
    settle();
  }

  function send(): void {
    try {
      while (isBusy()) waitingBytes = waitingBytes.subarray(writeSync(fd, waitingBytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN' || code === 'EINTR') cancelRetry = clock.after(RETRY_MS, retry);
      else {
        stop();
        onGone();
      }
    }
  }

  function retry(): void {
    send();
    wake();
  }

  function settle(): void {
    const calls = waitingCalls;
    waitingCalls = [];
    for (const call of calls) call();
  }

  function stop(): void {
    stopped = true;
    cancelRetry?.();
    waitingBytes = new Uint8Array();
    settle();
  }

  return {
    wake,
    stop,
    isBusy,
    whenIdle(call) {
      if (isBusy()) waitingCalls.push(call);
      else call();
    },
  };
}
