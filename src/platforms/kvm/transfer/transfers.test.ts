import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { type VolumeId, volumeId } from '../../../ids.ts';
import { bytes } from '../../../units.ts';
import type { Destination, Source } from '../../contract.ts';
import type { Host } from '../host/host-call.ts';
import { procedures } from '../rpc/protocol.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT, hostOfLists } from '../testkit/scripted-host.ts';
import { streamingDaemon } from '../testkit/streaming-daemon.ts';
import { createTransfers } from './transfers.ts';

const CONTENT = Buffer.from(Array.from({ length: 1_500_000 }, (_, at) => 1 + ((at * 7 + (at >> 10)) % 255)));
const POOL = "<pool type='dir'><target><path>/d</path></target></pool>";
const xmlOf = (mtime: number) =>
  `<volume type='file'><capacity>1</capacity><target><path>/d/disk.img</path><timestamps><mtime>${mtime}</mtime><ctime>1</ctime></timestamps></target></volume>`;

function sourceOf(content = CONTENT, reached: (at: number) => void = () => undefined): Source {
  return {
    name: '/tmp/disk.img',
    size: bytes(content.length),
    async *read(from, length = content.length - from) {
      for (let at = from; at < from + length; at += 100_000) {
        reached(at);
        yield content.subarray(at, Math.min(at + 100_000, from + length));
      }
    },
  };
}

/** A host with the pool `vms`; `file` is in it as `disk.img` where it is there from the beginning. */
function opened({ file, running = '' }: { file?: Buffer; running?: string } = {}) {
  const volumes: Record<string, string> = file ? { 'disk.img': xmlOf(1) } : {};
  const disk = `<disk><source file='${running}'/><target dev='vda'/></disk>`;
  const words = hostOfLists({
    pools: { vms: POOL },
    volumes: { vms: volumes },
    domains: { web1: disk },
    running: ['web1'],
  });
  const { answer } = words;
  const clock = createTestClock();
  const bytesOf = streamingDaemon(clock);
  if (file) bytesOf.file = file;
  const info = { type: 0, capacity: 0 };
  answer(procedures.poolInfo, () => ({ state: 2, capacity: 9e9, allocation: 0, available: 2_000_000 }));
  answer(procedures.volumeInfo, () => ({ ...info, allocation: bytesOf.file.length }));
  answer(procedures.volumeInfoWith, () => ({ ...info, allocation: bytesOf.file.length }));
  answer(procedures.createVolume, ({ pool }) => {
    volumes['disk.img'] = xmlOf(1);
    return { pool: pool.name, name: 'disk.img', key: '' };
  });
  const { open, poll } = bytesOf.host.daemon;
  const daemon = { ...words.host.daemon, open, poll };
  const host: Host = { ...words.host, daemon, clock };
  const { upload, download } = createTransfers(host);
  const give = new AbortController();
  return {
    ...words,
    ...{ bytesOf, give, clock, volumes },
    upload: (source: Source, resume = false) =>
      upload(ENDPOINT, { name: 'disk.img', storage: 'vms', resume }, source, give.signal),
    download: (to: Destination) => download(volumeId(ENDPOINT, 'vms/disk.img') as VolumeId, to, give.signal),
  };
}

