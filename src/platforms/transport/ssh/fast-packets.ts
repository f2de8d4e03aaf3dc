/** What makes ssh2 1.17 without its native parts fast: fewer writes, and less memory for each packet. */
import { createSecretKey } from 'node:crypto';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { freeAtOnce } from '../free-at-once.ts';
import { readInPlace } from '../socket.ts';

/** What is inside of a client whose keys are exchanged, with AES-GCM by Node. */
interface Inside {
  readonly _protocol?: {
    readonly _cipher?: { _encKey?: unknown; encrypt(packet: Buffer): void };
    readonly _decipher?: { _decipherKey?: unknown };
  };
}

const inside = (client: Client): NonNullable<Inside['_protocol']> => (client as unknown as Inside)._protocol ?? {};

/** Whether each packet is decrypted into memory of its own. */
export const decryptsApart = (client: Client): boolean => inside(client)._decipher?._decipherKey !== undefined;

/** A head and a tag; the head is a part of a packet that is not encrypted. */
const SMALL = 64;

/** ssh2 writes head, content and tag of each packet by itself: what it writes in one turn leaves together, and is freed then. */
export function inOneWrite(sock: Duplex): Duplex {
  const write = sock.write.bind(sock);
  // Other streams may say that they have written what they still hold.
  const isWritten = sock instanceof Socket;
  let isHeld = false;
  const release = () => {
    isHeld = false;
    sock.uncork();
  };
  return Object.assign(sock, {
    write(bytes: Buffer) {
      if (!isHeld) {
        isHeld = true;
        sock.cork();
        process.nextTick(release);
      }
      if (bytes.length <= SMALL) return write(Buffer.from(bytes));
      return write(bytes, (error) => {
        if (isWritten && !error) freeAtOnce(bytes);
      });
    },
  });
}

/** Whose packets are decrypted by AES-GCM. */
const sped = new WeakSet<Client>();

/**
 * To be called after each exchange of keys; other ciphers stay as they are. ssh2 gives the bare key to Node with each packet, and to
 * prepare it takes Node as long as the packet itself: a key object is prepared once. `sock` is what was given to the client, by inOneWrite().
 */
export function speedUp(client: Client, sock: Duplex): void {
  const { _cipher: cipher, _decipher: decipher } = inside(client);
  if (cipher && Buffer.isBuffer(cipher._encKey)) {
    cipher._encKey = createSecretKey(cipher._encKey);
    const encrypt = cipher.encrypt.bind(cipher);
    cipher.encrypt = (packet) => {
      encrypt(packet);
      freeAtOnce(packet);
    };
  }
  if (!decipher || !Buffer.isBuffer(decipher._decipherKey)) {
    // Readers rely on what was before: a server that offers other ciphers in the middle of a connection has none with us.
    if (sped.has(client)) sock.destroy(new Error('the server has changed to another cipher'));
    return;
  }
  sped.add(client);
  decipher._decipherKey = createSecretKey(decipher._decipherKey);
  // It keeps nothing of what it has decrypted.
  readInPlace(sock);
}
