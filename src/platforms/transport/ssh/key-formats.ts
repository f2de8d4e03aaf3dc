/**
 * What a key file holds, by its text alone: OpenSSH's own format (PROTOCOL.key of openssh-portable), PKCS#8 and the
 * older PEM (RFC 7468, RFC 5958), PuTTY's, and public keys.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { ParsedKey } from 'ssh2';
import type { Ssh2 } from './ssh2.ts';

export type KeyContent =
  | { readonly kind: 'open'; readonly key: ParsedKey }
  /** `public` is the raw public key where the file shows it without the passphrase. */
  | { readonly kind: 'locked'; readonly public: Buffer | undefined; readonly rounds: number | undefined }
  /** A public key, or a stub of one: its private half is elsewhere, in an agent mostly. */
  | { readonly kind: 'public'; readonly public: Buffer }
  | { readonly kind: 'unusable'; readonly why: string; readonly public: Buffer | undefined };

/** Types that ssh2 can sign with. */
const TYPES = /^(ssh-rsa|ssh-dss|ssh-ed25519|ecdsa-sha2-nistp(256|384|521))$/;
/** Of OpenSSH's format, those that ssh2 can decrypt. */
const CIPHERS = /^(aes(128|192|256)-(ctr|cbc)|aes(128|256)-gcm@openssh\.com|3des-cbc)$/;

export function contentOf(ssh2: Ssh2, text: string): KeyContent {
  const label = /^\s*-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  if (label === 'OPENSSH PRIVATE KEY') return ofOpenSsh(ssh2, text);
  if (label === 'ENCRYPTED PRIVATE KEY') return { kind: 'locked', public: undefined, rounds: undefined };
  if (label === 'PRIVATE KEY') return ofPkcs8(ssh2, text);
  if (label !== undefined && /^Proc-Type: 4,ENCRYPTED/m.test(text))
    return { kind: 'locked', public: undefined, rounds: undefined };
  if (/^\s*PuTTY-User-Key-File-/.test(text) && !/^Encryption: none/m.test(text)) {
    return { kind: 'locked', public: undefined, rounds: undefined };
  }
  const blob = label === undefined ? publicIn(text) : undefined;
  if (blob && TYPES.test(typeOfKey(blob))) return { kind: 'public', public: blob };
  if (blob) return unusable(`a key of the type ${typeOfKey(blob)}`, blob);
  return parsed(ssh2, text);
}

/** The raw key of a public line: `[options] type base64 [comment]`. */
export function publicIn(text: string): Buffer | undefined {
  const [, type, base64] = /^\s*([\w@.-]+) +(AAAA[A-Za-z0-9+/]+=*)/.exec(text) ?? [];
  const blob = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  return blob && typeOfKey(blob) === type ? blob : undefined;
}

/** The type that a raw public key names in its first field. */
export const typeOfKey = (blob: Buffer): string =>
  blob.length < 4 ? '' : blob.toString('latin1', 4, 4 + Math.min(64, blob.readUInt32BE(0)));

const unusable = (why: string, blob?: Buffer): KeyContent => ({ kind: 'unusable', why, public: blob });

function parsed(ssh2: Ssh2, text: string): KeyContent {
  const result: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(text);
  const key = Array.isArray(result) ? result[0] : result;
  if (key === undefined || key instanceof Error || !key.isPrivateKey())
    return unusable('in a format that it does not know');
  return { kind: 'open', key };
}

const MAGIC = 'openssh-key-v1\0';

function ofOpenSsh(ssh2: Ssh2, text: string): KeyContent {
  const base64 = /-----BEGIN [^-]+-----([^-]*)-----END/.exec(text)?.[1] ?? '';
  const bytes = Buffer.from(base64, 'base64');
  try {
    if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return unusable('damaged');
    const fields = fieldsFrom(bytes, MAGIC.length);
    const cipher = fields.next().toString('latin1');
    fields.next();
    const derivation = fields.next();
    fields.skip(4);
    const blob = fields.next();
    const type = typeOfKey(blob);
    if (!TYPES.test(type)) return unusable(`a key of the type ${type}`, blob);
    if (cipher === 'none') return parsed(ssh2, text);
    if (!CIPHERS.test(cipher)) return unusable(`encrypted with ${cipher}`, blob);
    const rounds = derivation.length > 8 ? derivation.readUInt32BE(derivation.length - 4) : undefined;
    return { kind: 'locked', public: blob, rounds };
  } catch {
    return unusable('damaged');
  }
}

/** SSH's strings (RFC 4251, 5), one after the other. Throws RangeError at the end. */
function fieldsFrom(bytes: Buffer, start: number) {
  let at = start;
  return {
    next(): Buffer {
      const length = bytes.readUInt32BE(at);
      if (at + 4 + length > bytes.length) throw new RangeError('the file ends too early');
      at += 4 + length;
      return bytes.subarray(at - length, at);
    },
    skip(length: number): void {
      at += length;
    },
  };
}

/** ssh2 has no PKCS#8: the key is written in a form that it has. */
function ofPkcs8(ssh2: Ssh2, text: string): KeyContent {
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    return unusable('damaged');
  }
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return parsed(ssh2, key.export({ type: 'pkcs1', format: 'pem' }).toString());
    case 'ec':
      return parsed(ssh2, key.export({ type: 'sec1', format: 'pem' }).toString());
    case 'ed25519':
      return parsed(ssh2, openSshText(key));
    default:
      return unusable(`a key of the type ${key.asymmetricKeyType}`);
  }
}

const field = (value: Buffer | string): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** An Ed25519 key in OpenSSH's format, without a passphrase. */
function openSshText(key: KeyObject): string {
  const { x = '', d = '' } = key.export({ format: 'jwk' });
  const [pub, seed] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')];
  const blob = Buffer.concat([field('ssh-ed25519'), field(pub)]);
  // Two equal numbers, by which a reader sees that it has decrypted well; then the key, and 1, 2, 3 … up to a block of 8.
  const inner = Buffer.concat([Buffer.alloc(8), blob, field(Buffer.concat([seed, pub])), field('')]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, i) => i + 1));
  const count = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from(MAGIC, 'latin1'),
    field('none'),
    field('none'),
    field(''),
    count,
    field(blob),
    field(Buffer.concat([inner, padding])),
  ]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${whole.toString('base64').replace(/.{70}/g, '$&\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
