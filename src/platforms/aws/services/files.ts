/** Files in buckets of S3: sent and received in parts. */
import { FleetError } from '../../../errors.ts';
import { type BucketId, bucketId, type FileId, fileId, nativeOfPart, ownerOf, type PartId } from '../../../ids.ts';
import { bytes, mib } from '../../../units.ts';
import type { Accepted, BucketFile, Destination, FileOps, FileSpec, Source } from '../../contract.ts';
import { readPart, receiveParts } from '../../lib/file-parts.ts';
import { noListed } from '../../lib/listed.ts';
import { type Made, shellWord, takeBack } from '../../lib/take-back.ts';
import { plainLine } from '../../transport/http/wire.ts';
import type { About } from '../api.ts';
import { type AwsRegion, aboutRegion, accepted, nativeId } from '../region.ts';

const PAGE = 1_000;
/** What a table shows and a user reads; of more the rest is said to be there. */
const MOST_LISTED = 10_000;
const PART = mib(8);
/** S3 takes 10,000. */
const MOST_PARTS = 9_000;

const s3Of = ({ api }: AwsRegion) => api.service('s3');

interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

const placeOf = (id: FileId): Place => ({
  Bucket: nativeId(ownerOf(id)),
  Key: nativeOfPart(id as unknown as PartId),
});

async function listFiles(region: AwsRegion, of: BucketId, about: About): Promise<readonly BucketFile[]> {
  const s3 = s3Of(region);
  const Bucket = nativeId(of);
  const files: BucketFile[] = [];
  let marker: string | undefined;
  do {
    const page = marker === undefined ? {} : { ContinuationToken: marker };
    const answer = await s3.read('ListObjectsV2', { Bucket, MaxKeys: PAGE, ...page }, about);
    for (const { Key = '', Size, LastModified, StorageClass } of answer.Contents ?? []) {
      files.push({
        id: fileId(of, Key),
        name: Key,
        bucket: Bucket,
        size: Size === undefined ? undefined : bytes(Size),
        modified: LastModified?.getTime(),
        type: StorageClass,
      });
    }
    const next = answer.NextContinuationToken || undefined;
    if (next !== undefined && next === marker) throw new FleetError('host.protocol', `${Bucket}: the same page again`);
    marker = next;
  } while (marker !== undefined && files.length < MOST_LISTED);
  return marker === undefined ? files : [...files, theRest(of, Bucket)];
}

const theRest = (of: BucketId, bucket: string): BucketFile => ({
  id: fileId(of, ''),
  name: '…',
  bucket,
  size: undefined,
  modified: undefined,
  type: undefined,
  unread: true,
  trouble: { message: `only the first ${MOST_LISTED} files are listed`, since: 0 },
});

interface Head {
  readonly size: number;
  readonly etag: string | undefined;
}

/** Undefined for one that is not there. */
async function headOf(region: AwsRegion, place: Place, about: About): Promise<Head | undefined> {
  try {
    const { ContentLength = 0, ETag } = await s3Of(region).read('HeadObject', { ...place }, about);
    return { size: ContentLength, etag: ETag };
  } catch (error) {
    if (error instanceof FleetError && error.code === 'file.not-found') return undefined;
    throw error;
  }
}

