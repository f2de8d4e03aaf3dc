import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mutation, mutationsOf } from './mutations.ts';

/** A change at its place. `id` is its number in the list. */
export interface Place extends Mutation {
  readonly id: number;
  readonly file: string;
  readonly line: number;
  /** The line as it stands. */
  readonly source: string;
}

/** Sources that are no product: tests, what tests are made of, and what is generated. */
const NO_PRODUCT = /\.test\.tsx?$|\/testkit|\/fixtures\/|\/registry\.ts$|built-in-themes/;

/** mulberry32: numbers from 0 to 1, the same for the same seed on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Places in the order in which they are drawn: every line of the product that can be changed is as likely as any other, and
 * comes once, with one of its changes. Without end but for the lines.
 */
export function* drawn(root: string, seed: number): Generator<Omit<Place, 'id'>> {
  const lines = globSync('src/**/*.{ts,tsx}', { cwd: root })
    .filter((file) => !NO_PRODUCT.test(file))
    .sort()
    .flatMap((file) => linesOf(file, readFileSync(join(root, file), 'utf8')));
  const random = randomFrom(seed);
  while (lines.length > 0) {
    const [changes = []] = lines.splice(Math.floor(random() * lines.length), 1);
    const one = changes[Math.floor(random() * changes.length)];
    if (one) yield one;
  }
}

/** The changes of a file, by the line in which they begin. */
function linesOf(file: string, source: string): readonly (readonly Omit<Place, 'id'>[])[] {
  const byLine = new Map<number, Omit<Place, 'id'>[]>();
  const texts = source.split('\n');
  for (const mutation of mutationsOf(source, file.endsWith('x') ? 'tsx' : 'ts')) {
    const line = source.slice(0, mutation.start).split('\n').length;
    const place = { ...mutation, file, line, source: (texts[line - 1] ?? '').trim() };
    byLine.set(line, [...(byLine.get(line) ?? []), place]);
  }
  return [...byLine.values()];
}
