import type { Duplex } from 'node:stream';
import type { Clock } from '../../../clock.ts';
import type { FleetError } from '../../../errors.ts';
import { encodeFrame, type Frame, KEEPALIVE_PROGRAM, MESSAGE, STATUS } from './frame.ts';

/**
 * Gives the link up when the daemon says nothing for ten seconds, not even to a ping. Its silence is counted in checks and
 * not in time: after ctrl-Z the clock has jumped, but what the daemon said meanwhile is in the socket and will be read
 * before the next check.
 */
export interface Keepalive {
  /** The daemon has sent something. */
  heard(): void;
  /** A frame of the keepalive program: a ping is answered. */
  receive(frame: Frame): void;
  /** Resolves when the daemon has read all that was sent before; rejects with the link. */
  ping(): Promise<void>;
  /** From now on it may be silent so long: while it writes what it was sent to a slow disk it reads no ping. */
  expectSilence(ms: number): void;
  /** The link is gone: pings under way fail with the reason. */
  stop(reason: FleetError): void;
}

export interface KeepaliveOptions {
  readonly link: Duplex;
  readonly clock: Clock;
  readonly send: (frame: Buffer) => void;
  readonly onDead: (why: string) => void;
}

const CHECK_MS = 2_500;
/** Checks without a byte from the daemon until it is pinged, and until it is given up. */
const PING_AFTER = 2;
const DEAD_AFTER = 4;
const PING = 1;
const PONG = 2;

export function createKeepalive({ link, clock, send, onDead }: KeepaliveOptions): Keepalive {
  let silentChecks = 0;
  let deadAfter = DEAD_AFTER;
  let ended: FleetError | undefined;
  let stop = clock.after(CHECK_MS, check);
  /** Pings without an answer: the daemon answers in their order. */
  const pings: { readonly answered: () => void; readonly lost: (reason: FleetError) => void }[] = [];
  function ping(): Promise<void> {
    if (ended) return Promise.reject(ended);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    pings.push({ answered: resolve, lost: reject });
    send(message(PING));
    return promise;
  }
  function check(): void {
    // While we don't read, since what a stream brought is not taken, the silence is ours.
    silentChecks = link.isPaused() ? 0 : silentChecks + 1;
    if (silentChecks === PING_AFTER) ping().catch(() => undefined);
    if (silentChecks >= deadAfter) onDead(`no answer for ${(deadAfter * CHECK_MS) / 1000} s`);
    else stop = clock.after(CHECK_MS, check);
  }

  return {
    heard() {
      silentChecks = 0;
    },
    receive({ procedure }) {
      if (procedure === PING) send(message(PONG));
      if (procedure === PONG) pings.shift()?.answered();
    },
    ping,
    expectSilence(ms) {
      deadAfter = Math.ceil(ms / CHECK_MS);
    },
    stop(reason) {
      ended = reason;
      stop();
      for (const { lost } of pings.splice(0)) lost(reason);
    },
  };
}

const message = (procedure: number): Buffer =>
  encodeFrame({ program: KEEPALIVE_PROGRAM, procedure, type: MESSAGE.event, serial: 0, status: STATUS.ok });
