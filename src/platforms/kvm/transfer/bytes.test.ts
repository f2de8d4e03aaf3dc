import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { bytes } from '../../../units.ts';
import type { Source } from '../../contract.ts';
import { settle } from '../testkit/played-daemon.ts';
import { streamingDaemon } from '../testkit/streaming-daemon.ts';
import { receive, receiveAll } from './receive.ts';
import { compare, confirmed, TAIL } from './resume.ts';
import { send } from './send.ts';

const VOLUME = { pool: 'vms', name: 'disk.img', key: '/d/disk.img' };
const CONTENT = Buffer.from(Array.from({ length: 3 * TAIL + 5 }, (_, at) => 1 + ((at * 7 + (at >> 10)) % 255)));
const set = () => {
  const clock = createTestClock();
  const giving = new AbortController();
  return { clock, giving, signal: giving.signal, daemon: streamingDaemon(clock) };
};
function* inPieces(size: number, upTo = CONTENT.length) {
  for (let at = 0; at < upTo; at += size) yield CONTENT.subarray(at, Math.min(at + size, upTo));
}

describe('bytes that are sent', () => {
  it.each([20_000, 65_536, 1_048_576, 3_000_000])(
    'in pieces of %i are all there, from their place on',
    async (size) => {
      const { daemon, signal } = set();
      daemon.file = Buffer.alloc(10, 'x');
      await send(daemon.host, VOLUME, 10, inPieces(size), signal);
      expect(daemon.file.equals(Buffer.concat([Buffer.alloc(10, 'x'), CONTENT]))).toBe(true);
      expect(daemon.ranges).toEqual([{ offset: 10, length: 0 }]);
    },
  );

  it('wait for a daemon that does not read them', async () => {
    const { daemon, signal, clock } = set();
    daemon.reads = false;
    let taken = 0;
    const pieces = function* () {
      for (; ; taken += 1) yield CONTENT.subarray(0, 100_000);
    };
    const done = send(daemon.host, VOLUME, 0, pieces(), signal);
    done.catch(() => undefined);
    await settle();
    await settle();
    expect(taken).toBeLessThan(8);
    expect(daemon.unread()).toBe(4);
    await clock.pass(60_001);
    await expect(done).rejects.toMatchObject({
      code: 'host.unreachable',
      message: 'no byte of disk.img has moved for 60 s',
    });
  });

  it.each<readonly [string, (all: ReturnType<typeof set>) => void, object]>([
    ['the host is gone', ({ daemon }) => daemon.loseLinks(), { code: 'host.unreachable' }],
    ['it is given up', ({ giving }) => giving.abort(new DOMException('enough', 'AbortError')), { message: 'enough' }],
  ])('end when %s', async (_why, happen, error) => {
    const all = set();
    all.daemon.reads = false;
    const done = send(all.daemon.host, VOLUME, 0, inPieces(100_000), all.signal);
    done.catch(() => undefined);
    await settle();
    happen(all);
    await expect(done).rejects.toMatchObject(error);
  });

  it('end with what the daemon or their reader says', async () => {
    const { daemon, signal } = set();
    daemon.failAt = { size: 300_000, errno: 28 };
    const refused = send(daemon.host, VOLUME, 0, inPieces(100_000), signal);
    await expect(refused).rejects.toMatchObject({ code: 38, errno: 28, message: 'cannot write' });
    const broken = async function* () {
      yield Buffer.alloc(10);
      throw new Error('the disk of this machine is broken');
    };
    await expect(send(set().daemon.host, VOLUME, 0, broken(), signal)).rejects.toThrow('is broken');
  });
});

