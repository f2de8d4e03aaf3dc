/** Who may come in: one access key, that may take one role and gets a session for it. Signatures are looked at, not reckoned. */
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './refusal.ts';

export const KEYS = { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'test/secret+never+sent' } as const;
export const ROLE = 'arn:aws:iam::123456789012:role/operator';
export const REGION = 'eu-test-1';

export interface Access {
  /** Throws AuthFailure for a key that is not known, or a session that was not given. */
  check(headers: IncomingHttpHeaders, service: string): void;
  /** Throws for a key or a role that is not known. */
  assume(headers: IncomingHttpHeaders, role: string | undefined): Session;
}

export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export function createAccess(): Access {
  const sessions = new Map<string, string>();
  let count = 0;
  const isKnown: (...asked: Parameters<Access['check']>) => boolean = (headers, service) => {
    const key = keyOf(headers, service);
    const token = headers['x-amz-security-token'];
    if (token === undefined) return key === KEYS.accessKeyId;
    return key !== undefined && sessions.get(key) === token;
  };
  return {
    check(headers, service) {
      if (isKnown(headers, service)) return;
      throw new Refusal('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
    },
    assume(headers, role) {
      if (!isKnown(headers, 'sts')) {
        throw new Refusal('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
      }
      if (role !== ROLE) {
        throw new Refusal('AccessDenied', `User: test is not authorized to perform: sts:AssumeRole on ${role}`, 403);
      }
      const accessKeyId = `ASIATEST${++count}`;
      const sessionToken = `session-token-${count}`;
      sessions.set(accessKeyId, sessionToken);
      return { accessKeyId, secretAccessKey: 'session/secret', sessionToken };
    },
  };
}

/** The key that signed; undefined when the signature is not for this service in this region (SigV4's credential scope). */
function keyOf({ authorization = '' }: IncomingHttpHeaders, service: string): string | undefined {
  const scope =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=\S+, ?Signature=[0-9a-f]{64}$/;
  const [, key, region, signedFor] = scope.exec(authorization) ?? [];
  return region === REGION && signedFor === service ? key : undefined;
}
