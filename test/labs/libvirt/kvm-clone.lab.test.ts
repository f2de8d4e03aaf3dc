/** VMs that drover clones and renames, as virsh, qemu-img and QEMU see them. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FleetError } from '../../../src/errors.ts';
import { nativeOf, type VmId, volumeId } from '../../../src/ids.ts';
import type { Connection, Made, WireLine } from '../../../src/platforms/contract.ts';
import { VIRSH } from '../../../src/platforms/kvm/testkit/private-daemon.ts';
import { until } from '../until.ts';
import {
  cutLink,
  guestState,
  host3,
  imageFile,
  makeGuests,
  removeGuests,
  restoreLink,
  serialLog,
  virsh,
} from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient, shut, watch } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const endpoint = sshEndpoint(host);
const IMAGES = '/var/lib/libvirt/images';
const SMALL = '/var/lib/libvirt/small';
const [FROM, CLONE] = ['clone-from', 'clone-made'];

let tmp = '';
let opened: Connection | undefined;
const vm = () => {
  if (!opened?.vm.clone || !opened.vm.delete || !opened.vm.planDelete || !opened.vm.configure)
    throw new Error('not connected');
  return opened.vm as Required<Connection['vm']>;
};
beforeAll(async () => {
  tmp = await mkdtemp(join(tmpdir(), 'drover-clone-'));
  opened = await connectTo(endpoint);
});
beforeEach(async () => {
  await tidy();
  await makeGuests(host, FROM);
});
afterEach(tidy);
afterAll(async () => {
  await opened?.close();
  await rm(tmp, { recursive: true });
});

async function tidy(): Promise<void> {
  await restoreLink(host);
  await removeGuests(host, CLONE, FROM, 'clone-renamed');
  await virsh(host, 'pool-destroy', 'small').catch(() => undefined);
  await virsh(host, 'pool-undefine', 'small').catch(() => undefined);
  await inHost(host, 'sh', '-c', `umount ${SMALL} 2>/dev/null; rm -rf ${SMALL} ${IMAGES}/clone-*; true`);
  await virsh(host, 'pool-refresh', 'default');
}
const from = (): Promise<VmId> => idOfGuest(host, endpoint, FROM);
const clone = async (linked: boolean, start = false, name = CLONE): Promise<Made> =>
  vm().clone(await from(), { name, linked, start }, patient());
/** Of a guest that has booted so far that it asks for one. */
const addressOf = (guest: string): Promise<string> =>
  until(`${guest} has an address`, 60_000, async () => / ipv4 +(\S+)/.exec(await virsh(host, 'domifaddr', guest))?.[1]);
/** What becomes of a clone when virsh does something at once behind a call of drover's, before its answer is looked at. */
async function cloneWhile(procedure: string, ...args: readonly string[]): Promise<unknown> {
  const wire: WireLine[] = [];
  wire.push = ({ text }) => {
    if (text.startsWith(procedure)) execFileSync(VIRSH, ['--quiet', '--connect', host.uri, ...args]);
    return 0;
  };
  const connection = await connectTo(endpoint, {}, wire);
  try {
    const { clone: make } = connection.vm;
    return await make?.(await from(), { name: CLONE, linked: false, start: false }, patient()).catch((error) => error);
  } finally {
    await connection.close();
  }
}
/** Without the name that the lab gives the kernel. */
const xmlOf = async (guest: string): Promise<string> =>
  (await virsh(host, 'dumpxml', '--inactive', guest)).replace(/ lab\.hostname=[^<]*/, '');
const values = (xml: string, pattern: RegExp) => Array.from(xml.matchAll(pattern), (match) => match[1]);
const volumes = async (pool = 'default') =>
  (await virsh(host, 'vol-list', '--pool', pool)).split('\n').map((line) => line.trim().split(/\s+/)[0]);
const isDefined = async (name: string) => (await virsh(host, 'list', '--all', '--name')).split('\n').includes(name);
async function redefine(change: (xml: string) => string): Promise<void> {
  await writeFile(join(tmp, 'domain.xml'), change(await virsh(host, 'dumpxml', '--inactive', '--security-info', FROM)));
  await virsh(host, 'define', join(tmp, 'domain.xml'));
}
/** Words at a place of a disk that is off. */
const write = (path: string, format: string, pattern: string) =>
  inHost(host, 'qemu-io', '-f', format, '-c', `write -P ${pattern} 1M 2M`, path);