describe('bytes that are read', () => {
  it('are those of the range, and no more come while the last are written', async () => {
    const { daemon, signal } = set();
    daemon.file = CONTENT;
    const range = { offset: 1_000, length: 2_000_000 };
    expect((await receiveAll(daemon.host, VOLUME, range, signal)).equals(CONTENT.subarray(1_000, 2_001_000))).toBe(
      true,
    );
    let busy = 0;
    await receive(daemon.host, VOLUME, range, signal, async () => {
      busy += 1;
      expect(busy).toBe(1);
      await settle();
      busy -= 1;
    });
  });

  it('come in few large pieces', async () => {
    const { daemon, signal } = set();
    daemon.file = CONTENT;
    const lengths: number[] = [];
    const range = { offset: 0, length: CONTENT.length };
    await receive(daemon.host, VOLUME, range, signal, (piece) => void lengths.push(piece.length));
    expect(lengths).toEqual([TAIL, TAIL, TAIL, 5]);
  });

  it('come before a large piece is full when the link is slow', async () => {
    const { daemon, signal, clock } = set();
    daemon.file = Buffer.from('abc');
    daemon.byHand = 1;
    const came: string[] = [];
    const range = { offset: 0, length: 3 };
    const done = receive(daemon.host, VOLUME, range, signal, (piece) => void came.push(String(piece)));
    await settle();
    daemon.packets[0]?.();
    await settle();
    expect(came).toEqual([]);
    await clock.pass(1_000);
    daemon.packets[1]?.();
    await settle();
    expect(came).toEqual(['ab']);
    daemon.packets[2]?.();
    daemon.packets[3]?.();
    await done;
    expect(came).toEqual(['ab', 'c']);
  });

  it('are too few where the file is shorter', async () => {
    const { daemon, signal } = set();
    daemon.file = CONTENT.subarray(0, 100);
    await expect(receiveAll(daemon.host, VOLUME, { offset: 50, length: 80 }, signal)).rejects.toThrow(
      'of 80 bytes of disk.img only 50 could be read',
    );
  });
});

describe('how far an upload has come', () => {
  const source: Source = {
    name: '/tmp/disk.img',
    size: bytes(CONTENT.length),
    async *read(from, length = CONTENT.length - from) {
      yield CONTENT.subarray(from, from + length);
    },
  };
  const of = async (file: Buffer, used: number, size = file.length) => {
    const { daemon, signal } = set();
    daemon.file = file;
    return confirmed(daemon.host, VOLUME, { size, used }, source, signal);
  };
  const written = (upTo: number, more: (file: Buffer) => void = () => undefined) => {
    const file = Buffer.alloc(CONTENT.length);
    CONTENT.copy(file, 0, 0, upTo);
    more(file);
    return file;
  };
  it.each<readonly [string, number, Buffer, number]>([
    ['all of it', CONTENT.length, written(CONTENT.length), 2 ** 30],
    ['as much as takes room, in whole MiB', 2 * TAIL, written(2 * TAIL + 99), 2 * TAIL + 99],
    ['less, where room was taken that is not written to', TAIL, written(2 * TAIL - 9), 3 * TAIL],
    ['nothing, where all is zeros', 0, written(0), 3 * TAIL],
    ['nothing, where no room is taken', 0, written(0), 0],
  ])('is %s', async (_what, at, file, used) => {
    expect(await of(file, used)).toBe(at);
  });

  it.each<readonly [string, Buffer, number | undefined]>([
    ['has another size', written(CONTENT.length), 7],
    ['ends otherwise', written(2 * TAIL, (file) => file.fill(200, 2 * TAIL - 3, 2 * TAIL)), undefined],
    ['begins otherwise', written(2 * TAIL, (file) => file.fill(200, 0, 3)), undefined],
  ])('is no question of a volume that %s', async (_how, file, size) => {
    await expect(of(file, 2 * TAIL, size)).rejects.toMatchObject({ code: 'op.conflict' });
  });

  it('is not told by zeros', () => {
    const zeros = Buffer.alloc(4);
    expect(compare(zeros, zeros)).toBe('unwritten');
    expect(compare(Buffer.from([1, 2, 3, 4]), Buffer.from([1, 2, 0, 0]))).toBe('unwritten');
    expect(compare(Buffer.from([1, 2, 3, 4]), Buffer.from([1, 9, 0, 0]))).toBe('other');
    expect(compare(Buffer.from([1, 0]), Buffer.from([1, 0]))).toBe('same');
    expect(compare(Buffer.from([1]), Buffer.from([1, 0]))).toBe('other');
  });
});
