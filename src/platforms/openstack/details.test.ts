import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { vmId } from '../../ids.ts';
import type { Api } from './api.ts';
import { createMeters, readDiagnostics } from './diagnostics.ts';
import { createImages } from './image/images.ts';
import { createRotation } from './rotation.ts';
import { LAB, quietNova, serverRow } from './testkit/quiet-nova.ts';

let clock: TestClock;
let nova: ReturnType<typeof quietNova>;
let watch: ReturnType<typeof nova.watch> | undefined;

beforeEach(() => {
  clock = createTestClock();
  nova = quietNova(clock);
});
afterEach(() => watch?.stop());
const begin = async (...given: Parameters<typeof nova.watch>) => {
  watch = nova.watch(...given);
  await clock.pass(0);
};
const changes = () => nova.take('changes').flatMap((feed) => feed.changes);

describe('what lists leave out', () => {
  it('is asked of Glance once per image, and told with the rows', async () => {
    nova.add(serverRow('a', { image: { id: 'i-1' } }), serverRow('b', { image: { id: 'i-1' } }), serverRow('c'));
    nova.answer(/images/, () => ({ images: [{ id: 'i-1', name: 'debian' }] }));
    await begin();
    expect(nova.feeds.map(({ kind }) => kind)).toEqual(['inventory', 'changes', 'samples', 'complete']);
    expect(changes()).toMatchObject([
      { vm: { id: 'lab/a', image: 'debian' } },
      { vm: { id: 'lab/b', image: 'debian' } },
    ]);
    expect(nova.asked(/images/)).toEqual(['0 /images id=in:i-1 limit=80']);
    nova.add(serverRow('d', { image: { id: 'i-2' } }));
    nova.changed.push(serverRow('d', { image: { id: 'i-2' } }));
    nova.answer(/images/, () => ({ images: [] }));
    await clock.pass(60_000);
    expect(nova.asked(/images/).map((one) => one.replace(/^\d+ /, ''))).toEqual(['/images id=in:i-2 limit=80']);
    expect(nova.take('complete')).toHaveLength(1);
  });

  it('is asked of a server in error itself, once for what it is now, eight at a time', async () => {
    const error = { status: 'ERROR', 'OS-EXT-STS:vm_state': 'error' };
    const ids = Array.from({ length: 10 }, (_, n) => `e${n}`);
    nova.add(
      ...ids.map((id) => serverRow(id, error)),
      serverRow('ok'),
      serverRow('said', { ...error, fault: { message: 'x' } }),
    );
    nova.add({ id: 'far', status: null });
    nova.answer(/servers.e\d$/, (path) => ({
      server: serverRow(path.slice(9), { ...error, fault: { message: `no host for ${path.slice(9)}` } }),
    }));
    await begin(5_000);
    expect(nova.asked(/servers.(e\d|far|ok|said)$/)).toEqual(ids.slice(0, 8).map((id) => `0 /servers/${id}`));
    expect(changes()).toMatchObject(
      ids.slice(0, 8).map((id) => ({ vm: { trouble: { message: `no host for ${id}` } } })),
    );
    await clock.pass(5_000);
    expect(nova.asked(/servers.e\d$/)).toEqual(['5000 /servers/e8', '5000 /servers/e9']);
    await clock.pass(20_000);
    expect(nova.asked(/servers.e\d$/)).toEqual([]);
    nova.changed.push(serverRow('e1', { ...error, updated: '2026-01-01T11:30:00Z' }));
    await clock.pass(10_000);
    expect(nova.asked(/servers.e\d$/)).toHaveLength(1);
  });

  it('is asked once more of one that went and came back, and left open when it is not told', async () => {
    const error = { status: 'ERROR', 'OS-EXT-STS:vm_state': 'error' };
    nova.add(serverRow('e', error));
    nova.answer(/servers.e$/, () => {
      throw new FleetError('host.unreachable', 'busy');
    });
    await begin();
    expect(nova.asked(/servers.e$/)).toHaveLength(1);
    nova.changed.push(serverRow('e', { status: 'DELETED' }));
    await clock.pass(10_000);
    nova.changed.push(serverRow('e', error));
    await clock.pass(10_000);
    expect(nova.asked(/servers.e$/)).toHaveLength(1);
    expect(changes().at(-1)).toMatchObject({ vm: { trouble: { message: 'in error, without a word why' } } });
  });

  it('is asked for at most five times a second', async () => {
    nova.add(serverRow('a'));
    await begin(10);
    nova.answer(/images/, () => ({ images: [] }));
    await clock.pass(100);
    nova.changed.push(serverRow('n', { image: { id: 'i-9' } }));
    await clock.pass(400);
    expect(nova.asked(/images/)).toEqual(['200 /images id=in:i-9 limit=80']);
  });
});

