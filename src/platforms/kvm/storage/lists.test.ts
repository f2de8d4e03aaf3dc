import { expect, it } from 'vitest';
import { onHost } from '../host/host-call.ts';
import { readImages } from '../image/images.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT, type HostWords, hostOfLists, type ScriptedHost, uuidOf } from '../testkit/scripted-host.ts';
import { readStorages } from './storages.ts';
import { readVolumes } from './volumes.ts';

const pool = (type: string, more = '') => `<pool type='${type}'>${more}</pool>`;
const room = (size: string, used: string) => `<capacity>${size}</capacity><allocation>${used}</allocation>`;
const target = (path: string) => `<target><path>${path}</path></target>`;
const volume = (path: string, format = 'qcow2', more = room('64', '8')) =>
  `<volume type='file'>${more}<target><path>${path}</path><format type='${format}'/></target></volume>`;
const disk = (path: string, more = '', device = 'disk') =>
  `<disk device='${device}'><source file='${path}'/><target dev='vda'/>${more}</disk>`;

const storagesOf = ({ host, signal }: ScriptedHost) =>
  onHost(host, ENDPOINT, signal, (call) => readStorages(host, call));
const volumesOf = ({ host, signal }: ScriptedHost) =>
  onHost(host, ENDPOINT, signal, async (call) => (await readVolumes(host, call)).map(({ row }) => row));
const imagesOf = ({ host, signal }: ScriptedHost) => onHost(host, ENDPOINT, signal, (call) => readImages(host, call));
const volumesIn = (volumes: NonNullable<HostWords['volumes']>[string], more: HostWords = {}) =>
  hostOfLists({ pools: { p: pool('dir') }, volumes: { p: volumes }, ...more });

it('lists storages with what their documents say, sorted by name; an inactive one has no size', async () => {
  const scripted = hostOfLists({
    pools: {
      vms: pool('dir', room('100', '40') + target('/srv/vms//')),
      away: pool('logical', room('0', '0') + target('/dev/vg0')),
      ceph: pool('rbd', `${room('9', '1')}<source><host name='m1' port='6789'/><name>rbd-pool</name></source>`),
    },
    inactive: ['away'],
  });
  const same = { node: 'a/node', shared: undefined, content: [] };
  expect(await storagesOf(scripted)).toEqual([
    { ...same, id: `a/${uuidOf(2)}`, name: 'away', type: 'logical', active: false, path: '/dev/vg0' },
    {
      ...{ ...same, id: `a/${uuidOf(3)}`, name: 'ceph', type: 'rbd', active: true, size: 9, used: 1 },
      ...{ path: 'rbd-pool', source: 'rbd-pool', hosts: ['m1:6789'] },
    },
    { ...same, id: `a/${uuidOf(1)}`, name: 'vms', type: 'dir', active: true, size: 100, used: 40, path: '/srv/vms' },
  ]);
  expect(scripted.came.filter((name) => name.startsWith('STORAGE'))).toHaveLength(3);
});

it.each(['18446744073709551615', '-1', '1e3', 'much', ''])('takes %j for no size', async (size) => {
  const [storage] = await storagesOf(hostOfLists({ pools: { p: pool('dir', room(size, size)) } }));
  expect(storage).toMatchObject({ size: undefined, used: undefined });
  expect(storage).not.toHaveProperty('trouble');
  const [one] = await volumesOf(volumesIn({ v: volume('/d/v', 'raw', room(size, size)) }));
  expect(one).toMatchObject({ size: undefined, used: undefined });
});

it('keeps what can not be read, with the reason, and leaves out what went away meanwhile', async () => {
  const scripted = hostOfLists({ pools: { broken: '<html/>', denied: undefined, fine: pool('dir'), gone: '' } });
  scripted.answer(procedures.poolXml, ({ pool: { name } }) => {
    if (name === 'gone') throw libvirtNo(VIR_ERR.noPool);
    if (name === 'denied') throw libvirtNo(38, 'Input/output error');
    return name === 'fine' ? pool('dir') : '<html/>';
  });
  expect((await storagesOf(scripted)).map(({ name, trouble }) => [name, trouble])).toEqual([
    ['broken', { message: '<html> is not a pool', since: 7 }],
    ['denied', { message: 'Input/output error', since: 7 }],
    ['fine', undefined],
  ]);
});

