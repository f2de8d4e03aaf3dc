import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { vmId } from '../../ids.ts';
import { HOST, LAB, quietNova, serverRow } from './testkit/quiet-nova.ts';

let clock: TestClock;
let nova: ReturnType<typeof quietNova>;
let watch: ReturnType<typeof nova.watch>;

beforeEach(() => {
  clock = createTestClock();
  nova = quietNova(clock);
  nova.add(serverRow('a', { image: { id: 'img-1' } }));
  nova.answer(/^\/images/, () => ({ images: [] }));
});
afterEach(() => watch.stop());

const begin = async (...given: Parameters<typeof nova.watch>) => {
  watch = nova.watch(...given);
  await clock.pass(0);
  const [feed] = nova.take('inventory');
  expect(nova.take('complete')).toHaveLength(1);
  nova.take('samples');
  return feed?.inventory;
};
const changes = () => nova.take('changes').flatMap((feed) => feed.changes);

describe('a project that is watched', () => {
  it('is asked for changes once per interval, from a minute before the newest stamp on', async () => {
    await begin();
    expect(nova.asked(/servers.detail|hyper/)).toEqual(['0 /os-hypervisors/detail', '0 /servers/detail limit=250']);
    await clock.pass(4_999);
    expect(nova.asked(/servers.detail/)).toEqual([]);
    await clock.pass(1);
    expect(nova.asked(/servers.detail/)).toEqual([
      '5000 /servers/detail limit=250 changes-since=2026-01-01T10:59:05.000Z',
    ]);
    expect(nova.take('alive')).toMatchObject([{ at: clock.now() }]);
    nova.changed.push(serverRow('a', { name: 'b' }));
    await clock.pass(5_000);
    expect(changes()).toMatchObject([{ kind: 'vm-upsert', vm: { id: 'lab/a', name: 'b' } }]);
    expect(nova.take('alive')).toEqual([]);
  });

  it('is listed whole every five minutes, and its hosts every minute', async () => {
    await begin(10_000);
    nova.asked();
    await clock.pass(299_999);
    const hosts = nova.asked(/hyper|detail limit=250$/);
    expect(hosts).toEqual([60, 120, 180, 240].map((second) => `${second}000 /os-hypervisors/detail`));
    nova.add(serverRow('z'));
    nova.servers.delete('a');
    await clock.pass(1);
    expect(nova.asked(/hyper|detail limit=250$/)).toEqual([
      '300000 /servers/detail limit=250',
      '300000 /os-hypervisors/detail',
    ]);
    expect(changes()).toMatchObject([
      { kind: 'vm-upsert', vm: { id: 'lab/z' } },
      { kind: 'vm-remove', id: 'lab/a' },
    ]);
    await clock.pass(299_999);
    expect(nova.asked(/detail limit=250$/)).toEqual([]);
    await clock.pass(1);
    expect(nova.asked(/detail limit=250$/)).toHaveLength(1);
  });

  it('is listed whole as long as nothing tells the time there', async () => {
    nova.add(serverRow('a', { updated: null }));
    await begin();
    nova.asked();
    await clock.pass(5_000);
    expect(nova.asked(/servers.detail/)).toEqual(['5000 /servers/detail limit=250']);
    nova.answer(/^\/servers\/detail/, (_path, { onTime }) => {
      onTime?.(Date.UTC(2026, 0, 1, 9));
      return { servers: [serverRow('a')] };
    });
    await clock.pass(5_000);
    nova.asked();
    await clock.pass(5_000);
    expect(nova.asked(/servers.detail/)).toEqual([
      '15000 /servers/detail limit=250 changes-since=2026-01-01T08:59:05.000Z',
    ]);
  });

  it('is not asked more often than five times a second', async () => {
    await begin(10);
    nova.asked();
    await clock.pass(1_000);
    expect(nova.asked(/servers.detail/).map((one) => Number.parseInt(one, 10))).toEqual([200, 400, 600, 800, 1_000]);
  });

  it('tells which hosts come, go and change, with the servers on them', async () => {
    nova.hosts([HOST, { ...HOST, hypervisor_hostname: 'c2' }]);
    expect((await begin())?.nodes.map(({ name }) => name)).toEqual(['c1', 'c2']);
    nova.hosts([
      { ...HOST, hypervisor_hostname: 'c3' },
      { ...HOST, hypervisor_hostname: 'c2', status: 'disabled' },
    ]);
    await clock.pass(60_000);
    expect(changes()).toMatchObject([
      { kind: 'node-upsert', node: { id: 'lab/host/c3' } },
      { kind: 'node-upsert', node: { id: 'lab/host/c2', state: 'maintenance' } },
      { kind: 'node-remove', id: 'lab/host/c1' },
      { kind: 'vm-upsert', vm: { id: 'lab/a', node: undefined, pool: 'lab/project/p' } },
    ]);
    await clock.pass(60_000);
    expect(changes()).toEqual([]);
  });

  it('asks for zones from then on where hypervisors were refused', async () => {
    nova.answer(/hypervisors/, () => {
      throw new FleetError('auth.forbidden', 'no');
    });
    nova.answer(/zone/, () => ({ availabilityZoneInfo: [{ zoneName: 'nova', zoneState: { available: true } }] }));
    await begin();
    await clock.pass(60_000);
    expect(nova.asked(/hyper|zone/)).toEqual([
      '0 /os-hypervisors/detail',
      '0 /os-availability-zone',
      '60000 /os-availability-zone',
    ]);
  });

  it('ends without a word when the caller ends it, and with what went wrong else', async () => {
    await begin();
    watch.stop();
    expect(await watch.ended).toBeUndefined();
    await begin();
    const broken = new FleetError('host.unreachable', 'away');
    nova.answer(/servers.detail/, () => Promise.reject(broken));
    await clock.pass(5_000);
    expect(await watch.ended).toBe(broken);
    nova.asked();
    nova.news({ server: 'a' });
    await clock.pass(60_000);
    expect(nova.asked()).toEqual([]);
  });
});

