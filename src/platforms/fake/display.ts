/** The screen of a simulated guest, as a VNC server without a password shows it (RFC 6143): bars, and a block that keys and mouse move. */
import { type Duplex, duplexPair } from 'node:stream';

const WIDTH = 320;
const HEIGHT = 200;
const BLOCK = 20;
const STEP = 10;
/** Red, green, blue. */
const BARS: readonly (readonly [number, number, number])[] = [
  [255, 255, 255],
  [255, 255, 0],
  [0, 255, 255],
  [0, 255, 0],
  [255, 0, 255],
  [255, 0, 0],
  [0, 0, 255],
  [0, 0, 0],
];
/** What the keys of RFC 6143, 7.5.4 do to the block. */
const MOVES: ReadonlyMap<number, readonly [number, number]> = new Map([
  [0xff51, [-STEP, 0]],
  [0xff52, [0, -STEP]],
  [0xff53, [STEP, 0]],
  [0xff54, [0, STEP]],
]);
/** Length of each message of a client; those with a list say more in it. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [0, 20],
  [2, 4],
  [3, 10],
  [4, 8],
  [5, 6],
  [6, 8],
]);

/** `name` is what the display is called. */
export function openFakeDisplay(name: string): Duplex {
  const [near, far] = duplexPair();
  const block = { x: (WIDTH - BLOCK) / 2, y: (HEIGHT - BLOCK) / 2 };
  let step: 'version' | 'type' | 'init' | 'messages' = 'version';
  let held = Buffer.alloc(0);
  let hasChanged = true;
  let isAsked = false;

  function greet(): void {
    const text = Buffer.from(name);
    const head = Buffer.alloc(24);
    head.writeUInt16BE(WIDTH, 0);
    head.writeUInt16BE(HEIGHT, 2);
    head.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16], 4);
    head.writeUInt32BE(text.length, 20);
    far.write(Buffer.concat([head, text]));
  }
  function answer(): void {
    if (!isAsked || !hasChanged) return;
    [isAsked, hasChanged] = [false, false];
    // One rectangle of raw pixels: the whole.
    const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, WIDTH >> 8, WIDTH & 255, HEIGHT >> 8, HEIGHT & 255, 0, 0, 0, 0]);
    far.write(Buffer.concat([head, picture(block)]));
  }
  function move(x: number, y: number): void {
    block.x = Math.min(Math.max(x, 0), WIDTH - BLOCK);
    block.y = Math.min(Math.max(y, 0), HEIGHT - BLOCK);
    hasChanged = true;
    answer();
  }
  function take(message: Buffer): void {
    if (message[0] === 3) {
      isAsked = true;
      if (message[1] === 0) hasChanged = true;
      return void answer();
    }
    if (message[0] === 4 && message[1] === 1) {
      const [right, down] = MOVES.get(message.readUInt32BE(4)) ?? [0, 0];
      return void move(block.x + right, block.y + down);
    }
    if (message[0] === 5 && message[1] !== 0)
      move(message.readUInt16BE(2) - BLOCK / 2, message.readUInt16BE(4) - BLOCK / 2);
  }
  /** How many bytes the first of what is held has, as far as it is known. */
  function length(): number {
    if (step === 'version') return 12;
    if (step !== 'messages') return 1;
    const least = LENGTHS.get(held[0] ?? 0) ?? 1;
    if (held.length < least) return least;
    if (held[0] === 2) return least + held.readUInt16BE(2) * 4;
    return held[0] === 6 ? least + held.readUInt32BE(4) : least;
  }

  far.on('error', () => {});
  far.on('close', () => near.destroy());
  near.on('close', () => far.destroy());
  far.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    while (held.length > 0 && held.length >= length()) {
      const message = held.subarray(0, length());
      held = held.subarray(message.length);
      if (step === 'version') {
        step = 'type';
        far.write(Buffer.of(1, 1));
      } else if (step === 'type') {
        step = 'init';
        far.write(Buffer.alloc(4));
      } else if (step === 'init') {
        step = 'messages';
        greet();
      } else take(message);
    }
  });
  far.write('RFB 003.008\n');
  return near;
}

function picture(block: { readonly x: number; readonly y: number }): Buffer {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 4);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const isBlock = x >= block.x && x < block.x + BLOCK && y >= block.y && y < block.y + BLOCK;
      pixels.set(
        isBlock ? [128, 128, 128] : (BARS[Math.floor((x * BARS.length) / WIDTH)] ?? [0, 0, 0]),
        (y * WIDTH + x) * 4,
      );
    }
  return pixels;
}
