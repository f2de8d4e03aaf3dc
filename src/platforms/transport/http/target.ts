import { FleetError } from '../../../errors.ts';
import { hostPort, isLoopback } from '../socket.ts';
import type { TlsTarget } from '../tls.ts';

/** Where an HTTP API listens, and how it is known to be the right one. */
export interface HttpTarget extends TlsTarget {
  /** False is plain HTTP: for this machine, and where the user insists. */
  readonly secure: boolean;
  /** What stands before every path, without a slash at its end: `/api2/json`. */
  readonly base: string;
}

export interface TargetRules {
  /** For sentences: the endpoint's name. */
  readonly endpoint: string;
  readonly port: number;
  /** The user has said that plain HTTP to another machine is all right. */
  readonly plainAllowed: boolean;
}

/**
 * Reads what people write into a field: `pve1`, `pve1:8006`, `[fe80::1]`, `https://pve1.example.org:8006/`. Throws
 * config.invalid for anything else, for passwords in it, and for plain HTTP that the user has not allowed.
 */
export function readHttpTarget(text: string, { endpoint, port, plainAllowed }: TargetRules): HttpTarget {
  const invalid = (why: string, fix?: string) =>
    new FleetError('config.invalid', `${endpoint}: ${why}`, fix === undefined ? {} : { fix });
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
  // The text may hold a password: it is not repeated.
  if (!url) throw invalid('the address is no host name and no URL');
  if (url.username !== '' || url.password !== '') throw invalid('a login does not belong into the address');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid(`can't speak ${url.protocol} to it`);
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (!secure && !plainAllowed && !isLoopback(host)) {
    throw invalid(
      `HTTP to ${host} is not protected: anybody on the way reads the login`,
      'use https, or say `insecure: true`',
    );
  }
  // WHATWG URLs forget a port that is their scheme's own.
  const stated = /^(?:[a-z]+:\/\/)?(?:\[[^\]]*\]|[^/:]*):(\d+)/i.exec(text)?.[1];
  return { secure, host, port: stated === undefined ? port : Number(stated), base: url.pathname.replace(/\/+$/, '') };
}

/** `pve1:8006`. */
export const targetName = ({ host, port }: HttpTarget): string => hostPort(host, port);