describe('names of images', () => {
  const { signal } = new AbortController();
  const glance = (answer: (query: string) => object) => {
    const asked: string[] = [];
    const get = async (_path: string, options: { query?: Record<string, unknown> }) => {
      asked.push(String(options.query?.['id']));
      return answer(String(options.query?.['id']));
    };
    return { asked, images: createImages({ get } as unknown as Api) };
  };

  it('are asked for eighty at a time', async () => {
    const { asked, images } = glance((query) => ({
      images: query.includes('i3,') ? [{ id: 'i3', name: 'three', os_distro: 'debian', os_version: '12' }] : [],
    }));
    const ids = Array.from({ length: 100 }, (_, n) => `i${n}`);
    expect(await images.learn([undefined, ...ids, 'i0'], signal)).toBe(true);
    expect(asked.map((query) => query.split(',').length)).toEqual([80, 20]);
    expect([images.nameOf('i3'), images.nameOf('i4'), images.nameOf(undefined)]).toEqual([
      'three',
      undefined,
      undefined,
    ]);
    expect([images.systemOf('i3'), images.systemOf('i4'), images.systemOf(undefined)]).toEqual([
      'debian 12',
      undefined,
      undefined,
    ]);
    expect(await images.learn(ids, signal)).toBe(false);
    expect(asked).toHaveLength(2);
  });

  it('are asked for again only when that may be better', async () => {
    let error: unknown = new FleetError('host.unreachable', 'busy', { retry: true });
    const { asked, images } = glance(() => {
      throw error;
    });
    expect(await images.learn(['a'], signal)).toBe(false);
    error = new FleetError('auth.forbidden', 'no');
    expect(await images.learn(['a'], signal)).toBe(false);
    expect(await images.learn(['a'], signal)).toBe(false);
    expect(asked).toHaveLength(2);
    error = new TypeError('a bug');
    await expect(images.learn(['b'], signal)).rejects.toBe(error);
    expect(await createImages(undefined).learn(['a'], signal)).toBe(false);
  });
});

