import { fileURLToPath } from 'node:url';
import { run } from '../labs/command.ts';
import type { Figures } from './figures.ts';

/** What somebody sees of the program at the far end of a slow line; ms and bytes. */
export interface SlowLinkFigures {
  readonly kilobits: number;
  readonly roundTripMs: number;
  /** One key at a time, from the key to the cursor on the next row. */
  readonly single: Figures;
  /** Thirty keys a second for five seconds: from the last one to the cursor where it ends. */
  readonly afterHeld: Figures;
  /** Bytes that the program has written and that have not arrived, at most: with single keys, and with held ones. */
  readonly queued: number;
  readonly queuedHeld: number;
  readonly bytesPerSecondIdle: number;
}

const LONGEST_MS = 300_000;
const FAR_END = fileURLToPath(new URL('./slow-link-ends.ts', import.meta.url));
const RATE = { kilobits: 64, roundTripMs: 300 };
/** A packet must fit into the bucket, or it never leaves. */
const SHAPE = `ip link set lo mtu 1500 up && tc qdisc add dev lo root tbf rate ${RATE.kilobits}kbit burst 1600 latency 1s`;

/**
 * Both ends and the line between them in a network namespace of their own. The kernel's token bucket shapes the line,
 * both ways together; half of the round trip is added at each end. Needs root.
 */
export async function measureSlowLink(program: string): Promise<SlowLinkFigures> {
  const ends = `exec ${process.execPath} ${FAR_END} ${program} ${RATE.roundTripMs / 2}`;
  const answer = await run(['unshare', '--net', 'sh', '-c', `${SHAPE} && ${ends}`], LONGEST_MS);
  return { ...RATE, ...(JSON.parse(answer) as Omit<SlowLinkFigures, keyof typeof RATE>) };
}