describe('a file that is uploaded', () => {
  it('becomes a volume', async () => {
    const { upload, bytesOf, sent } = opened();
    expect(await upload(sourceOf())).toEqual({ warnings: [], id: 'a/vms/disk.img' });
    expect(bytesOf.file.equals(CONTENT)).toBe(true);
    expect(sent).toEqual([]);
  });

  it.each<readonly [string, Parameters<typeof opened>[0], Source, boolean, object]>([
    [
      'whose name is taken',
      { file: CONTENT },
      sourceOf(),
      false,
      { code: 'op.conflict', message: 'vms has a volume disk.img already' },
    ],
    ['for which there is no room', {}, { ...sourceOf(), size: bytes(3_000_000) }, false, { code: 'op.refused' }],
    [
      'that goes on in what a VM has',
      { file: CONTENT, running: '/d/disk.img' },
      sourceOf(),
      true,
      { message: 'disk.img is used by web1' },
    ],
    ['that goes on in another one', { file: Buffer.alloc(1_500_000, 9) }, sourceOf(), true, { code: 'op.conflict' }],
  ])('%s is refused, and nothing is deleted', async (_why, words, source, resume, error) => {
    const { upload, sent } = opened(words);
    await expect(upload(source, resume)).rejects.toMatchObject(error);
    expect(sent).toEqual([]);
  });

  it('and is there whole is not sent once more', async () => {
    const { upload, bytesOf } = opened({ file: CONTENT });
    await upload(sourceOf(), true);
    // for the comparisons, and what was read back at the end
    expect(bytesOf.ranges.map(({ offset }) => offset)).toEqual([CONTENT.length - 2 ** 20, 0, CONTENT.length - 2 ** 20]);
  });

  it('onto a disk that becomes full is deleted, or named', async () => {
    const full = { code: 'op.failed', message: 'disk.img: the storage vms has no room left for it' };
    const { upload, bytesOf, sent } = opened();
    bytesOf.failAt = { size: 500_000, errno: 28 };
    await expect(upload(sourceOf())).rejects.toMatchObject(full);
    expect(sent).toEqual(['STORAGE_VOL_DELETE disk.img']);
    const stuck = opened();
    stuck.bytesOf.failAt = { size: 500_000, errno: 122 };
    stuck.answer(procedures.deleteVolume, () => {
      throw libvirtNo(38, 'it is busy');
    });
    await expect(stuck.upload(sourceOf())).rejects.toMatchObject({
      code: 'op.failed',
      message: expect.stringContaining(
        'no room left for it; it could not be taken back (it is busy): the volume disk.img in vms',
      ),
      fix: expect.stringContaining('virsh vol-delete --pool vms disk.img'),
    });
  });

  it('and given up is deleted', async () => {
    const { upload, give, sent } = opened();
    const enough = new DOMException('enough', 'AbortError');
    const source = sourceOf(CONTENT, (at) => void (at === 800_000 && give.abort(enough)));
    await expect(upload(source)).rejects.toBe(enough);
    expect(sent).toEqual(['STORAGE_VOL_DELETE disk.img']);
  });

  it('over a link that is lost stays, to be gone on with', async () => {
    const { upload, bytesOf, sent } = opened();
    const source = sourceOf(CONTENT, (at) => void (at === 800_000 && bytesOf.loseLinks()));
    await expect(upload(source)).rejects.toMatchObject({
      code: 'host.unreachable',
      message: expect.stringContaining('what has come of disk.img stays there'),
      fix: 'go on with it: --resume',
    });
    expect(sent).toEqual([]);
  });

  it('and is not what was sent is deleted', async () => {
    const { upload, answer, bytesOf, sent } = opened();
    answer(procedures.volumeInfoWith, () => {
      bytesOf.file[CONTENT.length - 1] = 0;
      return { type: 0, capacity: 0, allocation: CONTENT.length };
    });
    await expect(upload(sourceOf())).rejects.toMatchObject({ code: 'op.failed' });
    expect(sent).toEqual(['STORAGE_VOL_DELETE disk.img']);
  });
});

describe('a volume that is downloaded', () => {
  const memory = (before: Buffer, reached: () => void = () => undefined) => {
    let content = before;
    return {
      name: '/tmp/copy.img',
      size: async () => content.length,
      tail: async (length: number) => content.subarray(content.length - length),
      async write(piece: Uint8Array) {
        content = Buffer.concat([content, piece]);
        reached();
      },
      clear: async () => {
        content = Buffer.alloc(0);
      },
      content: () => content,
    };
  };

  it.each<readonly [string, Buffer, number]>([
    ['nothing', Buffer.alloc(0), 0],
    ['its beginning', CONTENT.subarray(0, 1_200_000), 1_200_000],
    ['all of it', CONTENT, -1],
    ['something else', Buffer.from('another file'), 0],
    ['more than it has', Buffer.concat([CONTENT, CONTENT]), 0],
  ])('where %s is there already', async (_what, before, from) => {
    const { download, bytesOf } = opened({ file: CONTENT });
    const to = memory(before);
    await download(to);
    expect(to.content().equals(CONTENT)).toBe(true);
    expect(bytesOf.ranges.at(-1)?.offset).toBe(from === -1 ? CONTENT.length - 2 ** 20 : from);
  });

  it('is refused while a VM writes to it, and when it has become another one', async () => {
    const used = opened({ file: CONTENT, running: '/d/disk.img' });
    await expect(used.download(memory(Buffer.alloc(0)))).rejects.toMatchObject({ code: 'op.conflict' });
    const { download, volumes } = opened({ file: CONTENT });
    const change = () => {
      volumes['disk.img'] = xmlOf(2);
    };
    await expect(download(memory(Buffer.alloc(0), change))).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'disk.img was changed while it was read',
    });
  });

  it('keeps what has come when the link is lost, and says how to go on', async () => {
    const { download, bytesOf } = opened({ file: CONTENT });
    const to = memory(Buffer.alloc(0), () => bytesOf.loseLinks());
    await expect(download(to)).rejects.toMatchObject({
      code: 'host.unreachable',
      fix: 'download it again: it goes on from there',
    });
    expect(to.content().length).toBeGreaterThan(0);
  });
});
