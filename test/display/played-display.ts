/** Displays for tests: recordings of QEMU's VNC server, and servers that say what they are told. */
import { readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { type Display, openDisplay } from '../../src/display/rfb/session.ts';

export const ENCODINGS = ['hextile', 'zlib', 'tight', 'zrle'] as const;

/** `seabios`: the screen of a PC that has nothing to boot from; `scrolling`: of one that writes line after line, four pictures. */
export const SCREENS = ['seabios', 'scrolling'] as const;

/** What QEMU sent to a client that can read only this encoding: a login, and a screen. */
export const recording = (encoding: (typeof ENCODINGS)[number], screen: (typeof SCREENS)[number] = 'seabios'): Buffer =>
  readFileSync(new URL(`../../src/display/fixtures/${screen}-${encoding}.rfb`, import.meta.url));

/** Says `bytes`, in pieces of so many, and then nothing more; or ends. Takes whatever is said to it. */
export function playedStream(bytes: Buffer, { pieces = bytes.length, ends = false } = {}): Duplex & { said: Buffer } {
  let at = 0;
  const stream = new Duplex({
    read() {
      if (at < bytes.length) {
        stream.push(bytes.subarray(at, at + pieces));
        at += pieces;
      } else if (ends) stream.push(null);
    },
    write(chunk: Buffer, _encoding, done) {
      played.said = Buffer.concat([played.said, chunk]);
      done();
    },
  });
  const played = Object.assign(stream, { said: Buffer.alloc(0) });
  return played;
}

/** It says nothing more when it is over. */
export const openRecording = (encoding: (typeof ENCODINGS)[number], pieces?: number): Promise<Display> =>
  openDisplay(playedStream(recording(encoding), pieces === undefined ? {} : { pieces }), {
    password: undefined,
    host: 'recording',
  });

/** Of a server without a password that has so many pixels: what it says before the first picture. */
export const greeting = (width: number, height: number): Buffer =>
  Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.of(1, 1, 0, 0, 0, 0), size(width, height)]);

/** What it says once a client is let in. */
export function size(width: number, height: number, name = 'played'): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt16BE(width, 0);
  head.writeUInt16BE(height, 2);
  head.writeUInt32BE(name.length, 20);
  return Buffer.concat([head, Buffer.from(name)]);
}

/** An update of one rectangle. */
export function rectangle(
  x: number,
  y: number,
  width: number,
  height: number,
  encoding: number,
  ...body: Uint8Array[]
): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt16BE(1, 2);
  for (const [at, value] of [x, y, width, height].entries()) head.writeUInt16BE(value, 4 + at * 2);
  head.writeInt32BE(encoding, 12);
  return Buffer.concat([head, ...body]);
}
