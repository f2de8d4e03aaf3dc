import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { Attachment } from '../../platforms/contract.ts';
import { openedAhead } from './opened-ahead.ts';

/** What is opened, and whether each was to be taken over by force. */
function guest() {
  const forced: boolean[] = [];
  const streams: PassThrough[] = [];
  const { signal } = new AbortController();
  const ahead = openedAhead(async ({ force }): Promise<Attachment> => {
    forced.push(force);
    const stream = new PassThrough();
    streams.push(stream);
    return { kind: 'stream', stream };
  }, signal);
  return { ahead, forced, streams, signal };
}

it('a console that is opened ahead is taken once, and opened again after that', async () => {
  const { ahead, forced, streams, signal } = guest();
  expect(forced).toEqual([false]);
  const first = await ahead.open({ force: false, signal });
  expect(first).toMatchObject({ stream: streams[0] });
  await ahead.open({ force: true, signal });
  expect(forced).toEqual([false, true]);
  ahead.drop();
  expect(streams.map(({ destroyed }) => destroyed)).toEqual([false, false]);
});

it('a console that is opened ahead, and is not taken, is closed', async () => {
  const { ahead, streams } = guest();
  ahead.drop();
  await new Promise<void>((resolve) => streams[0]?.once('close', resolve));
});
