/** What a VM starts from, and exports: as virsh sees them, and as the BIOS of a guest does. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VmId } from '../../../src/ids.ts';
import type { Connection } from '../../../src/platforms/contract.ts';
import { mib } from '../../../src/units.ts';
import { present } from '../../contract/bench.ts';
import { openTerminal } from '../../contract/terminal.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { host3, imageFile, removeGuests, virsh } from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const endpoint = sshEndpoint(host);
const IMAGES = '/var/lib/libvirt/images';
const TINY = '/var/lib/libvirt/boot-tiny';
const [BOOT, FROM, MADE] = ['boot-order', 'boot-from', 'boot-made'];

let tmp = '';
let connection: Connection;
const vm = () => connection.vm as Required<Connection['vm']>;
const idOf = (name: string): Promise<VmId> => idOfGuest(host, endpoint, name);
const xmlOf = (name: string): Promise<string> => virsh(host, 'dumpxml', '--inactive', name);
const orders = (xml: string) => Array.from(xml.matchAll(/<boot (?:dev|order)='(\w+)'/g), (match) => match[1]);

async function tidy(): Promise<void> {
  await removeGuests(host, BOOT, FROM, MADE);
  await virsh(host, 'pool-destroy', 'boot-tiny').catch(() => undefined);
  await inHost(host, 'sh', '-c', `umount ${TINY} 2>/dev/null; rm -rf ${TINY} ${IMAGES}/boot-*`);
  await virsh(host, 'pool-refresh', 'default');
}
beforeAll(async () => {
  await tidy();
  tmp = await mkdtemp(join(tmpdir(), 'drover-boot-'));
  await makeFreshGuests(host, BOOT, FROM);
  connection = await connectTo(endpoint);
});
afterAll(async () => {
  await connection?.close();
  await tidy();
  await rm(tmp, { recursive: true, force: true });
});

describe('what a VM starts from', () => {
  const set = async (changes: Record<string, string | null>, basedOn: Record<string, string | null>) =>
    vm().configure(await idOf(BOOT), 'config', changes, basedOn, patient());
  const settings = async () => vm().settings(await idOf(BOOT), 'config', patient());

  it('F-059 F-046 is set, and another one after its first start', async () => {
    expect(await settings()).toMatchObject({ boot: 'disk', 'next-boot': null });
    await set({ boot: 'cdrom', 'next-boot': 'disk' }, { boot: 'disk', 'next-boot': null });
    expect(orders(await xmlOf(BOOT))).toEqual(['cdrom', 'hd']);
    expect(await settings()).toMatchObject({ boot: 'cdrom', 'next-boot': 'disk' });
    expect((await vm().start(await idOf(BOOT), patient())).warnings).toEqual([]);
    expect(orders(await virsh(host, 'dumpxml', BOOT))).toEqual(['cdrom', 'hd']);
    expect(orders(await xmlOf(BOOT))).toEqual(['hd', 'cdrom']);
    expect(await settings()).toMatchObject({ boot: 'disk', 'next-boot': null });
    expect(await xmlOf(BOOT)).not.toContain('urn:drover');
    await vm().stop(await idOf(BOOT), 'force', patient());
  });

  it('is an order of the devices where the definition has one', async () => {
    const xml = (await xmlOf(BOOT))
      .replace(/<boot dev='\w+'\/>\s*/g, '')
      .replace(/<target dev='vda' bus='virtio'\/>/, "$&<boot order='1'/>")
      .replace(/<model type='virtio'\/>/, "$&<boot order='2'/>");
    await writeFile(join(tmp, 'b.xml'), xml);
    await virsh(host, 'define', join(tmp, 'b.xml'));
    await set({ boot: 'cdrom' }, { boot: 'disk' });
    const now = await xmlOf(BOOT);
    expect(now).not.toContain('<boot dev');
    const order = (device: RegExp) => device.exec(now)?.[0].match(/<boot order='(\d)'/)?.[1];
    expect(order(/<disk type='file' device='cdrom'>[\s\S]*?<\/disk>/)).toBe('1');
    expect(order(/<disk type='file' device='disk'>[\s\S]*?<\/disk>/)).toBe('2');
    expect(order(/<interface[\s\S]*?<\/interface>/)).toBe('3');
    await virsh(host, 'detach-disk', BOOT, 'sda', '--config');
    await expect(set({ boot: 'cdrom' }, {})).rejects.toMatchObject({
      code: 'op.refused',
      message: `${BOOT} has no CD drive that it could start from`,
    });
  });
});

