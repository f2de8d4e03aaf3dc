import { once } from 'node:events';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { systemClock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { within } from './deadline.ts';
import { outputOf } from './output.ts';
import { hostPort, isLoopback, openTcp, openTcpInPieces, readInPlace, settled } from './socket.ts';

describe('a host', () => {
  it.each([
    ['db1', 'db1:22'],
    ['10.0.0.1', '10.0.0.1:22'],
    ['fe80::1', '[fe80::1]:22'],
  ])('%s is written %s', (host, written) => expect(hostPort(host, 22)).toBe(written));

  it.each([
    ['localhost', true],
    ['::1', true],
    ['127.0.0.1', true],
    ['127.200.3.4', true],
    ['127.0.0.1.example.org', false],
    ['x127.0.0.1', false],
    ['10.0.0.1', false],
    ['db1', false],
  ])('%s is this machine: %s', (host, is) => expect(isLoopback(host)).toBe(is));
});

describe('a socket', () => {
  it('that is waited for is left alone afterwards', async () => {
    const controller = new AbortController();
    const socket = new Socket();
    const connected = settled(socket, 'connect', controller.signal);
    socket.emit('connect');
    await connected;
    expect(socket.listenerCount('error')).toBe(0);
    const secured = settled(socket, 'secureConnect', controller.signal);
    socket.emit('error', new Error('broken'));
    await expect(secured).rejects.toThrow('broken');
    const given = settled(socket, 'connect', controller.signal);
    controller.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
  });

  it('is opened in the family that is asked for, and the wait for it ends with the caller', async () => {
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const patience = { clock: systemClock, signal: new AbortController().signal };
    const socket = await openTcp('127.0.0.1', port, patience, 4);
    expect(await outputOf(socket, patience.signal)).toBe('hello');
    const closed = openTcp('127.0.0.1', port, { clock: systemClock, signal: AbortSignal.abort(new Error('enough')) });
    await expect(closed).rejects.toThrow('enough');
    await new Promise((resolve) => server.close(resolve));
    await expect(openTcp('127.0.0.1', port, patience)).rejects.toThrow(`can't connect to 127.0.0.1:${port}: nothing`);
  });
});

describe('a socket that is read by pieces', () => {
  /** What a listener has kept of the pieces, once all have come. */
  async function keptOf(prepare: (socket: Socket) => void) {
    const far: Socket[] = [];
    const server = createServer((socket) => void far.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const socket = await openTcpInPieces('127.0.0.1', port, {
      clock: systemClock,
      signal: new AbortController().signal,
    });
    prepare(socket);
    const kept: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => void kept.push(chunk));
    for (const text of ['first', 'other']) {
      while (!far[0]) await new Promise((resolve) => setImmediate(resolve));
      const came = once(socket, 'data');
      far[0].write(text);
      await came;
    }
    const ended = once(socket, 'end');
    far[0]?.end();
    await ended;
    await new Promise((resolve) => server.close(resolve));
    return kept.map(String);
  }

  it('gives copies, and the memory itself to those who ask for that', async () => {
    expect(await keptOf(() => {})).toEqual(['first', 'other']);
    expect(await keptOf((socket) => void readInPlace(socket))).toEqual(['other', 'other']);
  });

  it('keeps what comes before anybody listens', async () => {
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const patience = { clock: systemClock, signal: new AbortController().signal };
    const socket = readInPlace(await openTcpInPieces('127.0.0.1', port, patience, 4));
    while (socket.bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));
    const [chunk] = await once(socket, 'data');
    expect(String(chunk)).toBe('hello');
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('what a command prints', () => {
  const { signal } = new AbortController();
  const MEGABYTE = 1024 ** 2;

  it('is read to its end, and nothing is typed into it', async () => {
    const stream = new PassThrough();
    stream.write('a ');
    stream.write('ü');
    expect(await outputOf(stream, signal)).toBe('a ü');
    expect(stream.destroyed).toBe(true);
  });

  it('may be a megabyte long', async () => {
    const printed = (length: number) => {
      const stream = new PassThrough({ highWaterMark: 2 * MEGABYTE });
      stream.write(Buffer.alloc(length, 'x'));
      return { stream, output: outputOf(stream, signal) };
    };
    expect((await printed(MEGABYTE).output).length).toBe(MEGABYTE);
    const { stream, output } = printed(MEGABYTE + 1);
    await expect(output).rejects.toMatchObject({
      code: 'host.protocol',
      message: 'a command printed more than a megabyte',
    });
    expect(stream.destroyed).toBe(true);
  });

  it('is waited for as long as the caller wants to, and a broken stream says why', async () => {
    const controller = new AbortController();
    const endless = new PassThrough({ final: () => {} });
    const output = outputOf(endless, controller.signal);
    controller.abort(new Error('enough'));
    await expect(output).rejects.toThrow('enough');
    expect(endless.destroyed).toBe(true);
    const broken = new PassThrough({ final: (done) => done(new Error('broken')) });
    await expect(outputOf(broken, signal)).rejects.toThrow('broken');
  });
});

describe('a deadline', () => {
  it('is not begun by a user who has given up', async () => {
    const work = () => Promise.reject(new Error('begun'));
    const patience = { clock: createTestClock(), signal: AbortSignal.abort(new Error('enough')) };
    await expect(within(1, patience, () => new FleetError('op.failed', 'late'), work)).rejects.toThrow('enough');
  });

  it('does not strike after the end, also when the end came during a question', async () => {
    const clock = createTestClock();
    let lates = 0;
    const late = () => {
      lates++;
      return new FleetError('op.failed', 'late');
    };
    const controller = new AbortController();
    const answer = Promise.withResolvers<void>();
    const work = within(1_000, { clock, signal: controller.signal }, late, ({ whileAsking }) =>
      whileAsking(() => answer.promise),
    );
    controller.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    answer.resolve();
    await clock.pass(5_000);
    expect(await within(1_000, { clock, signal }, late, async () => 'in time')).toBe('in time');
    await clock.pass(5_000);
    expect(lates).toBe(0);
  });

  const { signal } = new AbortController();
  it('strikes at once after a question when no time was left', async () => {
    const clock = createTestClock();
    const late = () => new FleetError('op.failed', 'late');
    const work = within(1_000, { clock, signal }, late, async ({ whileAsking }) => {
      // The timer of the deadline has not come round yet, but its time is over.
      await whileAsking(async () => {});
      await new Promise(() => {});
    });
    const refused = expect(work).rejects.toThrow('late');
    await clock.pass(1_000);
    await refused;
  });
});