it('lists volumes with the VMs that have them, whatever a disk is named by', async () => {
  const scripted = volumesIn(
    { a: volume('/d/a'), b: volume('/d/b', 'raw'), c: volume('/d/c') },
    {
      domains: {
        web1: disk('/d//a') + disk('/d/b', '', 'cdrom'),
        web2: "<disk><source pool='p' volume='a'/></disk>",
        web3: disk('/d/b'),
      },
      running: ['web1'],
    },
  );
  const rows = await volumesOf(scripted);
  expect(rows.map(({ name, format, users }) => [name, format, users])).toEqual([
    ['a', 'qcow2', ['web1', 'web2']],
    ['b', 'raw', ['web1', 'web3']],
    ['c', 'qcow2', []],
  ]);
  expect(rows[0]).toEqual({
    id: 'a/p/a',
    name: 'a',
    storage: 'p',
    type: 'file',
    format: 'qcow2',
    size: 64,
    used: 8,
    path: '/d/a',
    users: ['web1', 'web2'],
  });
});

it('tells a logical volume by its uuid, which libvirt has as its key', async () => {
  const [row] = await volumesOf(volumesIn({ v: volume('/dev/vg0/v') }));
  expect(row).toMatchObject({ id: 'a/p/v', identity: '/d/v', path: '/dev/vg0/v' });
});

it('does not say that no VM uses a volume when a VM can not be read', async () => {
  for (const domains of [{ web1: disk('/d/a'), web2: 'no XML' }, { web1: undefined }]) {
    const rows = await volumesOf(volumesIn({ b: volume('/d/b') }, { domains }));
    expect(rows[0]?.users).toBeUndefined();
  }
});

it('keeps a volume and a storage that can not be read among the others', async () => {
  const scripted = hostOfLists({
    pools: { p: pool('dir'), q: pool('dir') },
    volumes: { p: { bad: undefined, good: volume('/d/good') } },
  });
  expect(
    (await volumesOf(scripted)).map(({ id, name, users, trouble }) => [id, name, users, trouble?.message]),
  ).toEqual([
    ['a/p/bad', 'bad', undefined, 'Input/output error'],
    ['a/p/good', 'good', [], undefined],
    ['a/q/', 'q', undefined, 'Input/output error'],
  ]);
});

it('takes for images what VMs can be made of or boot from', async () => {
  const backing = '<backingStore><path>/d/base.qcow2</path></backingStore>';
  const scripted = volumesIn(
    {
      'base.qcow2': volume('/d/base.qcow2'),
      'disk.IMG': volume('/d/disk.IMG', 'raw'),
      'debian.iso': volume('/d/debian.iso', 'raw'),
      plain: volume('/d/plain', 'iso'),
      vmware: volume('/d/vmware', 'vmdk'),
      'layer.qcow2': volume('/d/layer.qcow2', 'qcow2', backing),
      'notes.txt': volume('/d/notes.txt', 'raw'),
      'own.qcow2': volume('/d/own.qcow2'),
      'shared.qcow2': volume('/d/shared.qcow2'),
      'folder.img': "<volume type='dir'><target><path>/d/folder.img</path></target></volume>",
    },
    {
      domains: {
        web1: disk('/d/own.qcow2') + disk('/d/shared.qcow2', '<readonly/>') + disk('/d/debian.iso', '', 'cdrom'),
      },
    },
  );
  expect((await imagesOf(scripted)).map(({ name, type, format }) => [name, type, format])).toEqual([
    ['base.qcow2', 'disk', 'qcow2'],
    ['debian.iso', 'iso', 'raw'],
    ['disk.IMG', 'disk', 'raw'],
    ['plain', 'iso', 'iso'],
    ['shared.qcow2', 'disk', 'qcow2'],
    ['vmware', 'disk', 'vmdk'],
  ]);
});

it('says that an image may be the disk of a VM that can not be read', async () => {
  const images = await imagesOf(
    volumesIn({ 'a.iso': volume('/d/a.iso', 'raw'), 'b.img': volume('/d/b.img') }, { domains: { web1: 'no XML' } }),
  );
  expect(images.map(({ name, trouble }) => [name, trouble?.message])).toEqual([
    ['a.iso', undefined],
    ['b.img', expect.stringContaining("the definition of web1 can't be read")],
  ]);
});
