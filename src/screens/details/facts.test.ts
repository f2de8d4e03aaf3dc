import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { loadTheme } from '../../state/theme/theme.ts';
import { width } from '../../terminal/width.ts';
import { glyphsOf } from '../frame/glyphs.ts';
import { type Fact, factLines, usedOf } from './facts.ts';

const look = { theme: await loadTheme('dark', 'none'), glyphs: glyphsOf('unicode') };
const words = (lines: readonly string[]) => stripVTControlCharacters(lines.join(' ')).replace(/\s+/g, '');

it.each([39, 75, 76, 120])('shows the whole of every value in %i columns, and nothing wider', (columns) => {
  const facts: readonly Fact[] = [
    { label: 'Description', value: 'a machine with a description that takes more than one line of the pane' },
    { label: 'A label of the platform that is long', value: '/var/lib/libvirt/images/a-path-without-any-blank.qcow2' },
    { label: 'CPU', share: 0.5, text: 'of a great many virtual CPUs' },
    { section: 'A section with a long name that does not fit' },
    { label: 'Name', value: '東京の仮想マシンのとても長い名前' },
  ];
  const lines = factLines(facts, columns, look);
  for (const line of lines) expect(width(stripVTControlCharacters(line))).toBeLessThanOrEqual(columns);
  expect(stripVTControlCharacters(lines.join(''))).not.toContain('…');
  const shown = [...words(lines)].sort().join('');
  for (const word of ['description', 'qcow2', '50%', 'section']) {
    expect([...word].every((letter) => shown.includes(letter))).toBe(true);
  }
  if (columns < 76) expect(words(lines)).toContain('長い名前');
});

it('shows times that a platform tells for programs as all others are shown', () => {
  process.env['TZ'] = 'UTC';
  const [line = ''] = factLines([{ label: 'Launched', value: '2026-11-28T19:52:08.123Z' }], 60, look);
  expect(stripVTControlCharacters(line).trim()).toBe('Launched     2026-11-28 19:52');
});

it('leaves out of memory in use what is not known', () => {
  const GiB = 2 ** 30;
  expect([usedOf(GiB, 4 * GiB), usedOf(Number.NaN, 4 * GiB), usedOf(GiB, Number.NaN)]).toEqual([
    '1.0G of 4.0G',
    'of 4.0G',
    '1.0G',
  ]);
  expect(usedOf(Number.NaN, Number.NaN)).toBe('');
});
