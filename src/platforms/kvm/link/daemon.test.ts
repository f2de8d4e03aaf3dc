import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { FleetError } from '../../../errors.ts';
import { endpointName } from '../../../ids.ts';
import type { WireLine } from '../../contract.ts';
import { procedures } from '../rpc/protocol.ts';
import { SILENCE, settle } from '../testkit/played-daemon.ts';
import { type PlayedHost, playHost } from '../testkit/played-host.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { createDaemon } from './daemon.ts';

const { signal } = new AbortController();

function setUp(host: PlayedHost = playHost()) {
  const clock = createTestClock();
  const wire: WireLine[] = [];
  let dialerCloses = 0;
  const opening = createDaemon(
    {
      endpoint: endpointName('a'),
      dialer: { host: 'db1', open: async () => host.open(), close: () => void dialerCloses++ },
      driver: 'qemu:///system',
      clock,
      wire: (line) => void wire.push(line),
    },
    signal,
  );
  opening.catch(() => undefined);
  return { host, clock, wire, opening, closes: () => dialerCloses };
}
const isClosed = { code: 'host.unreachable', message: 'the connection to db1 was closed', retry: true };

describe('the connections to a daemon', () => {
  it('are opened with the driver, and read only where the socket is for readers', async () => {
    const { host, opening, wire } = setUp();
    host.answer(procedures.open, ({ flags }) => {
      if (flags === 0) throw libvirtNo(29, 'read only');
    });
    const daemon = await opening;
    expect(host.came(procedures.open)).toEqual([
      { name: 'qemu:///system', flags: 0 },
      { name: 'qemu:///system', flags: 1 },
    ]);
    expect(wire.map(({ channel, text, failed }) => [channel, text, failed])).toEqual([
      ['poll', 'AUTH_LIST', undefined],
      ['poll', 'CONNECT_OPEN name=qemu:///system flags=0', 'read only'],
      ['poll', 'CONNECT_OPEN name=qemu:///system flags=1', undefined],
    ]);
    expect(host.came(procedures.authPolkit)).toEqual([]);
    daemon.close();
  });

  it('log in by polkit where the daemon wants that, unless it wants nothing', async () => {
    const asking = setUp();
    asking.host.answer(procedures.authList, () => [1, 2]);
    asking.host.answer(procedures.authPolkit, () => 1);
    (await asking.opening).close();
    expect(asking.host.names()).toEqual(['AUTH_LIST', 'AUTH_POLKIT', 'CONNECT_OPEN']);
    const open = setUp();
    open.host.answer(procedures.authList, () => [2, 0]);
    (await open.opening).close();
    expect(open.host.names()).toEqual(['AUTH_LIST', 'CONNECT_OPEN']);
  });

  it('say what to do when polkit refuses, and when the daemon wants SASL', async () => {
    const refusing = setUp();
    refusing.host.answer(procedures.authList, () => [2]);
    refusing.host.answer(procedures.authPolkit, () => {
      throw libvirtNo(45, 'not you');
    });
    await expect(refusing.opening).rejects.toMatchObject({
      code: 'auth.forbidden',
      message: 'db1 lets this user not manage libvirt: not you',
      fix: 'add the user to the group libvirt on db1, or log in as root',
    });
    const sasl = setUp();
    sasl.host.answer(procedures.authList, () => [1]);
    await expect(sasl.opening).rejects.toMatchObject({
      code: 'op.unsupported',
      message: 'libvirt on db1 wants SASL, which drover does not speak',
      fix: 'reach it by ssh instead',
    });
    await settle();
    expect([...refusing.host.links, ...sasl.host.links].every(({ destroyed }) => destroyed)).toBe(true);
  });

  it('name the daemon that refuses its driver', async () => {
    const { host, opening } = setUp();
    host.answer(procedures.open, () => {
      throw libvirtNo(38, 'no driver');
    });
    await expect(opening).rejects.toMatchObject({ code: 'op.failed', message: 'libvirt on db1: no driver' });
    expect(host.came(procedures.open)).toHaveLength(1);
  });

  it('are given up after fifteen seconds without an answer', async () => {
    const { host, opening, clock } = setUp();
    // It answers pings, but not this.
    host.answer(procedures.authList, () => SILENCE);
    let ended = false;
    opening.catch(() => {
      ended = true;
    });
    for (let second = 0; second < 14; second++) {
      await clock.pass(1_000);
      await settle();
    }
    expect(ended).toBe(false);
    await clock.pass(1_000);
    await expect(opening).rejects.toMatchObject({
      code: 'host.unreachable',
      message: 'libvirt on db1 does not answer',
      retry: true,
    });
    await settle();
    expect(host.links[0]?.destroyed).toBe(true);
  });

  it('leave a link closed that opens only after a user gave up', async () => {
    const host = playHost();
    const ending = new AbortController();
    let open = () => {};
    const isOpen = new Promise<void>((resolve) => {
      open = resolve;
    });
    const opening = createDaemon(
      {
        endpoint: endpointName('a'),
        dialer: {
          host: 'db1',
          async open() {
            await isOpen;
            return host.open();
          },
          close: () => undefined,
        },
        driver: 'qemu:///system',
        clock: createTestClock(),
        wire: () => undefined,
      },
      ending.signal,
    );
    ending.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    open();
    await settle();
    expect(host.links.map(({ destroyed }) => destroyed)).toEqual([true]);
    expect(host.names()).toEqual([]);
  });

  it('share one for operations until four calls wait on it, and are four at most', async () => {
    const { host, opening } = setUp();
    const daemon = await opening;
    host.answer(procedures.hostname, () => SILENCE);
    const both = await Promise.all([daemon.control(signal), daemon.control(signal)]);
    expect(both[0]).toBe(both[1]);
    expect(both[0]).not.toBe(daemon.poll);
    const clients = new Set(both);
    for (let call = 0; call < 20; call++) {
      const client = await daemon.control(signal);
      clients.add(client);
      client.call(procedures.hostname, undefined).catch(() => undefined);
      expect(clients.size).toBe(Math.min(4, Math.floor(call / 4) + 1));
    }
    expect(host.links).toHaveLength(5);
    // Whichever has the fewest calls waiting.
    expect([...clients].map(({ unanswered }) => unanswered)).toEqual([5, 5, 5, 5]);
    const [first] = clients;
    first?.close();
    await settle();
    const next = await daemon.control(signal);
    expect(clients.has(next)).toBe(false);
    expect(next.unanswered).toBe(0);
    daemon.close();
    await settle();
    expect(host.links.every(({ destroyed }) => destroyed)).toBe(true);
  });

  it('retry for the second caller when the first could not open one', async () => {
    const { host, opening } = setUp();
    const daemon = await opening;
    let fails = 1;
    host.answer(procedures.open, () => {
      if (fails-- > 0) throw libvirtNo(38, 'too many clients');
    });
    const [first, second] = await Promise.allSettled([daemon.control(signal), daemon.control(signal)]);
    expect(first).toMatchObject({ status: 'rejected', reason: { message: 'libvirt on db1: too many clients' } });
    expect(second.status).toBe('fulfilled');
    daemon.close();
  });

  it('are all closed at once, for the reason that is given, and none is opened any more', async () => {
    const { host, opening, closes } = setUp();
    const daemon = await opening;
    const [control, own] = [await daemon.control(signal), await daemon.open('console', signal)];
    host.answer(procedures.hostname, () => SILENCE);
    const waiting = [daemon.poll, control, own].map((client) => client.call(procedures.hostname, undefined));
    const reason = new FleetError('host.unreachable', 'the link is down');
    daemon.close(reason);
    for (const call of waiting) await expect(call).rejects.toBe(reason);
    await expect(daemon.control(signal)).rejects.toBe(reason);
    await expect(daemon.open('console', signal)).rejects.toBe(reason);
    daemon.close();
    await expect(daemon.control(signal)).rejects.toBe(reason);
    expect(closes()).toBe(2);
    expect(host.links).toHaveLength(3);
  });

  it('say that they were closed, also to one that was just being opened', async () => {
    const { host, opening } = setUp();
    const daemon = await opening;
    const late = daemon.open('console', signal);
    const control = daemon.control(signal);
    daemon.close();
    for (const client of await Promise.all([late, control])) expect(client.isOpen).toBe(false);
    await expect(daemon.control(signal)).rejects.toMatchObject(isClosed);
    await settle();
    expect(host.links.every(({ destroyed }) => destroyed)).toBe(true);
  });
});
