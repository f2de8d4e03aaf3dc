/** Containers of Swift, as buckets. */
import { createGate } from '../../../gate.ts';
import { type BucketId, bucketId, nativeOfListed } from '../../../ids.ts';
import { bytes } from '../../../units.ts';
import type { Bucket, BucketOps, LossPlan } from '../../contract.ts';
import { textOf } from '../../lib/json.ts';
import { noListed, refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import type { HttpResponse } from '../../transport/http/http.ts';
import type { Cloud } from '../cloud.ts';
import { bytesOf, numberOf } from '../json.ts';
import { deleteFile } from './file-ops.ts';
import { type Asking, bucketPath, headerOf, listAll, type Swift } from './swift.ts';

const accepted = { warnings: [] };
const MOST_BUCKETS = 10_000;
/** Whether it is public costs a request for each. */
const MOST_ASKED = 200;
const AT_ONCE = 4;
/** Anyone may read a file whose name is known; the list stays closed (swift, overview_acl). */
const ANYONE = '.r:*';
const ANYONE_LISTS = '.rlistings';

const grantsOf = (headers: HttpResponse['headers']): readonly string[] =>
  (headerOf(headers, 'x-container-read') ?? '')
    .split(',')
    .map((grant) => grant.trim())
    .filter(Boolean);

/** Swift has several words for it. */
const isOpen = (grants: readonly string[]): boolean =>
  grants.some((grant) => /^\.r(ef|eferer|eferrer)?:\*$/.test(grant));

const counted = (files: number): string => `${files} ${files === 1 ? 'file' : 'files'}`;

export function createBucketOps(swift: Swift, cloud: Cloud): Required<BucketOps> {
  const { endpoint, region } = cloud;
  const about = (signal: AbortSignal): Asking => ({ subject: `the buckets of ${cloud.name}`, signal });

  async function list(signal: AbortSignal): Promise<readonly Bucket[]> {
    const { rows } = await listAll(swift, '', MOST_BUCKETS, about(signal));
    const gate = createGate(AT_ONCE);
    return Promise.all(
      rows.map(async (row, at): Promise<Bucket> => {
        const name = textOf(row, 'name') ?? '';
        const ask = async () => swift.head(bucketPath(name), { subject: name, signal });
        const headers = at < MOST_ASKED ? await gate.run(signal, ask) : undefined;
        return {
          id: bucketId(endpoint, name),
          name,
          created: undefined,
          region,
          public: headers && isOpen(grantsOf(headers)),
          files: numberOf(row, 'count'),
          size: bytesOf(row, 'bytes', bytes(1)),
        };
      }),
    );
  }

  async function headersOf(id: BucketId, signal: AbortSignal): Promise<HttpResponse['headers']> {
    const name = nativeOfListed(id);
    const headers = await swift.head(bucketPath(name), { subject: name, signal });
    if (!headers) throw noListed('bucket', id);
    return headers;
  }

  async function plan(id: BucketId, withFiles: boolean, signal: AbortSignal): Promise<LossPlan> {
    const name = nativeOfListed(id);
    const files = Number(headerOf(await headersOf(id, signal), 'x-container-object-count') ?? 0);
    return {
      goes: [`the bucket ${name}`, ...(withFiles && files > 0 ? [`${counted(files)} in it`] : [])],
      stays: [],
      ...(!withFiles && files > 0 && { refused: `${name} has ${counted(files)}, which are not to go` }),
    };
  }

  /** Counts may be late: what is listed is what goes, until nothing is. */
  async function empty(name: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const page = await swift.list(bucketPath(name), undefined, { subject: name, signal });
      if (page.length === 0) return;
      for (const row of page) await deleteFile(swift, { bucket: name, file: textOf(row, 'name') ?? '' }, signal);
    }
  }

  return {
    list: (_of, signal) => list(signal),
    async create(_of, { name, public: isPublic, plan: ofPlan }, signal) {
      // Swift answers as if it made it when it is there already.
      if (await swift.head(bucketPath(name), { subject: name, signal }))
        refuseTakenName('bucket', endpoint, [{ name }], name);
      const headers = {
        ...(isPublic && { 'x-container-read': ANYONE }),
        ...(ofPlan !== undefined && { 'x-container-meta-plan': encodeURIComponent(ofPlan) }),
      };
      await swift.change('PUT', bucketPath(name), { subject: name, signal, headers });
      return { ...accepted, id: bucketId(endpoint, name) };
    },
    async update(id, { public: isPublic }, signal) {
      const grants = grantsOf(await headersOf(id, signal));
      if (isOpen(grants) === isPublic) return accepted;
      // What others were granted stays.
      const others = grants.filter((grant) => !isOpen([grant]) && grant !== ANYONE_LISTS);
      const wanted = isPublic ? [...grants, ANYONE] : others;
      const headers = wanted.length > 0 ? { 'x-container-read': wanted.join(',') } : { 'x-remove-container-read': 'x' };
      const name = nativeOfListed(id);
      await swift.change('POST', bucketPath(name), { subject: name, signal, headers });
      return accepted;
    },
    planDelete: (id, { files }, signal) => plan(id, files, signal),
    async delete(id, { files }, signal) {
      refusePlanned(await plan(id, files, signal));
      const name = nativeOfListed(id);
      if (files) await empty(name, signal);
      await swift.change('DELETE', bucketPath(name), { subject: name, signal });
      return accepted;
    },
  };
}
