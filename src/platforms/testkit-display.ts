/** A VNC server with one picture, for test servers of platforms: RFC 6143, with what a client must say and nothing else. */
import { createCipheriv, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';

const [WIDTH, HEIGHT] = [8, 4];
const [NONE, VNC] = [1, 2];
const [ENCODINGS, REQUEST] = [2, 3];
/** Length of each message of a client; the one with a list says more in it. */
const LENGTHS: Readonly<Record<number, number>> = { 0: 20, [ENCODINGS]: 4, [REQUEST]: 10, 4: 8, 5: 6 };

/** `password`: without one every client is let in. Resolves when the client has gone, or was refused. */
export async function servePicture(stream: Duplex, password?: string): Promise<void> {
  stream.on('error', () => {});
  const bytes = reading(stream);
  const take = async (length: number): Promise<Buffer> => {
    const all = Buffer.alloc(length);
    for (let at = 0; at < length; at++) {
      const { value, done } = await bytes.next();
      if (done) throw new Error('the client has gone');
      all[at] = value;
    }
    return all;
  };
  try {
    stream.write('RFB 003.008\n');
    await take(12);
    stream.write(Buffer.of(1, password === undefined ? NONE : VNC));
    await take(1);
    const challenge = randomBytes(16);
    if (password !== undefined) stream.write(challenge);
    const isRight = password === undefined || (await take(16)).equals(encrypted(challenge, password));
    if (!isRight) {
      const reason = Buffer.from('Authentication failed');
      return void stream.end(Buffer.concat([Buffer.of(0, 0, 0, 1, 0, 0, 0, reason.length), reason]));
    }
    stream.write(Buffer.alloc(4));
    await take(1);
    stream.write(
      Buffer.from([0, WIDTH, 0, HEIGHT, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0, 0, 0, 0, 0]),
    );
    for (;;) {
      const [kind = 0] = await take(1);
      const length = LENGTHS[kind];
      if (length === undefined) throw new Error(`a message of kind ${kind}`);
      const rest = await take(length - 1);
      if (kind === ENCODINGS) await take(rest.readUInt16BE(1) * 4);
      // What has not changed is not sent again.
      if (kind === REQUEST && rest[0] === 0) stream.write(PICTURE);
    }
  } catch {
    stream.destroy();
  }
}

/** One rectangle of raw pixels, each another shade. */
const PICTURE = Buffer.concat([
  Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, WIDTH, 0, HEIGHT, 0, 0, 0, 0]),
  Buffer.from(Array.from({ length: WIDTH * HEIGHT }, (_, at) => [at * 8, 255 - at * 8, 128, 0]).flat()),
]);

async function* reading(stream: Duplex): AsyncGenerator<number, void> {
  for await (const chunk of stream) yield* chunk as Buffer;
}

/** DES with the first eight bytes of the password, each with its bits the other way round. */
function encrypted(challenge: Buffer, password: string): Buffer {
  const key = Buffer.alloc(8);
  Buffer.from(password).copy(key, 0, 0, 8);
  const bits = (byte: number) => Number.parseInt([...byte.toString(2).padStart(8, '0')].reverse().join(''), 2);
  const reversed = Buffer.from(key.map(bits));
  const cipher = createCipheriv('des-ede3', Buffer.concat([reversed, reversed, reversed]), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}
