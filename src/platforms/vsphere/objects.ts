/** What the server has told of each object, and where it hangs in the inventory's tree. */

import type { XmlElement } from '../transport/xml.ts';
import type { ObjectUpdate } from './collector.ts';
import type { MoRef } from './soap/envelope.ts';

export interface Known {
  readonly ref: MoRef;
  /** Path -> value, as its text. */
  readonly values: Map<string, string>;
}

/** By the value of their reference, which a server gives only once. */
export type Objects = ReadonlyMap<string, Known>;

/** Takes the values over; the paths of those that are other ones than before. */
export function learn({ values }: Known, changes: ReadonlyMap<string, XmlElement | undefined>): readonly string[] {
  const news: string[] = [];
  for (const [path, value] of changes) {
    if (values.get(path) === value?.text) continue;
    news.push(path);
    if (value === undefined) values.delete(path);
    else values.set(path, value.text);
  }
  return news;
}

export function forget({ values }: Known, paths: readonly string[]): readonly string[] {
  for (const path of paths) values.delete(path);
  return paths;
}

export const knownFrom = ({ ref, changes }: ObjectUpdate): Known => {
  const known: Known = { ref, values: new Map() };
  learn(known, changes);
  return known;
};

/** Deeper than any inventory: parents that point at each other end here. */
const HIGHEST = 64;

/** The next object above that is of one of the types. */
export function above(objects: Objects, from: Known, ...types: readonly string[]): Known | undefined {
  let at: Known | undefined = from;
  for (let step = 0; step < HIGHEST; step++) {
    at = objects.get(at?.values.get('parent') ?? '');
    if (!at || types.includes(at.ref.type)) return at;
  }
  return undefined;
}

export function numberIn({ values }: Known, path: string): number {
  const text = values.get(path);
  return text === undefined || text === '' ? Number.NaN : Number(text);
}
