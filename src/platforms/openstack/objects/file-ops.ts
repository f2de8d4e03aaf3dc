/** Objects of Swift, as files in buckets. */
import { createHash, createHmac, type Hash } from 'node:crypto';
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { type BucketId, type FileId, fileId, nativeOfListed } from '../../../ids.ts';
import { bytes, gib, spellBytes } from '../../../units.ts';
import type { Accepted, BucketFile, FileOps, FileSpec, Source } from '../../contract.ts';
import { isRow, textOf } from '../../lib/json.ts';
import { noListed } from '../../lib/listed.ts';
import type { BodyStream } from '../../transport/http/body-stream.ts';
import type { HttpResponse } from '../../transport/http/http.ts';
import { plainLine } from '../../transport/http/wire.ts';
import { bytesOf, timeOf } from '../json.ts';
import { isMissing } from '../project.ts';
import { receiveRanges } from './receive.ts';
import { bucketPath, filePath, headerOf, listAll, type Place, placeOf, type Swift } from './swift.ts';

const accepted = { warnings: [] };
/** What a table shows and a user reads; of more the rest is said to be there. */
const MOST_LISTED = 10_000;
/** Of one object (swift's max_file_size); what is larger is several of them with a manifest. */
const MOST_SIZE = gib(5);

export function createFileOps(swift: Swift, clock: Clock): Required<FileOps> {
  async function found(id: FileId, signal: AbortSignal): Promise<HttpResponse['headers']> {
    const place = placeOf(id);
    const headers = await swift.head(filePath(place), { subject: plainLine(place.file), signal });
    if (!headers) throw noListed('file', id);
    return headers;
  }

  return {
    list: (of, signal) => listFiles(swift, of, signal),
    async upload(of, spec, source, signal) {
      const place = { bucket: nativeOfListed(of), file: spec.name };
      await refuseUnfit(swift, place, spec, source, signal);
      await send(swift, place, spec, source, signal);
      return { ...accepted, id: fileId(of, spec.name) };
    },
    async download(id, to, signal) {
      const headers = await found(id, signal);
      const [name, etag] = [plainLine(placeOf(id).file), headerOf(headers, 'etag')];
      const path = filePath(placeOf(id));
      // When it becomes another one meanwhile: 412.
      const same = etag === undefined ? {} : { 'if-match': etag };
      const ask = (range: string, most: number) =>
        swift.part(path, { ...same, range }, most, { subject: name, signal });
      await receiveRanges({ name, size: Number(headerOf(headers, 'content-length') ?? 0), ask }, to);
      return accepted;
    },
    async link(id, { seconds }, signal): Promise<Accepted> {
      await found(id, signal);
      const place = placeOf(id);
      const expires = Math.floor(clock.now() / 1000) + seconds;
      // What is signed begins where Swift itself does, whatever stands before it (swift, temporary_url_middleware).
      const account = decodeURIComponent(swift.base).replace(/^.*?(?=\/v1\/)/, '');
      const said = `GET\n${expires}\n${account}/${place.bucket}/${place.file}`;
      const signature = createHmac('sha256', await linkKey(swift, place.bucket, signal))
        .update(said)
        .digest('hex');
      const query = `temp_url_sig=${signature}&temp_url_expires=${expires}`;
      return { ...accepted, answer: `${swift.origin}${swift.base}${filePath(place)}?${query}` };
    },
    async planDelete(id, signal) {
      const headers = await found(id, signal);
      const { file } = placeOf(id);
      return { goes: [`${file} (${headerOf(headers, 'content-length') ?? '-'} bytes)`], stays: [] };
    },
    async delete(id, signal) {
      await found(id, signal);
      await deleteFile(swift, placeOf(id), signal);
      return accepted;
    },
  };
}

/** With its parts, where it is made of some: they are of no other use. */
export async function deleteFile(swift: Swift, place: Place, signal: AbortSignal): Promise<void> {
  const [path, subject] = [filePath(place), plainLine(place.file)];
  const headers = await swift.head(path, { subject, signal });
  // Its container may list it a while longer.
  if (!headers) return;
  const isManifest = headerOf(headers, 'x-static-large-object')?.toLowerCase() === 'true';
  const query = isManifest ? { query: { 'multipart-manifest': 'delete' } } : {};
  const { body } = await swift.change('DELETE', path, { subject, signal, ...query });
  // Of parts it says in a body of its own what became of them, with the status 200.
  const status = isRow(body) ? textOf(body, 'Response Status') : undefined;
  if (status !== undefined && !status.startsWith('200'))
    throw new FleetError('op.failed', `${subject}: not all of its parts could be deleted: ${plainLine(status)}`);
}

