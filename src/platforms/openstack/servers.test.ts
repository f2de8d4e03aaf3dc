import { describe, expect, it } from 'vitest';
import { endpointName, nodeId, poolId } from '../../ids.ts';
import { gib, mib } from '../../units.ts';
import { asRow, asRows, textOf } from '../lib/json.ts';
import { numberOf, rowIn, rowsIn, textsIn, timeOf } from './json.ts';
import { nextMarker } from './server-list.ts';
import { readServer } from './servers.ts';
import { rowOf, sameRow } from './vm-row.ts';
import { disksOf } from './volume/disks.ts';

const LAB = endpointName('lab');
const NODE = nodeId(LAB, 'host/c1');
const POOL = poolId(LAB, 'project/p');

/** As nova's api_samples have it. */
const SAMPLE = {
  id: 's-1',
  name: 'web1',
  tenant_id: 'p-1',
  status: 'ACTIVE',
  'OS-EXT-STS:vm_state': 'active',
  'OS-EXT-STS:task_state': 'rebooting',
  'OS-EXT-STS:power_state': 1,
  flavor: { original_name: 'm1.small', vcpus: 2, ram: 512, disk: 8, ephemeral: 3, swap: 100 },
  image: { id: 'img-1' },
  addresses: {
    back: [{ addr: '10.0.0.7', 'OS-EXT-IPS:type': 'fixed', 'OS-EXT-IPS-MAC:mac_addr': 'fa:16:3e:00:00:01' }, {}],
    front: [{ addr: '203.0.113.7', 'OS-EXT-IPS:type': 'floating' }],
  },
  'OS-EXT-AZ:availability_zone': 'nova',
  'OS-EXT-SRV-ATTR:hypervisor_hostname': 'c1',
  locked: true,
  locked_reason: 'audit',
  fault: { message: 'no host', created: '2026-01-02T03:04:05Z' },
  tags: ['web', 5],
  metadata: { plan: 'shop', profile: 'small', empty: '' },
  description: 'front',
  'os-extended-volumes:volumes_attached': [{ id: 'v-1', delete_on_termination: true }, { id: '' }],
  key_name: 'anna',
  created: '2026-01-01T00:00:00Z',
  updated: '2026-01-02T00:00:00Z',
};

const RESIZE = 'its resize or migration waits to be confirmed or reverted';

