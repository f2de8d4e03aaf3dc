import type { Duplex } from 'node:stream';
import type { Clock } from '../../../clock.ts';
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
  stop(): void;
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
  let stop = clock.after(CHECK_MS, check);
  function check(): void {
    // While we don't read, since what a stream brought is not taken, the silence is ours.
    silentChecks = link.isPaused() ? 0 : silentChecks + 1;
    if (silentChecks === PING_AFTER) send(message(PING));
    if (silentChecks >= DEAD_AFTER) onDead(`no answer for ${(DEAD_AFTER * CHECK_MS) / 1000} s`);
    else stop = clock.after(CHECK_MS, check);
  }

  return {
    heard() {
      silentChecks = 0;
    },
    receive({ procedure }) {
      if (procedure === PING) send(message(PONG));
    },
    stop: () => stop(),
  };
}

const message = (procedure: number): Buffer =>
  encodeFrame({ program: KEEPALIVE_PROGRAM, procedure, type: MESSAGE.event, serial: 0, status: STATUS.ok });
