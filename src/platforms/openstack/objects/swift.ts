/**
 * Swift, as it is asked (API reference of Object Storage v1): lists in JSON, everything else in headers. Containers are
 * buckets here, and objects are files.
 */
import { FleetError } from '../../../errors.ts';
import { type BucketId, type FileId, nativeOfListed, nativeOfPart, ownerOf, type PartId } from '../../../ids.ts';
import { asRows, type Row } from '../../lib/json.ts';
import type { BodyStream } from '../../transport/http/body-stream.ts';
import type { HttpResponse } from '../../transport/http/http.ts';
import { StatusError } from '../../transport/http/rest-error.ts';
import { plainLine } from '../../transport/http/wire.ts';
import type { FileService } from '../cloud.ts';
import { normalizeError } from '../normalize-error.ts';

type Headers = Readonly<Record<string, string>>;

export interface Asking {
  /** For sentences. */
  readonly subject: string;
  readonly signal: AbortSignal;
}

interface Change extends Asking {
  readonly headers?: Headers;
  readonly query?: Readonly<Record<string, string>>;
  readonly file?: BodyStream & { readonly type: string };
}

export interface Swift {
  /** `/v1/AUTH_…`: what addresses of files begin with. */
  readonly base: string;
  /** `https://swift.example:8080`. */
  readonly origin: string;
  /** A page of containers, or of files behind `marker`. */
  list(path: string, marker: string | undefined, asking: Asking): Promise<readonly Row[]>;
  /** Undefined for what is not there. */
  head(path: string, asking: Asking): Promise<HttpResponse['headers'] | undefined>;
  part(path: string, headers: Headers, most: number, asking: Asking): Promise<HttpResponse>;
  change(method: 'PUT' | 'POST' | 'DELETE', path: string, change: Change): Promise<Answer>;
}

interface Answer {
  readonly headers: HttpResponse['headers'];
  readonly body: unknown;
}

/** What a service gives at once, unless its operators have said less. */
const PAGE = 1_000;
/** As long as a large file takes over a slow line; when nothing moves, the transport gives up. */
const FILE_MS = 86_400_000;
const PART_MS = 300_000;

export function createSwift({ rest, target }: FileService): Swift {
  const named = async <T>(subject: string, ask: Promise<T>): Promise<T> => {
    try {
      return await ask;
    } catch (error) {
      throw normalizeError(error, subject);
    }
  };
  return {
    base: target.base,
    origin: `${target.secure ? 'https' : 'http'}://${target.host}:${target.port}`,
    async list(path, marker, { subject, signal }) {
      const query = { format: 'json', limit: PAGE, marker };
      const { body } = await named(subject, rest.read({ path, query, signal }));
      // Without anything to tell Swift may leave the list away (204).
      return body === undefined ? [] : asRows(body, subject);
    },
    async head(path, { subject, signal }) {
      try {
        return (await rest.bytes('HEAD', { path, signal })).headers;
      } catch (error) {
        if (error instanceof StatusError && error.status === 404) return undefined;
        throw normalizeError(error, subject);
      }
    },
    part: (path, headers, limit, { subject, signal }) =>
      named(subject, rest.bytes('GET', { path, headers, limit, signal, deadlineMs: PART_MS })),
    async change(method, path, { subject, file, ...change }) {
      const long = file ? { file, deadlineMs: FILE_MS } : {};
      const { headers, body } = await named(subject, rest.change(method, { path, ...change, ...long }));
      return { headers, body };
    },
  };
}

export interface Place {
  readonly bucket: string;
  readonly file: string;
}

export const placeOf = (id: FileId): Place => ({
  bucket: nativeOfListed(ownerOf(id) as BucketId),
  file: nativeOfPart(id as unknown as PartId),
});

export const bucketPath = (bucket: string): string => `/${encodeURIComponent(bucket)}`;

/** A name in a bucket is a path, whose slashes stay. Throws op.refused for what an address can't say. */
export function filePath({ bucket, file }: Place): string {
  const words = file.split('/');
  // What stands between would take such parts for steps in a tree.
  if (file === '' || words.some((word) => word === '.' || word === '..'))
    throw new FleetError('op.refused', `${JSON.stringify(plainLine(file))} can't be the name of a file in a bucket`);
  return `${bucketPath(bucket)}/${words.map(encodeURIComponent).join('/')}`;
}

export const headerOf = (headers: HttpResponse['headers'], name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** Every page, `most` rows at most; whether there are more. */
export async function listAll(
  swift: Swift,
  path: string,
  most: number,
  asking: Asking,
): Promise<{ readonly rows: readonly Row[]; readonly more: boolean }> {
  const rows: Row[] = [];
  let marker: string | undefined;
  for (;;) {
    const page = await swift.list(path, marker, asking);
    rows.push(...page);
    const last = page.at(-1)?.['name'];
    // A service may give fewer than were asked for: only nothing is the end.
    if (typeof last !== 'string') return { rows, more: false };
    if (last === marker) throw new FleetError('host.protocol', `${asking.subject}: the same page again`);
    if (rows.length >= most) return { rows: rows.slice(0, most), more: true };
    marker = last;
  }
}