const isSame = (a: string, b: string) => inHost(host, 'qemu-img', 'compare', a, b);
const infoOf = async (path: string) =>
  JSON.parse(await inHost(host, 'qemu-img', 'info', '-U', '--output=json', path)) as Record<string, unknown>;

describe('a full clone', () => {
  it('F-249 F-363 has copies of all disks, and an identity of its own', async () => {
    await inHost(host, 'qemu-img', 'create', '-q', '-f', 'raw', `${IMAGES}/clone-data.img`, '8M');
    await virsh(host, 'pool-refresh', 'default');
    await virsh(host, 'attach-disk', FROM, `${IMAGES}/clone-data.img`, 'vdb', '--config', '--subdriver', 'raw');
    await virsh(host, 'change-media', FROM, 'sda', `${IMAGES}/tools.iso`, '--insert', '--config');
    await write(`${IMAGES}/${FROM}.qcow2`, 'qcow2', '0x41');
    await write(`${IMAGES}/clone-data.img`, 'raw', '0x42');
    await virsh(host, 'autostart', FROM);
    await virsh(host, 'desc', FROM, '--config', '--title', 'the first');
    await virsh(host, 'desc', FROM, '--config', 'what it is for');

    const { id, warnings } = await clone(false);
    expect(warnings).toEqual([{ feature: 'console', detail: 'does not write its serial line to a log file' }]);
    const [ours, theirs] = [await xmlOf(CLONE), await xmlOf(FROM)];
    expect((await virsh(host, 'domuuid', CLONE)).trim()).toBe(nativeOf(id));
    expect(nativeOf(id)).not.toBe((await virsh(host, 'domuuid', FROM)).trim());
    const macs = (xml: string) => values(xml, /mac address='(.*?)'/g);
    expect(macs(ours)).toHaveLength(macs(theirs).length);
    for (const mac of macs(ours)) expect(mac).toMatch(/^52:54:00:/);
    expect(macs(theirs)).not.toEqual(expect.arrayContaining(macs(ours)));
    expect(values(ours, /source file='(.*?)'/g)).toEqual([
      `${IMAGES}/${CLONE}_0.qcow2`,
      `${IMAGES}/${CLONE}_1.img`,
      `${IMAGES}/tools.iso`,
    ]);
    expect(ours).not.toContain(FROM);
    expect(ours).toContain('<title>the first</title>');
    expect(ours).toContain('<description>what it is for</description>');
    expect(await virsh(host, 'dominfo', CLONE)).toMatch(/State:\s+shut off[\s\S]*Autostart:\s+enable/);

    await isSame(`${IMAGES}/${FROM}.qcow2`, `${IMAGES}/${CLONE}_0.qcow2`);
    await isSame(`${IMAGES}/clone-data.img`, `${IMAGES}/${CLONE}_1.img`);
    expect(await infoOf(`${IMAGES}/${CLONE}_0.qcow2`)).toMatchObject({
      format: 'qcow2',
      'format-specific': { data: { compat: '1.1' } },
    });
    expect(await infoOf(`${IMAGES}/${CLONE}_0.qcow2`)).not.toHaveProperty('backing-filename');
    expect(await infoOf(`${IMAGES}/${CLONE}_1.img`)).toMatchObject({ format: 'raw' });
    // what is the same: all but names, addresses, disks and the log of the console
    const rest = (xml: string) =>
      xml.replace(/<(name|uuid)>.*?<\/\1>|mac address='.*?'|source file='.*?'|<log .*?\/>/g, '').replace(/^\s+/gm, '');
    expect(rest(ours)).toBe(rest(theirs));
    await expect(clone(false)).rejects.toMatchObject({ code: 'op.conflict', fix: 'choose another name' });
  });

  it('runs beside its original, and changes nothing of it', async () => {
    await redefine((xml) =>
      xml
        .replace(/port='-1' autoport='yes'/, "port='5977' autoport='no'")
        .replace(/<channel type='unix'>/, "<channel type='unix'><source mode='bind' path='/run/clone-from.sock'/>"),
    );
    const { id } = await clone(false, true);
    await virsh(host, 'start', FROM);
    const [ours, theirs] = [await addressOf(CLONE), await addressOf(FROM)];
    expect(ours).not.toBe(theirs);
    expect([await guestState(host, CLONE), await guestState(host, FROM)]).toEqual(['running', 'running']);
    await virsh(host, 'destroy', FROM);
    await vm().stop(id, 'force', patient());
    await vm().delete(id, { keepDisks: false, snapshots: false }, patient());
    expect(existsSync(imageFile(host, `${CLONE}_0.qcow2`))).toBe(false);
    expect(existsSync(imageFile(host, `${FROM}.qcow2`))).toBe(true);
  });

  it('is refused while its original runs or is suspended', async () => {
    await virsh(host, 'start', FROM, '--paused');
    for (const linked of [false, true])
      await expect(clone(linked)).rejects.toMatchObject({
        code: 'op.conflict',
        message: `${FROM} is running: its disks change while they are read`,
        fix: 'shut it down first',
      });
    await virsh(host, 'managedsave', FROM);
    await expect(clone(false)).rejects.toMatchObject({ code: 'op.conflict', fix: 'resume it and shut it down first' });
    expect(await isDefined(CLONE)).toBe(false);
  });

  it('copies what snapshots have made of a disk, without the snapshots', async () => {
    await virsh(host, 'snapshot-create-as', FROM, 'inside');
    await virsh(host, 'snapshot-create-as', FROM, 'outside', '--disk-only', '--diskspec', 'sda,snapshot=no');
    await write(`${IMAGES}/${FROM}.outside`, 'qcow2', '0x43');
    await clone(false);
    await isSame(`${IMAGES}/${FROM}.outside`, `${IMAGES}/${CLONE}_0.qcow2`);
    expect(await infoOf(`${IMAGES}/${CLONE}_0.qcow2`)).not.toHaveProperty('snapshots');
    expect(await virsh(host, 'snapshot-list', CLONE, '--name')).toBe('');
  });

  it('is refused for a disk in no pool, and for one whose format is not what the VM takes it for; nothing is made', async () => {
    const before = await volumes();
    await inHost(host, 'mkdir', '-p', SMALL);
    await inHost(host, 'qemu-img', 'create', '-q', '-f', 'raw', `${SMALL}/apart.img`, '1M');
    await virsh(host, 'attach-disk', FROM, `${SMALL}/apart.img`, 'vdb', '--config', '--subdriver', 'raw');
    await expect(clone(false)).rejects.toMatchObject({
      code: 'op.refused',
      message: `${FROM}: its disk vdb, ${SMALL}/apart.img can't be cloned: it is in no active storage`,
    });
    await virsh(host, 'detach-disk', FROM, 'vdb', '--config');
    // as a guest could write it into its raw disk
    await redefine((xml) => xml.replace("type='qcow2'/>", "type='raw'/>"));
    for (const linked of [false, true])
      await expect(clone(linked)).rejects.toMatchObject({
        code: 'op.refused',
        message: expect.stringContaining('the VM uses it as raw, and it looks like qcow2'),
      });
    expect(await volumes()).toEqual(before);
    expect(await isDefined(CLONE)).toBe(false);
  });

  it('leaves nothing when the room is not enough', async () => {
    await inHost(host, 'sh', '-c', `mkdir -p ${SMALL} && mount -t tmpfs -o size=24m none ${SMALL}`);
    await virsh(host, 'pool-create-as', 'small', 'dir', '--target', SMALL);
    for (const [name, format] of [
      ['clone-a.img', 'raw'],
      ['clone-b.qcow2', 'qcow2'],
    ] as const) {
      await inHost(host, 'qemu-img', 'create', '-q', '-f', format, `${SMALL}/${name}`, '16M');
      await inHost(host, 'qemu-io', '-f', format, '-c', 'write -P 0x44 0 7M', `${SMALL}/${name}`);
    }
    await virsh(host, 'attach-disk', FROM, `${SMALL}/clone-a.img`, 'vdb', '--config', '--subdriver', 'raw');
    await virsh(host, 'attach-disk', FROM, `${SMALL}/clone-b.qcow2`, 'vdc', '--config', '--subdriver', 'qcow2');
    const before = [await volumes(), ['clone-a.img', 'clone-b.qcow2']];
    await expect(clone(false)).rejects.toMatchObject({ code: 'op.failed', message: expect.stringContaining(FROM) });
    await virsh(host, 'pool-refresh', 'small');
    expect([await volumes(), (await inHost(host, 'ls', SMALL)).trim().split('\n')]).toEqual(before);
    expect(await isDefined(CLONE)).toBe(false);
  });

  it('leaves nothing when the name is taken meanwhile', async () => {
    const before = await volumes();
    const rival = `<domain type='qemu'><name>${CLONE}</name><memory>1024</memory><os><type>hvm</type></os></domain>`;
    await writeFile(join(tmp, 'rival.xml'), rival);
    const cloning = await cloneWhile('STORAGE_VOL_CREATE_XML_FROM', 'define', join(tmp, 'rival.xml'));
    expect(cloning).toMatchObject({ code: 'op.conflict', message: `there is a VM ${CLONE} on this host already` });
    expect(await volumes()).toEqual(before);
    expect(await xmlOf(CLONE)).not.toContain('<disk');
  });

  it('leaves nothing when its original is started meanwhile', async () => {
    const before = await volumes();
    const cloning = await cloneWhile('STORAGE_VOL_CREATE_XML_FROM', 'start', FROM, '--paused');
    expect(cloning).toMatchObject({ code: 'op.conflict', message: expect.stringContaining(`${FROM} is running`) });
    expect(await volumes()).toEqual(before);
    expect(await isDefined(CLONE)).toBe(false);
  });

  it('leaves nothing when it can not be started', async () => {
    const before = await volumes();
    await redefine((xml) => xml.replace(/<kernel>.*?<\/kernel>/, '<kernel>/no/such/kernel</kernel>'));
    await expect(clone(false, true)).rejects.toMatchObject({ message: expect.stringContaining('/no/such/kernel') });
    expect(await volumes()).toEqual(before);
    expect(await isDefined(CLONE)).toBe(false);
  });

  it('is unknown when the link is lost meanwhile, and names what may be there, which can be taken away then', async () => {
    await inHost(host, 'dd', 'if=/dev/urandom', `of=${IMAGES}/clone-large.img`, 'bs=1M', 'count=400', 'status=none');
    await virsh(host, 'attach-disk', FROM, `${IMAGES}/clone-large.img`, 'vdb', '--config', '--subdriver', 'raw');
    const connection = await connectTo(endpoint);
    const cloning = connection.vm.clone?.(await from(), { name: CLONE, linked: false, start: false }, patient());
    const ended = cloning?.catch((error: unknown) => error);
    await until('its second volume', 30_000, () => existsSync(imageFile(host, `${CLONE}_1.img`)));
    await cutLink(host);
    const error = await ended;
    await restoreLink(host);
    await connection.close();
    expect(error).toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringMatching(
        new RegExp(`may be there: the volume ${CLONE}_1.img in default, the volume ${CLONE}_0.qcow2 in default$`),
      ),
    });
    const { fix = '' } = error as FleetError;
    const commands = fix.slice(fix.indexOf('virsh')).split('; ');
    expect(commands).toHaveLength(2);
    // The daemon goes on with its copy.
    for (const command of commands)
      await until(command, 60_000, () =>
        virsh(host, ...command.split(' ').slice(1)).then(
          () => true,
          () => undefined,
        ),
      );
    expect((await volumes()).filter((name) => name?.startsWith(CLONE))).toEqual([]);
    expect(await isDefined(CLONE)).toBe(false);
    await opened?.close();
    opened = await connectTo(endpoint);
  });

  it('keeps what kcli wrote down, but for the date and the address', async () => {
    const info = ['plan>shop<', 'profile>small<', 'image>busybox<', 'ip>10.0.0.5<', 'creationdate>01-02-2020 03:04<'];
    const words = info.map((word) => `<k:${word}/k:${word.split('>')[0]}>`).join('');
    await redefine((xml) =>
      xml.replace(
        '<memory',
        `<metadata><k:info xmlns:k='kvirt'>${words}</k:info><o:a xmlns:o='urn:o'/></metadata><memory`,
      ),
    );
    const { id, warnings } = await clone(false);
    expect(warnings.map(({ feature }) => feature)).toContain('ips');
    const xml = await xmlOf(CLONE);
    for (const word of info.slice(0, 3)) expect(xml).toContain(word);
    expect(xml).toMatch(/<o:a xmlns:o=["']urn:o["']\/>/);
    expect(xml).not.toContain('10.0.0.5');
    const { created } = await vm().info(id, patient());
    expect(Date.now() - (created ?? 0)).toBeLessThan(120_000);
  });

  it.each([false, true])('of a disk that is named by its pool has one too, linked: %s', async (linked) => {
    await redefine((xml) =>
      xml
        .replace("<disk type='file' device='disk'>", "<disk type='volume' device='disk'>")
        .replace(/<source file='.*?'\/>/, `<source pool='default' volume='${FROM}.qcow2'/>`),
    );
    await clone(linked, true);
    expect(await xmlOf(CLONE)).toContain(`<source pool='default' volume='${CLONE}_0.qcow2'/>`);
    expect(await guestState(host, CLONE)).toBe('running');
  });

  it('gets UEFI variables of its own, out of the template', async () => {
    await inHost(
      host,
      'sh',
      '-c',
      `mkdir -p ${SMALL} && truncate -s 3M ${SMALL}/code.fd && truncate -s 1M ${SMALL}/vars.fd`,
    );
    const firmware = `<loader readonly='yes' type='pflash'>${SMALL}/code.fd</loader>
      <nvram template='${SMALL}/vars.fd'>${SMALL}/clone-from.fd</nvram>`;
    await redefine((xml) => xml.replace('<kernel>', `${firmware}<kernel>`));
    const { id, warnings } = await clone(false);
    expect(warnings.map(({ feature }) => feature)).toContain('firmware');
    const own = '/var/lib/libvirt/qemu/nvram/clone-made_VARS.fd';
    expect(await xmlOf(CLONE)).toContain(`<nvram template='${SMALL}/vars.fd'>${own}</nvram>`);
    await virsh(host, 'start', CLONE, '--paused');
    await inHost(host, 'cmp', own, `${SMALL}/vars.fd`);
    await vm().stop(id, 'force', patient());
    await vm().delete(id, { keepDisks: false, snapshots: false }, patient());
    await expect(inHost(host, 'test', '-e', own)).rejects.toThrow();
    await inHost(host, 'sh', '-c', `virsh undefine --nvram ${FROM}`);
  });

  it('has no port, socket or log of its original', async () => {
    await redefine((xml) =>
      xml
        .replace(/port='-1' autoport='yes'/, "port='5977' autoport='no' passwd='vnc-word'")
        .replace(/<channel type='unix'>/, "<channel type='unix'><source mode='bind' path='/run/clone-from.sock'/>")
        .replace('</devices>', "<vsock model='virtio'><cid auto='no' address='77'/></vsock></devices>")
        .replace('</vcpu>', '</vcpu><genid>11111111-2222-4333-8444-555555555555</genid>'),
    );
    const { warnings } = await clone(false);
    expect(warnings.map(({ feature }) => feature).toSorted()).toEqual(['console', 'graphics']);
    const xml = await xmlOf(CLONE);
    for (const word of ['5977', 'clone-from', "address='77'", '11111111-2222']) expect(xml).not.toContain(word);
    expect(xml).toMatch(/<genid>/);
    expect(await virsh(host, 'dumpxml', '--security-info', CLONE)).toContain("passwd='vnc-word'");
  });
});

