import { expect, it } from 'vitest';
import { createPasteReader, pastedText } from './paste-reader.ts';

const MARK = '\x1b[201~';

it('ends at its mark, wherever that is cut, and gives back what is behind it', () => {
  const sent = `one \x1b[20 \x1b[201 two${MARK}\x1b[A`;
  for (let cut = 0; cut <= sent.length; cut++) {
    const reader = createPasteReader();
    const first = reader.take(Buffer.from(sent.slice(0, cut)));
    const rest = first ? `${first}${sent.slice(cut)}` : `${reader.take(Buffer.from(sent.slice(cut)))}`;
    expect([rest, reader.text()]).toEqual(['\x1b[A', 'one [20 [201 two']);
  }
});

it('keeps the first mebibyte, and reads on to the mark', () => {
  const reader = createPasteReader();
  const most = 1024 * 1024;
  expect(reader.take(Buffer.alloc(most - 1, 'x'))).toBeUndefined();
  expect(reader.take(Buffer.from('yz'))).toBeUndefined();
  expect(reader.take(Buffer.from('more'))).toBeUndefined();
  expect(String(reader.take(Buffer.from(`${MARK}j`)))).toBe('j');
  expect([reader.text().length, reader.text().slice(-2)]).toEqual([most, 'xy']);
});

it('has what came so far, without the beginning of a mark', () => {
  const reader = createPasteReader();
  reader.take(Buffer.from('half\x1b[2'));
  expect(reader.text()).toBe('half');
  reader.take(Buffer.from('x'));
  expect(reader.text()).toBe('half[2x');
});

it('keeps its text when the memory that it came in is used again', () => {
  const reader = createPasteReader();
  const memory = Buffer.from('ab\x1b[2');
  reader.take(memory);
  memory.fill('x');
  reader.take(Buffer.from('01~'));
  expect(reader.text()).toBe('ab');
});

it.each([
  ['a\r\nb\rc\nd', 'a\nb\nc\nd'],
  ['a\tb', 'a\tb'],
  ['a\x00\x08\x0b\x0c\x1b\x1f\x7f\x80\x9fb\xa0', 'ab\xa0'],
])('%j is pasted as %j', (text, pasted) => {
  expect(pastedText(text)).toBe(pasted);
});
