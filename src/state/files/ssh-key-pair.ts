/** New SSH keys, as OpenSSH keeps them. */
import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

export const SSH_KEY_TYPES = ['ed25519', 'rsa'] as const;
export type SshKeyType = (typeof SSH_KEY_TYPES)[number];

export interface SshKeyPair {
  /** The text of its file. */
  readonly privateKey: string;
  /** One line: type, key, comment. */
  readonly publicKey: string;
}

const RSA_BITS = 3072;
const LINE = 70;
/** OpenSSH fills private parts up to this many bytes. */
const BLOCK = 8;

const generate = promisify(generateKeyPair);

/** Without a passphrase. RSA is for what takes nothing newer. */
export async function newSshKeyPair(type: SshKeyType, comment: string): Promise<SshKeyPair> {
  if (type === 'rsa') {
    const { privateKey, publicKey } = await generate('rsa', { modulusLength: RSA_BITS });
    const { n, e } = publicKey.export({ format: 'jwk' });
    const blob = Buffer.concat([text('ssh-rsa'), number(fromBase64(e)), number(fromBase64(n))]);
    // This form all versions of OpenSSH read.
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
    return { privateKey: String(pem), publicKey: publicLine('ssh-rsa', blob, comment) };
  }
  const { privateKey, publicKey } = await generate('ed25519');
  const point = fromBase64(publicKey.export({ format: 'jwk' }).x);
  const blob = Buffer.concat([text('ssh-ed25519'), data(point)]);
  return {
    privateKey: openSshFile(
      blob,
      Buffer.concat([blob, data(Buffer.concat([seedOf(privateKey), point])), text(comment)]),
    ),
    publicKey: publicLine('ssh-ed25519', blob, comment),
  };
}

const publicLine = (type: string, blob: Buffer, comment: string): string =>
  `${type} ${blob.toString('base64')} ${comment}`;

const fromBase64 = (value: string | undefined): Buffer => Buffer.from(value ?? '', 'base64url');
const seedOf = (key: KeyObject): Buffer => fromBase64(key.export({ format: 'jwk' }).d);

/** OpenSSH's own form, PROTOCOL.key: the public key, and the private one behind two equal numbers, padded with 1, 2, 3. */
function openSshFile(publicBlob: Buffer, privatePart: Buffer): string {
  const check = randomBytes(4);
  const whole = Buffer.concat([check, check, privatePart]);
  const padding = Buffer.from(Array.from({ length: (BLOCK - (whole.length % BLOCK)) % BLOCK }, (_, at) => at + 1));
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    text('none'),
    text('none'),
    text(''),
    uint32(1),
    data(publicBlob),
    data(Buffer.concat([whole, padding])),
  ]);
  const lines = file.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

function uint32(value: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(value);
  return four;
}
const data = (value: Buffer): Buffer => Buffer.concat([uint32(value.length), value]);
const text = (value: string): Buffer => data(Buffer.from(value));
/** A number that begins with a set bit would be negative. */
const number = (value: Buffer): Buffer => data((value[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), value]) : value);
