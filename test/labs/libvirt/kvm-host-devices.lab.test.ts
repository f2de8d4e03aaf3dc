/** Disks on devices and files of the host that are in no storage, and file systems on new ones; virsh and the host say what is true. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection, Settings } from '../../../src/platforms/contract.ts';
import { mib } from '../../../src/units.ts';
import { host3 as host, makeGuests, removeGuests, virsh } from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const [VM, OTHER] = ['plugged', 'unplugged'] as const;
const FOLDER = '/var/lib/libvirt/loose';
const MOUNT = `${FOLDER}/mounted`;
const OS = 'http://debian.org/debian/12';
let connection: Connection;
let device: string;

const sh = (script: string) => inHost(host, 'sh', '-c', script);
const tidy = async () => {
  await removeGuests(host, VM, OTHER);
  await virsh(host, 'vol-delete', '--pool', 'default', `${VM}_1.raw`).catch(() => undefined);
  await sh(`umount ${MOUNT}; losetup -j ${FOLDER}/disk | cut -d: -f1 | xargs -r losetup -d; rm -rf ${FOLDER}; true`);
};
beforeAll(async () => {
  await tidy();
  await makeGuests(host, VM, OTHER);
  await sh(`mkdir -p ${MOUNT}; truncate -s 64M ${FOLDER}/disk ${FOLDER}/file; mkfs.ext4 -q ${FOLDER}/disk`);
  device = (await sh(`losetup -f --show ${FOLDER}/disk`)).trim();
  connection = await connectTo(sshEndpoint(host));
});
afterAll(async () => {
  await connection?.close();
  await tidy();
});

async function attach(vm: string, volume: string, format = ''): Promise<string> {
  const id = await idOfGuest(host, sshEndpoint(host), vm);
  const spec = { volume, size: mib(1), storage: '', format, bus: '', shareable: false };
  return connection.disk?.create?.(id, spec, patient()).then(
    () => 'attached',
    (error: Error) => error.message,
  ) as Promise<string>;
}
/** `vdb /dev/loop0`, in order. */
const disksOf = async (vm: string) =>
  (await virsh(host, 'domblklist', vm))
    .trim()
    .split('\n')
    .map((line) => line.trim().replace(/ +/, ' '));

it('F-079 F-081 F-082 a device of the host becomes a disk unless the host or another VM uses it', async () => {
  await sh(`mount ${device} ${MOUNT}`);
  expect(await attach(VM, device)).toBe(`the host uses ${device} itself: ${device} is mounted at ${MOUNT}`);
  await sh(`umount ${MOUNT}`);
  expect(await attach(VM, device)).toBe('attached');
  expect(await disksOf(VM)).toContain(`vdb ${device}`);
  await sh(`ln -s ${device} ${FOLDER}/link`);
  expect(await attach(OTHER, `${FOLDER}/link`)).toContain(`used by ${VM}, as ${device}`);
});

it('F-081 a file that is in no storage becomes a disk when its format is said', async () => {
  expect(await attach(OTHER, `${FOLDER}/file`)).toContain('its format is not known');
  expect(await attach(OTHER, `${FOLDER}/file`, 'raw')).toBe('attached');
  expect(await disksOf(OTHER)).toContain(`vdb ${FOLDER}/file`);
  expect(await attach(OTHER, `${FOLDER}/none`)).toContain(`the host has no file or device ${FOLDER}/none`);
});

it('F-086 a new disk has the files of a folder, a tar or a zip of the host in its file system, and of no other', async () => {
  const id = await idOfGuest(host, sshEndpoint(host), VM);
  const { settings, configure } = connection.vm;
  if (!settings || !configure) throw new Error('it has no settings');
  await sh(
    `cd ${FOLDER} && mkdir -p site/sub && echo kept > site/sub/page && chown 12:34 site/sub/page && ln -s sub/page site/link
     tar -czf site.tar.gz -C site . && ln site.tar.gz odd && tar -cjf site.tar.bz2 -C site . && cd site && bsdtar -a -cf ../site.zip .`,
  );
  const image = `/var/lib/libvirt/images/${VM}_1.raw`;
  const add = async (content: string, size = mib(16)) => {
    const before = await settings(id, 'config', patient());
    const row = { size, 'file-system': 'ext4', content: `${FOLDER}/${content}`, storage: 'default' };
    const disk = [...(before['disk'] as readonly Settings[]), row];
    await configure(id, 'config', { disk }, before, patient());
    return async () => {
      const now = await settings(id, 'config', patient());
      const left = (now['disk'] as readonly Settings[]).filter(({ device }) => device !== 'vdc');
      await configure(id, 'config', { disk: left }, now, patient());
      await virsh(host, 'vol-delete', '--pool', 'default', `${VM}_1.raw`);
    };
  };
  const said = (request: string) => sh(`debugfs -R '${request}' ${image} 2>/dev/null`);
  for (const content of ['site', 'odd', 'site.tar.bz2', 'site.zip']) {
    const takeOut = await add(content);
    expect([content, await said('cat /sub/page')]).toEqual([content, 'kept\n']);
    expect([content, await said('stat /link')]).toEqual([content, expect.stringContaining('Type: symlink')]);
    if (content !== 'site.zip') expect(await said('stat /sub/page')).toMatch(/User: +12 +Group: +34/);
    await takeOut();
  }
  await sh(
    `cd ${FOLDER} && mkdir bad && mknod bad/null c 1 3 && tar -cf device.tar bad && rm -r bad
     echo out > out && tar -cPf leads.tar --transform 's,^,../../../../../..${FOLDER}/led/,' out && mkdir led
     truncate -s 60M zeros && tar -czf bomb.tar.gz zeros && rm zeros && head -c 200 site.tar.gz > cut.tar.gz`,
  );
  const refused = async (content: string, why: string) =>
    expect(add(content)).rejects.toMatchObject({ code: 'op.failed', message: expect.stringContaining(why) });
  await refused('device.tar', 'what is no file, folder or link: crw');
  await refused('leads.tar', 'can not be unpacked');
  await refused('bomb.tar.gz', 'the files of');
  await refused('cut.tar.gz', 'can not be unpacked');
  await refused('out', 'can not be unpacked');
  await refused('nothing', 'the host has no folder or archive');
  expect(await sh(`ls ${FOLDER}/led; ls -d /var/tmp/drover-* ${image} 2>/dev/null || true`)).toBe('');
  expect(await disksOf(VM)).not.toContainEqual(expect.stringMatching(/^vdc /));
});

it('F-076 F-085 a new disk has a file system, and the VM says what it runs', async () => {
  const id = await idOfGuest(host, sshEndpoint(host), VM);
  const { settings, configure } = connection.vm;
  if (!settings || !configure) throw new Error('it has no settings');
  const before = await settings(id, 'config', patient());
  const disk = [
    ...(before['disk'] as readonly Settings[]),
    { size: mib(64), 'file-system': 'ext4', storage: 'default' },
  ];
  await configure(id, 'config', { disk, os: OS }, before, patient());
  expect(await disksOf(VM)).toContain(`vdc /var/lib/libvirt/images/${VM}_1.raw`);
  expect(await sh(`blkid -p -o value -s TYPE /var/lib/libvirt/images/${VM}_1.raw`)).toBe('ext4\n');
  expect(await virsh(host, 'metadata', VM, 'http://libosinfo.org/xmlns/libvirt/domain/1.0', '--config')).toContain(
    `<os id="${OS}"/>`,
  );
});
