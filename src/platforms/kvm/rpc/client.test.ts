import { type Duplex, duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import type { RpcWire } from './calls.ts';
import { createRpcClient } from './client.ts';
import {
  createFrameCutter,
  encodeFrame,
  type Frame,
  KEEPALIVE_PROGRAM,
  MESSAGE,
  REMOTE_PROGRAM,
  STATUS,
} from './frame.ts';
import { procedures, remoteError } from './protocol.ts';
import { encode, text } from './xdr.ts';

/** The client, and the other end of its link in the hands of the test. */
function setUp({ callsApart = false } = {}) {
  const [near, far] = duplexPair();
  const clock = createTestClock();
  const wire: RpcWire[] = [];
  const client = createRpcClient({
    link: near,
    clock,
    peer: 'libvirt on db1',
    callsApart,
    onWire: (line) => void wire.push(line),
  });
  const daemon = playDaemon(far);
  return { client, clock, daemon, wire, near };
}

function playDaemon(link: Duplex) {
  const got: Frame[] = [];
  const chunks: number[] = [];
  let onFrame = () => {};
  const cut = createFrameCutter((frame) => {
    got.push({ ...frame, body: Buffer.from(frame.body) });
    onFrame();
  });
  link.on('error', () => {});
  link.on('data', (chunk: Buffer) => {
    chunks.push(chunk.length);
    cut(chunk);
  });
  return {
    link,
    got,
    chunks,
    calls: () => got.filter(({ program }) => program === REMOTE_PROGRAM),
    until: (count: number) =>
      new Promise<void>((resolve) => {
        onFrame = () => got.length >= count && resolve();
        onFrame();
      }),
    reply(to: Frame | undefined, body: Buffer, change: Partial<Frame> = {}) {
      if (!to) throw new Error('no such call');
      link.write(encodeFrame({ ...to, type: MESSAGE.reply, status: STATUS.ok, ...change }, body));
    },
  };
}

const said = (error: Partial<{ code: number; message: string }>) =>
  encode(remoteError, {
    code: 1,
    domain: 10,
    message: 'oops',
    level: 2,
    object: undefined,
    text1: undefined,
    text2: undefined,
    text3: undefined,
    number1: 0,
    number2: 0,
    network: undefined,
    ...error,
  });

describe('the RPC client', () => {
  it('matches replies that come out of order', async () => {
    const { client, daemon } = setUp();
    const slow = client.call(procedures.hostname, undefined);
    const quick = client.call(procedures.type, undefined);
    await daemon.until(2);
    const [first, second] = daemon.got;
    daemon.reply(second, encode(text, 'QEMU'));
    daemon.reply(first, encode(text, 'db1'));
    expect(await Promise.all([slow, quick])).toEqual(['db1', 'QEMU']);
    expect(client.unanswered).toBe(0);
  });

  it('sends the calls of one turn in one write, or apart where the daemon needs that', async () => {
    for (const [callsApart, writes] of [
      [false, 1],
      [true, 2],
    ] as const) {
      const { client, daemon } = setUp({ callsApart });
      client.call(procedures.hostname, undefined).catch(() => {});
      client.call(procedures.type, undefined).catch(() => {});
      await daemon.until(2);
      expect(daemon.chunks).toHaveLength(writes);
      client.close();
    }
  });

  it("passes the daemon's no on with its code, and lives on", async () => {
    const { client, daemon } = setUp();
    const call = client.call(procedures.hostname, undefined);
    await daemon.until(1);
    daemon.reply(daemon.got[0], said({ code: 42, message: 'Domain not found' }), { status: STATUS.error });
    await expect(call).rejects.toMatchObject({ name: 'LibvirtError', code: 42, message: 'Domain not found' });
    expect(client.isOpen).toBe(true);
  });

  it('gives up a call after its deadline, and ignores the answer that comes later', async () => {
    const { client, daemon, clock } = setUp();
    const call = client.call(procedures.hostname, undefined, { deadlineMs: 1_000 });
    await daemon.until(1);
    const refused = expect(call).rejects.toMatchObject({ code: 'op.timeout', retry: true });
    await clock.pass(1_000);
    await refused;
    expect(client.unanswered).toBe(1);
    daemon.reply(daemon.got[0], encode(text, 'late'));
    const next = client.call(procedures.type, undefined);
    await daemon.until(2);
    daemon.reply(daemon.got[1], encode(text, 'QEMU'));
    expect(await next).toBe('QEMU');
    expect(client.unanswered).toBe(0);
  });

  it('ends a call with the reason of who aborted it', async () => {
    const { client } = setUp();
    const controller = new AbortController();
    const call = client.call(procedures.hostname, undefined, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await expect(client.call(procedures.type, undefined, { signal: controller.signal })).rejects.toThrow('enough');
  });

  it('pings a silent daemon, and gives the link up when not even that is answered', async () => {
    const { client, clock, daemon } = setUp();
    const call = client.call(procedures.hostname, undefined);
    const refused = expect(call).rejects.toMatchObject({ code: 'host.unreachable', retry: true });
    await clock.pass(5_000);
    expect(daemon.got.at(-1)).toMatchObject({ program: KEEPALIVE_PROGRAM, procedure: 1 });
    expect(client.isOpen).toBe(true);
    await clock.pass(5_000);
    await refused;
    expect(client.isOpen).toBe(false);
    expect(await client.ended).toMatchObject({ code: 'host.unreachable' });
  });

  it('keeps a link whose daemon answers pings while a call hangs', async () => {
    const { client, clock, daemon } = setUp();
    client.call(procedures.hostname, undefined, { deadlineMs: 600_000 }).catch(() => {});
    for (let round = 0; round < 10; round++) {
      await clock.pass(5_000);
      daemon.link.write(
        encodeFrame({ program: KEEPALIVE_PROGRAM, procedure: 2, type: MESSAGE.event, serial: 0, status: 0 }),
      );
      await clock.pass(0);
    }
    expect(client.isOpen).toBe(true);
    client.close();
  });

  it('answers the pings of the daemon', async () => {
    const { client, daemon } = setUp();
    daemon.link.write(
      encodeFrame({ program: KEEPALIVE_PROGRAM, procedure: 1, type: MESSAGE.event, serial: 0, status: 0 }),
    );
    await daemon.until(1);
    expect(daemon.got[0]).toMatchObject({ program: KEEPALIVE_PROGRAM, procedure: 2, serial: 0 });
    client.close();
  });

  it.each([
    ['garbage', Buffer.from('HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n')],
    ['a reply of forty gigabytes', Buffer.from('ffffffff20008086', 'hex')],
  ])('ends with host.protocol when it hears %s', async (_what, bytes) => {
    const { client, daemon } = setUp();
    const call = client.call(procedures.hostname, undefined);
    daemon.link.write(bytes);
    await expect(call).rejects.toMatchObject({ code: 'host.protocol' });
    expect(await client.ended).toMatchObject({ code: 'host.protocol' });
  });

  it('ends with host.protocol when a reply is cut short', async () => {
    const { client, daemon } = setUp();
    const call = client.call(procedures.nodeInfo, undefined);
    await daemon.until(1);
    daemon.reply(daemon.got[0], Buffer.alloc(8));
    await expect(call).rejects.toMatchObject({ code: 'host.protocol' });
    expect(client.isOpen).toBe(false);
  });

  it('fails what is in flight when the daemon hangs up', async () => {
    const { client, daemon } = setUp();
    const call = client.call(procedures.hostname, undefined);
    await daemon.until(1);
    daemon.link.end();
    await expect(call).rejects.toMatchObject({ code: 'host.unreachable', retry: true });
    await expect(client.call(procedures.type, undefined)).rejects.toMatchObject({ code: 'host.unreachable' });
  });

  it('tells the wire log what was sent, with names that can do nothing to a terminal', async () => {
    const { client, daemon, wire } = setUp();
    const domain = { name: 'evil\u001b[2J\u009b\u202eguest', uuid: Buffer.alloc(16), id: -1 };
    const call = client.call(procedures.resume, { domain });
    await daemon.until(1);
    daemon.reply(daemon.got[0], said({ code: 55, message: 'not paused' }), { status: STATUS.error });
    await expect(call).rejects.toThrow();
    expect(wire).toMatchObject([{ text: 'DOMAIN_RESUME "evil\\u001b[2J\\u009b\\u202eguest"', failed: 'not paused' }]);
    expect(wire[0]?.bytes).toBeGreaterThan(50);
  });

  it('carries a console: bytes both ways, and an end', async () => {
    const { client, daemon } = setUp();
    const domain = { name: 'web1', uuid: Buffer.alloc(16), id: 3 };
    const opening = client.openStream(procedures.openConsole, { domain, device: undefined, flags: 0 });
    await daemon.until(1);
    const call = daemon.got[0];
    if (!call) throw new Error('no call');
    const stream = { ...call, type: MESSAGE.stream, status: STATUS.continues };
    daemon.reply(call, Buffer.alloc(0));
    daemon.link.write(encodeFrame(stream, Buffer.from('login: ')));
    const console = await opening;
    console.setEncoding('utf8');
    expect(await new Promise((resolve) => console.once('data', resolve))).toBe('login: ');
    console.write('root\r');
    await daemon.until(2);
    expect(daemon.got[1]).toMatchObject({ type: MESSAGE.stream, status: STATUS.continues, serial: call.serial });
    expect(daemon.got[1]?.body.toString()).toBe('root\r');

    const ended = new Promise((resolve) => console.once('end', resolve));
    daemon.link.write(
      encodeFrame({ ...stream, status: STATUS.error }, said({ message: 'another client took it over' })),
    );
    await ended;
    client.close();
  });

  it('keeps the link of a console that is not read for a minute, and goes on where it stopped', async () => {
    const { console, client, clock, daemon, stream } = await openConsole();
    for (let i = 0; i < 20; i++) daemon.link.write(encodeFrame(stream, Buffer.alloc(8_192, 65)));
    for (let second = 0; second < 60; second++) await clock.pass(1_000);
    expect(client.isOpen).toBe(true);

    let length = 0;
    const all = new Promise<void>((resolve) => {
      console.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length === 20 * 8_192) resolve();
      });
    });
    await all;
    const refused = new Promise((resolve) => console.once('error', resolve));
    for (let second = 0; second < 11; second++) await clock.pass(1_000);
    expect(await refused).toMatchObject({ code: 'host.unreachable' });
  });

  it('lets the calls of a link go on when a console that was not read is closed', async () => {
    const { console, client, daemon, stream } = await openConsole();
    for (let i = 0; i < 20; i++) daemon.link.write(encodeFrame(stream, Buffer.alloc(8_192, 65)));
    while (!daemon.near.isPaused()) await new Promise((resolve) => setImmediate(resolve));
    console.destroy();
    const call = client.call(procedures.hostname, undefined);
    await daemon.until(3);
    daemon.reply(daemon.got[2], encode(text, 'db1'));
    expect(await call).toBe('db1');
    client.close();
  });

  it('holds the error of a lost link until the caller listens to the console', async () => {
    const { console, client, daemon } = await openConsole();
    daemon.link.destroy();
    await client.ended;
    await new Promise((resolve) => setImmediate(resolve));
    expect(console.destroyed).toBe(false);
    const closed = new Promise((resolve) => console.once('close', resolve));
    expect(await new Promise((resolve) => console.once('error', resolve))).toMatchObject({ code: 'host.unreachable' });
    await closed;
  });

  it('reports a lost link to the listener of the console, and does not throw when the listener is gone', async () => {
    const { console, daemon } = await openConsole();
    const refused = new Promise((resolve) => console.once('error', resolve));
    daemon.link.destroy();
    expect(await refused).toMatchObject({ code: 'host.unreachable' });
    console.emit('error', new Error('once more'));
  });
});

async function openConsole() {
  const { client, daemon, clock, near } = setUp();
  const domain = { name: 'web1', uuid: Buffer.alloc(16), id: 3 };
  const opening = client.openStream(procedures.openConsole, { domain, device: undefined, flags: 0 });
  await daemon.until(1);
  const call = daemon.got[0];
  if (!call) throw new Error('no call');
  daemon.reply(call, Buffer.alloc(0));
  return {
    client,
    clock,
    daemon: { ...daemon, near },
    console: await opening,
    /** The head of what the guest says. */
    stream: { ...call, type: MESSAGE.stream, status: STATUS.continues },
  };
}