describe('a server that was touched', () => {
  it('is asked itself at once, and then each second for a quarter of a minute', async () => {
    await begin(3_600_000);
    nova.asked();
    nova.add(serverRow('a', { 'OS-EXT-STS:task_state': 'rebooting' }));
    nova.news({ server: 'a' });
    await clock.pass(0);
    expect(nova.asked()).toEqual(['0 /servers/a']);
    expect(changes()).toMatchObject([{ vm: { state: 'starting' } }]);
    await clock.pass(60_000);
    const looks = nova.asked(/servers.a$/).map((one) => Number.parseInt(one, 10));
    expect(looks).toEqual(Array.from({ length: 15 }, (_, nth) => (nth + 1) * 1_000));
  });

  it('is gone when Nova does not find it, and left alone when the question fails for another reason', async () => {
    await begin(3_600_000);
    nova.answer(/servers.a$/, () => {
      throw new FleetError('host.unreachable', 'busy');
    });
    nova.news({ server: 'a' });
    await clock.pass(0);
    expect(changes()).toEqual([]);
    nova.answer(/servers.a$/, () => {
      throw new FleetError('vm.not-found', 'gone');
    });
    await clock.pass(1_000);
    expect(changes()).toEqual([{ kind: 'vm-remove', id: 'lab/a' }]);
    const bug = new TypeError('a bug');
    nova.answer(/servers.a$/, () => Promise.reject(bug));
    await clock.pass(1_000);
    expect(await watch.ended).toBe(bug);
  });

  it('is one of sixteen at most that are asked at a time', async () => {
    await begin(3_600_000);
    nova.asked();
    for (let n = 0; n < 20; n++) nova.news({ server: `s${n}` });
    await clock.pass(0);
    expect(nova.asked(/servers.s/)).toHaveLength(16);
  });
});

