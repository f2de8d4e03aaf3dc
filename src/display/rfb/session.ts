/** A display over RFB, as VNC servers speak it: RFC 6143 and rfbproto.rst. */
import type { Duplex } from 'node:stream';
import { FleetError } from '../../errors.ts';
import { createFramebuffer, type Framebuffer, type Rect } from '../framebuffer.ts';
import type { Pointer, PointerShape } from '../pointer.ts';
import { broken, type Decoder } from './encodings/encoding.ts';
import { hextile } from './encodings/hextile.ts';
import { readPointerShape } from './encodings/pointer-shape.ts';
import { copyRect, raw } from './encodings/raw.ts';
import { createTight } from './encodings/tight.ts';
import { createZlib } from './encodings/zlib.ts';
import { createZrle } from './encodings/zrle.ts';
import { type LoginOptions, login } from './login.ts';
import { keyEvent, pointerEvent, requestUpdate, setEncodings, setPixelFormat } from './messages.ts';
import { createPace } from './pace.ts';
import type { ByteReader } from './reader.ts';

export interface Display {
  /** The picture so far; another one after the display has changed its size. */
  frame(): Framebuffer;
  /** Where it was put last, and as it looks; undefined while it is hidden, was not put anywhere, or is in the picture. */
  pointer(): Pointer | undefined;
  /**
   * Asks for what has changed since the last time, and resolves once it is drawn, however long nothing changes. One at a time:
   * what this side has no time for is never sent.
   */
  update(): Promise<void>;
  /** `keysym`: a number of X11's table. */
  key(keysym: number, down: boolean): void;
  /** `buttons`: a bit for each that is down, the left one first; 8 and 16 are the wheel. */
  point(buttons: number, x: number, y: number): void;
  /** `reason`: what an update that is waited for rejects with. */
  close(reason?: Error): void;
}

const [UPDATE, COLOURS, BELL, CUT_TEXT] = [0, 1, 2, 3];
const [LAST_RECT, DESKTOP_SIZE, EXTENDED_SIZE, POINTER] = [-224, -223, -308, -239];
/** Packed as much as it can be: a link is slower than a server. */
const BEST_COMPRESSION = -247;
const LONGEST_NAME = 4_096;
/** What a rectangle costs, whatever it draws. */
const LEAST_PIXELS = 256;
/** Changes of the size without a picture between them. */
const MOST_SIZES = 8;

/**
 * Rejects as `login` does, and with host.unreachable when the stream ends. The stream belongs to the display from now on, also when
 * this rejects.
 */
