/**
 * Small texts of odd YAML as PyYAML reads them: what both take must be the same. Where only one of them takes a text nothing
 * wrong is read: drover accepts tabs and a few forms more, and refuses `!!binary` and a quoted word that ends further left.
 */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { FleetError } from '../../../src/errors.ts';
import { isMapping, type Value } from '../../../src/platforms/user-files/value.ts';
import { readYaml } from '../../../src/platforms/user-files/yaml.ts';
import { askPython, pythonWith } from '../python.ts';
import { createChances } from '../random.ts';

const COUNT = 6_000;
const own = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const LINES = [
  ...['a: 1', 'b:', '  c: x', '  d: "q\\"r"', "  e: 'it''s'", '- x', '  - y', '- z: 1', 'f: |', '  text', '    more'],
  ...['g: >', '  fold', 'h: {i: 1, j: [2, 3]}', 'k: &k v', 'l: *k', 'm: &m {n: 1}', 'o: {<<: *m}', '  <<: *m', '# c'],
  ...['', '---', '...', 'p: a # b', 'p: a#b', 'q: a: b', 'r: "multi', '  line"', 's: [a,', '  b]', '? v', ': w'],
  ...[
    'x: !!str 1',
    'y: ! 2',
    'z: @a',
    'bb: %c',
    'cc: "\\u00fc\\x41"',
    'dd: "\\q"',
    'ee: a b',
    '  more words',
    'gg: - a',
  ],
  ...['hh: ~', 'ii: "a" b', 'kk: {a, b: }', 'll: a, b', 'verify: no', 'verify: "no"', 'oo: >-', 'ww: http://x/#y', '-'],
  ...['- - a', 'yy: !!int 3', 'ss: &a', 'tt: 2001-01-01', 'vv: a :b', '"q k": 1', '1: x', 'yes: x', 'rr: *nope'],
];

it(`reads ${COUNT} small texts as PyYAML does`, async () => {
  const by = createChances(20_260_503);
  const text = () => {
    const lines = Array.from({ length: 1 + Math.floor(by.next() * 4) }, () => by.pick(LINES));
    return lines.join('\n') + by.pick(['', '\n']);
  };
  const texts = Array.from({ length: COUNT }, text);
  const python = await pythonWith(own('requirements.txt'));
  const answers = await askPython<{ value?: unknown }[]>(python, own('ask-pyyaml.py'), { texts });
  const counts = { same: 0, refusedByBoth: 0, onlyHere: 0, onlyThere: 0 };
  const differing: unknown[] = [];
  for (const [index, one] of texts.entries()) {
    const there = answers[index] ?? {};
    const here = await readYaml('file', one).then(
      (value) => ({ value: plain(value) }),
      (error: unknown): { value?: unknown } => {
        if (error instanceof FleetError) return {};
        throw error;
      },
    );
    if (!('value' in there) || !('value' in here)) {
      counts[!('value' in there || 'value' in here) ? 'refusedByBoth' : 'value' in here ? 'onlyHere' : 'onlyThere']++;
    } else if (JSON.stringify(sorted(there.value)) === JSON.stringify(sorted(here.value))) counts.same++;
    else differing.push({ text: one, there: there.value, here: here.value });
  }
  console.log(`${COUNT} texts compared: ${JSON.stringify(counts)}`);
  expect(differing.slice(0, 12)).toEqual([]);
  expect(counts.same).toBeGreaterThan(1_000);
  expect(counts.onlyThere).toBeLessThan(COUNT / 100);
});

const plain = (value: Value): unknown => {
  if (isMapping(value)) return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]));
  return Array.isArray(value) ? value.map(plain) : value;
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, sorted(inner)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
};
