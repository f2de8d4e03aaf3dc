/** Sets of CPUs and NUMA nodes as libvirt writes them: `0-3,6,^2`. */
import { refused } from '../../lib/spec-values.ts';

/** More than any host has (libvirt's own limit is 16384). */
const MOST = 16_384;

/** Ascending, each once. Throws op.refused for a text that is no such set; `what` is what it is called then. */
export function readSet(text: string, what: string): readonly number[] {
  const no = () => refused(`${what}: ${JSON.stringify(text)} is no set such as 0-3,6`);
  const members = new Set<number>();
  for (const part of text.split(',')) {
    const [, not = '', from = '', to = from] = /^\s*(\^?)(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === '' || last < first || last >= MOST) throw no();
    for (let one = first; one <= last; one++)
      if (not === '') members.add(one);
      else members.delete(one);
  }
  if (members.size === 0) throw no();
  return [...members].sort((a, b) => a - b);
}

/** The set again, in its shortest form. */
export function writeSet(members: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const one of members) {
    const run = runs.at(-1);
    if (run && one === run[1] + 1) run[1] = one;
    else runs.push([one, one]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
