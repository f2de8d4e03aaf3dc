/** Swift, pretended: containers and their objects, in the shapes of the samples of its API reference. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { PROJECT, type Session } from './keystone.ts';
import { Refusal } from './refusal.ts';

export interface SwiftRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly content: Buffer;
  readonly session: Session;
}

export interface SwiftAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly content?: Buffer;
}

interface Stored {
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

interface Container {
  headers: Readonly<Record<string, string>>;
  readonly objects: Map<string, Stored>;
}

export interface FakeSwift {
  readonly containers: Map<string, Container>;
  /** The key of the account, with which links are signed. */
  key: string | undefined;
  /** Objects that come are kept with other bytes than were sent. */
  garbles: boolean;
  answer(request: SwiftRequest): SwiftAnswer;
}

const page = (status: number, title: string, text: string): Refusal =>
  new Refusal(status, `<html><h1>${title}</h1><p>${text}</p></html>`, { 'content-type': 'text/html; charset=UTF-8' });
const noResource = () => page(404, 'Not Found', 'The resource could not be found.');

const STAMP = '2026-01-01T00:00:00.000000';
const md5 = (content: Buffer): string => createHash('md5').update(content).digest('hex');

/** Those of these names, as they were sent. */
const only = (headers: IncomingHttpHeaders, pattern: RegExp): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([key, value]) => (pattern.test(key) ? [[key, String(value)]] : [])),
  );

export function createFakeSwift(): FakeSwift {
  const containers = new Map<string, Container>([
    ['backups', { headers: {}, objects: new Map([['readme', { content: Buffer.from('hello\n'), headers: {} }]]) }],
  ]);
  const sorted = <T>(all: ReadonlyMap<string, T>, query: URLSearchParams) =>
    [...all]
      .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .filter(([name]) => name > (query.get('marker') ?? ''))
      .slice(0, Number(query.get('limit') ?? 10_000));

  const swift: FakeSwift = {
    containers,
    key: 'a key of the account',
    garbles: false,
    answer(request) {
      const { method, path, query, session } = request;
      const [, version, account, bucket = '', ...rest] = path.split('/').map(decodeURIComponent);
      if (version !== 'v1' || account !== `AUTH_${PROJECT.id}`) throw noResource();
      if (!['GET', 'HEAD'].includes(method) && !session.account.roles.includes('member'))
        throw page(403, 'Forbidden', 'Access was denied to this resource.');
      if (bucket === '') {
        if (method === 'HEAD')
          return { status: 204, headers: swift.key === undefined ? {} : { 'x-account-meta-temp-url-key': swift.key } };
        const rows = sorted(containers, query).map(([name, { objects }]) => ({
          ...{ name, count: objects.size, last_modified: STAMP },
          bytes: [...objects.values()].reduce((sum, { content }) => sum + content.length, 0),
        }));
        return { status: 200, body: rows };
      }
      const name = rest.join('/');
      return name === '' ? ofContainer(request, bucket) : ofObject(request, bucket, name);
    },
  };
  return swift;

  function ofContainer({ method, query, headers }: SwiftRequest, bucket: string): SwiftAnswer {
    const found = containers.get(bucket);
    const given = only(headers, /^x-container-(read|meta-)/);
    if (method === 'PUT') {
      containers.set(bucket, found ?? { headers: given, objects: new Map() });
      return { status: found ? 202 : 201 };
    }
    if (!found) throw noResource();
    if (method === 'HEAD') {
      const count = { 'x-container-object-count': String(found.objects.size), 'x-container-bytes-used': '0' };
      return { status: 204, headers: { ...count, ...found.headers } };
    }
    if (method === 'POST') {
      const { 'x-container-read': before, ...others } = found.headers;
      const kept = headers['x-remove-container-read'] === undefined && before !== undefined;
      found.headers = { ...others, ...(kept && { 'x-container-read': before }), ...given };
      return { status: 204 };
    }
    if (method === 'DELETE') {
      if (found.objects.size > 0)
        throw page(409, 'Conflict', 'There was a conflict when trying to complete your request.');
      containers.delete(bucket);
      return { status: 204 };
    }
    const rows = sorted(found.objects, query).map(([name, { content }]) => ({
      ...{ name, hash: md5(content), bytes: content.length },
      ...{ last_modified: STAMP, content_type: 'application/octet-stream' },
    }));
    return { status: 200, body: rows };
  }

  function ofObject({ method, headers, content }: SwiftRequest, bucket: string, name: string): SwiftAnswer {
    const objects = containers.get(bucket)?.objects;
    if (!objects) throw noResource();
    const found = objects.get(name);
    if (method === 'PUT') {
      if (headers['if-none-match'] === '*' && found)
        throw page(412, 'Precondition Failed', 'A precondition for this request was not met.');
      const kept = swift.garbles ? Buffer.concat([content, Buffer.from('?')]) : content;
      objects.set(name, { content: kept, headers: only(headers, /^x-object-meta-/) });
      return { status: 201, headers: { etag: md5(kept) } };
    }
    if (!found) throw noResource();
    if (method === 'DELETE') {
      objects.delete(name);
      return { status: 204 };
    }
    const etag = md5(found.content);
    if (headers['if-match'] !== undefined && headers['if-match'] !== etag)
      throw page(412, 'Precondition Failed', 'A precondition for this request was not met.');
    return { ...ranged(found.content, headers.range), headers: { ...found.headers, etag } };
  }
}

/** Some of it, or all. */
export function ranged(content: Buffer, range: string | undefined): SwiftAnswer {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (from === undefined) return { status: 200, content };
  if (Number(from) >= content.length)
    throw page(416, 'Requested Range Not Satisfiable', 'The Range requested is not available.');
  return { status: 206, content: content.subarray(Number(from), Number(to) + 1) };
}
