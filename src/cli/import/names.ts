/**
 * Names of hosts and users out of other tools' files: refused where OpenSSH refuses them (ssh_valid_hostname and
 * ssh_valid_ruser of its readconf.c), since they may end in a shell as %h and %r of a ProxyCommand.
 */
import type { Settings } from '../../platforms/contract.ts';

const NOT_IN_HOST = /['`"$\\;&<>|(){},\s\p{Cc}]/u;
const NOT_IN_USER = /['`";&<>|(){}\p{Cc}]|\s-|\\$/u;

const isHostName = (name: string): boolean => !name.startsWith('-') && !NOT_IN_HOST.test(name);
const isUserName = (name: string): boolean => !name.startsWith('-') && !NOT_IN_USER.test(name);

/** Fields with a host in them, alone or in an address. */
const ADDRESSES = ['host', 'uri', 'url', 'auth-url', 'endpoint-url'];

/** `scheme://user@host:port/…`; all but the host may be missing, and the host is empty for a socket of this machine. */
const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:([^/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)/i;

/** A sentence without a full stop, which quotes no name; undefined when all of them can be passed on. */
export function nameProblem(values: Settings): string | undefined {
  const users = [values['user']];
  for (const key of ADDRESSES) {
    const [, user, host = ''] = ADDRESS.exec(String(values[key] ?? '')) ?? [];
    if (!isHostName(decoded(host))) return 'its host has a character that OpenSSH allows in no host name';
    users.push(user === undefined ? undefined : decoded(user));
  }
  const isRefused = users.some((user) => typeof user === 'string' && !isUserName(user));
  return isRefused ? 'its user has a character that OpenSSH allows in no user name' : undefined;
}

/** What is no percent encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
