import { describe, expect, it } from 'vitest';
import { createFrameCutter, encodeFrame, type Frame, MESSAGE, REMOTE_PROGRAM, STATUS } from './frame.ts';

const head = { program: REMOTE_PROGRAM, procedure: 16, type: MESSAGE.reply, serial: 7, status: STATUS.ok };

function cutAll(...chunks: Buffer[]): Frame[] {
  const frames: Frame[] = [];
  const cut = createFrameCutter((frame) => frames.push({ ...frame, body: Buffer.from(frame.body) }));
  for (const chunk of chunks) cut(chunk);
  return frames;
}

describe('frames', () => {
  const two = Buffer.concat([encodeFrame(head, Buffer.from('first')), encodeFrame({ ...head, serial: 8 })]);

  it('are the same however the stream was chopped', () => {
    const whole = cutAll(two);
    expect(whole).toEqual([
      { ...head, body: Buffer.from('first') },
      { ...head, serial: 8, body: Buffer.alloc(0) },
    ]);
    for (const size of [1, 3, 27, 28, 29, 32, 33, 40]) {
      const chunks = Array.from({ length: Math.ceil(two.length / size) }, (_, i) =>
        two.subarray(i * size, (i + 1) * size),
      );
      expect(cutAll(...chunks)).toEqual(whole);
    }
  });

  it('hand on the bytes of a stream as they come, and keep what else has come in parts', () => {
    const stream = { ...head, type: MESSAGE.stream, status: STATUS.continues };
    const wire = Buffer.concat([encodeFrame(stream, Buffer.from('abcdef')), encodeFrame(head, Buffer.from('reply'))]);
    const got: [number, string][] = [];
    const cut = createFrameCutter(({ type, body }) => void got.push([type, String(body)]));
    for (const [from, to] of [
      [0, 30],
      [30, 34],
      [34, 64],
      [64, 99],
    ]) {
      // The memory of a chunk is used again.
      const chunk = Buffer.from(wire.subarray(from, to));
      cut(chunk);
      chunk.fill('x');
    }
    expect(got).toEqual([
      [MESSAGE.stream, 'ab'],
      [MESSAGE.stream, 'cdef'],
      [MESSAGE.reply, 'reply'],
    ]);
  });

  it.each([
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an SSH banner', Buffer.from('SSH-2.0-OpenSSH_9.2p1 Debian\r\n')],
    ['a frame that is too short', Buffer.from('00000010000000000000000000000000', 'hex')],
    ['another protocol version', Buffer.concat([encodeFrame(head)]).fill(9, 8, 12)],
  ])('refuse %s', (_what, bytes) => {
    expect(() => cutAll(bytes)).toThrow(/frame of|version/);
  });
});
