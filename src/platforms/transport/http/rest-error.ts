import type { IncomingHttpHeaders } from 'node:http';
import { FleetError } from '../../../errors.ts';
import { readJson } from '../json.ts';
import { plainLine } from './wire.ts';

/** An answer that says no. A platform's normalize-error.ts makes a sentence of it. */
export class StatusError extends Error {
  readonly status: number;
  /** The words behind the number, in one clean line. */
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came: JSON where it was some, else text. */
  readonly body: unknown;
  /** `GET /nodes`, without secrets. */
  readonly request: string;
  /** Whether the request would have changed something. */
  readonly mutates: boolean;

  constructor(
    request: string,
    mutates: boolean,
    answer: { readonly status: number; readonly reason: string; readonly headers: IncomingHttpHeaders },
    body: unknown,
  ) {
    super(`${request} was answered with ${answer.status} ${plainLine(answer.reason)}`.trim());
    this.name = 'StatusError';
    this.status = answer.status;
    this.reason = plainLine(answer.reason);
    this.headers = answer.headers;
    this.body = body;
    this.request = request;
    this.mutates = mutates;
  }
}

/** Of an answer that says no: its words are a sentence or two. */
const MOST_SAID = 16 * 1024;
const MOST_SAID_AS_TEXT = 2 * 1024;

/** What an answer that says no has to say: JSON where it is some, else the beginning of its text. */
export async function saidIn(body: Buffer): Promise<unknown> {
  if (body.length <= MOST_SAID) {
    const json = await readJson(body).catch(() => undefined);
    if (json !== undefined) return json;
  }
  return body.toString('utf8', 0, MOST_SAID_AS_TEXT);
}

/**
 * What a status means where the platform has no better word. `said` is the server's own sentence, if it has one.
 * What is not found is the platform's to say: only it knows whether a VM, a node or a path was asked for.
 */
export function statusError(error: StatusError, subject: string, said = error.reason): FleetError {
  const words = `${subject}: ${plainLine(said === '' ? error.message : said)}`;
  const { status } = error;
  const cause = { cause: error };
  if (status === 401)
    return new FleetError('auth.rejected', words, { fix: 'check the login of the endpoint', ...cause });
  if (status === 403) return new FleetError('auth.forbidden', words, cause);
  if (status === 409 || status === 412 || status === 423) return new FleetError('op.conflict', words, cause);
  // A gateway has passed it on, and does not know what became of it.
  if (error.mutates && (status === 502 || status === 504)) {
    return new FleetError('outcome.unknown', `${words} (status ${status}); it may have been done or not`, {
      fix: 'look at its state before you repeat it',
      ...cause,
    });
  }
  if (status === 429 || status === 502 || status === 503 || status === 504) {
    return new FleetError('host.unreachable', `${words} (busy, status ${status})`, { retry: true, ...cause });
  }
  if (status === 501 || status === 405) return new FleetError('op.unsupported', words, cause);
  if (status === 400 || status === 422) return new FleetError('op.refused', words, cause);
  return new FleetError('op.failed', words, cause);
}