describe('a server as nova tells it', () => {
  it('is read with all that it says', () => {
    expect(readServer(SAMPLE)).toEqual({
      id: 's-1',
      name: 'web1',
      project: 'p-1',
      status: 'ACTIVE',
      vmState: 'active',
      taskState: 'rebooting',
      powerState: 1,
      flavor: {
        name: 'm1.small',
        vcpus: 2,
        memory: mib(512),
        rootDisk: gib(8),
        ephemeralDisk: gib(3),
        swap: mib(100),
      },
      imageId: 'img-1',
      addresses: [
        { network: 'front', ip: '203.0.113.7', mac: undefined, floating: true },
        { network: 'back', ip: '10.0.0.7', mac: 'fa:16:3e:00:00:01', floating: false },
      ],
      zone: 'nova',
      hypervisor: 'c1',
      locked: true,
      lockedReason: 'audit',
      fault: { message: 'no host', at: Date.UTC(2026, 0, 2, 3, 4, 5) },
      tags: ['web'],
      metadata: { plan: 'shop', profile: 'small', empty: '' },
      description: 'front',
      volumes: [{ id: 'v-1', deleted: true }],
      keyName: 'anna',
      createdAt: Date.UTC(2026, 0, 1),
      updatedAt: Date.UTC(2026, 0, 2),
      partial: false,
    });
  });

  it('is read with what little it says', () => {
    const bare = readServer({ id: 7, locked: 'yes', fault: {}, image: '', flavor: { vcpus: 2 } });
    expect(bare).toMatchObject({
      id: '7',
      name: '7',
      project: '',
      status: 'UNKNOWN',
      flavor: undefined,
      imageId: undefined,
      addresses: [],
      locked: false,
      fault: undefined,
      metadata: {},
      description: '',
      partial: true,
    });
    expect(readServer({ id: 'a', name: 'n' }).partial).toBe(false);
    expect(readServer({ id: 'a', status: 'ACTIVE' }).partial).toBe(false);
    expect(readServer({ id: 'a', flavor: { ram: 5 } }).flavor).toBeUndefined();
    const { flavor } = readServer({ id: 'a', flavor: { vcpus: 1, ram: -5, disk: 1e300, swap: 0.5 } });
    expect(flavor).toEqual({ name: '', vcpus: 1, memory: 0, rootDisk: 0, ephemeralDisk: 0, swap: 512 * 1024 });
    expect(() => readServer({ name: 'n' })).toThrow(
      expect.objectContaining({ code: 'host.protocol', message: 'Nova sent a server without an id' }),
    );
  });

  it('has the disks of its flavor, and its volumes', () => {
    const volume = { id: 'v', device: '/dev/vdb', deleted: false, name: 'data', size: gib(5) };
    const own = {
      type: 'disk',
      format: undefined,
      bus: undefined,
      storage: 'local',
      readOnly: false,
      shareable: false,
    };
    const nova = { ...own, goes: true, volume: undefined };
    expect(disksOf(readServer(SAMPLE), [volume, { ...volume, name: undefined, size: undefined }])).toEqual([
      { ...nova, device: 'root', path: 's-1/root', size: gib(8) },
      { ...nova, device: 'ephemeral', path: 's-1/ephemeral', size: gib(3) },
      { ...nova, device: 'swap', path: 's-1/swap', size: mib(100) },
      {
        ...own,
        device: '/dev/vdb',
        path: 'data v',
        size: gib(5),
        storage: 'volume',
        shareable: undefined,
        goes: false,
        volume,
      },
      {
        ...own,
        device: '/dev/vdb',
        path: 'v',
        size: undefined,
        storage: 'volume',
        shareable: undefined,
        goes: false,
        volume: { ...volume, name: undefined, size: undefined },
      },
    ]);
    const zero = { ...SAMPLE, flavor: { vcpus: 1, ram: 1, disk: 0, ephemeral: 0, swap: 0 } };
    expect(disksOf(readServer(zero), [])).toMatchObject([{ device: 'root', size: undefined }]);
    expect(disksOf(readServer({ ...zero, flavor: {} }), [])).toMatchObject([{ device: 'root', size: undefined }]);
    expect(disksOf(readServer({ ...zero, image: '' }), [])).toEqual([]);
  });
});

