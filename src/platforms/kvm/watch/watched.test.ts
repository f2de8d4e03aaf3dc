import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { mib } from '../../../units.ts';
import { procedures } from '../rpc/protocol.ts';
import { EVENTS, event } from '../testkit/played-events.ts';
import { leased, type PlayedHost, playHost, uuidOf } from '../testkit/played-host.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { idOf, NODE, type WatchedHost, watchPlayed } from '../testkit/watched-host.ts';

const open: WatchedHost[] = [];
afterEach(async () => {
  for (const watched of open.splice(0)) await watched.end();
});
async function watch(host: PlayedHost, everyMs?: number): Promise<WatchedHost> {
  const watched = await watchPlayed(host, createTestClock(), everyMs);
  open.push(watched);
  return watched;
}

describe('a watched host', () => {
  it('lists all its guests at once, and then what it has read of each', async () => {
    const host = playHost();
    host.add(1, {
      autostart: true,
      metadata: '<info><plan>shop</plan><profile>small</profile><image>debian</image></info>',
      addresses: leased('fe80::1', '2001:db8::7', '192.168.122.5', '169.254.1.1', '::1', '127.0.0.1', '192.168.122.5'),
    });
    const metadata = '<info><ip>10.9.8.7</ip></info>';
    host.add(2, { domain: { name: 'db2', uuid: Buffer.alloc(16, 2), id: -1 }, state: 5, saved: true, metadata });
    host.add(3, { state: 3, reason: 5 });
    const { of, vm, feeds } = await watch(host);
    const [inventory] = of('inventory');
    expect(inventory?.inventory).toMatchObject({ pools: [], nodes: [{ id: NODE }] });
    expect(inventory?.inventory.vms).toMatchObject([
      {
        id: idOf(1),
        uuid: uuidOf(1),
        name: 'web1',
        state: 'running',
        cpus: 0,
        memory: 0,
        ips: [],
        node: NODE,
        tags: [],
      },
      { id: idOf(3), name: 'web3', state: 'paused', rawState: 'paused (I/O error)' },
      { id: idOf(2), name: 'db2', state: 'suspended', rawState: 'shut off (saved)' },
    ]);
    expect(vm(1)).toMatchObject({
      cpus: 2,
      memory: mib(128),
      autostart: true,
      ips: ['192.168.122.5', '2001:db8::7'],
      plan: 'shop',
      profile: 'small',
      image: 'debian',
      pool: undefined,
    });
    expect(vm(2)).toMatchObject({ autostart: false, ips: ['10.9.8.7'] });
    const kinds = feeds.map(({ kind }) => kind);
    expect(kinds.indexOf('changes')).toBeLessThan(kinds.indexOf('complete'));
    expect(of('complete')).toHaveLength(1);
    expect(host.came(procedures.domainAddresses)).toHaveLength(2);
  });

  it('asks for the events that tell something, once per connection', async () => {
    const host = playHost();
    await watch(host);
    expect(host.came(procedures.supportsFeature)).toEqual([{ feature: 14 }]);
    expect(host.came(procedures.registerEvent).map(({ event: id }) => id)).toEqual([0, 1, 3, 4, 23]);
  });

  it('asks an older daemon for no events, and lives without one that it refuses', async () => {
    const old = playHost();
    old.answer(procedures.supportsFeature, () => 0);
    expect((await watch(old)).of('inventory')).toHaveLength(1);
    expect(old.came(procedures.registerEvent)).toEqual([]);
    const poor = playHost();
    poor.answer(procedures.registerEvent, () => {
      throw libvirtNo(3);
    });
    expect((await watch(poor)).of('inventory')).toHaveLength(1);
  });

  it.each([
    [EVENTS.reboot, 'Rebooted'],
    [EVENTS.watchdog, 'Watchdog fired'],
    [EVENTS.ioError, 'I/O error on a disk'],
    [EVENTS.metadata, 'Description changed'],
  ])('tells event %i in words, and reads the guest again', async (message, words) => {
    const host = playHost();
    const guest = host.add(1);
    const { of, pass, vm, clock } = await watch(host);
    guest.cpus = 4;
    host.tell(message, event(1));
    await pass(1);
    expect(of('events').map(({ events }) => events)).toEqual([
      [{ at: clock.now() - 1, subject: idOf(1), text: words }],
    ]);
    expect(vm(1)?.cpus).toBe(4);
  });

  it('tells a start once, with the guest on since then, and nothing of messages that it does not know', async () => {
    const host = playHost();
    const guest = host.add(1, { domain: { name: 'web1', uuid: Buffer.alloc(16, 1), id: -1 }, state: 5 });
    const { of, pass, vm, clock } = await watch(host);
    guest.domain = { ...guest.domain, id: 1 };
    guest.state = 1;
    const bootedAt = clock.now();
    host.tell(EVENTS.lifecycle, event(1, 4, 0));
    host.tell(EVENTS.lifecycle, event(1, 2, 0));
    host.tell(320, event(1));
    await pass(1);
    expect(of('events').flatMap(({ events }) => events.map(({ text: words }) => words))).toEqual(['Started (booted)']);
    expect(vm(1)).toMatchObject({ state: 'running', bootedAt });
  });

  it('tells what happened while the list was on its way after the list', async () => {
    const host = playHost();
    host.add(1);
    let list = () => {};
    const listed = new Promise<void>((resolve) => {
      list = resolve;
    });
    host.answer(procedures.listDomains, async () => {
      await listed;
      return { domains: [], count: 0 };
    });
    const { feeds, pass } = await watch(host);
    host.tell(EVENTS.reboot, event(1));
    await pass(1);
    expect(feeds).toEqual([]);
    list();
    await pass(1);
    expect(feeds.map(({ kind }) => kind).slice(0, 2)).toEqual(['inventory', 'events']);
  });

  it('shows a new guest, and one that is gone, though no event told', async () => {
    const host = playHost();
    const { vm, pass } = await watch(host);
    host.add(1);
    await pass(1_000);
    expect(vm(1)).toMatchObject({ name: 'web1', state: 'running', cpus: 2 });
    host.guests.clear();
    await pass(1_000);
    expect(vm(1)).toBeUndefined();
  });

  it('shows at a tick that a guest was paused, and that its memory and vCPUs are others', async () => {
    const host = playHost();
    const guest = host.add(1);
    const { vm, pass } = await watch(host);
    guest.state = 3;
    guest.reason = 1;
    await pass(1_000);
    expect(vm(1)).toMatchObject({ state: 'paused' });
    guest.reason = 6;
    await pass(1_000);
    expect(vm(1)?.rawState).toBe('paused (watchdog)');
    guest.cpus = 3;
    guest.memoryKib = 1024 * 64;
    await pass(1_000);
    expect(vm(1)).toMatchObject({ cpus: 3, memory: mib(64) });
  });

  it('takes a guest for one without autostart whose driver has none', async () => {
    const host = playHost();
    host.add(1);
    host.answer(procedures.domainAutostart, () => {
      throw libvirtNo(55, 'transient');
    });
    expect((await watch(host)).vm(1)).toMatchObject({ cpus: 2, autostart: false });
  });

  it('reads a guest again that an operation has changed', async () => {
    const host = playHost();
    const guest = host.add(1);
    const { vm, touch, pass } = await watch(host);
    guest.autostart = true;
    touch(1);
    await pass(1);
    expect(vm(1)?.autostart).toBe(true);
  });

  it('looks for the address of a running guest every six seconds until it has one, then for what is new every thirty', async () => {
    const host = playHost();
    const guest = host.add(1);
    const off = host.add(2, { domain: { name: 'off', uuid: Buffer.alloc(16, 2), id: -1 }, state: 5 });
    const { vm, pass } = await watch(host);
    guest.addresses = leased('10.0.0.5');
    off.autostart = true;
    await pass(6_000);
    expect(vm(1)?.ips).toEqual([]);
    await pass(4_500);
    expect(vm(1)?.ips).toEqual(['10.0.0.5']);
    guest.autostart = true;
    await pass(29_000);
    expect(vm(1)?.autostart).toBe(false);
    await pass(8_000);
    expect(vm(1)?.autostart).toBe(true);
    expect(vm(2)?.autostart).toBe(false);
  });

  it('reads again what is looked at, running or not', async () => {
    const host = playHost();
    const off = host.add(2, { domain: { name: 'off', uuid: Buffer.alloc(16, 2), id: -1 }, state: 5 });
    const watched = await watch(host);
    watched.seen.push(idOf(2), 'vm:another-endpoint:x' as never);
    off.autostart = true;
    await watched.pass(29_000);
    expect(watched.vm(2)?.autostart).toBe(false);
    await watched.pass(8_000);
    expect(watched.vm(2)?.autostart).toBe(true);
  });

  it('tries a guest again after half a minute that could not be read', async () => {
    const host = playHost();
    host.add(1);
    let fails = true;
    host.answer(procedures.domainInfo, () => {
      if (fails) throw libvirtNo(9, 'no idea');
      return { state: 1, maxMemoryKib: 0, memoryKib: 1024, cpus: 5, cpuTimeNs: 0 };
    });
    const { vm, pass } = await watch(host);
    expect(vm(1)).toMatchObject({ cpus: 0, trouble: { message: 'no idea' } });
    fails = false;
    await pass(30_000);
    expect(vm(1)?.cpus).toBe(0);
    await pass(6_000);
    expect(vm(1)?.cpus).toBe(5);
    expect(vm(1)).not.toHaveProperty('trouble');
  });

  it('reads a hundred guests, those that are looked at before the others', async () => {
    const host = playHost();
    for (let number = 1; number <= 100; number++) host.add(number);
    const { of } = await watch(host);
    expect(of('changes').map(({ changes }) => changes.length)).toEqual([64, 36]);
  });

  it('ends with the reason why the link was lost, and quietly when it is ended', async () => {
    const host = playHost();
    const lost = await watch(host);
    for (const link of host.links) link.destroy();
    await expect(lost.watching).rejects.toMatchObject({ code: 'host.unreachable', retry: true });
    const ended = await watch(playHost());
    await ended.end();
    await expect(ended.watching).resolves.toBeUndefined();
  });

  it('hears nothing any more once it has ended', async () => {
    const host = playHost();
    host.add(1);
    const { watching, of, touch, daemon } = await watchPlayedApart(host);
    expect(await watching).toBeUndefined();
    host.tell(EVENTS.reboot, event(1));
    touch(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(of('events')).toEqual([]);
    daemon.close();
  });
});

/** A watch that was ended, on a connection that goes on. */
async function watchPlayedApart(host: PlayedHost) {
  const watched = await watchPlayed(host, createTestClock());
  const { daemon } = watched;
  const close = daemon.close;
  Object.assign(daemon, { close: () => undefined });
  await watched.end();
  return { ...watched, daemon: { ...daemon, close } };
}