describe('a linked clone', () => {
  it('is a layer on the disks of its original, which stay while it needs them', async () => {
    await inHost(host, 'qemu-img', 'create', '-q', '-f', 'raw', `${IMAGES}/clone-data.img`, '8M');
    await virsh(host, 'attach-disk', FROM, `${IMAGES}/clone-data.img`, 'vdb', '--config', '--subdriver', 'raw');
    await write(`${IMAGES}/clone-data.img`, 'raw', '0x45');
    const { id, warnings } = await clone(true);
    expect(warnings).toContainEqual({
      feature: 'vm.clone',
      detail: `its disks hold only what differs from those of ${FROM}: starting ${FROM}, or reverting or deleting snapshots of it, destroys this clone`,
    });
    expect(await infoOf(`${IMAGES}/${CLONE}_0.qcow2`)).toMatchObject({
      format: 'qcow2',
      'virtual-size': 64 * 1024 ** 2,
      'full-backing-filename': `${IMAGES}/${FROM}.qcow2`,
      'backing-filename-format': 'qcow2',
    });
    expect(await infoOf(`${IMAGES}/${CLONE}_1.qcow2`)).toMatchObject({
      format: 'qcow2',
      'full-backing-filename': `${IMAGES}/clone-data.img`,
      'backing-filename-format': 'raw',
    });
    await isSame(`${IMAGES}/clone-data.img`, `${IMAGES}/${CLONE}_1.qcow2`);

    const plan = await vm().planDelete(await from(), patient());
    expect(plan.goes).toEqual([]);
    expect(plan.stays).toContain(
      `${IMAGES}/${FROM}.qcow2 (${IMAGES}/${CLONE}_0.qcow2 is layered on it, used by ${CLONE})`,
    );
    const { volume } = opened ?? {};
    expect(await volume?.planDelete?.(volumeId(endpoint.name, `default/${FROM}.qcow2`), patient())).toMatchObject({
      refused: expect.stringContaining('must stay: '),
    });
    await vm().delete(await from(), { keepDisks: false, snapshots: false }, patient());
    expect(existsSync(imageFile(host, `${FROM}.qcow2`))).toBe(true);

    await vm().start(id, patient());
    expect(await guestState(host, CLONE)).toBe('running');
    await vm().stop(id, 'force', patient());
    await vm().delete(id, { keepDisks: false, snapshots: false }, patient());
    expect(
      [`${CLONE}_0.qcow2`, `${CLONE}_1.qcow2`, `${FROM}.qcow2`].map((name) => existsSync(imageFile(host, name))),
    ).toEqual([false, false, true]);
  });

  it('boots while its original is off, and writes to its own disk', async () => {
    await clone(true, true);
    await addressOf(CLONE);
    expect([await guestState(host, CLONE), await guestState(host, FROM)]).toEqual(['running', 'shut off']);
    expect(await serialLog(host, CLONE)).toBe('');
    await virsh(host, 'destroy', CLONE);
    await isSame(`${IMAGES}/${FROM}.qcow2`, `${IMAGES}/${CLONE}_0.qcow2`);
    await write(`${IMAGES}/${CLONE}_0.qcow2`, 'qcow2', '0x46');
    await expect(isSame(`${IMAGES}/${FROM}.qcow2`, `${IMAGES}/${CLONE}_0.qcow2`)).rejects.toThrow();
    await isSame(`${IMAGES}/${FROM}.qcow2`, `${IMAGES}/busybox.qcow2`);
  });
});