export async function openDisplay(stream: Duplex, options: LoginOptions): Promise<Display> {
  // An error after the end changes nothing.
  stream.on('error', () => {});
  try {
    const { stream: over, reader } = await login(stream, options);
    over.write(Buffer.of(1));
    const [width, height] = [await reader.u16(), await reader.u16()];
    await reader.take(16);
    const length = await reader.u32();
    if (length > LONGEST_NAME) throw broken(`a name of ${length} bytes`);
    // Whose display it is is known better here.
    await reader.take(length);
    return createDisplay(over, reader, createFramebuffer(width, height));
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

function createDisplay(stream: Duplex, reader: ByteReader, first: Framebuffer): Display {
  const [tight, zrle, zlib] = [createTight(), createZrle(), createZlib()];
  const decoders: ReadonlyMap<number, Decoder> = new Map([
    [7, tight.decode],
    [16, zrle.decode],
    [6, zlib.decode],
    [5, hextile],
    [1, copyRect],
    [0, raw],
  ]);
  const pace = createPace();
  let frame = first;
  /** Nothing of the picture has come yet. */
  let isNew = true;
  let shape: PointerShape | undefined;
  let place: { readonly x: number; readonly y: number } | undefined;

  stream.write(setPixelFormat());
  stream.write(setEncodings([...decoders.keys(), LAST_RECT, EXTENDED_SIZE, DESKTOP_SIZE, POINTER, BEST_COMPRESSION]));

  /** Whether something was drawn: servers also tell of their pointer and their size when they are asked for nothing. */
  async function readUpdate(): Promise<boolean> {
    await reader.take(1);
    const count = await reader.u16();
    let hasDrawn = false;
    // 65535 stands for as many as come before the last one is announced.
    for (let left = count; left > 0; left--) {
      const head = await reader.take(12);
      const encoding = head.readInt32BE(8);
      if (encoding === LAST_RECT) break;
      const [x, y] = [head.readUInt16BE(0), head.readUInt16BE(2)];
      const [width, height] = [head.readUInt16BE(4), head.readUInt16BE(6)];
      await readRect({ x, y, width, height }, encoding);
      const rest = pace(LEAST_PIXELS + width * height);
      if (rest !== undefined) await rest;
      hasDrawn ||= decoders.has(encoding);
    }
    return hasDrawn;
  }

  function readRect(rect: Rect, encoding: number): Promise<void> | undefined {
    const decode = decoders.get(encoding);
    if (!decode) return readOther(rect, encoding);
    if (rect.width === 0 || rect.height === 0) return undefined;
    frame.check(rect);
    return decode(rect, reader, frame, pace);
  }

  /** What is sent in place of pixels. */
  async function readOther(rect: Rect, encoding: number): Promise<void> {
    if (encoding === POINTER) {
      shape = await readPointerShape(rect, reader);
      return;
    }
    if (encoding !== DESKTOP_SIZE && encoding !== EXTENDED_SIZE) throw broken(`a rectangle of kind ${encoding}`);
    if (encoding === EXTENDED_SIZE) {
      const screens = await reader.u8();
      await reader.take(3 + screens * 16);
    }
    if (rect.width === frame.width && rect.height === frame.height) return;
    frame = createFramebuffer(rect.width, rect.height);
    isNew = true;
  }

  /** Reads messages up to the next update. */
  async function readMessages(): Promise<boolean> {
    for (;;) {
      const type = await reader.u8();
      if (type === UPDATE) return readUpdate();
      if (type === COLOURS) {
        await reader.take(3);
        await skip(reader, (await reader.u16()) * 6);
      } else if (type === CUT_TEXT) {
        await reader.take(3);
        await skip(reader, await reader.u32());
      } else if (type !== BELL) throw broken(`a message of kind ${type}`);
    }
  }

  function close(reason: Error = new FleetError('host.unreachable', 'the display was closed')): void {
    reader.fail(reason);
    for (const one of [tight, zrle, zlib]) one.close(reason);
    stream.destroy();
  }

  return {
    frame: () => frame,
    pointer: () => shape && place && { ...shape, ...place },
    async update() {
      try {
        for (let sizes = 0; sizes === 0 || isNew; sizes++) {
          if (sizes > MOST_SIZES) throw broken(`another size ${MOST_SIZES} times, and no picture`);
          const { width, height } = frame;
          stream.write(requestUpdate({ x: 0, y: 0, width, height }, !isNew));
          isNew = false;
          let hasDrawn = false;
          while (!hasDrawn && !isNew) hasDrawn = await readMessages();
        }
      } catch (error) {
        close(error as Error);
        throw error;
      }
    },
    key: (keysym, down) => void stream.write(keyEvent(keysym, down)),
    point(buttons, x, y) {
      const inside = (value: number, size: number) => Math.min(Math.max(Math.round(value), 0), size - 1);
      place = { x: inside(x, frame.width), y: inside(y, frame.height) };
      stream.write(pointerEvent(buttons, place.x, place.y));
    },
    close,
  };
}

/** What is skipped is never held as a whole. */
async function skip(reader: ByteReader, length: number): Promise<void> {
  for (let left = length; left > 0; left -= 65_536) await reader.take(Math.min(left, 65_536));
}
