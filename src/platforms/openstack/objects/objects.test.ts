import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { destinationOf, sourceOf } from '../../../../test/contract/memory-files.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { type BucketId, bucketId, fileId } from '../../../ids.ts';
import type { BucketOps, Connection, FileOps } from '../../contract.ts';
import { CLOUD, withCloud } from '../testkit/with-cloud.ts';

const { signal } = new AbortController();
const BACKUPS = bucketId(CLOUD, 'backups');
const SPEC = { name: 'a/b', public: false, overwrite: false, metadata: {} };

const bucketsOf = ({ bucket }: Connection) => bucket as Required<BucketOps>;
const filesOf = ({ file }: Connection) => file as Required<FileOps>;
const upload = (connection: Connection, spec: Partial<typeof SPEC>, of: BucketId = BACKUPS) =>
  filesOf(connection).upload(of, { ...SPEC, ...spec }, sourceOf(Buffer.from('content')), signal);

it('F-300 a bucket is made private without taking away what others were granted', () =>
  withCloud(async ({ world }, connection) => {
    const { update, list } = bucketsOf(connection);
    const found = world.swift.containers.get('backups');
    if (!found) throw new Error('no bucket');
    found.headers = { 'x-container-read': 'f00:*,.r:*,.rlistings' };
    expect((await list(CLOUD, signal))[0]?.public).toBe(true);
    await update(BACKUPS, { public: false }, signal);
    expect(found.headers).toEqual({ 'x-container-read': 'f00:*' });
    await update(BACKUPS, { public: true }, signal);
    expect(found.headers).toEqual({ 'x-container-read': 'f00:*,.r:*' });
    found.headers = { 'x-container-read': '.r:*' };
    await update(BACKUPS, { public: false }, signal);
    expect(found.headers).toEqual({});
  }));

it('F-397 a file that did not come as it was sent is deleted again', () =>
  withCloud(async ({ world }, connection) => {
    world.swift.garbles = true;
    expect(await refusal(upload(connection, {}))).toMatchObject({
      code: 'op.failed',
      message: 'a/b: what came is not what was sent: it was deleted again',
    });
    expect([...(world.swift.containers.get('backups')?.objects.keys() ?? [])]).toEqual(['readme']);
  }));

it('F-397 is not sent where Swift could not keep it so', () =>
  withCloud(async (cloud, connection) => {
    const codeOf = async (spec: Partial<typeof SPEC>) => (await refusal(upload(connection, spec))).code;
    expect(await codeOf({ public: true })).toBe('op.refused');
    expect(await codeOf({ metadata: { 'so and so': 'x' } })).toBe('op.refused');
    expect(await codeOf({ name: '../backups2/x' })).toBe('op.refused');
    expect(cloud.requests.filter((request) => request.startsWith('PUT'))).toEqual([]);
  }));

it('F-396 a file that becomes another one while it is received is a conflict', () =>
  withCloud(async ({ world }, connection) => {
    const objects = world.swift.containers.get('backups')?.objects;
    const to = destinationOf(Buffer.from('hel'));
    const tail = to.tail;
    const meanwhile = {
      ...to,
      tail: async (length: number) => {
        objects?.set('readme', { content: Buffer.from('HELLO\n'), headers: {} });
        return tail(length);
      },
    };
    const id = fileId(BACKUPS, 'readme');
    expect((await refusal(filesOf(connection).download(id, meanwhile, signal))).code).toBe('op.conflict');
  }));

it('a link is signed with the key of the bucket, else of the account, and refused without one', () =>
  withCloud(async ({ world, origin }, connection) => {
    await upload(connection, { name: 'two words' });
    const id = fileId(BACKUPS, 'two words');
    const link = () => filesOf(connection).link(id, { seconds: 60 }, signal);
    const signatureOf = (key: string, address: URL) => {
      const said = `GET\n${address.searchParams.get('temp_url_expires')}\n${decodeURIComponent(address.pathname.replace('/object', ''))}`;
      return createHmac('sha256', key).update(said).digest('hex');
    };
    const { answer } = await link();
    const address = new URL(String(answer));
    expect(address.origin).toBe(origin);
    expect(address.pathname).toMatch(/\/backups\/two%20words$/);
    expect(address.searchParams.get('temp_url_sig')).toBe(signatureOf('a key of the account', address));
    const found = world.swift.containers.get('backups');
    if (found) found.headers = { 'x-container-meta-temp-url-key': 'its own' };
    const own = new URL(String((await link()).answer));
    expect(own.searchParams.get('temp_url_sig')).toBe(signatureOf('its own', own));
    if (found) found.headers = {};
    world.swift.key = undefined;
    expect(await refusal(link())).toMatchObject({
      code: 'op.refused',
      message: expect.stringMatching(/neither bucket nor account has one/),
    });
  }));

it('a bucket that is gone is said to be', () =>
  withCloud(async (_cloud, connection) => {
    const list = filesOf(connection).list(bucketId(CLOUD, 'gone'), signal);
    expect(await refusal(list)).toMatchObject({ code: 'bucket.not-found' });
  }));

it('lists more files than a page holds, and says where it stops', () =>
  withCloud(async ({ world }, connection) => {
    const objects = world.swift.containers.get('backups')?.objects;
    const content = Buffer.from('');
    for (let at = 0; at < 10_100; at++) objects?.set(`n${at}`, { content, headers: {} });
    const all = await filesOf(connection).list(BACKUPS, signal);
    expect(all.length).toBe(10_001);
    expect(all.at(-1)).toMatchObject({ unread: true, trouble: { message: 'only the first 10000 files are listed' } });
  }));
