import { type Duplex, duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { FleetError } from '../../../errors.ts';
import { playDaemon, SILENCE, settle } from '../testkit/played-daemon.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import type { RpcWire } from './calls.ts';
import { createRpcClient } from './client.ts';
import { createFrameCutter, encodeFrame, type Frame, MESSAGE } from './frame.ts';
import { procedures } from './protocol.ts';

const domain = { name: 'web1', uuid: Buffer.alloc(16), id: 3 };

function setUp() {
  const daemon = playDaemon();
  const clock = createTestClock();
  const wire: RpcWire[] = [];
  const link = daemon.open();
  const far = daemon.links[0] as Duplex;
  const client = createRpcClient({ link, clock, peer: 'libvirt on db1', onWire: (line) => void wire.push(line) });
  daemon.answer(procedures.hostname, () => 'db1');
  daemon.answer(procedures.type, () => SILENCE);
  daemon.answer(procedures.openConsole, () => undefined);
  return { client, daemon, clock, wire, link, far };
}

/** A client on a link that the test reads and writes byte by byte. */
function setUpBare() {
  const [near, far] = duplexPair();
  const got: Buffer[] = [];
  far.on('error', () => {}).on('data', (chunk: Buffer) => void got.push(chunk));
  const clock = createTestClock();
  const client = createRpcClient({ link: near, clock, peer: 'libvirt on db1', onWire: () => undefined });
  return { near, far, got, clock, client };
}
const frame = (head: Partial<Frame>, body = Buffer.alloc(0)) =>
  encodeFrame({ program: 0x20008086, procedure: 201, type: 1, serial: 1, status: 0, ...head }, body);

describe('a link to a daemon', () => {
  it('tells the log each call: when, what, how long it took and how many bytes it was', async () => {
    const { client, clock, wire, daemon } = setUp();
    const started = clock.now();
    daemon.answer(procedures.hostname, async () => {
      await clock.pass(250);
      return 'db1';
    });
    await client.call(procedures.hostname, undefined);
    // 28 bytes of the call, and of the reply what follows its header.
    expect(wire).toEqual([{ at: started, text: 'CONNECT_GET_HOSTNAME', tookMs: 250, bytes: 28 + 8 }]);
    daemon.answer(procedures.hostname, () => {
      throw libvirtNo(1, 'no name');
    });
    await expect(client.call(procedures.hostname, undefined)).rejects.toThrow('no name');
    expect(wire[1]).toMatchObject({ tookMs: 0, failed: 'no name' });
    client.close();
  });

  it('gives every call a number of its own, and waits thirty seconds for it unless told', async () => {
    const { client, clock, far } = setUp();
    const numbers: number[] = [];
    far.on('data', (chunk: Buffer) => numbers.push(chunk.readUInt32BE(20)));
    let ended = false;
    const call = client.call(procedures.type, undefined).finally(() => {
      ended = true;
    });
    const refused = expect(call).rejects.toMatchObject({
      code: 'op.timeout',
      message: 'libvirt on db1 did not answer CONNECT_GET_TYPE within 30 s',
      retry: true,
    });
    await settle();
    await client.call(procedures.hostname, undefined);
    expect(numbers).toEqual([1, 2]);
    for (let second = 0; second < 29; second++) {
      await clock.pass(1_000);
      await settle();
    }
    await clock.pass(999);
    expect(ended).toBe(false);
    await clock.pass(1);
    await refused;
    client.close();
  });

  it.each<[string, (far: Duplex, near: Duplex) => void, string]>([
    ['hangs up', (far) => far.end(), 'the link to libvirt on db1 is down: closed by the other side'],
    ['breaks', (_far, near) => near.destroy(new Error('reset')), 'the link to libvirt on db1 is down: reset'],
    ['closes', (_far, near) => near.destroy(), 'the link to libvirt on db1 is down: closed'],
  ])('that %s says so', async (_what, end, message) => {
    const { client, near, far } = setUpBare();
    end(far, near);
    expect(await client.ended).toMatchObject({ code: 'host.unreachable', message, retry: true });
    expect([client.isOpen, near.destroyed]).toEqual([false, true]);
  });

  it('ends with the error that broke it, where that is a FleetError', async () => {
    const { client, near } = setUpBare();
    const reason = new FleetError('trust.changed-host', 'another key');
    near.destroy(reason);
    expect(await client.ended).toBe(reason);
  });

  it('can be closed: for a reason, or because it is not needed any more', async () => {
    const { client, near, clock, got } = setUpBare();
    const call = client.call(procedures.type, undefined);
    client.close();
    await expect(call).rejects.toMatchObject({
      code: 'host.unreachable',
      message: 'the link to libvirt on db1 was closed',
      retry: true,
    });
    client.close(new FleetError('op.failed', 'too late'));
    expect(await client.ended).toMatchObject({ message: 'the link to libvirt on db1 was closed' });
    expect([client.unanswered, near.destroyed]).toEqual([0, true]);
    await clock.pass(60_000);
    expect(Buffer.concat(got)).toHaveLength(0);
    const reason = new FleetError('op.failed', 'enough');
    const other = setUpBare();
    const failing = other.client.call(procedures.type, undefined);
    other.client.close(reason);
    await expect(failing).rejects.toBe(reason);
  });

  it('is pinged after five seconds of silence, and given up after ten', async () => {
    const { client, clock, got } = setUpBare();
    await clock.pass(4_999);
    expect(got).toEqual([]);
    await clock.pass(1);
    await settle();
    // KEEP, version 1, ping.
    expect(Buffer.concat(got).toString('hex')).toBe(
      '0000001c' + '6b656570' + '00000001' + '00000001' + '00000002' + '00000000' + '00000000',
    );
    await clock.pass(4_999);
    expect(client.isOpen).toBe(true);
    await clock.pass(1);
    expect(await client.ended).toMatchObject({
      message: 'the link to libvirt on db1 is down: no answer for 10 s',
    });
  });

  it('answers pings without the caller, and ignores messages that no caller waits for', async () => {
    const { client, far, got } = setUpBare();
    far.write(frame({ program: 0x6b656570, procedure: 2, type: 2, serial: 0 }));
    far.write(frame({ serial: 99 }));
    far.write(frame({ type: 3, serial: 99 }));
    far.write(frame({ type: 2, procedure: 318 }));
    far.write(frame({ type: 9 }));
    await settle();
    expect([got, client.isOpen]).toEqual([[], true]);
    const heard: unknown[] = [];
    client.onEvent((message, body) => void heard.push([message, String(body)]));
    far.write(frame({ type: 2, procedure: 318 }, Buffer.from('web1')));
    await settle();
    expect(heard).toEqual([[318, 'web1']]);
    client.close();
  });

  it('may be silent for longer where that is expected', async () => {
    const { client, clock, far } = setUpBare();
    client.expectSilence(60_000);
    far.resume();
    for (let ms = 0; ms < 57_500; ms += 2_500) await clock.pass(2_500);
    expect(client.isOpen).toBe(true);
    await clock.pass(2_500);
    expect(client.isOpen).toBe(false);
    expect((await client.ended).message).toContain('no answer for 60 s');
  });

  it('is asked how far the daemon has read: each answer is for the ping that was sent first', async () => {
    const { client, far } = setUpBare();
    const answered: number[] = [];
    const pings = [1, 2, 3].map((number) => client.ping().then(() => void answered.push(number)));
    far.write(frame({ program: 0x6b656570, procedure: 2, type: 2, serial: 0 }));
    await settle();
    expect(answered).toEqual([1]);
    client.close();
    const [, second, third] = pings;
    await expect(second).rejects.toMatchObject({ code: 'host.unreachable' });
    await expect(third).rejects.toMatchObject({ code: 'host.unreachable' });
    await expect(client.ping()).rejects.toMatchObject({ code: 'host.unreachable' });
  });

  it('gives up a reply that is none, with the name of the call', async () => {
    const { client, far } = setUpBare();
    const call = client.call(procedures.nodeInfo, undefined);
    far.write(frame({ procedure: 6 }, Buffer.alloc(4)));
    await expect(call).rejects.toMatchObject({
      code: 'host.protocol',
      message: expect.stringMatching(
        /^libvirt on db1 answered NODE_GET_INFO with something else: message ends \d+ bytes early$/,
      ),
    });
    expect(await client.ended).toMatchObject({
      message: expect.stringMatching(/^libvirt on db1 does not speak libvirt's protocol: message ends/),
    });
  });

  it('leaves no listener behind on a signal', async () => {
    const { client } = setUp();
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    await client.call(procedures.hostname, undefined, { signal });
    expect(listeners).toBe(0);
    client.close();
  });
});

describe('the bytes that belong to a call', () => {
  async function openConsole() {
    const { near, far, client } = setUpBare();
    const opening = client.openStream(procedures.openConsole, { domain, device: undefined, flags: 0 });
    await settle();
    far.write(frame({}));
    const stream = await opening;
    const got: Frame[] = [];
    far.removeAllListeners('data');
    far.on(
      'data',
      createFrameCutter(({ body, ...head }) => void got.push({ ...head, body: Buffer.from(body) })),
    );
    const say = (head: Partial<Frame>, text = '') =>
      far.write(frame({ type: MESSAGE.stream, ...head }, Buffer.from(text)));
    return { near, far, client, stream, got, say };
  }
  const STREAM = { program: 0x20008086, procedure: 201, type: 3, serial: 1 };

  it('go in packets that libvirt takes, and end with an empty one', async () => {
    const { stream, got, client } = await openConsole();
    stream.write(Buffer.alloc(262_120 * 2 + 1));
    stream.end();
    await settle();
    await settle();
    expect(got.map(({ body, ...head }) => [head, body.length])).toEqual([
      [{ ...STREAM, status: 2 }, 174_747],
      [{ ...STREAM, status: 2 }, 174_747],
      [{ ...STREAM, status: 2 }, 174_747],
      [{ ...STREAM, status: 0 }, 0],
    ]);
    client.close();
  });

  it('are the same when they are read later, when the memory they came in is used again', async () => {
    const { near, stream, client } = await openConsole();
    const chunk = frame({ type: MESSAGE.stream, status: 2 }, Buffer.from('hello'));
    near.emit('data', chunk);
    chunk.fill('x');
    expect(String(stream.read())).toBe('hello');
    client.close();
  });

  it('end for the reader with an empty packet, and can still be written to', async () => {
    const { stream, got, say, client } = await openConsole();
    const read: string[] = [];
    stream.on('data', (chunk: Buffer) => void read.push(String(chunk)));
    const ended = new Promise((resolve) => stream.once('end', resolve));
    say({ status: 2 }, 'login: ');
    say({ type: 6, status: 2 }, 'a hole');
    say({ status: 2 });
    await ended;
    expect(read).toEqual(['login: ']);
    stream.write('x');
    await settle();
    expect(got.map(({ body }) => String(body))).toEqual(['x']);
    client.close();
  });

  it('are over with an error, after which nothing is sent', async () => {
    const { stream, got, say, client } = await openConsole();
    stream.resume();
    const closed = new Promise((resolve) => stream.once('close', resolve));
    say({ status: 1 }, 'another client took it over');
    await closed;
    await settle();
    expect(got).toEqual([]);
    expect(client.isOpen).toBe(true);
    client.close();
  });

  it('are given up with an error of our own, and are forgotten', async () => {
    const { stream, got, say, client } = await openConsole();
    stream.destroy();
    await settle();
    expect(got).toEqual([{ ...STREAM, status: 1, body: Buffer.alloc(0) }]);
    say({ status: 2 }, 'more');
    await settle();
    expect(client.isOpen).toBe(true);
    client.close();
  });

  it('are given up once more after their end without a word', async () => {
    const { stream, got, client } = await openConsole();
    stream.end();
    await settle();
    stream.destroy();
    await settle();
    expect(got.map(({ status }) => status)).toEqual([0]);
    client.close();
  });

  it('just end when we hang up', async () => {
    const { stream, got, client } = await openConsole();
    const errors: unknown[] = [];
    stream.on('error', (error) => void errors.push(error));
    const closed = new Promise((resolve) => stream.once('close', resolve));
    client.close();
    await closed;
    expect([errors, got]).toEqual([[], []]);
  });

  it.each([5, 2 * 262_120])('have what the daemon sends before its reply: %d bytes', async (length) => {
    const { far, client } = setUpBare();
    const opening = client.openStream(procedures.openConsole, { domain, device: undefined, flags: 0 });
    await settle();
    for (let at = 0; at < length; at += 262_120)
      far.write(frame({ type: MESSAGE.stream, status: 2 }, Buffer.alloc(Math.min(262_120, length), 65)));
    await settle();
    far.write(frame({ type: MESSAGE.stream, status: 2 }));
    far.write(frame({}));
    let read = 0;
    for await (const chunk of await opening) read += (chunk as Buffer).length;
    expect(read).toBe(length);
    client.close();
  });

  it('are not there when the daemon refuses', async () => {
    const { client, daemon } = setUp();
    daemon.answer(procedures.openConsole, () => {
      throw libvirtNo(9, 'in use');
    });
    await expect(client.openStream(procedures.openConsole, { domain, device: undefined, flags: 0 })).rejects.toThrow(
      'in use',
    );
    client.close();
  });
});
