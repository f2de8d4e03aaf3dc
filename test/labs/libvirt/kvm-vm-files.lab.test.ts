/** Memory in files, snapshots in files of their own, and definitions as text, as virsh and the guest see them. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VmId } from '../../../src/ids.ts';
import type { Connection, Endpoint } from '../../../src/platforms/contract.ts';
import { present } from '../../contract/bench.ts';
import { openTerminal } from '../../contract/terminal.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { guestState, host3, imageFile, removeGuests, untilLoginPrompt, virsh } from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const endpoint = sshEndpoint(host);
/** The same host, of which only the daemon is reached. */
const daemonAlone: Endpoint = {
  ...endpoint,
  values: { transport: 'tcp', host: host.address, insecure: true },
};
const IMAGES = '/var/lib/libvirt/images';
const TINY = '/var/lib/libvirt/tiny';
const [MEMORY, TEXT] = ['files-memory', 'files-text'];
const SAVE = `${IMAGES}/files-memory.save`;

let tmp = '';
let connection: Connection;
let apart: Connection;
const vm = (of = connection) => of.vm as Required<Connection['vm']>;
const snapshot = () => present(connection.snapshot) as Required<NonNullable<Connection['snapshot']>>;
const idOf = (name: string): Promise<VmId> => idOfGuest(host, endpoint, name);
const restore = (paused = false, path = SAVE, of = connection) =>
  vm(of).restore(endpoint.name, { path, paused }, patient());
const has = (file: string): boolean => existsSync(imageFile(host, file));
const xmlOf = (name: string): Promise<string> => virsh(host, 'dumpxml', '--inactive', name);

async function tidy(): Promise<void> {
  await removeGuests(host, MEMORY, TEXT);
  await inHost(host, 'sh', '-c', `umount ${TINY} 2>/dev/null; rm -rf ${TINY} ${IMAGES}/files-*`);
  await virsh(host, 'pool-refresh', 'default');
}
beforeAll(async () => {
  await tidy();
  tmp = await mkdtemp(join(tmpdir(), 'drover-files-'));
  await makeFreshGuests(host, MEMORY, TEXT);
  [connection, apart] = await Promise.all([connectTo(endpoint), connectTo(daemonAlone)]);
  await virsh(host, 'start', MEMORY);
  await untilLoginPrompt(host, MEMORY);
});
afterAll(async () => {
  await Promise.all([connection?.close(), apart?.close()]);
  await tidy();
  await rm(tmp, { recursive: true, force: true });
});

/** What the guest prints for a command, as root on its serial line, up to what is waited for. */
async function inGuest(name: string, command: string, until: RegExp): Promise<string> {
  const attachment = await connection.console?.serial?.(await idOf(name), { force: true }, patient());
  if (attachment?.kind !== 'stream') throw new Error('not a stream');
  const terminal = openTerminal(attachment.stream);
  await terminal.see(new RegExp(`root@${name}:.*# |${name} login:`), '\r');
  terminal.type('root\r');
  await terminal.see(new RegExp(`root@${name}:.*# `), '\r');
  terminal.type(`${command}\r`);
  await terminal.see(until);
  attachment.stream.destroy();
  await terminal.ended;
  return terminal.shown();
}
const counted = async (): Promise<number> =>
  Number(/is (\d+) now-42/.exec(await inGuest(MEMORY, 'echo is $(cat /count) now-$((40+2))', /now-42/))?.[1]);