async function listFiles(swift: Swift, of: BucketId, signal: AbortSignal): Promise<readonly BucketFile[]> {
  const bucket = nativeOfListed(of);
  const asked = listAll(swift, bucketPath(bucket), MOST_LISTED, { subject: bucket, signal });
  const { rows, more } = await asked.catch((error: unknown) => {
    throw isMissing(error) ? noListed('bucket', of) : error;
  });
  const files = rows.map((row): BucketFile => {
    const name = textOf(row, 'name') ?? '';
    const type = textOf(row, 'content_type');
    const size = bytesOf(row, 'bytes', bytes(1));
    return { id: fileId(of, name), name, bucket, size, modified: timeOf(row, 'last_modified'), type };
  });
  if (!more) return files;
  const trouble = { message: `only the first ${MOST_LISTED} files are listed`, since: 0 };
  const unknown = { size: undefined, modified: undefined, type: undefined };
  return [...files, { id: fileId(of, ''), name: '…', bucket, ...unknown, unread: true, trouble }];
}

async function refuseUnfit(
  swift: Swift,
  place: Place,
  { public: isPublic, overwrite, metadata }: FileSpec,
  { size }: Source,
  signal: AbortSignal,
): Promise<void> {
  const subject = plainLine(place.file);
  if (isPublic)
    throw new FleetError('op.refused', `${subject}: Swift lets anyone read the files of a bucket, not one of them`, {
      fix: 'make the bucket public, or make a link to the file',
    });
  if (size > MOST_SIZE)
    throw new FleetError('op.refused', `${subject}: a file of Swift has ${spellBytes(MOST_SIZE)} at most`, {
      fix: 'send it in segments: swift upload --use-slo --segment-size 1G',
    });
  const strange = Object.entries(metadata).find(([key]) => !/^[A-Za-z0-9-]{1,128}$/.test(key));
  if (strange)
    throw new FleetError('op.refused', `${subject}: metadata of Swift has names of letters, digits and -`, {
      fix: `call ${JSON.stringify(strange[0])} otherwise`,
    });
  const path = filePath(place);
  if (!overwrite && (await swift.head(path, { subject, signal })))
    throw new FleetError('op.conflict', `${place.bucket} has a file ${subject} already`, {
      fix: 'choose another name, or overwrite it: --overwrite',
    });
}

/** Swift keeps a file when all of it has come, and says what it has got: that must be what was sent. */
async function send(
  swift: Swift,
  place: Place,
  { metadata, overwrite }: FileSpec,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  const [path, subject] = [filePath(place), plainLine(place.file)];
  const { file, digest } = digested(source, 'md5');
  const headers = {
    ...Object.fromEntries(
      Object.entries(metadata).map(([key, value]) => [`x-object-meta-${key}`, encodeURIComponent(value)]),
    ),
    // Another program may have written one since it was looked for.
    ...(overwrite ? {} : { 'if-none-match': '*' }),
  };
  const type = 'application/octet-stream';
  const answer = await swift.change('PUT', path, { subject, signal, headers, file: { ...file, type } });
  const etag = headerOf(answer.headers, 'etag')?.replaceAll('"', '');
  if (etag === undefined || etag === digest()) return;
  await swift.change('DELETE', path, { subject, signal }).catch(() => undefined);
  throw new FleetError('op.failed', `${subject}: what came is not what was sent: it was deleted again`, {
    fix: 'send it again',
  });
}

/** The source as a body, with the digest of what was sent last, in hexadecimal digits. */
export function digested(
  source: Source,
  algorithm: 'md5' | 'sha512',
): { readonly file: BodyStream; readonly digest: () => string } {
  let hash: Hash = createHash(algorithm);
  const file: BodyStream = {
    length: source.size,
    async *pieces() {
      // A request that was refused for its login is sent once more, from the beginning.
      hash = createHash(algorithm);
      for await (const piece of source.read(0)) {
        hash.update(piece);
        yield piece;
      }
    },
  };
  return { file, digest: () => hash.copy().digest('hex') };
}

/** A secret of the bucket, else of the account, that its owner has set. Throws op.refused where there is none. */
async function linkKey(swift: Swift, bucket: string, signal: AbortSignal): Promise<string> {
  for (const [path, of] of [
    [bucketPath(bucket), 'container'],
    ['', 'account'],
  ] as const) {
    const headers = (await swift.head(path, { subject: bucket, signal })) ?? {};
    const key = headerOf(headers, `x-${of}-meta-temp-url-key`) ?? headerOf(headers, `x-${of}-meta-temp-url-key-2`);
    if (key !== undefined) return key;
  }
  throw new FleetError('op.refused', `${bucket}: links are signed with a key, and neither bucket nor account has one`, {
    fix: 'set one: swift post -m Temp-URL-Key:SECRET',
  });
}
