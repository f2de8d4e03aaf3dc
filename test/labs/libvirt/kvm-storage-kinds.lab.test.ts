/** Storages of all kinds: their documents beside those that virsh writes, and those that run here from one end to the other. */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, StorageOps, StorageSpec, VolumeOps } from '../../../src/platforms/contract.ts';
import { writePoolXml } from '../../../src/platforms/kvm/storage/write-pool.ts';
import { readXml, type XmlElement } from '../../../src/platforms/transport/xml.ts';
import { bytes, mib } from '../../../src/units.ts';
import { run } from '../command.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { host3, removeGuests, virsh } from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const endpoint = sshEndpoint(host);
const POOL = 'kinds-pool';
const GUEST = 'kinds-guest';
const WHERE = '/var/lib/libvirt/kinds';
const DISK = `${host.dir}/run/kinds.img`;
const UUID = '00000000-0000-4000-8000-0000000000aa';

let opened: Connection | undefined;
const ops = () =>
  opened as unknown as {
    storage: Required<StorageOps>;
    volume: Required<VolumeOps>;
    disk: Required<NonNullable<Connection['disk']>>;
  };
const make = (spec: Partial<StorageSpec>) =>
  ops().storage.create(endpoint.name, { name: POOL, type: 'dir', path: WHERE, ...spec }, patient());

async function tidy(): Promise<void> {
  await removeGuests(host, GUEST);
  for (const verb of ['pool-destroy', 'pool-undefine']) await virsh(host, verb, POOL).catch(() => undefined);
  await virsh(host, 'secret-undefine', UUID).catch(() => undefined);
  await inHost(
    host,
    ...([
      'sh',
      '-c',
      `umount ${WHERE}; rmdir ${WHERE}; umount /sbin/mount.nfs; [ -s /sbin/mount.nfs ] || rm -f /sbin/mount.nfs; losetup -j ${DISK} | cut -d: -f1 | xargs -r losetup -d; rm -f ${DISK}; true`,
    ] as const),
  );
}
beforeAll(async () => {
  opened = await connectTo(endpoint);
});
beforeEach(tidy);
afterAll(async () => {
  await opened?.close();
  await tidy();
});

/** All that is in a document, wherever it stands. */
const partsOf = ({ name, attributes, text, children }: XmlElement, above = ''): readonly string[] => {
  const path = `${above}/${name}`;
  const own = Object.entries(attributes).map(([key, value]) => `${path}@${key}=${value}`);
  return [
    path,
    ...own,
    ...(text.trim() ? [`${path}=${text.trim()}`] : []),
    ...children.flatMap((one) => partsOf(one, path)),
  ];
};
const readParts = async (xml: string) => partsOf(await readXml(xml)).toSorted();