describe('an export', () => {
  /**
   * What a BIOS starts: sixteen-bit code that writes these words to the first serial line for ever. `lodsb` of each letter, and
   * `out 3f8h` once bit 5 of 3fdh is set.
   */
  async function writeSector(file: string, words: string): Promise<void> {
    const code = Buffer.from('31c08ed8fcbe1f7cac84c074f888c4bafd03eca82074fb88e0baf803eeebe9', 'hex');
    const sector = Buffer.alloc(512);
    sector.set([...code, ...Buffer.from(words)]);
    sector.set([0x55, 0xaa], 510);
    await writeFile(imageFile(host, file), sector);
  }
  async function says(id: VmId, words: RegExp): Promise<void> {
    const attachment = await connection.console?.serial?.(id, { force: true }, patient());
    if (attachment?.kind !== 'stream') throw new Error('not a stream');
    const terminal = openTerminal(attachment.stream);
    await terminal.see(words);
    attachment.stream.destroy();
    await terminal.ended;
  }

  it('F-250 F-392 F-065 is an image that a VM is made of, which starts from a medium, and then from its disk', async () => {
    const id = await idOf(FROM);
    await writeSector('boot-disk.bin', 'FROM-DISK ');
    await writeSector('boot-cd.bin', 'FROM-CD ');
    await inHost(
      host,
      'qemu-io',
      '-f',
      'qcow2',
      '-c',
      `write -s ${IMAGES}/boot-disk.bin 0 512`,
      `${IMAGES}/${FROM}.qcow2`,
    );
    const iso = [
      'genisoimage',
      '-quiet',
      '-b',
      'boot-cd.bin',
      '-no-emul-boot',
      '-o',
      `${IMAGES}/boot-medium.iso`,
    ] as const;
    await inHost(host, ...iso, '-graft-points', `boot-cd.bin=${IMAGES}/boot-cd.bin`);
    await virsh(host, 'pool-refresh', 'default');
    await virsh(host, 'snapshot-create-as', FROM, 'outside', '--disk-only', '--diskspec', 'sda,snapshot=no');
    const spec = { name: 'boot-export.qcow2', storage: 'default' };
    await vm().export(id, spec, patient());
    const info = JSON.parse(await inHost(host, 'qemu-img', 'info', '--output=json', `${IMAGES}/${spec.name}`));
    expect(info).toMatchObject({ format: 'qcow2', 'format-specific': { data: { compat: '1.1' } } });
    expect(info).not.toHaveProperty('backing-filename');
    await inHost(host, 'qemu-img', 'compare', `${IMAGES}/${spec.name}`, `${IMAGES}/${FROM}.outside`);
    const images = await present(connection.image?.list)(endpoint.name, patient());
    expect(images).toContainEqual(expect.objectContaining({ name: spec.name, type: 'disk' }));
    await expect(vm().export(id, spec, patient())).rejects.toMatchObject({ code: 'op.conflict' });
    await inHost(host, 'sh', '-c', `echo precious > ${IMAGES}/boot-late.qcow2`);
    await expect(vm().export(id, { ...spec, name: 'boot-late.qcow2' }, patient())).rejects.toMatchObject({
      code: 'op.conflict',
    });
    expect(await inHost(host, 'cat', `${IMAGES}/boot-late.qcow2`)).toBe('precious\n');
    await virsh(host, 'start', FROM, '--paused');
    await expect(vm().export(id, { ...spec, name: 'boot-2.qcow2' }, patient())).rejects.toMatchObject({
      code: 'op.conflict',
    });
    await virsh(host, 'destroy', FROM);

    const made = await vm().create(
      endpoint.name,
      {
        name: MADE,
        image: spec.name,
        iso: 'boot-medium.iso',
        memory: mib(128),
        vcpus: 1,
        virtualization: 'qemu',
        boot: 'cdrom',
        'next-boot': 'disk',
        'cloud-init': false,
        start: true,
      },
      patient(),
    );
    await says(made.id, /FROM-CD/);
    expect(orders(await virsh(host, 'dumpxml', MADE))).toEqual(['2', '1']);
    expect(orders(await xmlOf(MADE))).toEqual(['1', '2']);
    await vm().stop(made.id, 'force', patient());
    await vm().start(made.id, patient());
    await says(made.id, /FROM-DISK/);
    await vm().stop(made.id, 'force', patient());
  });

  it('F-059 F-296 starts from the medium again when that is set, and from its disk once that is taken out', async () => {
    const id = await idOf(MADE);
    const from = async (words: RegExp) => {
      await vm().start(id, patient());
      await says(id, words);
      await vm().stop(id, 'force', patient());
    };
    await vm().configure(id, 'config', { boot: 'cdrom' }, { boot: 'disk' }, patient());
    await from(/FROM-CD/);
    const drive = present((await present(connection.disk?.list)(id, patient())).find(({ type }) => type === 'cdrom'));
    await present(connection.disk?.insert)(drive.id, '', patient());
    expect(await xmlOf(MADE)).not.toContain('boot-medium.iso');
    await from(/FROM-DISK/);
    await present(connection.disk?.insert)(drive.id, 'boot-medium.iso', patient());
    await from(/FROM-CD/);
  });

  it('leaves nothing when the room is not enough', async () => {
    await inHost(
      host,
      'sh',
      '-c',
      `mkdir -p ${TINY}; mountpoint -q ${TINY} || mount -t tmpfs -o size=4m none ${TINY}; rm -f ${TINY}/*`,
    );
    await virsh(host, 'pool-create-as', 'boot-tiny', 'dir', '--target', TINY);
    try {
      await inHost(host, 'qemu-io', '-f', 'qcow2', '-c', 'write -P 0x41 0 8M', `${IMAGES}/${FROM}.outside`);
      await expect(
        vm().export(await idOf(FROM), { name: 'boot-full.qcow2', storage: 'boot-tiny' }, patient()),
      ).rejects.toMatchObject({ code: 'op.failed' });
      expect(await inHost(host, 'ls', TINY)).toBe('');
    } finally {
      await virsh(host, 'pool-destroy', 'boot-tiny');
    }
  });
});
