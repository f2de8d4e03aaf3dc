import { expect, it } from 'vitest';
import { metadataField } from '../platforms/lib/provision-fields.ts';
import { pairsAfter, takePairEdits } from './pair-edits.ts';

const edit = (now: Readonly<Record<string, string>>, repeated: Readonly<Record<string, readonly string[]>>) => {
  const { edits, left } = takePairEdits({ values: {}, repeated }, [metadataField]);
  return [pairsAfter(edits, { metadata: now }), left.repeated];
};

it.each([
  [{ 'add-metadata': ['b=2', 'c=x=y'] }, { a: '1', b: '2', c: 'x=y' }],
  [{ 'append-metadata': ['a=2', 'a=3', 'b=9'] }, { a: '1,2,3', b: '0,9' }],
  [{ 'remove-metadata': ['a', 'none'] }, { b: '0' }],
  [{ 'add-metadata': ['__proto__=1'] }, JSON.parse('{"a":"1","b":"0","__proto__":"1"}')],
  [
    { 'remove-metadata': ['a'], 'add-metadata': ['c=1'] },
    { b: '0', c: '1' },
  ],
])('F-291 F-364 %j leaves the other pairs', (repeated, metadata) => {
  expect(edit({ a: '1', b: '0' }, { ...repeated, disk: ['size=1GiB'] })).toEqual([
    { metadata },
    { disk: ['size=1GiB'] },
  ]);
});

it.each([
  [{ 'add-metadata': ['a'] }, '--add-metadata: must be KEY=VALUE'],
  [{ 'append-metadata': ['=a'] }, '--append-metadata: must be KEY=VALUE'],
  [{ 'add-metadata': ['a=1'], metadata: ['b=1'] }, '--add-metadata: --metadata says all that it has already'],
])('refuses %j', (repeated, message) => {
  expect(() => edit({}, repeated)).toThrow(message);
});