describe('memory in a file', () => {
  it('F-052 is written where the user says, and the VM is off', async () => {
    await inGuest(
      MEMORY,
      '(n=100; while :; do n=$((n+1)); echo $n > /count; sleep 1; done) & sleep 2; echo begun-$((40+2))',
      /begun-42/,
    );
    expect((await vm().save(await idOf(MEMORY), SAVE, patient())).warnings).toEqual([]);
    expect(await guestState(host, MEMORY)).toBe('shut off');
    expect(readFileSync(imageFile(host, 'files-memory.save')).subarray(0, 15).toString()).toBe('LibvirtQemudSav');
    expect(await virsh(host, 'save-image-dumpxml', SAVE)).toContain(`<name>${MEMORY}</name>`);
  });

  it('F-053 goes on from there, paused or at once, in the same guest', async () => {
    const id = await idOf(MEMORY);
    expect(await restore(true)).toEqual({ id, warnings: [] });
    expect(await guestState(host, MEMORY)).toBe('paused');
    await expect(restore()).rejects.toMatchObject({ code: 'op.conflict', message: `${MEMORY} is on already` });
    await vm().resume(id, patient());
    const before = await counted();
    expect(before).toBeGreaterThan(100);
    await inGuest(
      MEMORY,
      `while [ $(cat /count) -le ${before} ]; do sleep 1; done; echo goes-on-$((40+2))`,
      /goes-on-42/,
    );
  });

  it('is not written over a file, nor where there is no folder or no room; the VM goes on and nothing is left', async () => {
    const id = await idOf(MEMORY);
    const save = (path: string, of = connection) => vm(of).save(id, path, patient());
    await inHost(
      host,
      'sh',
      '-c',
      `echo precious > ${IMAGES}/files-late; mkdir ${TINY}; mount -t tmpfs -o size=4m none ${TINY}`,
    );
    for (const of of [connection, apart])
      await expect(save(`${IMAGES}/files-late`, of)).rejects.toMatchObject({
        code: 'op.conflict',
        message: `${IMAGES}/files-late is there already`,
      });
    expect(await inHost(host, 'cat', `${IMAGES}/files-late`)).toBe('precious\n');
    await expect(save('/no/such/folder/m.save')).rejects.toMatchObject({
      code: 'op.refused',
      message: 'the host has no folder /no/such/folder',
      fix: 'libvirt makes no folders: run mkdir -p /no/such/folder on the host, or choose another folder',
    });
    await expect(save(`${TINY}/m.save`, apart)).rejects.toMatchObject({
      code: 'op.refused',
      message: `it can't be seen whether ${TINY}/m.save is there already, and libvirt would write over it`,
    });
    await expect(save(`${TINY}/m.save`)).rejects.toMatchObject({
      code: 'op.failed',
      message: expect.stringMatching(/No space left on device.*; it goes on as before$/),
    });
    expect(await inHost(host, 'ls', TINY)).toBe('');
    await expect(save('files.save')).rejects.toMatchObject({ code: 'op.refused' });
    expect(await guestState(host, MEMORY)).toBe('running');
    expect(await counted()).toBeGreaterThan(100);
  });

  it('is not put on disks that were used since, nor in the place of another VM, nor read from another file', async () => {
    await vm().stop(await idOf(MEMORY), 'force', patient());
    await inHost(host, 'touch', '-d', '+10 seconds', `${IMAGES}/${MEMORY}.qcow2`);
    for (const of of [connection, apart])
      await expect(restore(false, SAVE, of)).rejects.toMatchObject({
        code: 'op.conflict',
        message: `${MEMORY} can't go on where it was: ${IMAGES}/${MEMORY}.qcow2 was written to after its memory was saved`,
      });
    await virsh(host, 'domrename', MEMORY, 'files-renamed');
    await expect(restore()).rejects.toMatchObject({ code: 'op.conflict', fix: `rename it to ${MEMORY} first` });
    await virsh(host, 'domrename', 'files-renamed', MEMORY);
    const xml = await xmlOf(MEMORY);
    await virsh(host, 'undefine', MEMORY);
    const define = async (text: string) => {
      await writeFile(join(tmp, 'm.xml'), text);
      await virsh(host, 'define', join(tmp, 'm.xml'));
    };
    await define(xml.replace(/<uuid>.*?<\/uuid>/, ''));
    await expect(restore()).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringContaining(`${SAVE} has the memory of another ${MEMORY}`),
    });
    await virsh(host, 'undefine', MEMORY);
    await define(xml.replace(`${MEMORY}.qcow2`, `${TEXT}.qcow2`));
    await expect(restore()).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringContaining(`its disk vda was ${IMAGES}/${MEMORY}.qcow2, and is another one now`),
    });
    await define(xml);
    for (const path of ['/no/such.save', `${IMAGES}/files-late`])
      await expect(restore(false, path)).rejects.toMatchObject({
        code: 'op.refused',
        message: expect.stringContaining(`${path} is no file with the memory of a VM`),
      });
    expect(await guestState(host, MEMORY)).toBe('shut off');
  });

  it('goes on also where only the daemon is reached, without a word of doubt', async () => {
    await inHost(host, 'touch', '-d', '-1 hour', `${IMAGES}/${MEMORY}.qcow2`);
    expect((await restore(false, SAVE, apart)).warnings).toEqual([]);
    expect(await guestState(host, MEMORY)).toBe('running');
    expect(await counted()).toBeGreaterThan(100);
  });
});

