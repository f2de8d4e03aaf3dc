import { FleetError } from '../../errors.ts';

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
};

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
    default: {
      const why = WORDS[code] ?? (error instanceof Error ? error.message : String(error));
      return new FleetError('host.unreachable', `can't connect to ${target}: ${why}`, { retry: true, cause: error });
    }
  }
}

export const noAnswer = (target: string, seconds: number): FleetError =>
  new FleetError('host.unreachable', `no answer from ${target} within ${seconds} s`, { retry: true });
