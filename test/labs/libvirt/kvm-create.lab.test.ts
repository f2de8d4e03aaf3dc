/** VMs that drover makes on a real host: seen by virsh, by readers of ISOs that are not ours, and by a guest that mounts its seed. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VmId } from '../../../src/ids.ts';
import type { Connection, Settings } from '../../../src/platforms/contract.ts';
import { gib, mib } from '../../../src/units.ts';
import { openTerminal } from '../../contract/terminal.ts';
import { run } from '../command.ts';
import { guestState, host3, imageFile, site, virsh } from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const endpoint = sshEndpoint(host);
const VM = 'create1';
const SMALL = 'small';
const KEY = `ssh-ed25519 ${'A'.repeat(68)} me@here`;
/** Guests of the lab run without KVM, also on a machine that says that it has it. */
const SPEC: Settings = {
  name: VM,
  image: 'busybox.qcow2',
  memory: mib(128),
  vcpus: 1,
  virtualization: 'qemu',
  disk: [{ size: mib(128) }],
  keys: KEY,
};
const IMAGES = '/var/lib/libvirt/images';
const MADE = [`${IMAGES}/${VM}_0.qcow2`, `${IMAGES}/${VM}.ISO`];

let connection: Connection;
let tmp = '';
const vm = () => connection.vm as Required<Connection['vm']>;
const make = (more: Settings = {}) => vm().create(endpoint.name, { ...SPEC, ...more }, patient());
const remove = (id: VmId) => vm().delete(id, { keepDisks: false, snapshots: false }, patient());
const domains = async () => (await virsh(host, 'list', '--all', '--name')).split('\n').filter(Boolean);
/** Files of the folder that tests make volumes in, and NVRAM. */
const files = (): readonly string[] => [
  ...readdirSync(imageFile(host, '')),
  ...(existsSync(`${host.dir}/lib/qemu/nvram`) ? readdirSync(`${host.dir}/lib/qemu/nvram`) : []),
];

async function tidy(): Promise<void> {
  await virsh(host, 'destroy', VM).catch(() => undefined);
  await virsh(host, 'undefine', VM, '--nvram', '--managed-save').catch(() => undefined);
  for (const file of [`${VM}_0.qcow2`, `${VM}_1.qcow2`, `${VM}.ISO`, `${VM}-cd.iso`])
    await virsh(host, 'vol-delete', '--pool', 'default', file).catch(() => undefined);
  for (const verb of ['pool-destroy', 'pool-undefine']) await virsh(host, verb, SMALL).catch(() => undefined);
  await inHost(host, 'sh', '-c', `umount /var/lib/libvirt/${SMALL} 2>/dev/null; rm -rf /var/lib/libvirt/${SMALL}`);
}
beforeAll(async () => {
  connection = await connectTo(endpoint);
  tmp = await mkdtemp(join(tmpdir(), 'drover-create-'));
});
beforeEach(tidy);
afterAll(async () => {
  await tidy();
  await connection?.close();
  await rm(tmp, { recursive: true, force: true });
});

/** The lab's image is empty: its guests start from a kernel beside it. */
async function giveKernel(): Promise<void> {
  const xml = await virsh(host, 'dumpxml', '--inactive', VM);
  const { guest } = site.files;
  const kernel = `<kernel>${guest}/vmlinuz</kernel><initrd>${guest}/initrd.gz</initrd><cmdline>console=ttyS0 quiet rdinit=/init lab.hostname=${VM}</cmdline></os>`;
  const file = join(tmp, 'kernel.xml');
  await writeFile(file, xml.replace('</os>', kernel));
  await virsh(host, 'define', file);
}

