import { describe, expect, it } from 'vitest';
import { endpointName } from '../../src/ids.ts';
import type { Feed } from '../../src/platforms/contract.ts';
import { createAgenda } from '../../src/platforms/fake/agenda.ts';
import { platform } from '../../src/platforms/fake/index.ts';
import { createLink } from '../../src/platforms/fake/link.ts';
import { fakeServer } from '../../src/platforms/fake/servers.ts';
import { createTestClock } from '../clock.ts';
import { patient } from '../contract/bench.ts';
import { refusal } from '../contract/refusal.ts';
import { contextOn, fakeEndpoint, listen, visitFake } from './visit.ts';

describe('what is planned', () => {
  it('happens once, and only while a user is there', async () => {
    const clock = createTestClock();
    const agenda = createAgenda(clock);
    const happened: string[] = [];
    agenda.plan(100, () => happened.push(`first ${clock.ticks()}`));
    await clock.pass(40);
    agenda.wake();
    agenda.wake();
    agenda.plan(100, () => happened.push(`second ${clock.ticks()}`));
    const takeBack = agenda.plan(100, () => happened.push('never'));
    takeBack();
    await clock.pass(100);
    expect(happened).toEqual(['first 100', 'second 140']);
    agenda.rest();
    agenda.wake();
    await clock.pass(1_000);
    expect(happened).toHaveLength(2);
  });

  it('waits for the next who comes, and happens at once when it was due', async () => {
    const clock = createTestClock();
    const agenda = createAgenda(clock);
    const happened: string[] = [];
    agenda.wake();
    agenda.plan(100, () => happened.push(`first ${clock.ticks()}`));
    agenda.plan(500, () => happened.push(`second ${clock.ticks()}`));
    const takeBack = agenda.plan(500, () => happened.push('never'));
    agenda.rest();
    takeBack();
    await clock.pass(300);
    expect(happened).toEqual([]);
    agenda.wake();
    await clock.pass(300);
    expect(happened).toEqual(['first 300', 'second 500']);
  });
});

describe('the link', () => {
  it('stays down until it is fixed, or for its time', async () => {
    const clock = createTestClock();
    const link = createLink('demo', clock);
    const first = link.lost;
    expect(first.aborted).toBe(false);
    expect(link.lost).toBe(first);
    link.restore();
    expect(link.lost).toBe(first);
    link.cut();
    expect(first.reason).toMatchObject({ code: 'host.unreachable', message: 'the link to demo is down', retry: true });
    await clock.pass(1_000_000);
    expect(link.lost.aborted).toBe(true);
    link.restore();
    expect(link.lost.aborted).toBe(false);
    link.cut(5_000);
    await clock.pass(4_999);
    expect(link.lost.aborted).toBe(true);
    await clock.pass(1);
    const later = link.lost;
    expect(later.aborted).toBe(false);
    await clock.pass(10_000);
    expect(link.lost).toBe(later);
  });
});