describe('metrics that are asked for server by server', () => {
  const ids = Array.from({ length: 12 }, (_, n) => `s${String(n).padStart(2, '0')}`);
  const idsOf = () =>
    nova.take('samples').map(({ block }) => [block.windowMs, block.ids.map((id) => id.slice(4)).join()]);

  it('are eight a second, first of what is looked at', async () => {
    nova.add(...ids.map((id) => serverRow(id)), serverRow('off', { 'OS-EXT-STS:vm_state': 'stopped' }));
    const interest = ['s10', 's11', 'off', 'none'].map((id) => vmId(LAB, id)) as unknown as readonly never[];
    await begin(1_000, () => interest);
    expect(idsOf()).toEqual([
      [1_000, 's10,s11'],
      [2_000, 's00,s01,s02,s03,s04'],
    ]);
    await clock.pass(1_000);
    expect(idsOf()).toEqual([
      [1_000, 's10,s11'],
      [2_000, 's05,s06,s07,s08,s09'],
    ]);
  });

  it('are asked for at each interval, four at a time, and of one server at least', async () => {
    nova.add(...ids.map((id) => serverRow(id)));
    const held: (() => void)[] = [];
    nova.answer(/diagnostics/, () => new Promise((resolve) => held.push(() => resolve({ num_cpus: 1 }))));
    await begin(5_000);
    expect(held).toHaveLength(4);
    held.shift()?.();
    await clock.pass(0);
    expect(held).toHaveLength(4);
    watch?.stop();
    nova = quietNova(clock);
    nova.add(...ids.map((id) => serverRow(id)));
    await begin(100);
    nova.asked();
    await clock.pass(300);
    expect(nova.asked(/diag/).map((one) => one.split(' ')[1])).toEqual(
      ['s01', 's02', 's03'].map((id) => `/servers/${id}/diagnostics`),
    );
  });

  it('are rates of what is counted, and nothing for a server that can not be asked', async () => {
    nova.add(serverRow('a'), serverRow('b'));
    let count = 0;
    nova.answer(/a.diagnostics/, () => ({
      num_cpus: 2,
      cpu_details: [{ time: count * 5e9 }],
      disk_details: [{ read_bytes: count * 10_000, write_bytes: count * 20_000 }],
      nic_details: [{ rx_octets: count * 30_000, tx_octets: count * 40_000 }],
    }));
    nova.answer(/b.diagnostics/, () => {
      throw new FleetError('op.conflict', 'it is not ready');
    });
    await begin(5_000);
    nova.take('samples');
    count = 1;
    await clock.pass(5_000);
    const [feed] = nova.take('samples');
    const none = Number.NaN;
    const { cpu, memory, diskRead, diskWrite, netRx, netTx, at } = feed?.block ?? {};
    expect(at).toBe(clock.now());
    expect([cpu, memory, diskRead, diskWrite, netRx, netTx].map((column) => [...(column ?? [])])).toEqual([
      [0.5, none],
      [none, none],
      [2_000, none],
      [4_000, none],
      [6_000, none],
      [8_000, none],
    ]);
    nova.changed.push(serverRow('a', { 'OS-EXT-STS:vm_state': 'stopped', status: 'SHUTOFF' }));
    await clock.pass(10_000);
    const last = nova.take('samples').find(({ block }) => block.ids.join() === 'lab/a');
    expect([last?.block.windowMs, last?.block.cpu[0], last?.block.memory[0]]).toEqual([5_000, none, none]);
    await clock.pass(10_000);
    expect(idsOf().filter(([, some]) => some === 'a')).toEqual([]);
    count = 3;
    nova.changed.push(serverRow('a'));
    await clock.pass(10_000);
    expect(nova.take('samples').find(({ block }) => block.ids.includes(vmId(LAB, 'a')))?.block.cpu[0]).toBeNaN();
  });

  it('end for who may not read them, with the right that is missing', async () => {
    for (const [message, right] of [
      ['lacks os_compute_api:special', 'os_compute_api:special'],
      ['no', 'os_compute_api:os-server-diagnostics'],
    ]) {
      nova = quietNova(clock);
      nova.add(serverRow('a'));
      nova.answer(/diagnostics/, () => {
        throw new FleetError('auth.forbidden', message ?? '');
      });
      await begin();
      const text = `No metrics of servers: this login lacks the right ${right}`;
      expect(nova.take('events')).toEqual([
        { kind: 'events', events: [{ at: clock.now(), subject: undefined, text }] },
      ]);
      nova.asked();
      await clock.pass(10_000);
      expect([nova.asked(/diag/), nova.take('events')]).toEqual([[], []]);
      watch?.stop();
    }
  });
});

describe('counters', () => {
  const read = (more: object) => readDiagnostics({ num_cpus: 1, ...more });

  it('are summed up over devices, and unknown when one of them says nothing', () => {
    const disks = [{ read_bytes: 1, write_bytes: 5 }, { read_bytes: 2 }];
    expect(
      read({
        num_cpus: 0,
        cpu_details: [
          { time: 3, utilisation: 10 },
          { time: 4, utilisation: 30 },
        ],
        disk_details: disks,
      }),
    ).toEqual({
      vcpus: 2,
      cpuTime: 7,
      utilisation: 0.2,
      diskRead: 3,
      diskWrite: Number.NaN,
      netRx: Number.NaN,
      netTx: Number.NaN,
    });
  });

  it('give no rate without time in between, after a restart, or once they were forgotten', () => {
    const at = (time: number) => read({ cpu_details: [{ time }] });
    const meters = createMeters();
    meters.rates('a', at(0), 1_000);
    expect(meters.rates('a', at(5e8), 1_000).cpu).toBeNaN();
    expect(meters.rates('a', at(5e8), 2_000).cpu).toBe(0);
    expect(meters.rates('a', at(9e9), 3_000).cpu).toBe(1);
    meters.forget('a');
    expect(meters.rates('a', at(9e9), 4_000).cpu).toBeNaN();
    expect(meters.rates('b', read({ cpu_details: [{ utilisation: 250 }] }), 0).cpu).toBe(1);
  });

  it('are read in turn, shared out evenly', () => {
    const rotation = createRotation();
    const ids = Array.from({ length: 7 }, (_, n) => `${n}`);
    const sizes = [1, 2, 3, 4].map(() => rotation.next(ids, 3));
    expect(sizes.map((round) => [round?.ids.length, round?.of])).toEqual([
      [3, 3],
      [3, 3],
      [1, 3],
      [3, 3],
    ]);
    expect(rotation.next(ids, 4)?.ids).toEqual(['4', '5', '6']);
    expect(rotation.next(ids, 1)).toMatchObject({ of: 7, ids: [expect.any(String)] });
  });
});
