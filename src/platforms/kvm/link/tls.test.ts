import { Duplex, duplexPair } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { settle } from '../testkit/played-daemon.ts';
import { certificateAccepted } from './tls-greeting.ts';
import { oneRecordPerWrite } from './tls-records.ts';

const { signal } = new AbortController();

describe("libvirtd's word about a client certificate", () => {
  function setUp(patience = signal) {
    const [near, far] = duplexPair();
    far.on('error', () => {});
    const clock = createTestClock();
    const accepted = certificateAccepted(near as unknown as TLSSocket, 'db1:16514', { clock, signal: patience });
    accepted.catch(() => undefined);
    return { near, far, clock, accepted };
  }
  const REJECTED = {
    code: 'auth.rejected',
    message: 'db1:16514 refused the client certificate',
    fix: "check `cert` and `client-key`, and the host's tls_allowed_dn_list",
  };

  it('lets the link go on with what follows', async () => {
    const { near, far, accepted } = setUp();
    far.write(Buffer.from([1, 42]));
    await accepted;
    expect(near.destroyed).toBe(false);
    expect(near.read()).toEqual(Buffer.from([42]));
    for (const event of ['readable', 'end', 'error']) expect(near.listenerCount(event)).toBe(0);
  });

  it.each<[string, (far: Duplex, near: Duplex) => void]>([
    ['no', (far) => far.write(Buffer.from([0]))],
    ['something else', (far) => far.write(Buffer.from([2]))],
    ['nothing, and hangs up', (far) => far.end()],
    ['nothing, and the link breaks', (_far, near) => near.destroy(new Error('alert 42'))],
  ])('may be %s', async (_what, say) => {
    const { near, far, accepted } = setUp();
    say(far, near);
    await expect(accepted).rejects.toMatchObject(REJECTED);
    expect(near.destroyed).toBe(true);
  });

  it('is waited for for ten seconds, or until a user gives up', async () => {
    const { near, clock, accepted } = setUp();
    await clock.pass(9_999);
    expect(near.destroyed).toBe(false);
    await clock.pass(1);
    await expect(accepted).rejects.toMatchObject({
      code: 'host.unreachable',
      message: expect.stringContaining('10 s'),
    });
    await settle();
    expect(near.destroyed).toBe(true);
    const ending = new AbortController();
    const given = setUp(ending.signal);
    ending.abort(new Error('enough'));
    await expect(given.accepted).rejects.toThrow('enough');
    await settle();
    expect(given.near.destroyed).toBe(true);
  });
});

describe('a link with a record per write', () => {
  function setUp() {
    const writes: { readonly text: string; readonly done: () => void }[] = [];
    let ended = false;
    const socket = new Duplex({
      read() {},
      write: (chunk: Buffer, _encoding, done) => void writes.push({ text: String(chunk), done }),
      final(done) {
        ended = true;
        done();
      },
    });
    socket.on('error', () => {});
    const link = oneRecordPerWrite(socket as unknown as TLSSocket);
    link.on('error', () => {});
    return { socket, link, writes, isEnded: () => ended };
  }

  it('writes the next one only when the one before it is gone, and then ends', async () => {
    const { link, writes, isEnded } = setUp();
    link.write('first');
    link.write('second');
    link.end();
    await settle();
    expect(writes.map(({ text }) => text)).toEqual(['first']);
    writes[0]?.done();
    await settle();
    expect(writes.map(({ text }) => text)).toEqual(['first', 'second']);
    expect(isEnded()).toBe(false);
    writes[1]?.done();
    await settle();
    expect(isEnded()).toBe(true);
  });

  it('reads as fast as it is read itself, to the end', async () => {
    const { socket, link } = setUp();
    socket.push('x'.repeat(100_000));
    await settle();
    expect(socket.isPaused()).toBe(true);
    let length = 0;
    link.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    await settle();
    socket.push('yz');
    await settle();
    expect([length, socket.isPaused()]).toEqual([100_002, false]);
    const ended = new Promise((resolve) => link.once('end', resolve));
    socket.push(null);
    await ended;
  });

  it('ends with its socket, and takes it along', async () => {
    const broken = setUp();
    const heard = new Promise((resolve) => broken.link.once('error', resolve));
    broken.socket.destroy(new Error('reset'));
    expect(String(await heard)).toContain('reset');
    const closed = setUp();
    closed.socket.destroy();
    await settle();
    expect(closed.link.destroyed).toBe(true);
    const ours = setUp();
    ours.link.destroy(new Error('enough'));
    await settle();
    expect([ours.socket.destroyed, ours.link.errored?.message]).toEqual([true, 'enough']);
  });
});