describe('the row of a server', () => {
  const NO_IMAGE = { name: undefined, system: undefined };

  it('F-126 has what the disks of its flavor can hold, unless volumes are its disks', () => {
    const flavor = { vcpus: 1, ram: 512, disk: 10, ephemeral: 2, swap: 1024 };
    const bare = { ...SAMPLE, flavor, 'os-extended-volumes:volumes_attached': [] };
    const storageOf = (server: object) =>
      rowOf({ endpoint: LAB, node: NODE, pool: POOL }, readServer({ id: 'x', ...server }), NO_IMAGE, undefined).storage;
    expect(storageOf(bare)).toBe(gib(13));
    expect(storageOf({ ...bare, flavor: { ...flavor, disk: 0 } })).toBeUndefined();
    expect(storageOf({ ...bare, 'os-extended-volumes:volumes_attached': [{ id: 'v1' }] })).toBeUndefined();
  });

  it('F-113 F-480 counts the disks of its flavor with its volumes, and its cards once they have addresses', () => {
    const counts = (more: object) => [row(more).diskCount, row(more).nicCount];
    expect(counts({})).toEqual([4, 2]);
    expect(counts({ image: '', addresses: {} })).toEqual([3, undefined]);
    expect(counts({ flavor: {} })).toEqual([undefined, 2]);
  });

  const row = (more: object = {}, node: typeof NODE | undefined = NODE, image?: string, failed?: string) =>
    rowOf(
      { endpoint: LAB, node, pool: POOL },
      readServer({ ...SAMPLE, ...more }),
      { name: image, system: image && 'debian 12' },
      failed === undefined ? undefined : { message: failed, since: 5 },
    );

  it('has all that a list shows', () => {
    const why = 'it is locked (audit): unlock it first';
    expect(row({}, NODE, 'debian')).toEqual({
      os: 'debian 12',
      flavor: 'm1.small',
      diskCount: 4,
      nicCount: 2,
      id: 'lab/s-1',
      name: 'web1',
      uuid: 's-1',
      node: NODE,
      pool: undefined,
      state: 'starting',
      rawState: 'ACTIVE (rebooting)',
      cpus: 2,
      memory: mib(512),
      ips: ['203.0.113.7', '10.0.0.7'],
      autostart: undefined,
      plan: 'shop',
      profile: 'small',
      image: 'debian',
      tags: ['web'],
      disabled: expect.objectContaining({
        'vm.start': why,
        'vm.delete': why,
        'vm.configure': why,
        'vm.rebuild': why,
        'disk.create': why,
        'nic.delete': why,
      }),
      modes: ['locked'],
    });
    expect(row({}).disabled).not.toHaveProperty(['vm.unlock']);
    expect(row({ locked_reason: null }).disabled?.['vm.stop']).toBe('it is locked: unlock it first');
    expect(row({ locked: false }).disabled).toEqual({});
    expect(
      rowOf({ endpoint: LAB, node: undefined, pool: POOL }, readServer({ id: 'x' }), NO_IMAGE, undefined),
    ).toMatchObject({
      node: undefined,
      pool: POOL,
      cpus: 0,
      memory: 0,
    });
  });

  it.each([
    [{ status: 'ERROR' }, { message: 'no host', since: Date.UTC(2026, 0, 2, 3, 4, 5) }],
    [
      { status: 'ERROR', fault: { message: 'a\u001b[1mb' } },
      { message: 'a [1mb', since: Date.UTC(2026, 0, 1) },
    ],
    [
      { status: 'ERROR', fault: null },
      { message: 'in error, without a word why', since: Date.UTC(2026, 0, 1) },
    ],
    [
      { status: 'ERROR', fault: null, created: null },
      { message: 'in error, without a word why', since: 0 },
    ],
    [{ status: 'VERIFY_RESIZE' }, { message: RESIZE, since: Date.UTC(2026, 0, 2) }],
    [
      { status: 'VERIFY_RESIZE', updated: null },
      { message: RESIZE, since: Date.UTC(2026, 0, 1) },
    ],
    [
      { status: 'VERIFY_RESIZE', updated: null, created: null },
      { message: RESIZE, since: 0 },
    ],
    [
      { status: null, name: null },
      { message: 'its part of the cloud does not answer', since: Date.UTC(2026, 0, 1) },
    ],
    [
      { status: null, name: null, created: null },
      { message: 'its part of the cloud does not answer', since: 0 },
    ],
    [{ status: 'ACTIVE' }, { message: 'Start failed', since: 5 }],
  ])('of one with %j has the trouble %j', (more, trouble) => {
    expect(row(more, NODE, undefined, 'Start failed').trouble).toEqual(trouble);
    if (trouble.since === 5) expect(row(more)).not.toHaveProperty('trouble');
  });

  it.each([
    [{ name: 'other' }],
    [{ 'OS-EXT-STS:task_state': 'reboot_pending' }],
    [{ 'OS-EXT-STS:vm_state': 'stopped', 'OS-EXT-STS:task_state': null }],
    [{ flavor: { ...SAMPLE.flavor, vcpus: 3 } }],
    [{ flavor: { ...SAMPLE.flavor, ram: 513 } }],
    [{ metadata: { ...SAMPLE.metadata, plan: 'x' } }],
    [{ metadata: { ...SAMPLE.metadata, profile: 'x' } }],
    [{ addresses: {} }],
    [{ tags: [] }],
    [{ locked_reason: 'other' }],
    [{ status: 'ERROR' }],
  ])('is another one with %j', (more) => {
    expect(sameRow(row(), row())).toBe(true);
    expect(sameRow(row(), row(more))).toBe(false);
  });

  it('is another one on another node, with another image, and with trouble', () => {
    expect(sameRow(row(), row({}, nodeId(LAB, 'host/c2')))).toBe(false);
    expect(sameRow(row(), row({}, NODE, 'debian'))).toBe(false);
    expect(sameRow(row(), row({}, NODE, undefined, 'Start failed'))).toBe(false);
    // The same state in another word of nova's.
    const [a, b] = ['rebooting', 'reboot_started'].map((task) => row({ 'OS-EXT-STS:task_state': task }));
    expect(a && b && sameRow(a, { ...b, rawState: a.rawState })).toBe(true);
    expect(a && sameRow(a, { ...a, state: 'stopped' })).toBe(false);
  });
});

