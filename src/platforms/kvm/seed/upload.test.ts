import { type Duplex, duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import type { Host } from '../host/host-call.ts';
import { createRpcClient } from '../rpc/client.ts';
import { createFrameCutter, encodeFrame, type Frame, MESSAGE, STATUS } from '../rpc/frame.ts';
import { procedures, remoteError } from '../rpc/protocol.ts';
import { encode } from '../rpc/xdr.ts';
import { upload } from './upload.ts';

const VOLUME = { pool: 'default', name: 'web1.ISO', key: '/d/web1.ISO' };
const NO = encode(remoteError, {
  ...{ code: 38, domain: 18, message: 'cannot write: No space left on device', level: 2, object: undefined },
  ...{ text1: undefined, text2: undefined, text3: undefined, number1: 0, number2: 0, network: undefined },
});

/** Uploads `length` bytes to a daemon in the hands of the test. */
function uploading(length: number) {
  const [near, far] = duplexPair();
  const clock = createTestClock();
  const client = createRpcClient({ link: near, clock, peer: 'libvirt on db1', onWire: () => undefined });
  const got: Frame[] = [];
  let onFrame = () => {};
  far.on('error', () => {});
  far.on(
    'data',
    createFrameCutter((frame) => {
      got.push({ ...frame, body: Buffer.from(frame.body) });
      onFrame();
    }),
  );
  const until = (isThere: () => boolean) =>
    new Promise<void>((resolve) => {
      onFrame = () => isThere() && resolve();
      onFrame();
    });
  const giving = new AbortController();
  const bytes = Buffer.alloc(length, 'x');
  const daemon = { open: async () => client, poll: { ended: new Promise(() => undefined) } };
  const host = { daemon, clock } as unknown as Host;
  const done = upload(host, VOLUME, bytes, giving.signal);
  done.catch(() => undefined);
  const say = (change: Partial<Frame>, body: Buffer = Buffer.alloc(0)) =>
    (far as Duplex).write(encodeFrame({ ...(got[0] as Frame), ...change }, body));
  return {
    ...{ bytes, client, clock, done, got, giving, far, say, until },
    async begin() {
      await until(() => got.length > 0);
      say({ type: MESSAGE.reply, status: STATUS.ok });
    },
    /** All was sent, with the end of it. */
    sent: () => until(() => got.some(({ type, status }) => type === MESSAGE.stream && status === STATUS.ok)),
  };
}

describe('an upload', () => {
  it('sends all in packets that the daemon takes, and waits until it has said that all is written', async () => {
    const { begin, sent, got, say, done, bytes, client } = uploading(600_000);
    await begin();
    await sent();
    const args = procedures.uploadVolume.args;
    expect(got[0]?.body.equals(encode(args, { volume: VOLUME, offset: 0, length: 0, flags: 0 }))).toBe(true);
    const data = got.filter(({ status }) => status === STATUS.continues).map(({ body }) => body);
    expect(Buffer.concat(data).equals(bytes)).toBe(true);
    expect(Math.max(...data.map(({ length }) => length))).toBeLessThanOrEqual(262_120);
    let isDone = false;
    void done.then(() => {
      isDone = true;
    });
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    say({ type: MESSAGE.stream, status: STATUS.ok });
    await done;
    expect(client.isOpen).toBe(false);
  });

  it('that the daemon refuses fails with its words', async () => {
    const { begin, sent, say, done, client } = uploading(10);
    await begin();
    await sent();
    say({ type: MESSAGE.stream, status: STATUS.error }, NO);
    await expect(done).rejects.toMatchObject({ code: 38, message: 'cannot write: No space left on device' });
    expect(client.isOpen).toBe(false);
  });

  it('fails with the link', async () => {
    const { begin, sent, done, far } = uploading(10);
    await begin();
    await sent();
    far.destroy();
    await expect(done).rejects.toMatchObject({ code: 'host.unreachable' });
  });

  it('is given up after a minute, or when the caller does', async () => {
    const late = uploading(10);
    await late.begin();
    await late.sent();
    // The link itself is alive: it answers its pings.
    for (let second = 0; second < 61; second += 1) {
      late.say({ program: 0x6b65_6570, procedure: 2, type: MESSAGE.event, serial: 0 });
      await late.clock.pass(1_000);
    }
    await expect(late.done).rejects.toMatchObject({ code: 'op.timeout' });
    expect(late.client.isOpen).toBe(false);
    const given = uploading(10);
    await given.begin();
    await given.sent();
    given.giving.abort(new DOMException('enough', 'AbortError'));
    await expect(given.done).rejects.toThrow('enough');
  });
});
