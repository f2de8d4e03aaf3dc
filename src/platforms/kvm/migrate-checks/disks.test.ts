/** What becomes of each disk of a VM that moves: what is refused, what is copied as it is, and what is made one file first. */
import { expect, it } from 'vitest';
import { gib } from '../../../units.ts';
import type { MigrateSpec } from '../../contract.ts';
import type { Leaving, Side } from '../migrate/side.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import type { DiskXml } from '../xml/domain-xml.ts';
import { planDisks } from './disks.ts';

const POOLS = {
  dir: "<pool type='dir'><name>p</name><target><path>/d</path></target></pool>",
  lvm: "<pool type='logical'><name>p</name><target><path>/dev/vg</path></target></pool>",
  rbd: "<pool type='rbd'><name>p</name><source><name>rbd</name></source></pool>",
} as const;
type Kind = keyof typeof POOLS;

interface Disk {
  /** What the VM uses it as. */
  readonly as?: 'qcow2' | 'raw';
  /** What libvirt says of it: type, format, and whether it is a layer. */
  readonly type?: 'file' | 'block';
  readonly is?: string;
  readonly layer?: true;
}

const pool = { name: 'p', uuid: Buffer.alloc(16) };
const none = () => {
  throw libvirtNo(VIR_ERR.noVolume);
};

/** Disks of 8 GiB, of which 1 GiB is used, to a storage of this kind with that much left; `beside`: what is left where they are. */
async function plan(
  disks: readonly Disk[],
  { to, left = 100, beside = 100, isOn = false }: { to: Kind; left?: number; beside?: number; isOn?: boolean },
) {
  const call = (room: number) => {
    const { client, answer } = createScriptedClient();
    answer(procedures.poolByName, () => pool);
    answer(procedures.poolInfo, () => ({ state: 2, capacity: gib(100), allocation: 0, available: gib(room) }));
    answer(procedures.listPools, () => ({ pools: [], count: 0 }));
    return { answer, call: { client, signal: new AbortController().signal, change: none } };
  };
  const [here, there] = [call(beside), call(left)];
  here.answer(procedures.volumeByPath, ({ path }) => ({ pool: 'p', name: path.slice(3), key: path }));
  here.answer(procedures.volumeXml, ({ volume: { name } }) => {
    const { type = 'file', is, layer } = disks[Number(name)] ?? {};
    const format = is === undefined ? '' : `<format type='${is}'/>`;
    const below = layer ? "<backingStore><path>/d/base</path><format type='qcow2'/></backingStore>" : '';
    return `<volume type='${type}'><capacity>${gib(8)}</capacity><allocation>${gib(1)}</allocation><target><path>/d/${name}</path>${format}</target>${below}</volume>`;
  });
  here.answer(procedures.volumeInfo, () => ({ type: 0, capacity: gib(8), allocation: gib(1) }));
  here.answer(procedures.volumeInfoWith, () => ({ type: 0, capacity: gib(8), allocation: gib(1) }));
  there.answer(procedures.volumeByPath, none);
  there.answer(procedures.volumeByName, none);
  there.answer(procedures.poolXml, () => POOLS[to]);
  const side = (name: string) => ({ host: {}, facts: { node: { name } } }) as unknown as Side;
  const read = { disks: disks.map(({ as = 'raw' }, at) => ({ path: `/d/${at}`, format: as }) as DiskXml) };
  const { checks, copies } = await planDisks(
    here.call,
    there.call,
    { from: side('host1'), to: side('host2') },
    { isOn, read } as unknown as Leaving,
    { storage: '', copyDisks: true } as MigrateSpec,
  );
  return {
    said: checks.flatMap(({ level, text }) => (level === 'ok' ? [] : [`${level}: ${text}`])),
    copies: copies.map(({ format, isMadeWhole }) => `${format}${isMadeWhole ? ', made whole' : ''}`),
  };
}

it.each<[string, Disk, Kind, string]>([
  ['a raw file', { is: 'raw' }, 'dir', 'raw'],
  ['a raw device', { type: 'block' }, 'dir', 'raw'],
  ['an image', { as: 'qcow2', is: 'qcow2' }, 'dir', 'qcow2'],
  ['a layer', { as: 'qcow2', is: 'qcow2', layer: true }, 'dir', 'qcow2, made whole'],
  ['an image that becomes a device', { as: 'qcow2', is: 'qcow2' }, 'lvm', 'raw, made whole'],
  ['a raw file that looks like an image', { is: 'qcow2', layer: true }, 'dir', 'raw'],
])('copies %s of a VM that is off', async (_what, disk, to, copied) => {
  expect(await plan([disk], { to })).toEqual({ said: [], copies: [copied] });
});

it.each<[string, Disk, Kind, RegExp]>([
  ['qcow2 on a device', { as: 'qcow2', type: 'block' }, 'dir', /^error: \/d\/0 is qcow2 on a device, .*while it runs$/],
  ['qcow2 from device to device', { as: 'qcow2', type: 'block', is: 'qcow2' }, 'lvm', /^error: .* on a device/],
  ['a file that is something else', { as: 'qcow2', is: 'raw' }, 'dir', /is used as qcow2, and looks like raw$/],
])('refuses %s, and not while the VM runs', async (_what, disk, to, why) => {
  expect(await plan([disk], { to })).toEqual({ said: [expect.stringMatching(why)], copies: [] });
  expect((await plan([disk], { to, isOn: true })).said).toEqual([]);
});

it.each<[string, Kind, number, number, readonly unknown[]]>([
  ['files grow to what they can hold', 'dir', 1, 4, [/^warning: p of host2 has 4\.0G left, less than 8\.0G/]],
  ['a file takes what it has', 'dir', 1, 0, [/^error: .*, 0 takes 1\.0G$/]],
  ['a device takes all at once', 'lvm', 1, 4, [/^error: p of host2 has 4\.0G left, 0 takes 8\.0G$/]],
  ['two devices take twice as much', 'lvm', 2, 12, [/^error: p of host2 has 12G left, its volumes take 16G$/]],
  ['Ceph takes what is written', 'rbd', 1, 4, [/^warning: /]],
])('looks for room at the target: %s', async (_what, to, count, left, said) => {
  const { said: all } = await plan(Array<Disk>(count).fill({ is: 'raw' }), { to, left });
  expect(all).toEqual(said.map((one) => expect.stringMatching(one as RegExp)));
});

it('warns where what is made one file may find no room beside it', async () => {
  const layer: Disk = { as: 'qcow2', is: 'qcow2', layer: true };
  const { said, copies } = await plan([layer], { to: 'dir', beside: 4 });
  expect(said).toEqual([expect.stringMatching(/^warning: p, where it is now, has 4\.0G left: 0 may take 8\.0G there/)]);
  expect(copies).toEqual(['qcow2, made whole']);
});