describe('another name', () => {
  const rename = async (name: string, basedOn = FROM) =>
    vm().configure(await from(), 'config', { name }, { name: basedOn }, patient());

  it('F-112 is what the row has then, and the uuid stays', async () => {
    const id = await from();
    const watched = await watch(endpoint);
    await vm().configure(id, 'config', { name: 'clone-renamed', title: 'both' }, { name: FROM, title: '' }, patient());
    await watched.until('the row to follow', () => watched.vms.get(id)?.name === 'clone-renamed' || undefined);
    expect((await virsh(host, 'domuuid', 'clone-renamed')).trim()).toBe(nativeOf(id));
    expect(await virsh(host, 'desc', 'clone-renamed', '--title')).toContain('both');
    expect(await isDefined(FROM)).toBe(false);
    await shut(watched);
  });

  it('is refused with what to do first', async () => {
    await expect(rename('other', 'not-it')).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringContaining(`name is ${FROM} now, not not-it`),
    });
    await expect(rename('ci1')).rejects.toMatchObject({ code: 'op.conflict', fix: 'choose another name' });
    await virsh(host, 'snapshot-create-as', FROM, 'monday');
    await expect(rename('other')).rejects.toMatchObject({
      code: 'op.conflict',
      message: `${FROM} can't be renamed while it has snapshots: monday`,
      fix: 'delete them first',
    });
    await virsh(host, 'snapshot-delete', FROM, 'monday');
    await virsh(host, 'start', FROM, '--paused');
    await expect(rename('other')).rejects.toMatchObject({ message: `${FROM} can't be renamed while it runs` });
    await virsh(host, 'managedsave', FROM);
    await expect(rename('other')).rejects.toMatchObject({ message: `${FROM} can't be renamed while it is suspended` });
    expect(await isDefined(FROM)).toBe(true);
  });
});