describe('a snapshot in files of its own', () => {
  const take = async (name: string, memory: boolean) =>
    snapshot().create(await idOf(MEMORY), { name, description: '', memory, external: true }, patient());

  it('F-287 of a running VM is made and deleted without a loss, its files are named', async () => {
    await inGuest(MEMORY, 'echo first > /dev/vda; sync; echo wrote-$((40+2))', /wrote-42/);
    await inHost(host, 'sh', '-c', `echo mine > ${IMAGES}/${MEMORY}.now`);
    const { id, warnings } = await take('now', false);
    const layer = `${IMAGES}/${MEMORY}.now-2`;
    expect(warnings.map(({ feature }) => feature)).toEqual(['disks', 'disks', 'revert']);
    expect(warnings[0]?.detail).toContain('(no agent answers in it): its disks are as after a power cut');
    expect(warnings[1]?.detail).toContain(layer);
    expect(await virsh(host, 'domblklist', MEMORY)).toContain(layer);
    expect(await inHost(host, 'cat', `${IMAGES}/${MEMORY}.now`)).toBe('mine\n');
    const [listed] = await snapshot().list(await idOf(MEMORY), patient());
    expect(listed).toMatchObject({ id, external: true, memory: false, current: true });
    await inGuest(MEMORY, 'echo second > /dev/vda; sync; echo wrote-$((40+2))', /wrote-42/);
    await snapshot().delete(present(id), { children: false }, patient());
    expect(await virsh(host, 'domblklist', MEMORY)).toContain(`${MEMORY}.qcow2`);
    expect(has(`${MEMORY}.now-2`)).toBe(false);
    await inGuest(MEMORY, 'echo has-$(head -n 1 /dev/vda)', /has-second/);
    expect(await counted()).toBeGreaterThan(100);
  });

  it('has its memory in a file too where that is asked for, and leaves nothing when there is no room', async () => {
    const { id, warnings } = await take('mem', true);
    expect(warnings.map(({ detail }) => detail)).toContain(`it is in ${IMAGES}/${MEMORY}.mem.mem`);
    expect(has(`${MEMORY}.mem.mem`)).toBe(true);
    expect((await snapshot().list(await idOf(MEMORY), patient()))[0]).toMatchObject({ external: true, memory: true });
    expect((await snapshot().planDelete(present(id), { children: false }, patient())).stays).toContain(
      `${IMAGES}/${MEMORY}.mem.mem (memory of the snapshot mem)`,
    );
    await snapshot().delete(present(id), { children: false }, patient());
    await virsh(host, 'attach-disk', MEMORY, await tinyDisk(), 'vdb', '--subdriver', 'raw');
    await inHost(host, 'sh', '-c', `head -c 4M /dev/zero > ${TINY}/fill || true`);
    await expect(take('full', false)).rejects.toThrow();
    expect(await snapshot().list(await idOf(MEMORY), patient())).toEqual([]);
    expect((await inHost(host, 'ls', TINY)).trim().split('\n')).toEqual(['disk.img', 'fill']);
    expect(has(`${MEMORY}.full`)).toBe(false);
    expect(await guestState(host, MEMORY)).toBe('running');
    expect(await counted()).toBeGreaterThan(100);
  });
  const tinyDisk = async (): Promise<string> => {
    await inHost(host, 'qemu-img', 'create', '-q', '-f', 'raw', `${TINY}/disk.img`, '1M');
    return `${TINY}/disk.img`;
  };
});

