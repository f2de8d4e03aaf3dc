/** Names of hosts and users out of other tools' files: refused where OpenSSH refuses them. */
import { isHostName, isUserName } from '../../host-names.ts';
import type { Settings } from '../../platforms/contract.ts';

/** Fields with a host in them, alone or in an address. */
const ADDRESSES = ['host', 'uri', 'url', 'auth-url', 'endpoint-url'];

/** `scheme://user@host:port/…`; all but the host may be missing, and the host is empty for a socket of this machine. */
const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:([^/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)/i;

/** A sentence without a full stop, which quotes no name; undefined when all of them can be passed on. */
export function nameProblem(values: Settings): string | undefined {
  const users = [values['user']];
  for (const key of ADDRESSES) {
    const [, user, host = ''] = ADDRESS.exec(String(values[key] ?? '')) ?? [];
    if (host !== '' && !isHostName(decoded(host)))
      return 'its host has a character that OpenSSH allows in no host name';
    users.push(user === undefined ? undefined : decoded(user));
  }
  const isRefused = users.some((user) => typeof user === 'string' && user !== '' && !isUserName(user));
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
