import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { FleetError } from '../../errors.ts';
import { connectError, noAnswer } from './connect-error.ts';
import { type Patience, within } from './deadline.ts';
import { hostPort, openTcp, settled } from './socket.ts';

export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  /** Paths of PEM files. Without `ca` the authorities that node trusts count. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /**
   * SHA-256 of the one certificate that is right, in hex with or without colons. It takes the place of name and chain:
   * servers that sign for themselves are known by it.
   */
  readonly fingerprint?: string;
}

const HANDSHAKE_MS = 10_000;

/** Node's codes for a certificate that can't be believed; whatever else goes wrong is the link's fault. */
const DISTRUST =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)/;

/**
 * Verified TLS, always: name and chain, or the very certificate whose fingerprint was given. A private authority is
 * named by `ca`, there is no way to turn it off.
 */
export async function openTls(target: TlsTarget, patience: Patience): Promise<TLSSocket> {
  const name = hostPort(target.host, target.port);
  const [ca, cert, key] = await Promise.all([pem(target.ca), pem(target.cert), pem(target.key)]);
  const socket = await openTcp(target.host, target.port, patience);
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

const hexOf = (fingerprint: string): string => fingerprint.replaceAll(':', '').trim().toLowerCase();

function assertPinned(socket: TLSSocket, fingerprint: string, target: string): void {
  const { fingerprint256 } = socket.getPeerCertificate();
  if (fingerprint256 !== undefined && hexOf(fingerprint256) === hexOf(fingerprint)) return;
  throw new FleetError('trust.tls', `${target} shows another certificate than the one that is pinned`, {
    fix: `find out why; if it was renewed, its \`fingerprint\` is ${fingerprint256}`,
  });
}

async function pem(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw new FleetError('config.invalid', `can't read ${path}`, { cause: error });
  }
}

function handshakeError(error: unknown, target: string): FleetError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = error instanceof Error ? error.message : String(error);
  if (DISTRUST.test(code)) {
    return new FleetError('trust.tls', `the certificate of ${target} is not trusted: ${why}`, {
      fix: 'name the file of the authority that signed it as `ca`, and reach the host by a name in its certificate',
      cause: error,
    });
  }
  // The server ends a handshake that lacks an acceptable client certificate with an alert.
  if (code.startsWith('ERR_SSL_') && /alert/i.test(why)) {
    return new FleetError('auth.rejected', `${target} refused the client certificate: ${why}`, {
      fix: 'check `cert` and `client-key`',
      cause: error,
    });
  }
  return connectError(error, target);
}
