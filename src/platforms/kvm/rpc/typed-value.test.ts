import { expect, it } from 'vitest';
import { readTypedValue, TYPE } from './typed-value.ts';
import { createXdrReader } from './xdr.ts';

const read = (type: number, hex: string) => {
  const tag = Buffer.alloc(4);
  tag.writeInt32BE(type);
  const reader = createXdrReader(Buffer.concat([tag, Buffer.from(hex, 'hex')]));
  return readTypedValue(reader, 'a parameter', (text) => text.utf8(text.count(1)));
};

it.each([
  ['int', 'ffffffff', -1],
  ['uint', 'ffffffff', 2 ** 32 - 1],
  ['llong', 'ffffffffffffffff', -1],
  ['ullong', '8000000000000000', 2 ** 63],
  ['double', '3ff8000000000000', 1.5],
  ['boolean', '00000001', 1],
  ['string', '0000000361626300', 'abc'],
] as const)('a typed value of the tag %s is read as such', (tag, hex, value) => {
  expect(read(TYPE[tag], hex)).toBe(value);
});

it('a tag without a meaning is refused', () => {
  expect(() => read(8, '00000000')).toThrow('a parameter of type 8');
});
