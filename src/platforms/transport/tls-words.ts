/** What OpenSSL and Node say of a handshake that failed, as sentences with the next step. */
import { FleetError } from '../../errors.ts';
import { connectError } from './connect-error.ts';
import { plainLine } from './http/wire.ts';

/** Codes of Node for a certificate that can't be believed; whatever else goes wrong is the link's fault. */
const DISTRUST =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERROR_IN_CERT_)/;

const NAME_AUTHORITY = 'name the file of the authority that signed it as `ca`';
const PIN = 'compare its fingerprint on the server itself and pin it as `fingerprint`, or name it as `ca`';

/** Why a certificate is not trusted, and what helps. */
const CERTIFICATE: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ['the server has signed it itself', PIN],
  SELF_SIGNED_CERT_IN_CHAIN: ['the authority that signed it is not known here', NAME_AUTHORITY],
  UNABLE_TO_GET_ISSUER_CERT: ['the authority that signed it is not known here', NAME_AUTHORITY],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['the authority that signed it is not known here', NAME_AUTHORITY],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['the authority that signed it is not known here', NAME_AUTHORITY],
  CERT_HAS_EXPIRED: ['it has expired', 'have it renewed, and check the clock of this machine'],
  CERT_NOT_YET_VALID: ['it is not valid yet', 'check the clocks of both machines'],
  CERT_REVOKED: ['its authority has revoked it', 'have it replaced'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['it is for another name', 'reach the host by a name that is in it'],
  HOSTNAME_MISMATCH: ['it is for another name', 'reach the host by a name that is in it'],
};

const OLD_TLS = [
  'it speaks no version of TLS that is safe (1.2 or later)',
  'update the server, or let it speak TLS 1.2',
] as const;
const NOT_TLS = ['what listens there does not speak TLS', 'check the port, and whether it should be http://'] as const;

/** By OpenSSL's name for it, without what stands before. */
const HANDSHAKE: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  TLSV1_ALERT_PROTOCOL_VERSION: OLD_TLS,
  UNSUPPORTED_PROTOCOL: OLD_TLS,
  VERSION_TOO_LOW: OLD_TLS,
  WRONG_VERSION_NUMBER: NOT_TLS,
  PACKET_LENGTH_TOO_LONG: NOT_TLS,
  HTTP_REQUEST: NOT_TLS,
  DH_KEY_TOO_SMALL: ['its keys are too short to be safe', 'have them replaced on the server'],
  EE_KEY_TOO_SMALL: ['its keys are too short to be safe', 'have them replaced on the server'],
  CA_MD_TOO_WEAK: ['its certificate is signed in a way that is not safe any more', 'have it replaced'],
  TLSV1_UNRECOGNIZED_NAME: ['it does not know itself by that name', 'check the name of the host'],
};

/** Alerts by which a server says that it wants another certificate, or one at all (RFC 8446 §6.2). */
const CLIENT_CERTIFICATE =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|NO_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)$/;

/** Codes of files that are not what they are named as. */
const OWN_FILES: readonly (readonly [RegExp, string])[] = [
  [/BAD_DECRYPT|BAD_PASSWORD|PASSPHRASE/, '`client-key` has a passphrase, which is not asked for'],
  [/KEY_VALUES_MISMATCH/, '`client-key` does not belong to `cert`'],
  [/^ERR_OSSL_/, '`cert` or `client-key` is no PEM file that can be used'],
];

/** `target`: for sentences, `pve1:8006`. */
export function handshakeError(error: unknown, target: string): FleetError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cause = { cause: error };
  if (DISTRUST.test(code)) {
    const [why, fix] = CERTIFICATE[code] ?? [`it is not valid (${code.toLowerCase().replaceAll('_', ' ')})`, PIN];
    return new FleetError('trust.tls', `the certificate of ${target} is not trusted: ${why}${namesIn(error)}`, {
      fix,
      ...cause,
    });
  }
  const file = OWN_FILES.find(([pattern]) => pattern.test(code));
  if (file) return new FleetError('config.invalid', `can't connect to ${target}: ${file[1]}`, cause);
  const name = code.replace(/^ERR_SSL_/, '');
  if (name === code) return connectError(error, target);
  if (CLIENT_CERTIFICATE.test(name)) {
    return new FleetError('auth.rejected', `${target} refused the client certificate`, {
      fix: 'check `cert` and `client-key`',
      ...cause,
    });
  }
  if (name.endsWith('ALERT_HANDSHAKE_FAILURE')) {
    return new FleetError(
      'auth.rejected',
      `${target} broke off: it wants a client certificate, or knows no cipher that is safe`,
      { fix: 'check `cert` and `client-key`, or update the server', ...cause },
    );
  }
  const [why, fix] = HANDSHAKE[name] ?? [`TLS failed (${name.toLowerCase().replaceAll('_', ' ')})`, undefined];
  return new FleetError('host.protocol', `can't connect to ${target}: ${why}`, {
    ...(fix === undefined ? {} : { fix }),
    ...cause,
  });
}

/** The names that a certificate is for: `: DNS:pve1, IP Address:10.0.0.1`. */
function namesIn(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('cert' in error)) return '';
  const { cert } = error;
  const names = typeof cert === 'object' && cert !== null && 'subjectaltname' in cert ? cert.subjectaltname : undefined;
  return typeof names === 'string' && names !== '' ? `: ${plainLine(names, 120)}` : '';
}