describe('a server', () => {
  it('is the same for all who name it so, whatever their password', async () => {
    const clock = createTestClock();
    const one = await fakeServer(fakeEndpoint({ password: 'a' }), clock);
    expect(await fakeServer(fakeEndpoint({ password: 'b' }), clock)).toBe(one);
    expect(await fakeServer(fakeEndpoint({ seed: 2 }), clock)).not.toBe(one);
    expect(await fakeServer({ ...fakeEndpoint({}), name: endpointName('other') }, clock)).not.toBe(one);
    expect(await fakeServer(fakeEndpoint({}), createTestClock())).not.toBe(one);
  });

  it('goes on while one of two is still connected', async () => {
    const { clock, connection, endpoint, server, find, vm } = await visitFake();
    const second = await platform.connect(endpoint, contextOn(clock));
    server.enter(1, 'stopped');
    await connection.vm.start(vm(2), patient());
    await connection.close();
    await connection.close();
    await clock.pass(5_000);
    expect(find(({ id }) => id === vm(2)).state).toBe('running');
    await second.close();
  });

  it('says after three seconds that a node does not answer', async () => {
    const { clock, connection, server, node } = await visitFake({ 'events-every': 0 });
    const listener = listen(connection);
    await clock.pass(0);
    const began = clock.now();
    server.faults.hang(node('fra-02'));
    await clock.pass(2_999);
    expect(listener.changes()).toEqual([]);
    await clock.pass(1);
    expect(listener.changes()).toMatchObject([
      {
        kind: 'node-upsert',
        node: { name: 'fra-02', state: 'unknown', trouble: { message: 'fra-02 does not answer', since: began } },
      },
    ]);
    server.faults.recover(node('fra-02'));
    expect(listener.changes()[1]).toMatchObject({ node: { name: 'fra-02', state: 'up' } });
    // One that is back in time was never missed.
    server.faults.hang(node('fra-03'));
    server.faults.recover(node('fra-03'));
    await clock.pass(5_000);
    expect(listener.changes().slice(2)).toMatchObject([
      { node: { name: 'fra-03', state: 'up' } },
      { node: { name: 'fra-03', state: 'up' } },
    ]);
    listener.stop();
  });

  it('may have a node that hangs from the beginning', async () => {
    const { clock, connection } = await visitFake({ 'hanging-node': 2 });
    const listener = listen(connection);
    await clock.pass(3_000);
    listener.stop();
    expect(listener.changes()).toMatchObject([{ node: { name: 'fra-02', state: 'unknown' } }]);
    const sampled = listener.feeds.flatMap((feed) => (feed.kind === 'node-samples' ? feed.samples : []));
    expect(new Set(sampled.map(({ node }) => node))).toEqual(new Set(['demo/fra-01', 'demo/fra-03', 'demo/fra-04']));
  });

  it('forgets a VM that was removed, and does nothing with it any more', async () => {
    const { clock, connection, server, vm } = await visitFake();
    const listener = listen(connection);
    await clock.pass(0);
    server.remove(1);
    server.remove(1);
    server.enter(1, 'running');
    server.change(1, { name: 'x' });
    await clock.pass(2_000);
    listener.stop();
    expect(listener.changes()).toEqual([{ kind: 'vm-remove', id: vm(2) }]);
    expect(server.fleet.inventory().vms).toHaveLength(59);
    const last = listener.feeds.findLast((feed) => feed.kind === 'samples');
    expect(last?.kind === 'samples' && last.block.ids.includes(vm(2))).toBe(false);
    expect(await refusal(connection.vm.info(vm(2), patient()))).toMatchObject({
      code: 'vm.not-found',
      message: 'VM demo/vm-2 not found',
    });
  });
});

const NEWS = [
  'demo/vm-57 Memory balloon was resized',
  'demo/vm-6 Memory balloon was resized',
  'demo/vm-48 Certificate expires in 14 days',
  'demo/vm-27 Guest tools were updated',
  'demo/vm-39 Guest tools were updated',
  'demo/vm-49 Memory balloon was resized',
  'demo/vm-35 Memory balloon was resized',
  'demo/vm-13 Network link went down and up',
  'demo/vm-57 Disk vda passed its check',
  'demo/vm-23 Memory balloon was resized',
  'demo/vm-45 Backup finished',
];

