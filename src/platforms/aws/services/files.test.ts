/** What is left of a file that could not be sent as a whole. */
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { sourceOf } from '../../../../test/contract/memory-files.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { FleetError } from '../../../errors.ts';
import { bucketId } from '../../../ids.ts';
import { createCatalog } from '../catalog.ts';
import { type Answers, CLOUD, changesIn, scriptedApi } from '../testkit/scripted-calls.ts';
import { createFileOps } from './files.ts';

const { signal } = new AbortController();
const PART = 8 * 1024 ** 2;

async function sendBroken(answers: Answers) {
  const lost = new FleetError('outcome.unknown', 'the link is gone');
  const scripted = scriptedApi({
    CreateMultipartUpload: { UploadId: 'u1' },
    UploadPart: lost,
    AbortMultipartUpload: {},
    ...answers,
  });
  const { api } = scripted;
  const region = { api, catalog: createCatalog(api), touched: () => {}, clock: createTestClock() };
  const { upload } = createFileOps({ ...region, endpoint: CLOUD, region: 'eu-test-1' });
  const source = sourceOf(Buffer.alloc(PART + 1));
  const spec = { name: "it's.iso", public: false, metadata: {}, overwrite: true };
  const error = await refusal(upload(bucketId(CLOUD, 'shop'), spec, source, signal));
  return { error, scripted };
}

describe('a file that breaks off while it is sent in parts', () => {
  it('leaves none of them', async () => {
    const { error, scripted } = await sendBroken({});
    expect(error.message).toBe('the link is gone');
    expect(changesIn(scripted).at(-1)).toEqual([
      'AbortMultipartUpload',
      { Bucket: 'shop', Key: "it's.iso", UploadId: 'u1' },
    ]);
  });

  it('names them with the command that removes them where S3 does not let go of them', async () => {
    const { error } = await sendBroken({ AbortMultipartUpload: new FleetError('host.unreachable', 'no way to S3') });
    expect(error.message).toContain('could not be taken back (no way to S3): the parts that were sent');
    expect(error.fix).toContain('abort-multipart-upload --bucket shop --key ');
    expect(error.fix).toContain('--upload-id u1');
  });
});
