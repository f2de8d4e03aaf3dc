/**
 * Carries the SDK's requests over our own HTTP: TLS with the endpoint's authority, deadlines, limits, the wire log, and what
 * a broken connection means. The SDK signs and reads; it opens no sockets but to ask the machine itself for a role.
 */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { WireLine } from '../contract.ts';
import type { BodyStream } from '../transport/http/body-stream.ts';
import { createHttp, type Http, type HttpResponse } from '../transport/http/http.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import { plainLine, redactFields } from '../transport/http/wire.ts';
import { isLoopback } from '../transport/socket.ts';
import type { SdkResponse, SignedRequest } from './sdk/messages.ts';

export interface HttpHandler {
  /** Rejects as transport/http.ts does, and with a StatusError for a refusal that is no service's. */
  handle(request: SignedRequest, signal: AbortSignal): Promise<SdkResponse>;
  close(): void;
}

export interface HttpHandlerParts {
  readonly endpoint: EndpointName;
  readonly ca: string | undefined;
  readonly clock: Clock;
  readonly wire: (line: WireLine) => void;
}

/** A part of a file, over a slow line; one that takes nothing is given up before. */
const PART_MS = 900_000;

/** EC2 throttles by tokens: 100 of them and 20 a second for the usual reads. */
const BUDGET = { inFlight: 8, perSecond: 20 };

export function createHttpHandler({ endpoint, ca, clock, wire }: HttpHandlerParts): HttpHandler {
  const links = new Map<string, Http>();
  let closed = false;

  function linkTo({ protocol, hostname, port }: SignedRequest): Http {
    if (closed) throw new FleetError('host.unreachable', `the connection to ${hostname} was closed`, { retry: true });
    const secure = protocol === 'https:';
    // A profile may name a service's address too.
    if (!secure && !isLoopback(hostname)) {
      throw new FleetError('config.invalid', `${endpoint}: HTTP to ${hostname} is not protected`, { fix: 'use https' });
    }
    const target = { host: hostname, port: port ?? (secure ? 443 : 80), secure, base: '', ...(ca ? { ca } : {}) };
    const key = `${protocol}//${hostname}:${target.port}`;
    const known = links.get(key);
    if (known) return known;
    // `ec2.eu-central-1.amazonaws.com`; an address says nothing.
    const channel = /^([a-z][\w-]*)\./i.exec(hostname)?.[1] ?? 'aws';
    const http = createHttp({ target, endpoint, clock, wire, channel, budget: BUDGET });
    links.set(key, http);
    return http;
  }

  return {
    async handle(request, signal) {
      const { body } = request;
      const { action, note, root } = isRest(request) ? describeRest(request) : describeRequest(request, textOf(body));
      const kind = (isRest(request) ? !READING.has(request.method) : changes(action)) ? 'mutates' : 'reads';
      const path = request.path + queryOf(request.query);
      const answer = await linkTo(request).send({
        method: request.method,
        path,
        headers: request.headers,
        ...(isBinary(request) ? { stream: streamOf(body) } : body === undefined ? {} : { body: textOf(body) ?? '' }),
        kind,
        signal,
        note,
        ...(isBinary(request) ? { deadlineMs: PART_MS } : {}),
      });
      const said = `${request.method} ${request.hostname}${request.path} ${action}`;
      // What a bucket answers with may be anything: a file.
      if (request.service !== 's3') refuseUnreadable(answer, root, said, kind === 'mutates');
      else refuseNoAnswer(answer, said, kind === 'mutates');
      const { status: statusCode, reason, body: bytes } = answer;
      return { statusCode, reason, headers: flatHeaders(answer), body: bytes };
    },
    close() {
      closed = true;
      for (const http of links.values()) http.close();
    },
  };
}

/** Only the services' own actions change anything: a login whose answer is lost runs out by itself. */
const changes = (action: string): boolean => CHANGING.test(action);
const CHANGING = new RegExp(
  `^(${'Allocate Associate Attach Authorize Create Delete Deregister Detach Disable Disassociate Enable Import Modify Reboot Register Release Revoke Run Send Start Stop Terminate'.replaceAll(' ', '|')})[A-Z]`,
);

