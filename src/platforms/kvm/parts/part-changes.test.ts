import { describe, expect, it } from 'vitest';
import { gib, mib } from '../../../units.ts';
import type { Settings, SettingsTarget } from '../../contract.ts';
import { type DeviceWords, DIR, disk, guestWithDevices, nic, volumeXml, WEB1 } from '../testkit/guest-with-devices.ts';

const ONE = '52:54:00:00:00:0a';
const DISKS = `${disk('/d/a')}${disk('/d/cd.iso', 'vdz', '<readonly/>', 'cdrom')}`;
const HOST = {
  pools: { data: DIR },
  volumes: { data: { a: volumeXml('a'), 'cd.iso': volumeXml('cd.iso', 'raw'), free: volumeXml('free') } },
  networks: { lan: '<network/>', dmz: '<network/>' },
  saved: DISKS + nic(ONE),
} satisfies DeviceWords;

async function setUp(words: DeviceWords = {}, target: SettingsTarget = 'config') {
  const host = await guestWithDevices({ ...HOST, ...words });
  const { settings, signal, sent } = host;
  const before = await settings.settings(WEB1, target, signal);
  const rows = (key: 'disk' | 'nic') => before[key] as readonly Settings[];
  return {
    ...host,
    rows,
    order: () => sent.map((line) => line.replace(/ <.*/s, '')),
    read: (of = target) => settings.settings(WEB1, of, signal),
    plan: (changes: Settings) => settings.planConfigure(WEB1, target, changes, before, signal),
    change: (changes: Settings, basedOn: Settings = before) =>
      settings.configure(WEB1, target, changes, basedOn, signal),
  };
}

const SYSTEM = {
  device: 'vda',
  type: 'disk',
  bus: 'virtio',
  'read-only': false,
  shareable: false,
  volume: 'a',
  storage: 'data',
  format: 'qcow2',
  size: mib(1),
};

