import { FleetError, sentence } from '../../errors.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the other side hung up',
  EPIPE: 'the other side hung up',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  EHOSTDOWN: 'the host is down',
  ETIMEDOUT: 'no answer',
  ECONNABORTED: 'the other side hung up',
  ENETDOWN: 'the network of this machine is down',
  EADDRNOTAVAIL: 'this machine has no address that leads there',
  EINVAL: 'that is no address that a connection can be made to',
  ENOTSOCK: 'that is no socket',
  EPROTOTYPE: 'that is no socket for connections',
  ENAMETOOLONG: 'the path is too long for a socket',
  ENOTDIR: 'a part of the path is no folder',
  ELOOP: 'its links lead in a circle',
  ENOBUFS: 'this machine has no room for another connection',
  ENOMEM: 'this machine has no memory for another connection',
};

/** Of files that the user has named. */
const FILE_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'this program has too many files open',
  ENFILE: 'this machine has too many files open',
  EIO: 'the disk does not give it',
};

/** Why a file can't be read, in words. */
export const fileWords = (error: unknown): string => FILE_WORDS[codeOf(error)] ?? sentence(error);

/** What node says when a socket can't be opened, as a sentence that names `target` (`db1:22`, `/run/x.sock`). */
export function connectError(error: unknown, target: string): FleetError {
  const code = codeOf(error);
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return new FleetError('host.unreachable', `the name in ${target} can't be resolved`, {
        fix: 'check the spelling, or the name server',
        retry: code !== 'ENOTFOUND',
        cause: error,
      });
    case 'ENOENT':
      return new FleetError('host.unreachable', `there is no socket ${target}`, {
        fix: 'check that the daemon runs, and its path',
        retry: true,
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new FleetError('auth.forbidden', `no right to open ${target}`, { cause: error });
    case 'EMFILE':
    case 'ENFILE':
      return new FleetError('host.unreachable', `can't connect to ${target}: too many files and connections are open`, {
        fix: code === 'EMFILE' ? 'raise the limit of open files (ulimit -n) and start again' : 'close other programs',
        retry: true,
        cause: error,
      });
    default: {
      const why = WORDS[code] ?? sentence(error);
      return new FleetError('host.unreachable', `can't connect to ${target}: ${why}`, { retry: true, cause: error });
    }
  }
}

export const noAnswer = (target: string, seconds: number): FleetError =>
  new FleetError('host.unreachable', `no answer from ${target} within ${seconds} s`, { retry: true });
