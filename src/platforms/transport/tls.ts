import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { FleetError } from '../../errors.ts';
import { fileWords, noAnswer } from './connect-error.ts';
import { type Patience, within } from './deadline.ts';
import { hostPort, openTcp, settled } from './socket.ts';
import { handshakeError } from './tls-words.ts';

export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  /** Paths of PEM files. Without `ca` the authorities that node trusts count. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /**
   * SHA-256 of the one certificate that is right, in hex with or without colons. It takes the place of name and chain:
   * servers that sign for themselves are known by it. A SHA-1 counts too, for what a trusted server says of another one; no
   * field of an endpoint takes it.
   */
  readonly fingerprint?: string;
}

const HANDSHAKE_MS = 10_000;

/**
 * Verified TLS, always: name and chain, or the very certificate whose fingerprint was given. A private authority is
 * named by `ca`, there is no way to turn it off. `open` makes the link below it: another than the straight one where there is a proxy.
 */
export async function openTls(
  target: TlsTarget,
  patience: Patience,
  open: (target: TlsTarget, patience: Patience) => Promise<Duplex> = straight,
): Promise<TLSSocket> {
  const name = hostPort(target.host, target.port);
  const [ca, cert, key] = await Promise.all([pem(target.ca), pem(target.cert), pem(target.key)]);
  const socket = await open(target, patience);
  return within(
    HANDSHAKE_MS,
    patience,
    () => noAnswer(name, HANDSHAKE_MS / 1000),
    async ({ signal }) => {
      try {
        const secure = connect({
          socket,
          // Checked against the certificate also where it is an address; SNI must not carry one.
          host: target.host,
          ...(isIP(target.host) ? {} : { servername: target.host }),
          ...(ca ? { ca } : {}),
          ...(cert ? { cert } : {}),
          ...(key ? { key } : {}),
          // A pinned certificate is looked at below, before a byte is sent.
          ...(target.fingerprint === undefined ? {} : { rejectUnauthorized: false }),
        });
        await settled(secure, 'secureConnect', signal);
        if (target.fingerprint !== undefined) assertPinned(secure, target.fingerprint, name);
        return secure;
      } catch (error) {
        socket.destroy();
        if (signal.aborted) throw signal.reason;
        throw error instanceof FleetError ? error : handshakeError(error, name);
      }
    },
  );
}

const straight = ({ host, port }: TlsTarget, patience: Patience): Promise<Duplex> => openTcp(host, port, patience);

const SHA1_DIGITS = 40;

const hexOf = (fingerprint: string): string => fingerprint.replaceAll(':', '').trim().toLowerCase();

function assertPinned(socket: TLSSocket, fingerprint: string, target: string): void {
  const { fingerprint256, fingerprint: sha1 } = socket.getPeerCertificate();
  const shown = hexOf(fingerprint).length === SHA1_DIGITS ? sha1 : fingerprint256;
  if (shown !== undefined && hexOf(shown) === hexOf(fingerprint)) return;
  throw new FleetError('trust.tls', `${target} shows another certificate than the one that is pinned`, {
    fix: `find out why; if it was renewed, its \`fingerprint\` is ${fingerprint256}`,
  });
}

async function pem(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    const file = await readFile(path);
    // OpenSSL passes over a file of authorities in which there are none.
    if (file.includes('-----BEGIN ')) return file;
  } catch (error) {
    throw new FleetError('config.invalid', `can't read ${path}: ${fileWords(error)}`, { cause: error });
  }
  throw new FleetError('config.invalid', `${path} is no PEM file`, {
    fix: 'convert it: openssl x509 -in FILE -out FILE.pem (or openssl pkey for a key)',
  });
}
