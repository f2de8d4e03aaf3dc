/**
 * JSON over http.ts, the same for every REST platform: a login that is renewed once, reads that are asked again when the
 * server is busy, answers that must be an object or a list in JSON. What changes something is sent once, whatever comes back.
 * A redirect, a page, or an empty answer where something was to come is no answer.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Clock, wait } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { JsonError, readJson } from '../json.ts';
import type { BodyStream } from './body-stream.ts';
import type { Http, HttpRequest, HttpResponse } from './http.ts';
import { type Multipart, multipartBody } from './multipart.ts';
import { redirected } from './redirect.ts';
import { StatusError, saidIn } from './rest-error.ts';
import { retryAfterMs } from './rest-retry.ts';
import type { Tokens } from './rest-token.ts';
import { redactFields, redactPath } from './wire.ts';

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
  /** The server is known to answer this with an empty 200 when it takes it. */
  readonly mayBeEmpty?: true;
  /** Only one of both. Keys that sound like secrets are blotted out in the wire log. */
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Fields, and a file behind them, as multipart/form-data (RFC 7578). */
  readonly multipart?: Multipart;
  /** A file as it is. */
  readonly file?: BodyStream & { readonly type: string };
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** An object or a list; undefined when the server says by its status that there is none. Who reads it checks the rest. */
  readonly body: unknown;
}

