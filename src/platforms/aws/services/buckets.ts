/** Buckets of S3. */
import { FleetError } from '../../../errors.ts';
import { createGate } from '../../../gate.ts';
import { type BucketId, bucketId } from '../../../ids.ts';
import type { Bucket, BucketOps, LossPlan } from '../../contract.ts';
import { refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import { takeBack } from '../../lib/take-back.ts';
import type { About } from '../api.ts';
import { type AwsRegion, aboutRegion, accepted, nativeId, present, readAll } from '../region.ts';

const PAGE = 1_000;
/** Whether it is public costs a request for each. */
const MOST_ASKED = 200;
const AT_ONCE = 4;
/** S3 has no constraint for its first region. */
const FIRST_REGION = 'us-east-1';

const s3Of = ({ api }: AwsRegion) => api.service('s3');

/** Those of this account in this region. */
async function listBuckets(region: AwsRegion, about: About): Promise<readonly Bucket[]> {
  const s3 = s3Of(region);
  const all = await readAll('ListBuckets', async (marker) => {
    const page = marker === undefined ? {} : { ContinuationToken: marker };
    const answer = await s3.read('ListBuckets', { MaxBuckets: PAGE, BucketRegion: region.region, ...page }, about);
    return { items: answer.Buckets ?? [], next: answer.ContinuationToken || undefined };
  });
  const gate = createGate(AT_ONCE);
  return Promise.all(
    all.map(async ({ Name: name = '', CreationDate }, at): Promise<Bucket> => {
      const isPublic =
        at < MOST_ASKED ? await gate.run(about.signal, () => readPublic(region, name, about)) : undefined;
      return {
        id: bucketId(region.endpoint, name),
        name,
        created: CreationDate?.getTime(),
        region: region.region,
        public: isPublic,
        files: undefined,
        size: undefined,
      };
    }),
  );
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly Condition?: unknown;
}

/** A policy that lets anyone read. Undefined where this login may not know. */
async function readPublic(region: AwsRegion, Bucket: string, about: About): Promise<boolean | undefined> {
  try {
    const { Policy = '{}' } = await s3Of(region).read('GetBucketPolicy', { Bucket }, about);
    const { Statement = [] }: { Statement?: Statement | readonly Statement[] } = JSON.parse(Policy);
    return [Statement].flat().some((one) => isOpen(one as Statement));
  } catch (error) {
    if (about.signal.aborted) throw error;
    if (error instanceof FleetError && error.code === 'op.refused' && /NoSuchBucketPolicy|policy/i.test(error.message))
      return false;
    if (error instanceof FleetError && ['auth.forbidden', 'op.refused', 'op.failed'].includes(error.code))
      return undefined;
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isOpen({ Effect, Principal, Action, Condition }: Statement): boolean {
  const everyone =
    Principal === '*' ||
    (typeof Principal === 'object' && Principal !== null && 'AWS' in Principal && Principal.AWS === '*');
  const actions = [Action].flat().map(String);
  return (
    Effect === 'Allow' &&
    everyone &&
    Condition === undefined &&
    actions.some((one) => ['s3:GetObject', 's3:*', 's3:Get*', '*'].includes(one))
  );
}

const openPolicy = (bucket: string, region: string): string => {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  const statement = {
    Sid: 'AnyoneCanRead',
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:${partition}:s3:::${bucket}/*`,
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
};

export function createBucketOps(region: AwsRegion): Required<BucketOps> {
  const { endpoint } = region;
  const found = async (id: string, about: About): Promise<Bucket> =>
    present(
      'bucket',
      id,
      (await listBuckets(region, about)).find((one) => one.id === id),
    );
  const open = async (Bucket: string, about: About): Promise<void> => {
    const s3 = s3Of(region);
    // New buckets refuse such a policy until this is gone.
    await s3.change('DeletePublicAccessBlock', { Bucket }, about);
    await s3.change('PutBucketPolicy', { Bucket, Policy: openPolicy(Bucket, region.region) }, about);
  };
  const plan = async (id: BucketId, withFiles: boolean, about: About): Promise<LossPlan> => {
    const { name } = await found(id, about);
    const count = await countFiles(region, name, about);
    const words = `${count}${count === MOST_COUNTED ? ' or more' : ''} ${count === 1 ? 'file' : 'files'}`;
    return {
      goes: [`the bucket ${name}`, ...(withFiles && count > 0 ? [`${words} in it`] : [])],
      stays: [],
      ...(!withFiles && count > 0 && { refused: `${name} has ${words}, which are not to go` }),
    };
  };

  return {
    list: (_of, signal) => listBuckets(region, aboutRegion(region, signal)),
    async create(_of, { name, public: isPublic, plan: ofPlan }, signal) {
      const about = aboutRegion(region, signal);
      const s3 = s3Of(region);
      // The first region answers as if it made it when it is there already.
      refuseTakenName('bucket', endpoint, await listBuckets(region, about), name);
      await s3.change(
        'CreateBucket',
        {
          Bucket: name,
          ...(region.region === FIRST_REGION
            ? {}
            : { CreateBucketConfiguration: { LocationConstraint: region.region as never } }),
        },
        about,
      );
      try {
        if (ofPlan !== undefined)
          await s3.change(
            'PutBucketTagging',
            { Bucket: name, Tagging: { TagSet: [{ Key: 'plan', Value: ofPlan }] } },
            about,
          );
        if (isPublic) await open(name, about);
      } catch (error) {
        const undo = () => s3.change('DeleteBucket', { Bucket: name }, about);
        throw await takeBack(error, [{ what: `the bucket ${name}`, command: `aws s3 rb s3://${name}`, undo }]);
      }
      return { ...accepted, id: bucketId(endpoint, name) };
    },
    async update(id, { public: isPublic }, signal) {
      const about = aboutRegion(region, signal);
      const { name, public: now } = await found(id, about);
      if (isPublic === now) return accepted;
      if (isPublic) await open(name, about);
      // It may have more in it than that anyone can read: what drover has not written, it does not take away in part.
      else await s3Of(region).change('DeleteBucketPolicy', { Bucket: name }, about);
      return accepted;
    },
    planDelete: (id, { files }, signal) => plan(id, files, aboutRegion(region, signal)),
    async delete(id, { files }, signal) {
      const about = aboutRegion(region, signal);
      refusePlanned(await plan(id, files, about));
      if (files) await deleteFiles(region, nativeId(id), about);
      await s3Of(region).change('DeleteBucket', { Bucket: nativeId(id) }, { ...about, subject: nativeId(id) });
      return accepted;
    },
  };
}

const MOST_COUNTED = 1_000;

async function countFiles(region: AwsRegion, Bucket: string, about: About): Promise<number> {
  const { Contents = [] } = await s3Of(region).read('ListObjectsV2', { Bucket, MaxKeys: MOST_COUNTED }, about);
  return Contents.length;
}

/** In pages; what comes meanwhile makes the bucket stay, and that is said by S3. */
async function deleteFiles(region: AwsRegion, Bucket: string, about: About): Promise<void> {
  const s3 = s3Of(region);
  for (;;) {
    const { Contents = [] } = await s3.read('ListObjectsV2', { Bucket, MaxKeys: MOST_COUNTED }, about);
    const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : { Key }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await s3.change('DeleteObjects', { Bucket, Delete: { Objects, Quiet: true } }, about);
    const [first] = Errors;
    if (first) throw new FleetError('op.failed', `${Bucket}: ${first.Key} can't be deleted: ${first.Message}`);
  }
}
