import { readFileSync } from 'node:fs';

/** A true answer, as it came over the wire. */
export const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
