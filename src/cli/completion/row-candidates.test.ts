import { expect, it } from 'vitest';
import type { Field } from '../../platforms/contract.ts';
import { rowCandidates } from './row-candidates.ts';

const item: readonly Field[] = [
  { key: 'size', label: 'Size', help: 'How big.\nMore.', kind: 'bytes' },
  { key: 'bus', label: 'Bus', help: 'Which bus.', kind: 'choice', options: ['virtio', 'sata'] },
  { key: 'boot', label: 'Boots', help: 'Whether it boots.', kind: 'flag', nullable: true },
];

it.each([
  ['', ['size=', 'bus=', 'boot=']],
  ['b', ['size=', 'bus=', 'boot=']],
  ['size=1GiB,', ['size=1GiB,bus=', 'size=1GiB,boot=']],
  ['size=a,,b', []],
  ['size=a,,,', ['size=a,,,bus=', 'size=a,,,boot=']],
  ['size=1GiB,bus=', ['size=1GiB,bus=virtio', 'size=1GiB,bus=sata']],
  ['boot=', ['boot=yes', 'boot=no', 'boot=none']],
  ['odd=', []],
])('%j goes on with %j', (current, values) => {
  expect(rowCandidates({ item }, current).map(({ value }) => value)).toEqual(values);
});

it('says what a key is', () => expect(rowCandidates({ item }, '')[0]).toEqual({ value: 'size=', help: 'How big.' }));
