import { describe, expect, it } from 'vitest';
import {
  type Codec,
  chars,
  createXdrReader,
  encode,
  fixed,
  flag,
  int,
  list,
  optional,
  struct,
  text,
  uhyper,
  uint,
} from './xdr.ts';

const again = <T>(codec: Codec<T>, value: T): T => codec.read(createXdrReader(encode(codec, value)));

describe('xdr', () => {
  it('reads back what it wrote', () => {
    expect(again(int, -5)).toBe(-5);
    expect(again(uint, 0xffffffff)).toBe(0xffffffff);
    expect(again(uhyper, 2 ** 53)).toBe(2 ** 53);
    expect(again(flag, true)).toBe(true);
    expect(again(text, 'büro ☕ 1')).toBe('büro ☕ 1');
    expect(again(optional(text), undefined)).toBeUndefined();
    expect(again(fixed(16), Buffer.alloc(16, 7))).toEqual(Buffer.alloc(16, 7));
    expect(again(chars(32), 'x86_64')).toBe('x86_64');
    expect(again(struct({ name: text, id: int }), { name: 'web1', id: -1 })).toEqual({ name: 'web1', id: -1 });
  });

  it('pads texts to four bytes, as RFC 4506 wants', () => {
    expect(encode(text, 'abcde').toString('hex')).toBe('00000005616263646500000000'.slice(0, 24));
    expect(encode(struct({ a: text, b: int }), { a: 'x', b: 1 })).toHaveLength(12);
  });

  it('writes lists that outgrow its first buffer', () => {
    const numbers = Array.from({ length: 10_000 }, (_, i) => i - 5_000);
    expect(again(list(int), numbers)).toEqual(numbers);
    const names = numbers.map((number) => ({ name: `guest ${number}`, id: number }));
    expect(again(list(struct({ name: text, id: int })), names)).toEqual(names);
  });

  it.each([
    ['a text longer than its message', Buffer.from('000000ff61626364', 'hex'), text],
    ['a list that cannot fit', Buffer.from('0000000300000000', 'hex'), list(struct({ name: text, id: int }))],
    ['a message that ends in a number', Buffer.from('0001', 'hex'), int],
    ['nothing at all', Buffer.alloc(0), struct({ name: text })],
  ])('does not believe %s', (_what, bytes, codec: Codec<unknown>) => {
    expect(() => codec.read(createXdrReader(bytes))).toThrow(/message/);
  });

  it('finds a false length before it makes anything of the list', () => {
    const lie = Buffer.concat([Buffer.from('7fffffff', 'hex'), Buffer.alloc(400)]);
    expect(() => list(int).read(createXdrReader(lie))).toThrow('a list of 2147483647 does not fit its message');
  });
});
