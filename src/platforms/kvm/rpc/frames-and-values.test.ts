import { describe, expect, it } from 'vitest';
import { createFrameCutter, encodeFrame, type Frame } from './frame.ts';
import { readDomainStats } from './stats.ts';
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
} from './xdr.ts';

const hex = (codec: Codec<unknown>, value: unknown) => encode(codec, value).toString('hex');
const cut = (...chunks: readonly Buffer[]) => {
  const frames: Frame[] = [];
  const take = createFrameCutter((frame) => void frames.push(frame));
  for (const chunk of chunks) take(chunk);
  return frames;
};

describe('a frame on the wire', () => {
  const head = { program: 0x20008086, procedure: -2, type: 3, serial: 0xfffffff0, status: 2 };
  const BYTES = '0000001f' + '20008086' + '00000001' + 'fffffffe' + '00000003' + 'fffffff0' + '00000002' + '616263';

  it('is its length, a header of six words, and the body', () => {
    expect(encodeFrame(head, Buffer.from('abc')).toString('hex')).toBe(BYTES);
    expect(cut(Buffer.from(BYTES, 'hex'))).toEqual([{ ...head, body: Buffer.from('abc') }]);
  });

  it.each([
    [28, undefined],
    [27, 'a frame of 27 bytes'],
    [32 * 1024 ** 2 + 4, undefined],
    [32 * 1024 ** 2 + 5, `a frame of ${32 * 1024 ** 2 + 5} bytes`],
  ])('may be %i bytes long: %s', (length, message) => {
    const start = Buffer.from(BYTES, 'hex').subarray(0, 28);
    start.writeUInt32BE(length);
    if (message === undefined) expect(() => cut(start)).not.toThrow();
    else expect(() => cut(start)).toThrow(message);
  });

  it('is no libvirt of another version', () => {
    expect(() => cut(Buffer.from(BYTES.replace('00000001', '00000002'), 'hex'))).toThrow('protocol version 2');
  });
});

describe('values on the wire', () => {
  it.each<[string, Codec<unknown>, unknown, string]>([
    ['a negative number', int, -2, 'fffffffe'],
    ['a number of 64 bits', uhyper, 2 ** 32 * 3 + 4, '0000000300000004'],
    ['yes', flag, true, '00000001'],
    ['no', flag, false, '00000000'],
    ['a text of four bytes', text, 'abcd', '0000000461626364'],
    ['a text of five', text, 'abcde', '000000056162636465000000'],
    ['an empty text', text, '', '00000000'],
    ['three bytes', fixed(3), Buffer.from('abc'), '61626300'],
    ['letters, each a word', chars(3), 'ab', '000000610000006200000000'],
    ['nothing', optional(int), undefined, '00000000'],
    ['something', optional(int), 7, '0000000100000007'],
    ['a list', list(int), [1, 2], '000000020000000100000002'],
    ['a struct', struct({ a: int, b: text }), { a: 1, b: 'x' }, '000000010000000178000000'],
  ])('are written as RFC 4506 has them: %s', (_what, codec, value, bytes) => {
    expect(hex(codec, value)).toBe(bytes);
    const reader = createXdrReader(Buffer.from(bytes, 'hex'));
    expect(codec.read(reader)).toEqual(value);
    expect(reader.left).toBe(0);
  });

  it('outgrow a message of 256 bytes at every length', () => {
    for (const length of [251, 252, 253, 256, 257, 1_000]) {
      const value = 'x'.repeat(length);
      expect(text.read(createXdrReader(encode(text, value)))).toBe(value);
      const two = struct({ a: text, b: uhyper, c: int });
      expect(two.read(createXdrReader(encode(two, { a: value, b: 5, c: -1 })))).toEqual({ a: value, b: 5, c: -1 });
    }
  });

  it('are exactly as many bytes as they must be', () => {
    expect(() => encode(fixed(16), Buffer.alloc(15))).toThrow('15 bytes instead of 16');
    expect(chars(2).read(createXdrReader(Buffer.from('0000006100000062', 'hex')))).toBe('ab');
    // A char may come with its sign.
    expect(chars(2).read(createXdrReader(Buffer.from('ffffffc3ffffffbc', 'hex')))).toBe('ü');
    expect(flag.read(createXdrReader(Buffer.from('00000002', 'hex')))).toBe(true);
  });

  it('say by how much a message is too short', () => {
    const short = createXdrReader(Buffer.from('0000000a61', 'hex'));
    expect(() => text.read(short)).toThrow('a list of 10 does not fit its message');
    const reader = createXdrReader(Buffer.alloc(5));
    reader.skip(3);
    expect(reader.left).toBe(1);
    expect(() => reader.u32()).toThrow('message ends 3 bytes early');
    expect(() => reader.opaque(1)).toThrow('message ends 3 bytes early');
    expect([reader.left, reader.peek()]).toEqual([1, 0]);
  });

  it('in lists take at least what their elements take', () => {
    const fits = (codec: Codec<unknown>, count: number, bytes: number) => {
      const message = Buffer.alloc(4 + bytes);
      message.writeUInt32BE(count);
      try {
        list(codec).read(createXdrReader(message));
        return true;
      } catch (error) {
        return !String(error).includes('does not fit');
      }
    };
    const cases: readonly (readonly [Codec<unknown>, number])[] = [
      [int, 4],
      [uhyper, 8],
      [flag, 4],
      [text, 4],
      [fixed(5), 8],
      [chars(3), 12],
      [optional(int), 4],
      [list(int), 4],
      [struct({ a: int, b: uhyper }), 12],
    ] as never;
    for (const [codec, least] of cases)
      expect([fits(codec, 2, 2 * least), fits(codec, 2, 2 * least - 1)]).toEqual([true, false]);
  });
});

