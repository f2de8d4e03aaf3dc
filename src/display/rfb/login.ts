/** How the other side learns who is there: RFC 6143, 7.1 and 7.2, and VeNCrypt (rfbproto.rst, "VeNCrypt"). */
import { createCipheriv } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { FleetError } from '../../errors.ts';
import { type ByteReader, createByteReader } from './reader.ts';

export interface LoginOptions {
  /** Of the display, where it asks for one. */
  readonly password: string | undefined;
  /** Who the display is, for its certificate, and PEM of who signed it; without the latter who the system trusts. */
  readonly host: string;
  readonly ca?: string;
  /** The way there is open: what is shown and typed must be protected by the display itself. */
  readonly needsTls?: boolean;
}

/** What goes on after the login: over TLS another stream than before. */
export interface LoggedIn {
  readonly stream: Duplex;
  readonly reader: ByteReader;
}

const [NONE, VNC, VENCRYPT] = [1, 2, 19];
const [X509_NONE, X509_VNC] = [260, 261];
const LONGEST_REASON = 4_096;
const VERSION = /^RFB (\d{3})\.(\d{3})\n$/;

/**
 * Rejects with auth.rejected for a password that is wrong, auth.needs-secret where there is none,
 * op.unsupported for a login of another kind, op.refused for one without TLS where that is needed,
 * trust.tls for a certificate that can't be verified, and host.protocol for what is no display.
 */
export async function login(stream: Duplex, options: LoginOptions): Promise<LoggedIn> {
  const reader = createByteReader(stream);
  const minor = await agreeOnVersion(stream, reader);
  const type = minor < 7 ? await reader.u32() : await chooseType(stream, reader);
  if (type === 0) throw refused(await readReason(reader));
  if (options.needsTls === true && type !== VENCRYPT)
    throw new FleetError('op.refused', `the display of ${options.host} is not protected on its way`, {
      fix: 'reach the host by ssh instead',
    });
  if (type === NONE) {
    if (minor >= 8) await readResult(reader, minor);
    return { stream, reader };
  }
  if (type === VNC) {
    await answerChallenge(stream, reader, options);
    await readResult(reader, minor);
    return { stream, reader };
  }
  if (type === VENCRYPT) return secure(stream, reader, options);
  throw new FleetError('op.unsupported', `the display wants a login of type ${type}, which drover does not know`);
}

async function agreeOnVersion(stream: Duplex, reader: ByteReader): Promise<number> {
  const [, major, minor] = VERSION.exec((await reader.take(12)).toString('latin1')) ?? [];
  if (major === undefined) throw new FleetError('host.protocol', 'the other side is no VNC display');
  // What says another number than the three that there are means the oldest.
  const number = Number(major) > 3 ? 8 : Math.min(Number(minor), 8);
  const known = number >= 8 ? 8 : number === 7 ? 7 : 3;
  stream.write(`RFB 003.00${known}\n`);
  return known;
}

/** The first of ours that the other side has; 0 with a reason where it has none. */
async function chooseType(stream: Duplex, reader: ByteReader): Promise<number> {
  const count = await reader.u8();
  if (count === 0) return 0;
  const offered = [...(await reader.take(count))];
  const type = [VENCRYPT, VNC, NONE].find((one) => offered.includes(one as number)) as number | undefined;
  if (type === undefined)
    throw new FleetError(
      'op.unsupported',
      `the display wants a login of type ${offered.join(' or ')}, which drover does not know`,
    );
  stream.write(Buffer.of(type));
  return type;
}

async function answerChallenge(stream: Duplex, reader: ByteReader, { password }: LoginOptions): Promise<void> {
  const challenge = Buffer.from(await reader.take(16));
  if (password === undefined) throw new FleetError('auth.needs-secret', 'the display wants a password');
  stream.write(encryptChallenge(challenge, password));
}

/** DES with the first eight bytes of the password, each with its bits the other way round. */
export function encryptChallenge(challenge: Uint8Array, password: string): Buffer {
  const key = Buffer.alloc(8);
  Buffer.from(password, 'utf8').copy(key, 0, 0, 8);
  for (let at = 0; at < 8; at++) key[at] = reversed(key[at] ?? 0);
  // Three times the same key is DES, which OpenSSL has only left under this name.
  const cipher = createCipheriv('des-ede3', Buffer.concat([key, key, key]), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

const reversed = (byte: number): number => {
  let other = 0;
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) other |= 128 >> bit;
  return other;
};

async function readResult(reader: ByteReader, minor: number): Promise<void> {
  const result = await reader.u32();
  if (result === 0) return;
  const reason = minor >= 8 ? await readReason(reader) : '';
  throw refused(reason);
}

const refused = (reason: string): FleetError =>
  new FleetError('auth.rejected', `the display refused the login${reason && `: ${reason}`}`);

/** The other side's words, which may be anything. */
async function readReason(reader: ByteReader): Promise<string> {
  const length = await reader.u32();
  if (length > LONGEST_REASON) return '';
  return (await reader.take(length))
    .toString('utf8')
    .replaceAll(/[\x00-\x1f\x7f-\x9f]/g, ' ')
    .trim();
}

async function secure(stream: Duplex, reader: ByteReader, options: LoginOptions): Promise<LoggedIn> {
  const version = await reader.u16();
  if (version < 2) throw new FleetError('op.unsupported', 'the display speaks a VeNCrypt that is too old');
  stream.write(Buffer.of(0, 2));
  if ((await reader.u8()) !== 0) throw new FleetError('host.protocol', 'the display takes no version of VeNCrypt');
  const offered: number[] = [];
  for (let left = await reader.u8(); left > 0; left--) offered.push(await reader.u32());
  const type = [X509_VNC, X509_NONE].find((one) => offered.includes(one as number));
  if (type === undefined)
    throw new FleetError(
      'op.unsupported',
      `the display wants a login of type ${offered.join(' or ')} within VeNCrypt, which drover does not know`,
      { fix: 'let it have a certificate: vnc_tls_x509_verify of libvirt' },
    );
  const chosen = Buffer.alloc(4);
  chosen.writeUInt32BE(type);
  stream.write(chosen);
  if ((await reader.u8()) !== 1) throw new FleetError('host.protocol', 'the display does not begin with TLS');
  // TLS reads the stream by itself.
  reader.detach();
  const over = await startTls(stream, options);
  const inner = createByteReader(over);
  if (type === X509_VNC) await answerChallenge(over, inner, options);
  await readResult(inner, 8);
  return { stream: over, reader: inner };
}

function startTls(socket: Duplex, { host, ca }: LoginOptions): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const over = connect({ socket, host, servername: host, ...(ca !== undefined && { ca }) }, () => resolve(over));
    over.once('error', (cause) =>
      reject(new FleetError('trust.tls', `the certificate of the display of ${host}: ${cause.message}`, { cause })),
    );
  });
}
