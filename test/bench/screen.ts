import { setTimeout as pause } from 'node:timers/promises';
import { type Figures, figuresOf } from './figures.ts';
import { holdKey } from './held-key.ts';
import { openTimed, type TimedTerminal } from './timed-terminal.ts';
import { usageOf } from './usage.ts';

/** A full-screen program that is measured, and the keys that mean the same in each. */
export interface Subject {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** The program's own first frame: title, key bar, perhaps no content yet. */
  readonly isFrame: (screen: string) => boolean;
  /** Rows with figures in them. */
  readonly isWhole: (screen: string) => boolean;
  readonly down: string;
  readonly up: string;
  /** To the last row that is shown, so that the next `down` scrolls. */
  readonly toBottom: string;
  readonly quit: string;
}

export interface ScreenFigures {
  readonly name: string;
  /** From the start of the process to the first character, the first frame, and the first rows with figures; ms. */
  readonly firstInk: Figures;
  readonly firstFrame: Figures;
  readonly firstRows: Figures;
  readonly move: KeyFigures;
  readonly scroll: KeyFigures;
  /** Thirty keys a second, as a held key sends them; ms from each key to the next paint. */
  readonly held: Figures;
  readonly idle: IdleFigures;
  /** From the key to the end of the process; ms. */
  readonly quit: Figures;
}

/** One key at a time, between two ticks. */
export interface KeyFigures {
  readonly ms: Figures;
  /** Of the first answer. */
  readonly bytes: Figures;
  /** Of what follows it when the keys pause: the details. */
  readonly after: Figures;
  /** Reads that the first answer took; one when it was one write. */
  readonly reads: Figures;
}

export interface IdleFigures {
  readonly bytesPerTick: Figures;
  readonly readsPerTick: Figures;
  readonly bytesPerSecond: number;
  readonly cpuPercent: number;
  readonly memoryMb: number;
}

const SIZE = { columns: 120, rows: 40 } as const;
const STARTS = 9;
const KEYS = 40;
const HELD_KEYS = 90;
const IDLE_MS = 10_000;
/** Chunks closer than this are one paint. */
const PAINT_MS = 12;
/** Details come this long after the last key at most. */
const FOLLOW_MS = 180;
/** Keys between two ticks of a second. */
const KEYS_PER_TICK = 3;
const KEY_TIMEOUT_MS = 2_000;

export async function measureScreen(subject: Subject): Promise<ScreenFigures> {
  const starts: number[][] = [];
  const ends: number[] = [];
  for (let run = 1; run < STARTS; run++) {
    const { terminal, ms } = await start(subject);
    starts.push(ms);
    ends.push(await end(terminal, subject));
  }
  const { terminal, ms } = await start(subject);
  starts.push(ms);
  await pause(3_000); // what is loaded behind the first frame
  const move = await measureKeys(terminal, [subject.down, subject.up]);
  terminal.type(subject.toBottom);
  await pause(500);
  const scroll = await measureKeys(terminal, [subject.down]);
  const held = await holdKey(terminal, subject.down, HELD_KEYS);
  await pause(500);
  const idle = await measureIdle(terminal);
  ends.push(await end(terminal, subject));
  return {
    name: subject.name,
    firstInk: figuresOf(starts.map(([ink = Number.NaN]) => ink)),
    firstFrame: figuresOf(starts.map(([, frame = Number.NaN]) => frame)),
    firstRows: figuresOf(starts.map(([, , rows = Number.NaN]) => rows)),
    move,
    scroll,
    held,
    idle,
    quit: figuresOf(ends),
  };
}

async function start({ argv, env, isFrame, isWhole }: Subject): Promise<{ terminal: TimedTerminal; ms: number[] }> {
  const terminal = openTimed(argv, { ...SIZE, ...(env && { env }) });
  const marks = [(screen: string) => screen.trim() !== '', isFrame, isWhole];
  const seen = await Promise.all(marks.map((isThere) => terminal.when(isThere)));
  return { terminal, ms: seen.map((at) => at - terminal.startedAt) };
}

async function end(terminal: TimedTerminal, { quit }: Subject): Promise<number> {
  await terminal.quiet(60);
  const pressedAt = performance.now();
  terminal.type(quit);
  await terminal.exit;
  const took = performance.now() - pressedAt;
  terminal.close();
  return took;
}

/** Bytes and reads of the paint that begins at this chunk. */
function paintFrom(terminal: TimedTerminal, first: number): { bytes: number; reads: number; next: number } {
  let bytes = 0;
  let at = first;
  let last = terminal.chunks[first]?.at ?? 0;
  for (; at < terminal.chunks.length; at++) {
    const chunk = terminal.chunks[at];
    if (!chunk || chunk.at - last > PAINT_MS) break;
    bytes += chunk.bytes;
    last = chunk.at;
  }
  return { bytes, reads: at - first, next: at };
}

/** A few keys after each tick, one after the other and round again, so that no tick is taken for an answer. */
async function measureKeys(terminal: TimedTerminal, keys: readonly string[]): Promise<KeyFigures> {
  const ms: number[] = [];
  const bytes: number[] = [];
  const after: number[] = [];
  const reads: number[] = [];
  while (ms.length < KEYS) {
    await terminal.next();
    await terminal.quiet(60);
    for (let i = 0; i < KEYS_PER_TICK; i++) {
      const before = terminal.chunks.length;
      const pressedAt = performance.now();
      terminal.type(keys[ms.length % keys.length] ?? '');
      const first = await terminal.next(KEY_TIMEOUT_MS);
      await pause(FOLLOW_MS);
      const answer = paintFrom(terminal, before);
      ms.push(first.at - pressedAt);
      bytes.push(answer.bytes);
      reads.push(answer.reads);
      after.push(terminal.chunks.slice(answer.next).reduce((sum, chunk) => sum + chunk.bytes, 0));
    }
  }
  return { ms: figuresOf(ms), bytes: figuresOf(bytes), after: figuresOf(after), reads: figuresOf(reads) };
}

async function measureIdle(terminal: TimedTerminal): Promise<IdleFigures> {
  const first = terminal.chunks.length;
  const before = usageOf(terminal.pid);
  const startedAt = performance.now();
  await pause(IDLE_MS);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = usageOf(terminal.pid);
  const paints: { bytes: number; reads: number }[] = [];
  for (let at = first; at < terminal.chunks.length; ) {
    const paint = paintFrom(terminal, at);
    paints.push(paint);
    at = paint.next;
  }
  return {
    bytesPerTick: figuresOf(paints.map(({ bytes }) => bytes)),
    readsPerTick: figuresOf(paints.map(({ reads }) => reads)),
    bytesPerSecond: Math.round(paints.reduce((sum, { bytes }) => sum + bytes, 0) / seconds),
    cpuPercent: Number(((after.cpuMs - before.cpuMs) / seconds / 10).toFixed(1)),
    memoryMb: Math.round(after.memory / 1024 ** 2),
  };
}