/** Where kcli keeps the thin pool, which virsh has no word for. */
const PRODUCT = '<product name="thin"/>';
const ISCSI = { hosts: ['san:3260'], source: 'iqn.2020-01.test:disk1', path: '' };
const ISCSI_ARGS = ['--source-host', 'san', '--source-dev', ISCSI.source];
describe('the document', () => {
  it.each<readonly [Partial<StorageSpec>, readonly string[]]>([
    [{}, ['dir', '--target', WHERE]],
    [
      { type: 'fs', source: '/dev/sdb1', format: 'ext4' },
      ['fs', '--source-dev', '/dev/sdb1', '--source-format', 'ext4', '--target', WHERE],
    ],
    [
      { type: 'netfs', hosts: ['nas'], source: '/export/vms', format: 'nfs' },
      ['netfs', '--source-host', 'nas', '--source-path', '/export/vms', '--source-format', 'nfs', '--target', WHERE],
    ],
    [
      { type: 'lvm', path: 'vg0' },
      ['logical', '--source-name', 'vg0', '--source-format', 'lvm2', '--target', '/dev/vg0'],
    ],
    [
      { type: 'lvm', path: 'vg0', thinPool: 'thin' },
      ['logical', '--source-name', 'vg0', '--source-format', 'lvm2', '--target', '/dev/vg0'],
    ],
    [{ type: 'zfs', path: 'tank/vms' }, ['zfs', '--source-name', 'tank/vms']],
    [{ ...ISCSI, hosts: ['san'], type: 'iscsi' }, ['iscsi', ...ISCSI_ARGS, '--target', '/dev/disk/by-path']],
    [
      {
        ...ISCSI,
        hosts: ['san'],
        type: 'iscsi',
        initiator: 'iqn.2020-01.test:me',
        login: { user: 'u', secret: 'key' },
      },
      [
        ...['iscsi', ...ISCSI_ARGS, '--target', '/dev/disk/by-path', '--source-initiator', 'iqn.2020-01.test:me'],
        ...['--auth-type', 'chap', '--auth-username', 'u', '--secret-usage', 'key'],
      ],
    ],
    [
      { ...ISCSI, hosts: ['san'], type: 'iscsi-direct', initiator: 'iqn.2020-01.test:me' },
      ['iscsi-direct', ...ISCSI_ARGS, '--source-initiator', 'iqn.2020-01.test:me'],
    ],
    [
      { type: 'rbd', path: '', hosts: ['mon1'], source: 'vms', login: { user: 'admin', secret: UUID } },
      [
        ...['rbd', '--source-host', 'mon1', '--source-name', 'vms'],
        ...['--auth-type', 'ceph', '--auth-username', 'admin', '--secret-uuid', UUID],
      ],
    ],
  ])('F-256 of %j is the one that virsh writes, is valid, and libvirt keeps all of it', async (more, args) => {
    const spec = { name: POOL, type: 'dir', path: WHERE, ...more };
    const value = spec.login?.secret ?? '';
    const secret = { key: value === UUID ? 'uuid' : 'usage', value } as const;
    const xml = writePoolXml(spec, secret);
    const printed = await virsh(host, 'pool-define-as', POOL, ...args, '--print-xml');
    expect(await readParts(xml.replace(PRODUCT, ''))).toEqual(await readParts(printed));
    const file = `${host.dir}/xml/${POOL}.xml`;
    await writeFile(file, xml);
    await run(['virt-xml-validate', file, 'storagepool']);
    // libvirt's test driver takes the kinds too for which this host has no driver
    const kept = await run(['virsh', '--quiet', '-c', 'test:///default', `pool-define ${file}; pool-dumpxml ${POOL}`]);
    const parts = await readParts(kept.slice(kept.indexOf('<pool'), kept.lastIndexOf('</pool>') + '</pool>'.length));
    for (const part of await readParts(xml)) expect(parts).toContain(part);
  });
});

/** A file of this machine, and what is left of a volume: made, listed, grown, filled, attached to a guest, and deleted. */
async function useWhole(): Promise<void> {
  const { storage, volume, disk } = ops();
  const find = async (name: string) =>
    (await volume.list(endpoint.name, patient())).find((one) => one.storage === POOL && one.name === name);
  await volume.create(endpoint.name, { name: 'a.qcow2', storage: POOL, size: mib(8), format: 'qcow2' }, patient());
  const { id } = (await find('a.qcow2')) ?? {};
  await volume.resize(id as never, mib(16), patient());
  expect(await find('a.qcow2')).toMatchObject({ size: mib(16), format: 'qcow2', path: `${WHERE}/a.qcow2` });
  const text = Buffer.from('hello, share\n'.repeat(1000));
  const source = {
    name: 'b.txt',
    size: bytes(text.length),
    read: async function* (from: number, length = text.length - from) {
      yield text.subarray(from, from + length);
    },
  };
  await volume.upload(endpoint.name, { name: 'b.txt', storage: POOL, resume: false }, source, patient());
  expect(await inHost(host, 'cat', `${WHERE}/b.txt`)).toBe(text.toString());
  await makeFreshGuests(host, GUEST);
  const vm = await idOfGuest(host, endpoint, GUEST);
  const spec = { volume: '', size: mib(8), storage: POOL, format: '', bus: '', shareable: false };
  const added = await disk.create(vm, spec, patient());
  expect(await virsh(host, 'domblklist', GUEST)).toContain(`${WHERE}/${GUEST}_1.qcow2`);
  await disk.delete(added.id, patient());
  expect(await find(`${GUEST}_1.qcow2`)).toBeUndefined();
  await volume.delete(id as never, patient());
  const pool = (await storage.list(endpoint.name, patient())).find(({ name }) => name === POOL);
  await storage.delete(pool?.id as never, { volumes: true }, patient());
  expect(await virsh(host, 'pool-list', '--all', '--name')).not.toContain(POOL);
  expect(await inHost(host, 'sh', '-c', `mountpoint ${WHERE} || true`)).toContain('not a mountpoint');
}