/** Services that say by method and path what they want. */
const isRest = ({ service }: SignedRequest): boolean => service === 's3' || service === 'route53';
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);

const textOf = (body: SignedRequest['body']): string | undefined =>
  body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : body;

/** The content of a file, which is sent as it is. */
const isBinary = ({ service, body }: SignedRequest): boolean => service === 's3' && body !== undefined;
const streamOf = (body: SignedRequest['body']): BodyStream => {
  const bytes = Buffer.from(body ?? '');
  return {
    length: bytes.length,
    async *pieces() {
      if (bytes.length > 0) yield bytes;
    },
  };
};

/** What is sent is a file, or what the path says already. */
const describeRest = ({ service }: SignedRequest) => ({ action: service ?? '', note: '', root: undefined });

/**
 * The query protocol says what it wants in its form, the JSON protocol in a header. `root`: the element that an answer of the
 * query protocol is (smithy.io, "AWS query protocol", "Amazon EC2 query protocol").
 */
function describeRequest({ headers }: SignedRequest, body: string | undefined) {
  const target = headers['x-amz-target']?.split('.').at(-1);
  if (target !== undefined) return { action: target, note: target, root: undefined };
  // Other bodies hold what only an SSO service may know.
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const form = Object.fromEntries(new URLSearchParams(isForm ? body : ''));
  const { Action: action = '', Version: _version, ...rest } = form;
  const root = action === '' ? undefined : `${action}Response`;
  return { action, note: plainLine(`${action} ${redactFields(rest)}`), root };
}

function queryOf(query: SignedRequest['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) =>
    [value ?? ''].flat().map((one) => `${encodeURIComponent(key)}=${encodeURIComponent(one)}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/**
 * The SDK would make a stack of an answer that no AWS service gives: a gateway's page, or XML that ends too early. Its
 * parser takes the latter without a word, and what is another answer for one that is empty.
 */
function refuseUnreadable(answer: HttpResponse, wanted: string | undefined, said: string, mutates: boolean): void {
  const { status, reason, headers, body } = answer;
  const text = body.toString('utf8').trim();
  const start = text.replace(/^<\?xml[^>]*\?>\s*/, '');
  const root = /^<([A-Za-z]\w*)[\s>]/.exec(start)?.[1];
  const whole = root === undefined ? /^\{.*\}$/s.test(text) : start.endsWith(`</${root}>`) && root !== 'html';
  if (whole && (status >= 400 || wanted === undefined || root === wanted)) return;
  if (status >= 400) throw new StatusError(said, mutates, { status, reason, headers }, text.slice(0, 1000));
  // An empty answer would be read as an empty region, or as an instance that was stopped.
  if (wanted === undefined && text !== '' && root === undefined && !isXml(headers['content-type'])) return;
  const why = `the answer to ${said} can't be read`;
  if (!mutates) throw new FleetError('host.protocol', why);
  throw new FleetError('outcome.unknown', `${why}; it may have been done or not`, { fix: 'look at its state' });
}

/** A gateway's page is no answer of a bucket. */
function refuseNoAnswer({ status, reason, headers, body }: HttpResponse, said: string, mutates: boolean): void {
  if (status < 400 || body.length === 0 || isXml(headers['content-type'])) return;
  throw new StatusError(said, mutates, { status, reason, headers }, body.toString('utf8').slice(0, 1000));
}

const isXml = (type: string | undefined): boolean => type === undefined || type.includes('xml');

/**
 * Without the date: the SDK would sign with the server's time from then on, and a clock that is wrong would show up
 * elsewhere, later.
 */
function flatHeaders({ headers }: HttpResponse): Record<string, string> {
  const { date: _date, ...rest } = headers;
  return Object.fromEntries(
    Object.entries(rest).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
}
