import type { Duplex } from 'node:stream';
import { systemClock } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { type Display, openDisplay } from './rfb/session.ts';

/** A connection to a display on which nothing has been said. */
export interface Link {
  readonly stream: Duplex;
  readonly password?: string;
  readonly host: string;
  readonly ca?: string;
  readonly needsTls?: boolean;
}

/** A display that does not let in within this time is given up. */
const LOGIN_MS = 15_000;

/** Rejects as `openDisplay` does, or with the signal's reason, which ends the login alone; the link is closed then. */
export async function openLink(link: Link, signal: AbortSignal): Promise<Display> {
  if (signal.aborted) {
    link.stream.destroy();
    throw signal.reason;
  }
  const giveUp = () => void link.stream.destroy(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  const late = new FleetError('op.timeout', `the display did not let drover in within ${LOGIN_MS / 1000} s`);
  const stop = systemClock.after(LOGIN_MS, () => link.stream.destroy(late));
  try {
    return await openDisplay(link.stream, { ...link, password: link.password });
  } finally {
    stop();
    signal.removeEventListener('abort', giveUp);
  }
}
