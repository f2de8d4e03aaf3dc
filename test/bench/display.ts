import { fileURLToPath } from 'node:url';
import { run } from '../labs/command.ts';
import type { Figures } from './figures.ts';

/** What a guest's display costs that scrolls at full speed, in a terminal of 120x40. */
export interface DisplayRun {
  /** From nothing to its first picture on a terminal, and to the server's first byte on the same way. */
  readonly attachMs: Figures;
  readonly plainMs: Figures;
  /** From a key to the picture that shows that the guest has read it. */
  readonly keyToPixelMs: Figures;
  /** What comes of the VNC server, and what goes to the terminal. */
  readonly vncBytesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly picturesPerSecond: number;
  /** Of one core; the decoding threads are in it. */
  readonly cpuShare: number;
  readonly largestPicture: number;
  /** Bytes on their way to the terminal, at most. */
  readonly mostQueued: number;
}

export interface DisplayFigures {
  readonly kilobits: number;
  readonly roundTripMs: number;
  readonly near: DisplayRun;
  /** The terminal, or the VNC server, at the far end of a slow line. */
  readonly terminalFar: DisplayRun;
  readonly vncFar: DisplayRun;
}

/** MB after garbage was collected, every half minute. */
export interface MemorySample {
  readonly minute: number;
  readonly rss: number;
  readonly heap: number;
  /** Of the system for the heap. */
  readonly reserved: number;
  /** The part of that for what is young, which grows in steps with what is thrown away, up to a limit. Of measurements since it is known. */
  readonly young?: number;
  /** Of buffers: pictures and what is packed in the pieces that came. */
  readonly buffers: number;
}

const ENDS = fileURLToPath(new URL('./display-ends.ts', import.meta.url));
const RATE = { kilobits: 128, roundTripMs: 300 };
/** A packet must fit into the bucket, or it never leaves. */
const SHAPE = `ip link set lo mtu 1500 up && tc qdisc add dev lo root tbf rate ${RATE.kilobits}kbit burst 1600 latency 1s`;
const NEAR = 'ip link set lo up';
const LONGEST_MS = 20 * 60_000;

/** Both ends run in a network namespace of their own; half of the round trip is added at each. */
const ends = async <T>(line: string, ...args: readonly (string | number)[]): Promise<T> => {
  const node = `exec ${process.execPath} --expose-gc ${ENDS} ${args.join(' ')}`;
  return JSON.parse(await run(['unshare', '--net', 'sh', '-c', `${line} && ${node}`], LONGEST_MS)) as T;
};

/** Needs root, QEMU, busybox, cpio and a kernel in /boot. */
export async function measureDisplay(tell: (line: string) => void): Promise<DisplayFigures> {
  tell('  near …');
  const near = await ends<DisplayRun>(NEAR, 'none', 0);
  tell('  with the terminal far away …');
  const terminalFar = await ends<DisplayRun>(SHAPE, 'terminal', RATE.roundTripMs / 2);
  tell('  with the VNC server far away …');
  const vncFar = await ends<DisplayRun>(SHAPE, 'vnc', RATE.roundTripMs / 2);
  return { ...RATE, near, terminalFar, vncFar };
}

export const measureDisplayMemory = (minutes: number): Promise<readonly MemorySample[]> =>
  ends(NEAR, 'none', 0, minutes);
