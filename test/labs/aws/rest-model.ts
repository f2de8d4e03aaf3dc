/** Holds requests of services that say by method and path what they want against AWS' own description of them. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

interface Member {
  readonly shape: string;
  readonly location?: 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode';
  readonly locationName?: string;
}
interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Member>>;
  readonly member?: Member;
  readonly payload?: string;
  readonly flattened?: boolean;
}
interface Operation {
  readonly http: { readonly method: string; readonly requestUri: string };
  readonly input?: { readonly shape: string; readonly locationName?: string };
}
interface Model {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

export interface RestRequest {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The name of the operation, and what is wrong with the request, a sentence each. */
export type RestCheck = (request: RestRequest) => { readonly action: string; readonly wrong: readonly string[] };

/** What the SDK adds to each request: the signature, checksums, the name of the operation. */
const COMMON_QUERY = new Set(['x-id']);
const COMMON_HEADER =
  /^x-amz-(date|content-sha256|security-token|user-agent|sdk-.*|checksum-.*|decoded-content-length|trailer|meta-.*)$/;

export function readRestModel(path: string): RestCheck {
  const { operations, shapes }: Model = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'));

  function find(method: string, url: URL): readonly [string, Operation] | undefined {
    const candidates = Object.entries(operations).filter(([, { http }]) => {
      const [template = '', query = ''] = http.requestUri.split('?');
      const fixed = query.split('&').filter((one) => one !== '' && !one.includes('{'));
      return (
        http.method === method &&
        patternOf(template).test(url.pathname) &&
        fixed.every((one) => {
          const [key = '', value] = one.split('=');
          return url.searchParams.has(key) && (value === undefined || url.searchParams.get(key) === value);
        })
      );
    });
    const said = url.searchParams.get('x-id');
    const weight = ([, { http }]: readonly [string, Operation]) =>
      http.requestUri.length - (http.requestUri.includes('+}') ? 1 : 0);
    return candidates.find(([name]) => name === said) ?? candidates.sort((a, b) => weight(b) - weight(a))[0];
  }

  /** All names of elements that a body of this shape can have. */
  function elementsOf(name: string, seen = new Set<string>()): ReadonlySet<string> {
    const shape = shapes[name];
    if (!shape || seen.has(name)) return new Set();
    seen.add(name);
    const own = Object.entries(shape.members ?? {}).filter(([, { location }]) => location === undefined);
    return new Set([
      ...own.flatMap(([key, member]) => [member.locationName ?? key, key, ...elementsOf(member.shape, seen)]),
      ...(shape.member ? [shape.member.locationName ?? 'member', ...elementsOf(shape.member.shape, seen)] : []),
    ]);
  }

  return ({ method, url: text, headers, body }) => {
    const url = new URL(text, 'http://service');
    const found = find(method, url);
    if (!found) return { action: `${method} ${url.pathname}`, wrong: [`there is no operation ${method} ${text}`] };
    const [action, { http, input }] = found;
    const shape = shapes[input?.shape ?? ''];
    const located = (where: string) =>
      Object.entries(shape?.members ?? {}).flatMap(([key, { location, locationName }]) =>
        location === where ? [(locationName ?? key).toLowerCase()] : [],
      );
    const fixed = (http.requestUri.split('?')[1] ?? '').split('&').map((one) => one.split('=')[0] ?? '');
    const query = new Set([...located('querystring'), ...fixed.map((one) => one.toLowerCase()), ...COMMON_QUERY]);
    const header = new Set(located('header'));
    const unknown = [
      ...[...url.searchParams.keys()].filter((key) => !query.has(key.toLowerCase())).map((key) => `the query ${key}`),
      ...Object.keys(headers)
        .filter((key) => key.startsWith('x-amz-') && !COMMON_HEADER.test(key) && !header.has(key))
        .map((key) => `the header ${key}`),
    ];
    const isXml = body.startsWith('<') && shapes[shape?.members?.[shape.payload ?? '']?.shape ?? '']?.type !== 'blob';
    const elements = new Set([...elementsOf(input?.shape ?? ''), input?.locationName ?? '']);
    const strange = isXml
      ? [...body.matchAll(/<([A-Za-z]\w*)/g)].map(([, name = '']) => name).filter((name) => !elements.has(name))
      : [];
    const wrong = [...unknown, ...strange.map((name) => `the element ${name}`)];
    return { action, wrong: wrong.map((what) => `${action}: ${what} is unknown`) };
  };
}

/** `/{Bucket}/{Key+}`: a part, or all that follows. */
function patternOf(template: string): RegExp {
  const parts = template
    .replace(/\/$/, '')
    .split(/(\{\w+\+?\})/)
    .map((part) =>
      part.startsWith('{') ? (part.endsWith('+}') ? '.+' : '[^/]+') : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    );
  return new RegExp(`^${parts.join('')}/?$`);
}
