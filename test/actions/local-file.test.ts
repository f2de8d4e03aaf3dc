import { describe, expect, it } from 'vitest';
import type { ObjectAction } from '../../src/actions/action.ts';
import { fileActions } from '../../src/actions/cloud/file.ts';
import { fileFor } from '../../src/actions/local-file.ts';
import { progressOf } from '../../src/actions/progress.ts';
import { bucketId, endpointName, fileId } from '../../src/ids.ts';
import type { Connection } from '../../src/platforms/contract.ts';

describe('the file of this machine that something is received in', () => {
  it('is the one that was named, or has the name of the object', () => {
    expect(fileFor('web1.qcow2', { file: '/srv/other' })).toBe('/srv/other');
    expect(fileFor('web1.qcow2', {})).toBe('web1.qcow2');
    expect(fileFor('october/db.dump', {}, 'db.dump')).toBe('db.dump');
  });

  it.each(['', '.', '..', '../passwd', 'a\\b', 'a\0b'])('is not called %j by a host', (name) => {
    expect(() => fileFor(name, {})).toThrow("can't be the name of a file here");
  });

  it('has the last part of the path of a file in a bucket', async () => {
    const download = fileActions.find(({ id }) => id === 'file.download') as ObjectAction<'file'>;
    const id = fileId(bucketId(endpointName('demo'), 'site'), 'any/package.json');
    const connection = { file: { download: async () => ({ warnings: [] }) } } as unknown as Connection;
    const file = { id, name: 'any/package.json' } as Parameters<typeof download.send>[1];
    // Tests run where there is such a file, which is not written over.
    const received = download.send(connection, file, {}, new AbortController().signal, () => {});
    await expect(received).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringContaining('/package.json is there'),
    });
  });
});

it('progress is told in whole bytes, also where the rate is none, and when less is there than before', () => {
  const told: string[] = [];
  let now = 0;
  const progress = progressOf(
    (text) => told.push(text),
    () => now,
  );
  for (const [at, done] of [
    [0, 100],
    [3_000, 1_100],
    [6_000, 50],
  ] as const) {
    now = at;
    progress(done, 2_000);
  }
  expect(told).toEqual(['5 %, 100B of 2000B', '55 %, 1100B of 2000B, 333B/s', '2 %, 50B of 2000B, 0B/s']);
});
