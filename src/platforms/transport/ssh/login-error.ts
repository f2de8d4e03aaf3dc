/** What a connection that failed before or during the login says, and what to do about it. */
import { FleetError, sentence } from '../../../errors.ts';
import { connectError } from '../connect-error.ts';
import type { Login } from './auth.ts';
import { SYSTEM_SSH } from './keys.ts';

/** ssh2 says where it happened, and for a disconnect by the host its number. */
export interface SshError extends Error {
  readonly level?: string;
  readonly code?: string | number;
}

/** `name` is `host:port`. */
export function loginError(error: SshError, name: string, login: Login): FleetError {
  // A number is the reason that the host gave for hanging up: too many keys, mostly.
  const hungUp = typeof error.code === 'number' && login.tried.length > 0;
  const refused = error.level === 'client-authentication' || hungUp;
  if (login.locked !== undefined && !login.passwordSent && refused) {
    return new FleetError('auth.needs-secret', `${name} wants a login, and the key ${login.locked} has a passphrase`, {
      fix: `ssh-add ${login.locked}`,
      cause: error,
    });
  }
  if (refused || login.passwordSent) {
    const tried = login.tried.length > 0 ? `tried: ${login.tried.join(', ')}` : 'there was nothing to try';
    const unusable = login.unusable.length > 0 ? `; not usable by the built-in SSH: ${login.unusable.join(', ')}` : '';
    return new FleetError('auth.rejected', `${name} refused the login (${tried}${unusable})`, {
      fix:
        login.unusable.length > 0
          ? SYSTEM_SSH
          : hungUp
            ? 'hosts count the keys that they refuse: name the right one as `key` of the endpoint'
            : 'check the user, and give a key or a password that the host accepts',
      ...(error.level === 'client-authentication' && login.endpointPasswordSent && { refused: 'password' }),
      cause: error,
    });
  }
  if (error.level === 'handshake' || error.level === 'protocol') {
    const noneInCommon = /no matching/i.test(error.message);
    return new FleetError('host.protocol', `no SSH with ${name}: ${sentence(error)}`, {
      ...(noneInCommon && { fix: 'set `ssh: system` for this endpoint: the ssh of this machine has more algorithms' }),
      cause: error,
    });
  }
  return connectError(error, name);
}
