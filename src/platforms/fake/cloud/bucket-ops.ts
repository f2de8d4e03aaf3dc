import { FleetError } from '../../../errors.ts';
import { type BucketId, bucketId, type FileId, fileId, ownerOf } from '../../../ids.ts';
import { bytes } from '../../../units.ts';
import type { Bucket, BucketFile, BucketOps, FileOps, LossPlan } from '../../contract.ts';
import { refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import type { Calls } from '../call.ts';
import { accepted } from '../power.ts';
import type { FakeServer } from '../server.ts';
import { counted } from './counted.ts';

const filesOf = ({ collections }: FakeServer, of: BucketId): readonly BucketFile[] =>
  collections.file.all().filter(({ id }) => ownerOf(id) === of);

function bucketOf(server: FakeServer, id: BucketId): Bucket {
  const found = server.collections.bucket.one(id);
  const files = filesOf(server, id);
  return { ...found, files: files.length, size: bytes(files.reduce((sum, { size }) => sum + (size ?? 0), 0)) };
}

export function createBucketOps(server: FakeServer, calls: Calls): Required<BucketOps> {
  const { collections, contents, clock, endpoint } = server;
  const plan = ({ name, files = 0 }: Bucket, withFiles: boolean): LossPlan => ({
    goes: [`the bucket ${name}`, ...(withFiles && files > 0 ? [`${counted(files, 'file', 'files')} in it`] : [])],
    stays: [],
    ...(!withFiles && files > 0 && { refused: `${name} has ${counted(files, 'file', 'files')}, which are not to go` }),
  });

  return {
    list: (_of, signal) =>
      calls.endpoint('bucket.list', signal, () =>
        collections.bucket.all().map(({ id }) => bucketOf(server, id as BucketId)),
      ),
    create: (_of, { name, public: isPublic }, signal) =>
      calls.endpoint('bucket.create', signal, () => {
        refuseTakenName('bucket', endpoint, collections.bucket.all(), name);
        const id = bucketId(endpoint, name);
        collections.bucket.put({
          id,
          name,
          created: clock.now(),
          region: 'fra',
          public: isPublic,
          files: 0,
          size: undefined,
        });
        return { ...accepted(), id };
      }),
    update: (id, changes, signal) =>
      calls.endpoint('bucket.update', signal, () => {
        collections.bucket.put({ ...bucketOf(server, id), ...changes });
        return accepted();
      }),
    planDelete: (id, { files }, signal) =>
      calls.endpoint('bucket.planDelete', signal, () => plan(bucketOf(server, id), files)),
    delete: (id, { files }, signal) =>
      calls.endpoint('bucket.delete', signal, () => {
        refusePlanned(plan(bucketOf(server, id), files));
        for (const file of filesOf(server, id)) {
          collections.file.remove(file.id);
          contents.forget(file.id);
        }
        collections.bucket.remove(id);
        return accepted();
      }),
  };
}

export function createFileOps(server: FakeServer, calls: Calls): Required<FileOps> {
  const { collections, contents, clock, endpoint } = server;
  const fileOf = (id: FileId): BucketFile => collections.file.one(id);

  return {
    list: (of, signal) =>
      calls.endpoint('file.list', signal, () => {
        bucketOf(server, of);
        return filesOf(server, of);
      }),
    upload: (of, { name, overwrite }, source, signal) =>
      calls.endpoint('file.upload', signal, async () => {
        const { name: bucket } = bucketOf(server, of);
        const id = fileId(of, name);
        if (!overwrite && collections.file.all().some((one) => one.id === id))
          throw new FleetError('op.conflict', `${bucket} has a file ${name} already`, {
            fix: 'choose another name, or overwrite it: --overwrite',
          });
        contents.forget(id);
        await contents.fill(id, source, signal);
        const size = bytes(contents.sizeOf(id));
        collections.file.put({ id, name, bucket, size, modified: clock.now(), type: undefined });
        return { ...accepted(), id };
      }),
    download: (id, to, signal) =>
      calls.endpoint('file.download', signal, async () => {
        const { name, bucket } = fileOf(id);
        await contents.copyTo({ id, name, storage: bucket }, to, signal);
        return accepted();
      }),
    link: (id, { seconds }, signal) =>
      calls.endpoint('file.link', signal, () => {
        const { name, bucket } = fileOf(id);
        const until = Math.floor(clock.now() / 1000) + seconds;
        return {
          ...accepted(),
          answer: `https://${bucket}.${endpoint}.example/${encodeURI(name)}?until=${until}&signature=simulated`,
        };
      }),
    planDelete: (id, signal) =>
      calls.endpoint('file.planDelete', signal, () => ({ goes: [fileOf(id).name], stays: [] })),
    delete: (id, signal) =>
      calls.endpoint('file.delete', signal, () => {
        fileOf(id);
        collections.file.remove(id);
        contents.forget(id);
        return accepted();
      }),
  };
}