describe('disks and NICs in the settings of a VM', () => {
  it('F-078 F-084 F-092 are rows with what they are on', async () => {
    const { rows } = await setUp();
    expect(rows('disk')).toEqual([
      SYSTEM,
      { device: 'vdz', type: 'cdrom', bus: 'virtio', 'read-only': true, shareable: false, medium: 'cd.iso' },
    ]);
    expect(rows('nic')).toEqual([{ mac: ONE, network: 'lan', model: 'virtio' }]);
  });

  it('F-298 what is in the CD drive is a setting of its own: inserted, ejected, and refused without a drive', async () => {
    const { change, read, order } = await setUp();
    expect(await read()).toMatchObject({ iso: 'cd.iso', 'cloud-init': false });
    await change({ iso: '' });
    expect([await read(), order()]).toEqual([expect.objectContaining({ iso: '' }), ['update saved']]);
    await change({ iso: 'data/cd.iso' }, { iso: '' });
    expect(await read()).toMatchObject({ iso: 'cd.iso' });
    await expect(change({ 'cloud-init': true })).rejects.toMatchObject({ code: 'op.unsupported' });
    const without = await setUp({ saved: disk('/d/a') });
    await expect(without.change({ iso: 'cd.iso' })).rejects.toMatchObject({
      message: 'web1 has no CD drive for a medium',
    });
    expect(without.sent).toEqual([]);
  });

  it('F-072 F-079 of a VM that runs are added, changed and taken off at once, what goes first', async () => {
    const both = DISKS + disk('/d/old', 'vdb') + nic(ONE);
    const { change, order, rows, read } = await setUp({ live: both, saved: both }, 'running');
    const [system, drive] = rows('disk');
    await change({
      disk: [
        { ...system, size: gib(1) },
        { ...drive, medium: '' },
        { size: gib(2), format: 'raw', 'read-only': true },
      ],
      nic: [
        { mac: ONE, network: 'dmz' },
        { network: 'lan', model: 'e1000' },
      ],
    });
    expect(order()).toEqual([
      'detach live',
      'detach saved',
      `blockresize vda ${gib(1)} 1`,
      'update live',
      'update saved',
      'create',
      'attach live+saved',
      'update live',
      'update saved',
      'attach live+saved',
    ]);
    expect((await read())['disk']).toEqual([
      SYSTEM,
      { device: 'vdz', type: 'cdrom', bus: 'virtio', 'read-only': true, shareable: false, medium: '' },
      expect.objectContaining({
        device: 'vdb',
        format: 'raw',
        'read-only': true,
        storage: 'data',
        volume: 'web1_1.raw',
      }),
    ]);
    expect((await read())['nic']).toMatchObject([{ network: 'dmz' }, { network: 'lan', model: 'e1000' }]);
  });

  it('F-071 of a VM that runs are saved alone where that is asked for, and what runs stays', async () => {
    const { change, order, rows, read } = await setUp({ live: HOST.saved });
    await change({
      disk: [{ ...rows('disk')[0] }, { device: 'vdc', volume: 'data/free' }],
      nic: [],
    });
    expect(order()).toEqual(['detach saved', 'attach saved', 'detach saved']);
    expect(await read('running')).toMatchObject({ disk: rows('disk'), nic: [{ mac: ONE }] });
    expect(await read()).toMatchObject({ disk: [SYSTEM, { device: 'vdc', volume: 'free' }], nic: [] });
  });

  it.each<readonly [string, (rows: readonly Settings[]) => Settings, RegExp]>([
    [
      'a disk that would be cut off',
      ([one, two]) => ({ disk: [{ ...one, size: 512 }, { ...two }] }),
      /vda would be cut off/,
    ],
    ['half a sector', ([one, two]) => ({ disk: [{ ...one, size: mib(1) + 1 }, { ...two }] }), /sectors of 512 bytes/],
    ['another bus', ([one, two]) => ({ disk: [{ ...one, bus: 'scsi' }, { ...two }] }), /Bus of vda stays as it is/],
    ['a new drive', (all) => ({ disk: [...all, { type: 'cdrom' }] }), /a cdrom can't be added/],
    ['a name of another bus', (all) => ({ disk: [...all, { device: 'sdb' }] }), /no disk on virtio is called "sdb"/],
    ['a bus that is none', (all) => ({ disk: [...all, { bus: 'x' }] }), /there is no bus "x"/],
    ['a volume that is not there', (all) => ({ disk: [...all, { volume: 'none' }] }), /no active storage has a volume/],
    ['a volume that it has', (all) => ({ disk: [...all, { volume: 'a' }] }), /can't be attached/],
    ['a network that is not there', () => ({ nic: [{ mac: ONE, network: 'none' }] }), /no network or bridge "none"/],
    ['a NIC without a network', () => ({ nic: [{ mac: ONE, network: 'lan' }, {}] }), /a NIC needs a network/],
    ['another model', () => ({ nic: [{ mac: ONE, network: 'lan', model: 'e1000' }] }), /Model of .* stays as it is/],
    ['an address that is none', () => ({ nic: [{ mac: 'x', network: 'lan' }] }), /"x" is no address/],
  ])('F-088 are refused before anything is sent: %s', async (_what, changes, why) => {
    const { plan, change, rows, sent } = await setUp();
    await expect(plan(changes(rows('disk')))).rejects.toThrow(why);
    await expect(change(changes(rows('disk')))).rejects.toThrow(why);
    expect(sent).toEqual([]);
  });

  it('of a VM that runs do not grow without it', async () => {
    const { plan, rows } = await setUp({ live: HOST.saved });
    const [system, drive] = rows('disk');
    await expect(plan({ disk: [{ ...system, size: gib(1) }, { ...drive }] })).rejects.toMatchObject({
      message: expect.stringContaining('grows at once, in the VM that runs as well'),
      fix: expect.stringContaining('--running'),
    });
  });

  it('are not changed when they are others by now than the user has seen', async () => {
    const { change, rows, sent } = await setUp();
    const stale = change({ disk: [] }, { disk: [{ ...rows('disk')[0] }] });
    await expect(stale).rejects.toMatchObject({ code: 'op.conflict', message: expect.stringContaining('disk is') });
    expect(sent).toEqual([]);
  });

  it('say what is done already when a later one fails', async () => {
    const { change, rows } = await setUp({ live: HOST.saved, stubborn: true }, 'running');
    const failed = change({ disk: [...rows('disk'), { size: gib(1) }], nic: [] });
    await expect(failed).rejects.toMatchObject({
      code: 'op.timeout',
      message: expect.stringMatching(/has not let go of it .*already changed: add a disk/),
    });
  });

  it('stay as they are in what a row leaves out', async () => {
    const { change, sent } = await setUp();
    expect(await change({ disk: [SYSTEM, { device: 'vdz' }] })).toEqual({ warnings: [] });
    expect(sent).toEqual([]);
  });
});
