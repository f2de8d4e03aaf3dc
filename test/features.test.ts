/** docs/features.csv against the tests that it names. That these have passed is checked where they ran: scripts/check-features.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { unprovenOf } from '../scripts/features/proofs.ts';
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

  it('does at most 60 things differently, each with a proof', () => {
    const different = features.filter(({ status }) => status === 'different');
    expect(different.length).toBeLessThanOrEqual(60);
    expect(different.filter(({ proof }) => proof === '').map(({ id }) => id)).toEqual([]);
  });

  it('is told by its line when a row is broken', () => {
    const head = 'id,area,feature,status,proof,reason\n';
    expect(() => readFeatures(`${head}F-001,A,Tree,done,,`)).toThrow('line 2: there is no status "done"');
    expect(() => readFeatures(`${head}F-001,A,Tree,works`)).toThrow('line 2: 4 cells instead of 6');
    expect(readFeatures(`${head}F-001,A,"a, ""b""",open,,`)).toMatchObject([{ feature: 'a, "b"', reason: '' }]);
  });
});

describe('a proof', () => {
  const feature = { id: 'F-001', proof: 'F-001 is so at %s' };
  const places = new Map([
    ['test/a.test.ts', ['F-001 is so at %s']],
    ['test/b.test.ts', ['F-001 is so at %s', 'F-002 other']],
  ]);
  const ran = (file: string, status: string) => ({
    file: `test/${file}.test.ts`,
    title: 'F-001 is so at 80x24',
    status,
  });

  it.each([
    ['passed in both places', [ran('a', 'passed'), ran('b', 'passed')], undefined],
    ['failed in one', [ran('a', 'passed'), ran('b', 'failed')], 'its test failed'],
    ['did not run in one', [ran('a', 'passed')], 'its test did not run in test/b.test.ts'],
    ['was skipped in one', [ran('a', 'passed'), ran('b', 'skipped')], 'its test did not run in test/b.test.ts'],
    ['did not run', [], 'its test did not run: '],
  ])('that %s', (_what, results, complaint) => {
    const told = unprovenOf(feature, results, places);
    expect(told?.slice(0, 'F-001: '.length + (complaint?.length ?? 0))).toBe(complaint && `F-001: ${complaint}`);
  });

  it('may come from a suite that is run by other files', () => {
    expect(
      unprovenOf(feature, [{ ...ran('c', 'passed'), file: 'test/contract/fake.test.ts' }], new Map()),
    ).toBeUndefined();
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