describe('answers that may hold anything', () => {
  it('are taken for what they are', () => {
    const odd = { list: [1, {}, 'a', null], text: '', zero: 0, nan: Number.NaN, row: [], none: null };
    expect([rowsIn(odd, 'list'), rowsIn(odd, 'text'), textsIn(odd, 'list'), textsIn(odd, 'text')]).toEqual([
      [{}],
      [],
      ['a'],
      [],
    ]);
    expect([textOf(odd, 'text'), textOf(odd, 'zero'), textOf(odd, 'none')]).toEqual([undefined, '0', undefined]);
    expect([numberOf(odd, 'zero'), numberOf(odd, 'nan'), numberOf(odd, 'text')]).toEqual([0, undefined, undefined]);
    expect([rowIn(odd, 'row'), rowIn(odd, 'none'), rowIn({ row: { a: 1 } }, 'row')]).toEqual([{}, {}, { a: 1 }]);
  });

  it('are refused where nothing can be made of them', () => {
    expect(() => asRow([], 'web1')).toThrow(
      expect.objectContaining({ code: 'host.protocol', message: 'web1: the server sent no object' }),
    );
    for (const none of [{}, [1], undefined]) {
      expect(() => asRows(none, 'web1')).toThrow(
        expect.objectContaining({ code: 'host.protocol', message: 'web1: the server sent no list of objects' }),
      );
    }
    expect(asRows([{ a: 1 }], 'web1')).toEqual([{ a: 1 }]);
  });

  it.each([
    ['2026-03-01T10:00:00Z', 10],
    ['2026-03-01T10:00:00.000000', 10],
    ['2026-03-01T10:00:00+02:00', 8],
    ['2026-03-01T10:00:00-0200', 12],
    ['soon', undefined],
    ['', undefined],
  ])('%s is a time in UTC', (text, hour) => {
    expect(timeOf({ at: text }, 'at')).toBe(hour === undefined ? undefined : Date.UTC(2026, 2, 1, hour));
  });

  it.each([
    [
      {
        servers_links: [
          { rel: 'prev', href: '/?marker=a' },
          { rel: 'next', href: 'http://x/?marker=b' },
        ],
      },
      'b',
    ],
    [{ servers_links: [{ rel: 'next', href: '/servers?limit=1&marker=c' }] }, 'c'],
    [{ servers_links: [{ rel: 'next', href: '/servers' }] }, undefined],
    [{ servers_links: [{ rel: 'next', href: 5 }] }, undefined],
    [{ servers_links: [{ rel: 'next', href: 'http://[' }] }, undefined],
    [{}, undefined],
  ])('%j leads on to %s', (body, marker) => expect(nextMarker(body, 'servers_links')).toBe(marker));
});