export interface Rest {
  /** Rejects with a StatusError, or as http.ts does. */
  read(request: RestRequest): Promise<RestAnswer>;
  change(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', request: RestChange): Promise<RestAnswer>;
}

export interface RestQueries {
  /** A question that is sent as a POST, and changes nothing. Rejects as `Rest.read` does. */
  query(request: RestChange): Promise<RestAnswer>;
}

export interface RestFiles {
  /** Bytes as the server keeps them, `limit` at most, or headers alone. Rejects as `Rest.read` does. */
  bytes(method: 'GET' | 'HEAD', request: RestRequest & { readonly limit?: number }): Promise<HttpResponse>;
}

export interface RestOptions<Token> {
  readonly http: Http;
  readonly clock: Clock;
  /** Without one there is no login. */
  readonly login?: Login<Token>;
}

/** A server that is busy is asked twice more. */
const PAUSES_MS = [200, 1_000];
const LONGEST_PAUSE_MS = 20_000;
const BUSY = new Set([429, 502, 503, 504]);
/** Of an answer. The list of a Proxmox VE cluster has some 500 bytes for each guest, and comes in one piece. */
const MOST_BYTES = 16 * 1024 ** 2;
/** A line end or two, as good as nothing. */
const MOST_BLANKS = 16;

export function createRest<Token>({ http, clock, login }: RestOptions<Token>): Rest & RestFiles & RestQueries {
  /** Sent once more after a 401: the server has refused it, so nothing was done. */
  async function send(
    method: string,
    request: RestChange,
    kind: 'reads' | 'mutates',
    asKept: Pick<HttpRequest, 'asKept' | 'limit'> = {},
  ): Promise<HttpResponse> {
    const path = withQuery(request.path, request.query);
    const { signal, deadlineMs } = request;
    const { headers, body, stream, note } = content(request);
    const attempt = (loginHeaders: Readonly<Record<string, string>>) =>
      http.send({
        method,
        path,
        kind,
        signal,
        limit: MOST_BYTES,
        ...asKept,
        headers: { accept: 'application/json', ...headers, ...request.headers, ...loginHeaders },
        ...(body === undefined ? {} : { body }),
        ...(stream === undefined ? {} : { stream }),
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

  /** A server that is busy is asked again. */
  async function unlessBusy(signal: AbortSignal, ask: () => Promise<HttpResponse>): Promise<HttpResponse> {
    for (const pauseMs of PAUSES_MS) {
      const answer = await ask();
      if (!BUSY.has(answer.status)) return answer;
      await wait(clock, Math.min(LONGEST_PAUSE_MS, retryAfterMs(answer.headers) ?? pauseMs), signal);
    }
    return ask();
  }

  return {
    async read(request) {
      const said = `GET ${redactPath(withQuery(request.path, request.query))}`;
      const answer = await unlessBusy(request.signal, () => send('GET', request, 'reads'));
      return understood(answer, said, 'reads', request.signal);
    },
    async query(request) {
      const said = `POST ${redactPath(withQuery(request.path, request.query))}`;
      const answer = await unlessBusy(request.signal, () => send('POST', request, 'reads'));
      return understood(answer, said, 'reads', request.signal);
    },
    async bytes(method, { limit = MOST_BYTES, ...request }) {
      const said = `${method} ${redactPath(withQuery(request.path, request.query))}`;
      const answer = await unlessBusy(request.signal, () => send(method, request, 'reads', { asKept: true, limit }));
      if (answer.status >= 400) throw new StatusError(said, false, answer, await saidIn(answer.body));
      const elsewhere = redirected(answer, said, 'reads');
      if (elsewhere) throw elsewhere;
      return answer;
    },
    async change(method, request) {
      const said = `${method} ${redactPath(withQuery(request.path, request.query))}`;
      return understood(await send(method, request, 'mutates'), said, 'mutates', request.signal, request.mayBeEmpty);
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
  readonly stream?: BodyStream;
  readonly note?: string;
}

function content({ form, json, multipart, file }: RestChange): Content {
  if (file) return { headers: { 'content-type': file.type }, stream: file, note: `(a file of ${file.length} bytes)` };
  if (multipart) {
    const { boundary, stream } = multipartBody(multipart);
    const { fields, file } = multipart;
    return {
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      stream,
      note: `${redactFields(fields)} (a file of ${file.length} bytes)`.trim(),
    };
  }
  if (form) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { headers, body: new URLSearchParams(form).toString(), note: redactFields(form) };
  }
  if (json === undefined) return { headers: {} };
  // Nested values may hold anything: of JSON the log shows that there was some.
  const body = JSON.stringify(json);
  return { headers: { 'content-type': 'application/json' }, body, note: `(${body.length} bytes of JSON)` };
}

async function understood(
  answer: HttpResponse,
  said: string,
  kind: 'reads' | 'mutates',
  signal: AbortSignal,
  mayBeEmpty = false,
): Promise<RestAnswer> {
  const { status, headers } = answer;
  if (status >= 400) throw new StatusError(said, kind === 'mutates', answer, await saidIn(answer.body));
  const elsewhere = redirected(answer, said, kind);
  if (elsewhere) throw elsewhere;
  // Node gives a refused 101 as an answer too.
  if (status < 200) throw noAnswer(`has the status ${status}, which ends nothing`);
  if (answer.body.length <= MOST_BLANKS && answer.body.every(isBlank)) {
    // 200 promises something (RFC 9110 §15.3.1); an accepted, created or deleted thing may go without a word.
    if (status === 200 && !mayBeEmpty) throw noAnswer('is empty');
    return { status, headers, body: undefined };
  }
  const page = /html/i.test(headers['content-type'] ?? '') ? ' but a page: look for a login or a proxy in between' : '';
  if (page !== '') throw noAnswer(`is no JSON${page}`);
  const body = await readJson(answer.body, signal).catch((error: unknown) => {
    throw error instanceof JsonError ? noAnswer(`can't be read: ${error.message}`, error) : error;
  });
  if (typeof body === 'object' && body !== null) return { status, headers, body };
  throw noAnswer('is neither an object nor a list');

  function noAnswer(why: string, cause?: unknown): FleetError {
    const words = `the answer to ${said} ${why}`;
    return kind === 'reads'
      ? new FleetError('host.protocol', words, { cause })
      : new FleetError('outcome.unknown', `${words}; it may have been done or not`, {
          fix: 'look at its state before you repeat it',
          cause,
        });
  }
}

const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
