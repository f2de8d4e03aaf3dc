import { expect, it } from 'vitest';
import { createInputParser } from '../terminal/input-parser.ts';
import type { Mouse } from '../terminal/keys.ts';
import { type MouseModes, mouseBytes } from './mouse-bytes.ts';

const DRAGS: MouseModes = { reports: 'drags', encoding: 'sgr' };
const sent = (bytes: string, modes: MouseModes) =>
  mouseBytes(createInputParser().push(bytes)[0] as Mouse, modes)?.toString('latin1');

it.each(['\x1b[<0;5;7M', '\x1b[<0;5;7m', '\x1b[<34;300;2M', '\x1b[<64;1;1M', '\x1b[<81;2;3M', '\x1b[<10;2;3M'])(
  'the mouse comes to the guest as the terminal sent it: %j',
  (bytes) => expect(sent(bytes, DRAGS)).toBe(bytes),
);

it('the mouse comes to the guest as it wants it, or not at all', () => {
  expect(sent('\x1b[<32;5;7M', { reports: 'clicks', encoding: 'sgr' })).toBeUndefined();
  expect(sent('\x1b[<0;5;7M', { reports: 'none', encoding: 'sgr' })).toBeUndefined();
  expect(sent('\x1b[<0;5;7M', { reports: 'drags', encoding: 'other' })).toBeUndefined();
  const bytes: MouseModes = { reports: 'drags', encoding: 'bytes' };
  expect(sent('\x1b[<2;5;7M', bytes)).toBe('\x1b[M"%\'');
  expect(sent('\x1b[<2;5;7m', bytes)).toBe("\x1b[M#%'");
  expect(sent('\x1b[<0;223;1M', bytes)).toBe('\x1b[M \xff!');
  expect(sent('\x1b[<0;224;1M', bytes)).toBeUndefined();
});
