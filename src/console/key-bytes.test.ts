import { expect, it } from 'vitest';
import { createInputParser } from '../terminal/input-parser.ts';
import type { Key, Paste } from '../terminal/keys.ts';
import { keyBytes } from './key-bytes.ts';

const typed = (bytes: string, modes = { cursorKeys: false, marksPastes: false }) =>
  createInputParser()
    .push(bytes)
    .map((event) => keyBytes(event as Key | Paste, modes))
    .join('');

it.each(['ls -l\r', '\x03', '\x1bx', 'ä漢', '\x1b[A\x1b[D\x1b[H', '\x1bOP\x1b[15~\x1b[1;5C', '\x7f\t'])(
  'a key comes to the guest as the terminal sent it: %j',
  (bytes) => expect(typed(bytes)).toBe(bytes),
);

it('arrows and pastes come to the guest as it wants them', () => {
  expect(typed('\x1b[A\x1b[F', { cursorKeys: true, marksPastes: true })).toBe('\x1bOA\x1bOF');
  const paste = '\x1b[200~one\ntwo\x1b[201~';
  expect(typed(paste)).toBe('one\rtwo');
  expect(typed(paste, { cursorKeys: false, marksPastes: true })).toBe('\x1b[200~one\rtwo\x1b[201~');
});
