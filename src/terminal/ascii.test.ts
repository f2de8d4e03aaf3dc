import { expect, it } from 'vitest';
import { inAscii } from './ascii.ts';
import { width } from './width.ts';

it.each([
  ['web1 running', 'web1 running'],
  ['loading…', 'loading~'],
  ['Zürich – Genève', 'Zurich - Geneve'],
  ['日本 db', '???? db'],
  ['… ’ ‘ “ ” – — → ↑ ↓ • ×', '~ \' \' " " - - > ^ v * x'],
  ['│⣿é e\u0301 👨‍👩‍👧x', '??e e ??x'],
  ['\x1b[1mdrover\x1b[m’s', "\x1b[1mdrover\x1b[m's"],
])('writes %j as %j, as wide as it was', (line, ascii) => {
  expect(inAscii(line)).toBe(ascii);
  expect(width(ascii)).toBe(width(line));
});
