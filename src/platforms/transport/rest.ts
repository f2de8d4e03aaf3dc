/**
 * JSON over http.ts, the same for every REST platform: a login that is renewed once, reads that are asked again when the
 * server is busy, answers that must be JSON. What changes something is sent once, whatever comes back.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Clock, wait } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Http, HttpResponse } from './http.ts';
import { redactFields, redactPath } from './http-wire.ts';
import { StatusError } from './rest-error.ts';
import { retryAfterMs } from './rest-retry.ts';
import type { Tokens } from './rest-token.ts';

/** How requests show who sends them. */
export interface Login<Token> extends Tokens<Token> {
  headers(token: Token, method: string): Readonly<Record<string, string>>;
}

export interface RestRequest {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly deadlineMs?: number;
}

export interface RestChange extends RestRequest {
  /** Only one of both. Keys that sound like secrets are blotted out in the wire log. */
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Undefined when there was none. Unchecked: whoever reads it says what it must be. */
  readonly body: unknown;
}

export interface Rest {
  /** Rejects with a StatusError, or as http.ts does. */
  read(request: RestRequest): Promise<RestAnswer>;
  change(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', request: RestChange): Promise<RestAnswer>;
}

export interface RestOptions<Token> {
  readonly http: Http;
  readonly clock: Clock;
  /** Without one nobody logs in. */
  readonly login?: Login<Token>;
}

/** A server that is busy is asked twice more. */
const PAUSES_MS = [200, 1_000];
const LONGEST_PAUSE_MS = 20_000;
const BUSY = new Set([429, 502, 503, 504]);

export function createRest<Token>({ http, clock, login }: RestOptions<Token>): Rest {
  /** Sent once more after a 401: the server has refused it, so nothing was done. */
  async function send(method: string, request: RestChange, kind: 'reads' | 'mutates'): Promise<HttpResponse> {
    const path = withQuery(request.path, request.query);
    const { signal, deadlineMs } = request;
    const { headers, body, note } = content(request);
    const attempt = (loginHeaders: Readonly<Record<string, string>>) =>
      http.send({
        method,
        path,
        kind,
        signal,
        headers: { accept: 'application/json', ...headers, ...request.headers, ...loginHeaders },
        ...(body === undefined ? {} : { body }),
        ...(note === undefined ? {} : { note }),
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
      });
    if (!login) return attempt({});
    const token = await login.get(signal);
    const answer = await attempt(login.headers(token, method));
    if (answer.status !== 401) return answer;
    const fresh = await login.renew(token, signal);
    return attempt(login.headers(fresh, method));
  }

  return {
    async read(request) {
      const said = `GET ${redactPath(withQuery(request.path, request.query))}`;
      for (const pauseMs of PAUSES_MS) {
        const answer = await send('GET', request, 'reads');
        if (!BUSY.has(answer.status)) return understood(answer, said, 'reads');
        await wait(clock, Math.min(LONGEST_PAUSE_MS, retryAfterMs(answer.headers) ?? pauseMs), request.signal);
      }
      return understood(await send('GET', request, 'reads'), said, 'reads');
    },
    async change(method, request) {
      const said = `${method} ${redactPath(withQuery(request.path, request.query))}`;
      return understood(await send(method, request, 'mutates'), said, 'mutates');
    },
  };
}

function withQuery(path: string, query: RestRequest['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : `${encodeURIComponent(key)}=${encodeURIComponent(value)}`,
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

interface Content {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly note?: string;
}

function content({ form, json }: RestChange): Content {
  if (form) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { headers, body: new URLSearchParams(form).toString(), note: redactFields(form) };
  }
  if (json === undefined) return { headers: {} };
  // Nested values may hold anything: of JSON the log shows that there was some.
  const body = JSON.stringify(json);
  return { headers: { 'content-type': 'application/json' }, body, note: `(${body.length} bytes of JSON)` };
}

function understood(answer: HttpResponse, said: string, kind: 'reads' | 'mutates'): RestAnswer {
  const { status, headers } = answer;
  const text = answer.body.toString('utf8');
  if (status >= 400) throw new StatusError(said, kind === 'mutates', answer, parsed(text) ?? text);
  if (text.trim() === '') return { status, headers, body: undefined };
  const body = parsed(text);
  if (body !== undefined) return { status, headers, body };
  if (kind === 'reads') throw new FleetError('host.protocol', `the answer to ${said} is no JSON`);
  throw new FleetError('outcome.unknown', `the answer to ${said} is no JSON; it may have been done or not`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
