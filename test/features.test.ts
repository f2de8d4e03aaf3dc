/** docs/features.csv against the tests that it names. That these have passed is checked where they ran: scripts/check-features.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadFeatures, readFeatures } from '../scripts/features/table.ts';
import { idsIn, isNameOf, titlesIn } from '../scripts/features/titles.ts';

const features = await loadFeatures();
const titles = ['src', 'test'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => (folder === 'test' ? /\.tsx?$/ : /\.test\.tsx?$/).test(path))
    .flatMap((path) => titlesIn(readFileSync(`${folder}/${path}`, 'utf8'))),
);

describe('the table of features', () => {
  it('has every feature once, in order', () => {
    const ids = Array.from({ length: 499 }, (_, index) => `F-${String(index + 1).padStart(3, '0')}`);
    expect(features.map(({ id }) => id)).toEqual(ids);
  });

  it('names a test for everything that works, and one that carries its id wherever it names one', () => {
    expect(features.filter(({ status, proof }) => status === 'works' && proof === '')).toEqual([]);
    const wrong = features.filter(
      ({ id, proof }) => proof !== '' && !(titles.includes(proof) && idsIn(proof).includes(id)),
    );
    expect(wrong.map(({ id, proof }) => `${id}: ${proof}`)).toEqual([]);
  });

  it('says why something is different, and what is missing of what works partly', () => {
    const silent = features.filter(({ status, reason }) => /different|partly/.test(status) && reason === '');
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  it('does few things differently', () => {
    expect(features.filter(({ status }) => status === 'different').length).toBeLessThan(30);
  });

  it('is told by its line when a row is broken', () => {
    const head = 'id,area,feature,status,proof,reason\n';
    expect(() => readFeatures(`${head}F-001,A,Tree,done,,`)).toThrow('line 2: there is no status "done"');
    expect(() => readFeatures(`${head}F-001,A,Tree,works`)).toThrow('line 2: 4 cells instead of 6');
    expect(readFeatures(`${head}F-001,A,"a, ""b""",open,,`)).toMatchObject([{ feature: 'a, "b"', reason: '' }]);
  });
});

describe('a title', () => {
  it('carries three ids at most, of features that there are', () => {
    const known = new Set(features.map(({ id }) => id));
    expect(titles.filter((title) => idsIn(title).length > 3)).toEqual([]);
    expect(titles.filter((title) => idsIn(title).some((id) => !known.has(id)))).toEqual([]);
  });

  it('is found in the source, however it is written', () => {
    const call = 'it';
    const source = `${call}('F-001 it\\'s plain', () => {});\n${call}.each([1, 2])(\n  "F-002 %s",\n  run,\n);\n${call}('none', run);`;
    expect(titlesIn(source)).toEqual(["F-001 it's plain", 'F-002 %s']);
  });

  it.each([
    ['F-001 looks like this at 80x24', 'F-001 looks like this at %s', true],
    ['F-041 is stale when the link is cut, too', 'F-041 is stale when $name, too', true],
    ['F-001 (all)', 'F-001 (all)', true],
    ['F-001 looks like that', 'F-001 looks like this at %s', false],
  ])('%s: %s', (name, title, same) => expect(isNameOf(name, title)).toBe(same));
});
