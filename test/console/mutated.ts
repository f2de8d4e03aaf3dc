import { readFileSync } from 'node:fs';

const CAPTURES = ['vim', 'tmux', 'busybox'];

export const captures = (): readonly Buffer[] =>
  CAPTURES.map((name) => readFileSync(new URL(`captures/${name}.bin`, import.meta.url)));

/** Numbers from 0 to 1 that are the same in each run (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What terminals have had trouble with. */
const HOSTILE = [
  '\x1b[2147483647b',
  '\x1b[99999;99999H',
  '\x1b[2147483647L',
  '\x1b[500S\x1b[500T',
  '\x1b]52;c;QUFB\x07',
  '\x1b]2;title\x1b\\',
  '\x1b[c\x1b[>c\x1b[6n\x1b[21t',
  '\x1bP$qm\x1b\\',
  '\x1bPq#0;2;0;0;0~~@@',
  '\x1b_Ga=T;AAAA\x1b\\',
  '\x1b[?1049h',
  '\x1bc',
  '\u0301'.repeat(300),
  '\u202e漢字👩\u200d👧\ufe0f',
  '\x1b[38;2;1;2;3;48;5;4m',
  '\x1b[3;1r\x1b[?6h',
  `\x1b[${'1;'.repeat(500)}m`,
];

/** Bytes changed, left out, repeated and put in, at some forty places. */
export function mutated(bytes: Buffer, random: () => number): Buffer {
  let pieces = Buffer.from(bytes);
  for (let times = 0; times < 40; times++) {
    const at = Math.floor(random() * pieces.length);
    const length = Math.floor(random() * 40);
    const put = (between: Buffer, behind = at) =>
      Buffer.concat([pieces.subarray(0, at), between, pieces.subarray(behind)]);
    const kind = random();
    if (kind < 0.3) pieces[at] = Math.floor(random() * 256);
    else if (kind < 0.45) pieces = put(Buffer.alloc(0), at + length);
    else if (kind < 0.6) pieces = put(pieces.subarray(at, at + length));
    else pieces = put(Buffer.from(HOSTILE[Math.floor(random() * HOSTILE.length)] ?? ''));
  }
  return pieces;
}
