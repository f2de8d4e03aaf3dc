/**
 * Streams of a terminal, cut at every byte with every pause, against what was meant. Every difference is one that a person
 * would see: a key that was not pressed, or one that is missing.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { tmuxKeys, xtermAnswers } from './captures.ts';
import { createReader } from './reader.ts';
import { everything as published, type Sent } from './streams.ts';

/** Shorter and longer than the wait for an escape, as over serial lines, and as long as such lines stand still. */
const PAUSES_MS = [0, 10, 29, 45, 70, 100, 145] as const;
/** After the last byte: longer than all that anything waits for. */
const AT_LAST_MS = 60_000;
const SEED = 20_261_128;

/** What is published, and what was captured. */
let everything: readonly Sent[] = [];
beforeAll(async () => {
  const answers = await xtermAnswers();
  expect(answers).toHaveLength(11);
  everything = [...published, ...tmuxKeys(), ...answers];
});

let compared = 0;
const different: string[] = [];

function compare(pieces: readonly Buffer[], pauses: readonly number[], meant: readonly string[], escapeWait?: number) {
  const { read, pass, events } = createReader(escapeWait);
  for (const [at, piece] of pieces.entries()) {
    read(piece);
    pass(pauses[at] ?? AT_LAST_MS);
  }
  compared++;
  if (JSON.stringify(events) !== JSON.stringify(meant) && different.length < 20) {
    different.push(
      `${pieces.map((piece) => JSON.stringify(piece.toString('latin1'))).join(` | `)} (${pauses.join(', ')} ms): ` +
        `${JSON.stringify(events)}, meant ${JSON.stringify(meant)}`,
    );
  }
}

const bytesOf = (items: readonly Sent[]): Buffer => Buffer.concat(items.map(({ bytes }) => bytes));
const meantBy = (items: readonly Sent[]): readonly string[] => items.flatMap(({ meant }) => meant);

/**
 * What can be known when a sequence is cut behind its escape by more than the wait: that escape is the Esc key, which can't
 * be told from one that was pressed; all that follows is dropped, but for a paste and what does not come from a key.
 */
function meantWhenCut(items: readonly Sent[], cut: number, pause: number, escapeWait: number): readonly string[] {
  let start = 0;
  return items.flatMap(({ bytes, meant }) => {
    const at = cut - start;
    start += bytes.length;
    const isEscape = pause >= escapeWait && at === 1 && bytes.length > 1 && bytes[0] === 0x1b;
    if (!isEscape) return meant;
    const character = bytes.subarray(1).toString();
    // Alt with a character: Esc, and the character.
    if ([...character].length === 1) return ['esc', character];
    return ['esc', ...meant.filter((one) => one.startsWith('paste('))];
  });
}

function random(): () => number {
  let seed = SEED;
  return () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed / 2 ** 32;
  };
}

describe('what a terminal sends', () => {
  it('is the same keys and pastes in two pieces, wherever it is cut and however long the pause is', () => {
    const roll = random();
    const pick = () => everything[Math.floor(roll() * everything.length)] as Sent;
    for (const item of everything) {
      // What comes behind it must not be touched: a key that anybody would notice.
      for (const items of [
        [item, ...keysBehind],
        [pick(), item, pick(), ...keysBehind],
      ]) {
        const all = bytesOf(items);
        for (let cut = 1; cut < all.length; cut++) {
          const pieces = [all.subarray(0, cut), all.subarray(cut)];
          for (const pause of PAUSES_MS) {
            compare(pieces, [pause], meantWhenCut(items, cut, pause, 30));
          }
          // With a longer wait for the escape nothing is lost at all.
          compare(pieces, [145], meantBy(items), 150);
        }
      }
    }
    report();
  });

  it('is the same keys and pastes in three pieces', () => {
    for (const item of everything) {
      const items = [item, ...keysBehind];
      const all = bytesOf(items);
      for (let first = 1; first < all.length; first++) {
        for (let second = first + 1; second < all.length; second++) {
          const pieces = [all.subarray(0, first), all.subarray(first, second), all.subarray(second)];
          compare(pieces, [20, 20], meantBy(items));
          compare(pieces, [100, 100], meantBy(items), 150);
        }
      }
    }
    report();
  });

  it('is the same keys and pastes byte by byte, in long streams', () => {
    const roll = random();
    for (let round = 0; round < 400; round++) {
      const items = Array.from({ length: 12 }, () => everything[Math.floor(roll() * everything.length)] as Sent);
      const all = bytesOf(items);
      const pieces = Array.from(all, (_, at) => all.subarray(at, at + 1));
      compare(pieces, Array.from(all, () => Math.floor(roll() * 28)).slice(1), meantBy(items));
      compare(pieces, Array.from(all, () => 30 + Math.floor(roll() * 71)).slice(1), meantBy(items), 150);
    }
    report();
  });
});

const keysBehind: readonly Sent[] = [{ bytes: Buffer.from('D'), meant: ['D'] }];

function report(): void {
  console.log(`terminal input: ${compared} splits compared, ${different.length} different`);
  expect(different).toEqual([]);
}