describe('statistics on the wire', () => {
  const word = (value: number) => encode(int, value);
  const param = (name: string, type: number, value: string) =>
    Buffer.concat([encode(text, name), word(type), Buffer.from(value, 'hex')]);
  const record = (...params: readonly Buffer[]) =>
    Buffer.concat([word(1), encode(text, 'web1'), Buffer.alloc(16, 7), word(-1), word(params.length), ...params]);
  const read = (...params: readonly Buffer[]) => [...readDomainStats(record(...params))][0];

  it.each([
    ['a signed word', 1, 'fffffffe', -2],
    ['an unsigned word', 2, 'fffffffe', 0xfffffffe],
    ['a signed number', 3, 'fffffffffffffffe', -2],
    ['an unsigned number', 4, '0000000100000002', 2 ** 32 + 2],
    ['a fraction', 5, '3ff8000000000000', 1.5],
    ['a yes', 6, '00000001', 1],
  ])('may be %s', (_what, type, value, read64) => {
    expect(read(param('state.state', type, value), param('state.reason', 1, '00000005'))).toMatchObject({
      state: read64,
      reason: 5,
    });
  });

  it('are stepped over where they are texts or of no use', () => {
    const stats = read(
      param('block.0.name', 7, '0000000376646100'),
      param('cpu.time', 4, '0000000000000001'),
      param('perf.x', 7, '0000000161000000'),
      param('state.state', 1, '00000003'),
    );
    expect(stats).toMatchObject({ name: 'web1', uuid: Buffer.alloc(16, 7), id: -1, state: 3, blockRead: Number.NaN });
  });

  it('are added up over devices, and told apart by their last words', () => {
    const one = (name: string, value: number) => param(name, 4, `00000000${value.toString(16).padStart(8, '0')}`);
    const stats = read(
      one('block.0.rd.bytes', 1),
      one('block.1.rd.bytes', 2),
      one('block.0.rd.reqs', 100),
      one('block.0.wr.bytes', 4),
      one('block.1.wr.bytes', 4),
      one('net.0.rx.bytes', 8),
      one('net.1.rx.bytes', 8),
      one('net.0.rx.pkts', 100),
      one('net.0.tx.bytes', 16),
      one('net.1.tx.bytes', 16),
      one('net.count', 2),
      one('balloon.current', 64),
      one('balloon.maximum', 64),
    );
    expect(stats).toMatchObject({
      blockRead: 3,
      blockWritten: 8,
      netReceived: 16,
      netSent: 32,
      monitorAnswered: false,
      balloonAvailable: Number.NaN,
      balloonUsable: Number.NaN,
      state: Number.NaN,
      reason: Number.NaN,
    });
    expect(read(one('balloon.available', 5), one('balloon.usable', 4))).toMatchObject({
      balloonAvailable: 5,
      balloonUsable: 4,
      monitorAnswered: true,
    });
    expect(read(one('balloon.rss', 5))?.monitorAnswered).toBe(true);
    expect(read(one('state.x', 5), one('vcpu.current', 5))?.state).toBeNaN();
  });

  it('are believed only where they can be', () => {
    expect(() => read(param('state.state', 8, ''))).toThrow('a statistic of type 8');
    const lie = (count: number, bytes: number) => Buffer.concat([word(count), Buffer.alloc(bytes)]);
    expect(() => [...readDomainStats(lie(2, 55))]).toThrow('a list of 2 does not fit');
    expect(() => [...readDomainStats(lie(2, 56))]).not.toThrow();
    const params = Buffer.concat([word(1), encode(text, ''), Buffer.alloc(16), word(1)]);
    expect(() => [...readDomainStats(Buffer.concat([params, lie(2, 23)]))]).toThrow('a list of 2 does not fit');
    expect(() => [...readDomainStats(Buffer.concat([params, lie(2, 24)]))]).toThrow('a statistic of type 0');
  });
});