/** What the guest prints for a command, as root on its serial line. */
async function inGuest(id: VmId, command: string, until: RegExp): Promise<string> {
  const attachment = await connection.console?.serial?.(id, { force: true }, patient());
  if (attachment?.kind !== 'stream') throw new Error('not a stream');
  const terminal = openTerminal(attachment.stream);
  await terminal.see(new RegExp(`${VM} login:`), '\r');
  terminal.type('root\r');
  await terminal.see(/root@.*# /, '\r');
  terminal.type(`${command}\r`);
  await terminal.see(until);
  attachment.stream.destroy();
  await terminal.ended;
  return terminal.shown();
}

describe('a VM from an image', () => {
  it('F-237 F-333 F-345 starts, and its guest reads what it is to be told', async () => {
    const { id } = await make({ start: false, password: 'se: cret', commands: 'echo "a: b" > /made\ntrue' });
    await giveKernel();
    await vm().start(id, patient());
    const command =
      'mkdir -p /seed; mount -t iso9660 -r /dev/sr0 /seed && cat /seed/user-data /seed/meta-data; echo done-$((40+2))';
    const said = await inGuest(id, command, /done-42/);
    for (const line of [
      '#cloud-config',
      `hostname: ${VM}`,
      'name: root',
      `- ${KEY}`,
      'password: $6$',
      `local-hostname: ${VM}`,
    ])
      expect(said).toContain(line);
    expect(said).not.toContain('se: cret');
    await vm().stop(id, 'force', patient());
  });

  it('F-291 runs with what virsh sees: a layer on its image, its seed, and what kcli keeps; and is deleted whole', async () => {
    const before = files();
    const spec = {
      plan: 'p1',
      profile: 'small',
      owner: 'me',
      metadata: { information: 'a note' },
      title: 'T',
      description: 'two\nlines',
      autostart: true,
    };
    const { id, warnings } = await make({ ...spec, rng: true });
    expect(warnings).toEqual([]);
    expect(await guestState(host, VM)).toBe('running');
    const info = await inHost(host, 'qemu-img', 'info', '-U', '--output=json', `${IMAGES}/${VM}_0.qcow2`);
    expect(JSON.parse(info)).toMatchObject({
      'virtual-size': mib(128),
      'backing-filename': `${IMAGES}/busybox.qcow2`,
      'backing-filename-format': 'qcow2',
    });
    const kept = await virsh(host, 'metadata', VM, '--uri', 'kvirt');
    for (const words of [
      '<plan>p1</plan>',
      '<profile>small</profile>',
      '<owner>me</owner>',
      '<information>a note</information>',
      '<image>busybox.qcow2</image>',
      '<user>root</user>',
    ])
      expect(kept).toContain(words);
    const xml = await virsh(host, 'dumpxml', VM);
    const file = join(tmp, 'vm.xml');
    await writeFile(file, xml);
    // It ends with a fault for what the schema of libvirt does not have.
    await run(['virt-xml-validate', file, 'domain']);
    expect(await virsh(host, 'dominfo', VM)).toMatch(/Autostart:\s+enable/);
    expect((await inHost(host, 'stat', '-c', '%a', `${IMAGES}/${VM}.ISO`)).trim()).toBe('600');

    await vm().stop(id, 'force', patient());
    expect(await vm().planDelete(id, patient())).toMatchObject({ goes: MADE });
    await remove(id);
    expect(files()).toEqual(before);
    expect(await domains()).not.toContain(VM);
  });

  it('has a seed whose files other readers find as they are, as in one of genisoimage', async () => {
    await make({ start: false, commands: 'true' });
    const ours = imageFile(host, `${VM}.ISO`);
    const read = (iso: string, file: string) => run(['isoinfo', '-J', '-i', iso, '-x', `/${file}`]);
    for (const file of ['user-data', 'meta-data']) await writeFile(join(tmp, file), await read(ours, file));
    const theirs = join(tmp, 'theirs.iso');
    await run([
      'genisoimage',
      '-quiet',
      '-V',
      'cidata',
      '-J',
      '-r',
      '-o',
      theirs,
      join(tmp, 'user-data'),
      join(tmp, 'meta-data'),
    ]);
    for (const file of ['user-data', 'meta-data']) {
      expect(await read(ours, file)).toBe(await read(theirs, file));
      expect(await run(['bsdtar', '-xOf', ours, file])).toBe(await run(['bsdtar', '-xOf', theirs, file]));
    }
    const label = (iso: string) => run(['blkid', '-p', '-s', 'LABEL', '-s', 'TYPE', '-o', 'export', iso]);
    expect((await label(ours)).replace(ours, '')).toBe((await label(theirs)).replace(theirs, ''));
    expect((await readFile(ours)).length).toBe(27 * 2048);
  });

  it('keeps a seed that another VM came to use', async () => {
    const { id } = await make({ start: false });
    await virsh(
      host,
      'attach-disk',
      'ci1',
      MADE[1] as string,
      'sdx',
      '--type',
      'cdrom',
      '--config',
      '--targetbus',
      'scsi',
    );
    try {
      expect(await vm().planDelete(id, patient())).toMatchObject({ goes: [MADE[0]] });
      await remove(id);
      expect(files()).toContain(`${VM}.ISO`);
    } finally {
      await virsh(host, 'detach-disk', 'ci1', 'sdx', '--config');
    }
  });
});

describe('a VM of another kind', () => {
  it('is empty, and starts from a medium', async () => {
    await virsh(host, 'vol-create-as', 'default', `${VM}-cd.iso`, '1M');
    await make({ image: '', keys: '', iso: `${VM}-cd.iso`, disk: [{ size: mib(8), bus: 'sata' }] });
    expect(await guestState(host, VM)).toBe('running');
    const xml = await virsh(host, 'dumpxml', VM);
    expect(xml).toContain(`<source file='${IMAGES}/${VM}-cd.iso'`);
    expect(files()).not.toContain(`${VM}.ISO`);
  });

  it('has UEFI with secure boot and a TPM, and leaves neither behind', async () => {
    const before = files();
    const { id } = await make({ firmware: 'uefi-secure', tpm: true, graphics: 'none', cpu: 'qemu64' });
    expect(await virsh(host, 'dumpxml', VM)).toMatch(/<loader [^>]*secure='yes'[\s\S]*<tpm model='tpm-crb'>/);
    expect(files()).toContain(`${VM}_VARS.fd`);
    await vm().stop(id, 'force', patient());
    await remove(id);
    expect(files()).toEqual(before);
  });

  it('is refused where the host lacks what it needs, and nothing is made', async () => {
    const before = files();
    for (const [more, code] of [
      [{ machine: 'pc', firmware: 'uefi-secure' }, 'op.unsupported'],
      [{ machine: 'pdp11' }, 'op.refused'],
      [{ cpu: 'host-passthrough' }, 'op.unsupported'],
      [{ cpu: 'Z80' }, 'op.unsupported'],
      [{ vcpus: 4096 }, 'op.unsupported'],
      [{ disk: [{ size: mib(32) }] }, 'op.refused'],
      [{ image: 'ci1.qcow2' }, 'op.conflict'],
      [{ name: 'ci1' }, 'op.conflict'],
    ] as const) {
      await expect(make(more), JSON.stringify(more)).rejects.toMatchObject({ code });
    }
    expect(files()).toEqual(before);
  });
});

describe('a VM that can not be made whole', () => {
  it.each([
    ['a disk', '300k', [{ size: mib(128) }, { size: mib(8) }]],
    ['a seed', '220k', [{ size: mib(128) }]],
  ])('leaves nothing in a storage without room for %s', async (_what, room, disks) => {
    await inHost(
      host,
      'sh',
      '-c',
      `mkdir -p /var/lib/libvirt/${SMALL} && mount -t tmpfs -o size=${room} none /var/lib/libvirt/${SMALL}`,
    );
    await virsh(host, 'pool-define-as', SMALL, 'dir', '--target', `/var/lib/libvirt/${SMALL}`);
    await virsh(host, 'pool-start', SMALL);
    const error = await make({ disk: disks.map((disk) => ({ ...disk, storage: SMALL })) }).catch((no: unknown) => no);
    expect(error).toMatchObject({ code: 'op.failed', message: expect.stringMatching(/space/i) });
    expect((await inHost(host, 'ls', '-A', `/var/lib/libvirt/${SMALL}`)).trim()).toBe('');
    expect((await virsh(host, 'vol-list', SMALL)).trim()).toBe('');
    expect(await domains()).not.toContain(VM);
  });

  it('leaves nothing when it can not be started', async () => {
    const before = files();
    await expect(make({ memory: gib(512 * 1024), firmware: 'uefi' })).rejects.toMatchObject({ code: 'op.failed' });
    expect(files()).toEqual(before);
    expect(await domains()).not.toContain(VM);
  });
});
