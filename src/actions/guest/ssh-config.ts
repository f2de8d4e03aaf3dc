import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { FleetError, sentence } from '../../errors.ts';

/** What the user's own configuration of ssh says of an address. */
export interface SshSays {
  /** Undefined where it would be the local user, as for any address that nothing is said of. */
  readonly user: string | undefined;
  /** It names a way of its own: ProxyJump or ProxyCommand. */
  readonly hasProxy: boolean;
}

const ANSWER_MS = 10_000;

/** Asks OpenSSH itself (`ssh -G`). Rejects with config.invalid where there is none, or its configuration is wrong. */
export function readSshConfig(address: string, signal: AbortSignal): Promise<SshSays> {
  return new Promise((resolve, reject) => {
    execFile('ssh', ['-G', '--', address], { signal, timeout: ANSWER_MS }, (error, output, complaint) => {
      if (!error) return resolve(sshSays(output, userInfo().username));
      if (signal.aborted) return reject(signal.reason);
      const why = complaint.trim().split('\n').at(-1) || sentence(error);
      reject(
        new FleetError('config.invalid', `ssh does not say how it would reach ${address}: ${why}`, {
          fix: "install OpenSSH's client, or correct ~/.ssh/config",
          cause: error,
        }),
      );
    });
  });
}

/** Lines of a keyword in lower case and its value, as `ssh -G` prints them. */
export function sshSays(output: string, localUser: string): SshSays {
  const values = new Map(
    output.split('\n').map((line) => {
      const blank = line.indexOf(' ');
      return [line.slice(0, blank), line.slice(blank + 1)] as const;
    }),
  );
  const user = values.get('user');
  const isSet = (keyword: string) => (values.get(keyword) ?? 'none') !== 'none';
  return {
    user: user === localUser ? undefined : user,
    hasProxy: isSet('proxyjump') || isSet('proxycommand'),
  };
}