describe('a definition as text', () => {
  const change = (text: string) =>
    text
      .replace("current='1'>2</vcpu>", "current='2'>2</vcpu>")
      .replace('<memory ', '<description>new</description>\n  <memory ');

  it('F-056 F-102 is changed, and what libvirt does not show of it stays', async () => {
    const id = await idOf(TEXT);
    const secret = (await xmlOf(TEXT)).replace("<graphics type='vnc'", "<graphics type='vnc' passwd='s3cret'");
    await writeFile(join(tmp, 't.xml'), secret);
    await virsh(host, 'define', join(tmp, 't.xml'));
    await virsh(host, 'metadata', TEXT, 'urn:other', '--key', 'other', '--set', '<kept x="1"/>', '--config');
    const { text, language } = await vm().definition(id, patient());
    expect(language).toBe('xml');
    expect(text).not.toContain('s3cret');
    expect(await vm().define(id, change(text), text, patient())).toEqual({ warnings: [] });
    const now = await virsh(host, 'dumpxml', '--inactive', '--security-info', TEXT);
    expect(now).toContain('<description>new</description>');
    expect(now).toContain("<vcpu placement='static'>2</vcpu>");
    expect(now).toContain("passwd='s3cret'");
    expect(now).toContain('<other:kept xmlns:other="urn:other" x="1"/>');
  });

  it('is not changed by two at once, nor into another VM, nor into what is not valid', async () => {
    const id = await idOf(TEXT);
    const { text } = await vm().definition(id, patient());
    const with_ = (from: string | RegExp, to: string) => vm().define(id, text.replace(from, to), text, patient());
    const rival = text.replace('>new<', '>rival<');
    await vm(apart).define(id, rival, text, patient());
    await expect(with_('>new<', '>mine<')).rejects.toMatchObject({
      code: 'op.conflict',
      fix: expect.stringContaining('again'),
    });
    expect(await xmlOf(TEXT)).toContain('>rival<');
    await vm().define(id, text, rival, patient());
    await expect(with_(`<name>${TEXT}<`, '<name>other<')).rejects.toMatchObject({ code: 'op.conflict' });
    await expect(with_(/<uuid>..../, '<uuid>0000')).rejects.toMatchObject({ code: 'op.conflict' });
    await expect(with_('</devices>', '')).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringMatching(new RegExp(`^${TEXT}: line \\d+: unexpected close tag`)),
    });
    await expect(with_('<devices>', '<nonsense/><devices>')).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringContaining('nonsense'),
    });
    await expect(with_(/machine='.*?'/, "machine='none'")).rejects.toMatchObject({ code: 'op.refused' });
    expect((await vm().definition(id, patient())).text).toBe(text);
  });

  it('of a running VM acts at its next start, as a warning says', async () => {
    const id = await idOf(MEMORY);
    const { text } = await vm().definition(id, patient());
    const { warnings } = await vm().define(id, change(text), text, patient());
    expect(warnings).toEqual([
      { feature: 'vm.define', detail: `${MEMORY} runs: what was changed acts at its next start` },
    ]);
    expect(await virsh(host, 'dumpxml', MEMORY)).not.toContain('>new<');
    expect(await xmlOf(MEMORY)).toContain('>new<');
  });
});
