import { FleetError } from '../../errors.ts';
import { isRow, textOf } from '../lib/json.ts';
import { StatusError, statusError } from '../transport/http/rest-error.ts';
import { plainLine } from '../transport/http/wire.ts';

/** The servers' answers become our codes; the only place that knows their sentences. What is no answer comes back as it is. */
export function normalizeError(error: unknown, subject: string): unknown {
  if (!(error instanceof StatusError)) return error;
  const said = sentenceOf(error);
  const { status } = error;
  const cause = { cause: error };
  if (status === 401) {
    return new FleetError('auth.rejected', `${subject}: the cloud no longer knows this login`, {
      fix: 'check the login of the endpoint',
      ...cause,
    });
  }
  if (status === 403) return forbidden(said, subject, error);
  if (status === 404 && NO_SERVER.test(said)) {
    return new FleetError('vm.not-found', `${subject} is not in this cloud any more`, cause);
  }
  if (status === 409) return new FleetError('op.conflict', `${subject}: ${said}`, { ...fixOf(said), ...cause });
  if (status === 406) return new FleetError('op.unsupported', `${subject}: ${said}`, cause);
  if (status === 400 && CONSOLE_OFF.test(said)) {
    return new FleetError('op.unsupported', `${subject}: this cloud has no such console (${said})`, {
      fix: 'a display of another kind than VNC is opened in the dashboard of the cloud',
      ...cause,
    });
  }
  return statusError(error, subject, said);
}

const NO_SERVER = /^Instance \S+ could not be found/i;
const CONSOLE_OFF = /^Unavailable console type|^Invalid console type/i;

const FIXES: readonly (readonly [RegExp, string])[] = [
  [/ is locked/, 'unlock it first (openstack server unlock)'],
  [/while it is in vm_state error/, 'restart it by force, or look at its fault'],
  [/while it is in task_state/, 'wait until what is being done to it is done'],
];

function fixOf(said: string): { readonly fix?: string } {
  const fix = FIXES.find(([pattern]) => pattern.test(said))?.[1];
  return fix === undefined ? {} : { fix };
}

/** Nova, Cinder: `{"itemNotFound": {"message": …}}`; Keystone: `{"error": …}`; Designate: a message alone; Glance: a page of HTML. */
function sentenceOf({ body, reason, message }: StatusError): string {
  if (isRow(body)) {
    const own = textOf(body, 'message');
    if (own !== undefined) return plainLine(own);
    for (const fault of Object.values(body)) {
      const said = isRow(fault) ? textOf(fault, 'message') : undefined;
      if (said !== undefined) return plainLine(said);
    }
  }
  if (typeof body === 'string') {
    const text = plainLine(body.replace(/<title>[\s\S]*?<\/title>|<[^>]*>/gi, ' '));
    if (text !== '') return text;
  }
  return plainLine(reason || message);
}

/** `Policy doesn't allow os_compute_api:os-server-diagnostics to be performed.` */
function forbidden(said: string, subject: string, cause: StatusError): FleetError {
  const policy = /Policy doesn't allow (\S+) to be performed/i.exec(said)?.[1];
  if (policy !== undefined) {
    return new FleetError('auth.forbidden', `${subject}: this login lacks the right ${policy}`, {
      fix: 'ask for a role in this project that this policy allows',
      cause,
    });
  }
  if (/quota/i.test(said)) return new FleetError('op.refused', `${subject}: ${said}`, { cause });
  return new FleetError('auth.forbidden', `${subject}: ${said}`, {
    fix: 'ask for a role in this project that allows it',
    cause,
  });
}
