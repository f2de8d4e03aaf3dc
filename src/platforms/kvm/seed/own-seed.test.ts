import { expect, it } from 'vitest';
import type { DiskXml } from '../xml/domain-xml.ts';
import { seedsOf } from './own-seed.ts';

const IMAGES = '/var/lib/libvirt/images';
const disk = (device: string, name: string) => ({ device, path: `${IMAGES}/${name}` }) as DiskXml;
const of = (vm: string, ...disks: readonly DiskXml[]) => [...seedsOf(vm, { isKcli: true, disks, configs: [] })];

it.each([
  ['of the name of the VM', 'web1', ['web1_0.qcow2'], 'web1.ISO', true],
  ['of the name that its disks have, since it was renamed', 'web2', ['web1_0.qcow2', 'data.img'], 'web1.ISO', true],
  ['of another name', 'web1', ['web1_0.qcow2'], 'debian.ISO', false],
  ['of another VM whose name begins alike', 'web1', ['web1_0.qcow2'], 'web10.ISO', false],
])('a medium %s: %s', (_what, vm, disks, medium, isOwn) => {
  const all = [...disks.map((name) => disk('disk', name)), disk('cdrom', medium)];
  expect(of(vm, ...all)).toEqual(isOwn ? [`${IMAGES}/${medium}`] : []);
  expect([...seedsOf(vm, { isKcli: false, disks: all, configs: [] })]).toEqual([]);
});