describe('a task of Nova', () => {
  const begun = (task = 'req-1') => ({ server: 'a', begun: { task, server: 'a', what: 'Start' } });
  const event = (more: object = {}) => ({ event: 'compute_start', result: 'Success', finish_time: 'x', ...more });
  let action: object = {};
  beforeEach(async () => {
    action = {};
    nova.answer(/actions/, () => ({ instanceAction: action }));
    await begin(3_600_000);
  });
  const told = { task: 'req-1', subject: vmId(LAB, 'a') };
  const tasks = () => nova.take('tasks').flatMap((feed) => feed.tasks);

  it('is reported when it begins, and when it ends', async () => {
    nova.news(begun());
    expect(tasks()).toEqual([{ ...told, state: 'running', share: Number.NaN, text: 'Start' }]);
    await clock.pass(3_000);
    expect(nova.asked(/actions/)).toContain('1000 /servers/a/os-instance-actions/req-1');
    expect(tasks()).toEqual([]);
    action = { events: [event()] };
    await clock.pass(1_000);
    expect(tasks()).toEqual([{ ...told, state: 'done', share: 1, text: 'Start' }]);
    await clock.pass(2_000);
    expect(tasks()).toEqual([]);
  });

  it.each([
    [{ events: [event(), event({ result: 'Error', details: 'no room' })] }, 'Start failed: no room'],
    [{ events: [event({ result: 'Error' })] }, 'Start failed: Nova does not say why (compute_start)'],
    [{ events: [event({ result: 'Error', event: '' })] }, 'Start failed: Nova does not say why'],
    [{ message: 'Error' }, 'Start failed: Nova does not say why'],
  ])('that ended as %j says that %s, until the next one begins', async (ended, text) => {
    action = ended;
    nova.news(begun());
    tasks();
    const at = clock.now();
    await clock.pass(1_000);
    expect(tasks()).toEqual([{ ...told, state: 'failed', share: Number.NaN, text }]);
    expect(nova.take('events')).toEqual([{ kind: 'events', events: [{ at, subject: 'lab/a', text }] }]);
    expect(changes()).toMatchObject([{ kind: 'vm-upsert', vm: { trouble: { message: text, since: at } } }]);
    nova.news({ server: 'a' });
    expect(changes()).toEqual([]);
    nova.news(begun('req-2'));
    const [cleared] = changes();
    expect(cleared?.kind === 'vm-upsert' && cleared.vm).not.toHaveProperty('trouble');
    nova.news(begun('req-3'));
    expect(changes()).toEqual([]);
  });

  it.each([
    [{ events: [] }],
    [{ events: [event({ event: 'conductor_start' })] }],
    [{ events: [event(), event({ finish_time: null })] }],
  ])('that is at %j goes on', async (now) => {
    action = now;
    nova.news(begun());
    tasks();
    await clock.pass(5_000);
    expect(tasks()).toEqual([]);
  });

  it.each([
    [new FleetError('vm.not-found', 'gone'), ['done']],
    [new FleetError('host.unreachable', 'busy', { retry: true }), []],
  ])('that can not be asked for (%s) is %j', async (error, states) => {
    nova.answer(/actions/, () => Promise.reject(error));
    nova.news(begun());
    tasks();
    await clock.pass(2_000);
    expect(tasks().map(({ state }) => state)).toEqual(states);
  });

  it('is left to the state of its server after a quarter of an hour', async () => {
    watch.stop();
    nova = quietNova(clock);
    nova.add(serverRow('a'));
    nova.answer(/images/, () => ({ images: [] }));
    nova.answer(/actions/, () => ({ instanceAction: {} }));
    await begin(60_000);
    nova.news(begun());
    const start = clock.ticks();
    await clock.pass(900_000);
    expect(nova.asked(/actions/).length).toBeGreaterThan(10);
    await clock.pass(60_000);
    expect(nova.asked(/actions/).map((one) => Number.parseInt(one, 10) - start)).toEqual([960_000]);
    await clock.pass(600_000);
    expect(nova.asked(/actions/)).toEqual([]);
  });

  it('is one of sixteen at most that are asked for at a time', async () => {
    for (let n = 0; n < 20; n++) nova.news(begun(`req-${n}`));
    await clock.pass(0);
    expect(nova.asked(/actions/)).toHaveLength(16);
  });
});