describe('a storage that runs here', () => {
  it('F-256 of a device is mounted, used, and unmounted; its file system stays as it is', async () => {
    await inHost(host, 'sh', '-c', `truncate -s 64M ${DISK}; mkfs.ext4 -q ${DISK}; losetup -f ${DISK}`);
    const [device = ''] = (await inHost(host, 'losetup', '-j', DISK)).split(':');
    await make({ type: 'fs', source: device, format: 'ext4' });
    expect(await inHost(host, 'findmnt', '-no', 'SOURCE,FSTYPE', WHERE)).toMatch(new RegExp(`^${device}\\s+ext4`));
    await useWhole();
    expect(await inHost(host, 'blkid', '-o', 'value', '-s', 'TYPE', device)).toBe('ext4\n');
  });

  it('F-256 of a server is mounted by its name, used, and unmounted: a helper of mount stands in for NFS', async () => {
    const helper = `${host.dir}/run/mount.nfs`;
    await writeFile(helper, '#!/bin/sh\nexec mount -i -t tmpfs "$1" "$2"\n', { mode: 0o755 });
    await inHost(
      host,
      'sh',
      '-c',
      `[ -e /sbin/mount.nfs ] || touch /sbin/mount.nfs; mount --bind ${helper} /sbin/mount.nfs`,
    );
    await make({ type: 'netfs', hosts: ['nas'], source: '/export/vms', format: 'nfs' });
    expect(await inHost(host, 'findmnt', '-no', 'SOURCE', WHERE)).toBe('nas:/export/vms\n');
    const all = await ops().storage.list(endpoint.name, patient());
    expect(all.find(({ name }) => name === POOL)).toMatchObject({ type: 'netfs', active: true, path: WHERE });
    await useWhole();
  });
});

it('F-256 of an iSCSI target logs in with a secret that libvirt has; what can not be reached leaves nothing', async () => {
  const iscsi = { ...ISCSI, type: 'iscsi', login: { user: 'u', secret: 'kinds-key' } };
  await expect(make(iscsi)).rejects.toMatchObject({
    code: 'op.refused',
    message: `${POOL}: the host has no secret "kinds-key" for chap`,
  });
  const file = `${host.dir}/xml/kinds-secret.xml`;
  const usage = "<usage type='iscsi'><target>kinds-key</target></usage>";
  await writeFile(file, `<secret ephemeral='no' private='yes'><uuid>${UUID}</uuid>${usage}</secret>`);
  await virsh(host, 'secret-define', file);
  for (const secret of ['kinds-key', UUID]) {
    const refused = await make({ ...iscsi, login: { user: 'u', secret } }).catch((error: Error) => error.message);
    expect(refused).toMatch(/iscsi/i);
    expect(refused).not.toMatch(/has no secret/);
    expect(await virsh(host, 'pool-list', '--all', '--name')).not.toContain(POOL);
  }
});