describe('updates', () => {
  const textsOf = (feeds: readonly Feed[]) =>
    feeds.flatMap((feed) =>
      feed.kind === 'events' ? feed.events.map(({ subject, text }) => `${subject} ${text}`) : [],
    );

  it('comes of VMs that run, always the same', async () => {
    const { clock, connection } = await visitFake({ 'events-every': 2, running: 50 });
    const listener = listen(connection);
    await clock.pass(1_999);
    expect(textsOf(listener.feeds)).toEqual([]);
    await clock.pass(58_001);
    listener.stop();
    expect(textsOf(listener.feeds)).toEqual(NEWS);
    await clock.pass(60_000);
    expect(textsOf(listener.feeds)).toEqual(NEWS);
  });

  it('comes of no VM where there is none, and not when it is not wanted', async () => {
    for (const values of [{ 'events-every': 1, vms: 0 }, { 'events-every': 0 }]) {
      const { clock, connection } = await visitFake(values);
      const listener = listen(connection);
      await clock.pass(60_000);
      listener.stop();
      expect(textsOf(listener.feeds)).toEqual([]);
    }
  });

  it('is not told while the server is frozen', async () => {
    const { clock, connection, server, vm } = await visitFake();
    const listener = listen(connection);
    await clock.pass(0);
    server.faults.freeze();
    server.news.event(vm(1), 'news');
    server.news.task({ task: 't', subject: vm(1), state: 'running', share: 0, text: '' });
    server.faults.thaw();
    server.news.event(vm(1), 'later');
    listener.stop();
    expect(textsOf(listener.feeds)).toEqual(['demo/vm-1 later']);
    expect(listener.feeds.some(({ kind }) => kind === 'tasks')).toBe(false);
  });
});

describe('a watch', () => {
  it('ends before it begins when the caller has ended it, or the link is down', async () => {
    const { connection, server } = await visitFake();
    const feeds: Feed[] = [];
    const watch = (signal: AbortSignal) =>
      connection.watch({ sink: (feed) => void feeds.push(feed), signal, interest: () => [], everyMs: () => 1_000 });
    await watch(AbortSignal.abort());
    server.faults.cutLink();
    expect((await refusal(watch(patient()))).code).toBe('host.unreachable');
    expect(feeds).toEqual([]);
  });

  it('begins with all there is, then samples each interval, and hears nothing after its end', async () => {
    const { clock, connection, server, vm } = await visitFake();
    const listener = listen(connection);
    await clock.pass(2_000);
    const at = clock.now();
    expect(listener.feeds.map(({ kind }) => kind)).toEqual([
      'inventory',
      'complete',
      ...Array(3).fill(['samples', 'node-samples']).flat(),
    ]);
    expect(listener.feeds[0]).toMatchObject({ at: at - 2_000 });
    expect(listener.feeds[1]).toEqual({ kind: 'complete', at: at - 2_000 });
    expect(listener.feeds[6]).toMatchObject({ block: { at, windowMs: 1_000 } });
    listener.stop();
    await clock.pass(0);
    listener.fresh();
    server.news.event(vm(1), 'news');
    expect(listener.fresh()).toEqual([]);
    expect(listener.ended()).toEqual({ error: undefined });
  });

  it('says that it is alive when no node has anything to say', async () => {
    const { clock, connection, server, node } = await visitFake();
    for (const name of ['fra-01', 'fra-02', 'fra-03', 'fra-04']) server.faults.hang(node(name));
    const listener = listen(connection);
    await clock.pass(0);
    listener.stop();
    const feeds = listener.feeds.slice(2);
    // The VMs without a node, templates, are on none that could hang.
    for (const feed of feeds) if (feed.kind === 'samples') expect(feed.block.ids.length).toBeLessThan(5);
    expect(feeds.at(-1)).toEqual({ kind: 'alive', at: clock.now() });
  });

  it('sends ten thousand VMs at once, and the rest later in the interval', async () => {
    const { clock, connection } = await visitFake({ vms: 10_001 });
    const listener = listen(connection);
    const sizes = () => listener.fresh().flatMap((feed) => (feed.kind === 'samples' ? feed.block.ids.length : []));
    await clock.pass(499);
    expect(sizes()).toEqual([10_000]);
    await clock.pass(1);
    expect(sizes()).toEqual([1]);
    await clock.pass(500);
    expect(sizes()).toEqual([10_000]);
    listener.stop();
  });
});