export function createFileOps(region: AwsRegion): Required<FileOps> {
  const aboutFile = (id: FileId, signal: AbortSignal): About => ({
    subject: plainLine(placeOf(id).Key),
    signal,
  });
  const found = async (id: FileId, signal: AbortSignal): Promise<Head> => {
    const head = await headOf(region, placeOf(id), aboutFile(id, signal));
    if (!head) throw noListed('file', id);
    return head;
  };

  return {
    list: (of, signal) => listFiles(region, of, aboutRegion(region, signal)),
    async upload(of, spec, source, signal) {
      const about = { subject: plainLine(spec.name), signal };
      const place = { Bucket: nativeId(of), Key: spec.name };
      if (!spec.overwrite && (await headOf(region, place, about)))
        throw new FleetError('op.conflict', `${place.Bucket} has a file ${plainLine(spec.name)} already`, {
          fix: 'choose another name, or overwrite it: --overwrite',
        });
      if (source.size <= PART) await sendWhole(region, place, spec, source, about);
      else await sendParts(region, place, spec, source, about);
      return { ...accepted, id: fileId(bucketId(region.endpoint, place.Bucket), spec.name) };
    },
    async download(id, to, signal) {
      const head = await found(id, signal);
      await receive(region, placeOf(id), head, to, aboutFile(id, signal));
      return accepted;
    },
    async link(id, { seconds }, signal): Promise<Accepted> {
      await found(id, signal);
      const answer = await s3Of(region).link('GetObject', { ...placeOf(id) }, seconds, aboutFile(id, signal));
      return { ...accepted, answer };
    },
    async planDelete(id, signal) {
      const { size } = await found(id, signal);
      return { goes: [`${placeOf(id).Key} (${size} bytes)`], stays: [] };
    },
    async delete(id, signal) {
      await found(id, signal);
      await s3Of(region).change('DeleteObject', { ...placeOf(id) }, aboutFile(id, signal));
      return accepted;
    },
  };
}

const keptWith = ({ public: isPublic, metadata, overwrite }: FileSpec, isLast: boolean) => ({
  ...(isPublic ? { ACL: 'public-read' as const } : {}),
  ...(Object.keys(metadata).length > 0 ? { Metadata: { ...metadata } } : {}),
  // Another program may have written one since it was looked for.
  ...(isLast && !overwrite ? { IfNoneMatch: '*' } : {}),
});

async function sendWhole(region: AwsRegion, place: Place, spec: FileSpec, source: Source, about: About) {
  const Body = await contentOf(source, 0, source.size);
  await s3Of(region).change('PutObject', { ...place, Body, ...keptWith(spec, true) }, about);
}

/** Parts that came are taken back when not all of them did: S3 would keep them, and ask for money. */
async function sendParts(region: AwsRegion, place: Place, spec: FileSpec, source: Source, about: About) {
  const s3 = s3Of(region);
  const size = Math.max(PART, Math.ceil(source.size / MOST_PARTS / mib(1)) * mib(1));
  const { UploadId } = await s3.change('CreateMultipartUpload', { ...place, ...keptWith(spec, false) }, about);
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let from = 0; from < source.size; from += size) {
      const PartNumber = Parts.length + 1;
      const Body = await contentOf(source, from, Math.min(size, source.size - from));
      const { ETag } = await s3.change('UploadPart', { ...place, UploadId, PartNumber, Body }, about);
      Parts.push({ PartNumber, ETag });
    }
    const whole = { ...place, UploadId, MultipartUpload: { Parts }, ...(spec.overwrite ? {} : { IfNoneMatch: '*' }) };
    await s3.change('CompleteMultipartUpload', whole, about);
  } catch (error) {
    // The signal of the user may have ended it: this has one of its own.
    const last = { ...about, signal: AbortSignal.timeout(ABORT_MS) };
    const sent: Made = {
      what: 'the parts that were sent, which cost money',
      command: `aws s3api abort-multipart-upload --bucket ${place.Bucket} --key ${shellWord(place.Key)} --upload-id ${shellWord(UploadId ?? '')}`,
      undo: () => s3.change('AbortMultipartUpload', { ...place, UploadId }, last),
    };
    throw await takeBack(error, [sent], { isUnsure: false });
  }
}

const ABORT_MS = 15_000;

/** Plain bytes: a Buffer may be a part of others, which would all go to the thread of the SDK. */
const contentOf = async (source: Source, from: number, length: number): Promise<Uint8Array> =>
  Uint8Array.from(await readPart(source, from, length));

/** Rejects with op.conflict when it becomes another file meanwhile. */
function receive(region: AwsRegion, place: Place, { size, etag }: Head, to: Destination, about: About): Promise<void> {
  const read = async (from: number, length: number): Promise<Uint8Array> => {
    const Range = `bytes=${from}-${from + length - 1}`;
    const input = { ...place, Range, ...(etag === undefined ? {} : { IfMatch: etag }) };
    const { Body } = await s3Of(region).read('GetObject', input, about);
    // The thread of the SDK has read it already.
    return Body as unknown as Uint8Array;
  };
  return receiveParts({ size, part: PART, read }, to);
}
