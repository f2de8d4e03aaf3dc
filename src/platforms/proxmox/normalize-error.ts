import { FleetError } from '../../errors.ts';
import { StatusError, statusError } from '../transport/http/rest-error.ts';
import { plainLine } from '../transport/http/wire.ts';

/** Nearly everything that goes wrong in the API is a 500 with a sentence; these are the ones that mean something else. */
const SENTENCES: readonly (readonly [
  RegExp,
  'vm.not-found' | 'node.not-found' | 'snapshot.not-found' | 'op.conflict' | 'op.unsupported',
])[] = [
  [/Configuration file .* does not exist|no such (?:VM|CT|guest)|unable to find configuration file/i, 'vm.not-found'],
  [/hostname lookup .* failed|no such cluster node/i, 'node.not-found'],
  [/snapshot '[^']*' does not exist/i, 'snapshot.not-found'],
  [/is not most recent snapshot|snapshot name '[^']*' already used|incomplete snapshot/i, 'op.conflict'],
  [/needed by replication job/i, 'op.conflict'],
  [/snapshot feature is not available/i, 'op.unsupported'],
  [/is locked|can't lock file|unable to acquire lock/i, 'op.conflict'],
  [/not running|already running|is running|is paused|is suspended|already exists/i, 'op.conflict'],
  [/file changed by other user|detected modified configuration|mismatched digest/i, 'op.conflict'],
  [/protection mode enabled|used in HA resources|cluster not ready - no quorum/i, 'op.conflict'],
  [/unable to find a serial interface/i, 'op.unsupported'],
];

const FIXES: readonly (readonly [RegExp, string])[] = [
  [/protection mode enabled/i, 'switch the protection off first'],
  [/used in HA resources/i, 'take it out of high availability first'],
  [/no quorum/i, 'bring the missing nodes of the cluster back'],
  [/is not most recent snapshot/i, 'delete the newer snapshots first'],
  [/already used/i, 'choose another name'],
  [/incomplete snapshot/i, 'delete it'],
  [/needed by replication job/i, 'run the replication first'],
  // no task will end this one
  [/is locked \(suspended\)/i, 'start it first: it is suspended to disk'],
  [/is locked/i, 'wait until the task that locked it is done'],
];

/** The server's answers become our codes; the only place that knows its sentences. What is no answer comes back as it is. */
export function normalizeError(error: unknown, subject: string): unknown {
  if (!(error instanceof StatusError)) return error;
  const said = sentenceOf(error);
  const cause = { cause: error };
  if (error.status === 403) return forbidden(said, subject, error);
  // From the node that answers to the node of the VM (AnyEvent::HTTP): 595 is a connection that was never made.
  if (error.status === 595 || (error.status > 595 && !error.mutates)) {
    return new FleetError('host.unreachable', `${subject}: its node does not answer: ${said}`, {
      retry: true,
      ...cause,
    });
  }
  if (error.status > 595) {
    return new FleetError(
      'outcome.unknown',
      `${subject}: its node did not answer: ${said}; it may have been done or not`,
      {
        fix: 'look at its state once the node answers again',
        ...cause,
      },
    );
  }
  const code = codeOf(said);
  if (code === undefined) return statusError(error, subject, said);
  return new FleetError(code, `${subject}: ${said}`, { ...fixOf(said), ...cause });
}

/** A task that ended badly; `exit` is the server's sentence. */
export const taskError = (exit: string, subject: string): FleetError => {
  const said = plainLine(exit);
  const code = codeOf(said);
  return new FleetError(code ?? 'op.failed', `${subject}: ${said}`, fixOf(said));
};

const codeOf = (said: string) => SENTENCES.find(([pattern]) => pattern.test(said))?.[1];

function fixOf(said: string): { readonly fix?: string } {
  const fix = FIXES.find(([pattern]) => pattern.test(said))?.[1];
  return fix === undefined ? {} : { fix };
}

/** The message, and what was wrong with which parameter. */
function sentenceOf({ body, reason, message }: StatusError): string {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const errors =
    typeof fields['errors'] === 'object' && fields['errors'] !== null ? Object.entries(fields['errors']) : [];
  const main =
    typeof fields['message'] === 'string' && fields['message'] !== '' ? fields['message'] : reason || message;
  const parts = errors.map(([key, why]) => `${key}: ${String(why)}`);
  return plainLine([main, ...parts].join('; '));
}

/** `Permission check failed (/vms/100, VM.PowerMgmt)`: where, and which of these rights. */
function forbidden(said: string, subject: string, cause: StatusError): FleetError {
  const [, path, rights] = /\((\/[^,)]*),\s*([^)]+)\)/.exec(said) ?? [];
  if (path === undefined || rights === undefined) {
    return new FleetError('auth.forbidden', `${subject}: ${said}`, { cause });
  }
  const needed = rights.split('|').join(' or ');
  return new FleetError('auth.forbidden', `${subject}: this login lacks the right ${needed} on ${path}`, {
    fix: `grant it in Datacenter, Permissions; an API token with separated privileges needs it too`,
    cause,
  });
}
