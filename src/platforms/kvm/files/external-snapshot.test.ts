import { describe, expect, it } from 'vitest';
import type { Warning } from '../../contract.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { SNAPSHOT } from '../rpc/flags.ts';
import type { DomainSnapshot } from '../rpc/protocol.ts';
import { DISK, domainXml, type FileWords, guestWithFiles } from '../testkit/guest-with-files.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { planExternal, takeExternal } from './external-snapshot.ts';

const SPEC = { name: 'a b/c', description: '', memory: false, external: true };
const AGENT = "<channel><target name='org.qemu.guest_agent.0' state='connected'/></channel>";
const layer = (target: string, file: string) =>
  `<disk name="${target}" snapshot="external"><source file="${file}"/></disk>`;
const { diskOnly, atomic, quiesce } = SNAPSHOT;

function set(words: FileWords & { readonly devices?: string } = {}) {
  const guest = guestWithFiles({ on: true, ...words });
  const plan = (spec: Partial<typeof SPEC> = {}) =>
    planExternal(guest.call, { ...SPEC, ...spec }, domainXml(words.devices ?? DISK), guest.calls.files);
  return { ...guest, plan };
}

describe('a snapshot in files of its own', () => {
  it('has a file beside each disk, by names that are free', async () => {
    const second = DISK.replace('web1.qcow2', 'web1.img').replace('vda', 'vdb');
    const left =
      "<disk snapshot='no'><source file='/d/x'/></disk><disk device='cdrom'><source file='/d/a'/><readonly/></disk>";
    const { plan } = set({ devices: DISK + second + left, files: { 'web1.a-b-c': 1 } });
    expect(await plan()).toMatchObject({
      parts: `<disks>${layer('vda', '/d/web1.a-b-c-2')}${layer('vdb', '/d/web1.a-b-c-3')}</disks>`,
      flags: diskOnly + atomic,
      files: ['/d/web1.a-b-c-2', '/d/web1.a-b-c-3'],
      memoryFile: undefined,
    });
  });

  it('has the memory of a guest that runs in a file too', async () => {
    const { plan } = set({ files: { 'web1.a-b-c.mem': 1 } });
    expect(await plan({ memory: true })).toMatchObject({
      parts: `<memory snapshot="external" file="/d/web1.a-b-c-2.mem"/><disks>${layer('vda', '/d/web1.a-b-c')}</disks>`,
      flags: atomic,
      isLive: false,
    });
    expect(await set({ on: false }).plan({ memory: true })).toMatchObject({ flags: diskOnly + atomic, isLive: false });
  });

  it.each<[string, string, string, string]>([
    [
      'of a block device',
      "<disk><source dev='/dev/vg/a'/><target dev='vdb'/></disk>",
      'op.unsupported',
      'web1: its disk vdb (/dev/vg/a) is no file, and libvirt makes no file for it',
    ],
    [
      'of a disk by network',
      "<disk><source protocol='rbd' name='p/a'/><target dev='vdb'/></disk>",
      'op.unsupported',
      'web1: its disk vdb (rbd:p/a) is no file, and libvirt makes no file for it',
    ],
    ['of no disk', '', 'op.refused', 'web1 has no disk that a snapshot could be taken of'],
  ])('is not taken %s', async (_what, devices, code, message) => {
    await expect(set({ devices }).plan()).rejects.toMatchObject({ code, message });
  });

  it('is not taken with memory where that may be written over a file', async () => {
    const { plan } = set({ devices: DISK.replace('/d/', '/srv/') });
    await expect(plan({ memory: true })).rejects.toMatchObject({
      fix: 'make /srv a storage, or take it without memory',
    });
    expect(await plan()).toMatchObject({ files: ['/srv/web1.a-b-c'] });
  });
});

describe('taking it', () => {
  const take = async (
    words: FileWords & { readonly devices?: string },
    answers: readonly (string | true)[],
    memory = false,
  ) => {
    const guest = set(words);
    const plan = await guest.plan({ memory });
    const flags: number[] = [];
    const warnings: Warning[] = [];
    const send = async (sent: number): Promise<DomainSnapshot> => {
      const answer = answers[flags.push(sent) - 1];
      if (answer !== true) throw libvirtNo(VIR_ERR.operationFailed, answer);
      return { name: 'a b/c', domain: guest.now.domain };
    };
    const taken = await takeExternal(plan, send, warnings).then(
      () => 'taken',
      (error: unknown) => error,
    );
    return { taken, flags, details: warnings.map(({ detail }) => detail), guest };
  };
  const LIVE = diskOnly + atomic;
  const powerCut = (why: string) =>
    `web1 did not write out what it had in memory (${why}): its disks are as after a power cut`;

  it('asks the agent of a guest that runs to write out all first', async () => {
    expect(await take({ devices: DISK + AGENT }, [true])).toMatchObject({
      taken: 'taken',
      flags: [LIVE + quiesce],
      details: [],
    });
    const off = await take({ devices: DISK + AGENT, on: false }, [true]);
    expect(off).toMatchObject({ flags: [LIVE], details: [] });
    expect(await take({ devices: DISK + AGENT }, [true], true)).toMatchObject({ flags: [atomic], details: [] });
  });

  it('is done without an agent that is not there or refuses, and says so', async () => {
    expect(await take({}, [true])).toMatchObject({ flags: [LIVE], details: [powerCut('no agent answers in it')] });
    expect(await take({ devices: DISK + AGENT }, ['not responding', true])).toMatchObject({
      taken: 'taken',
      flags: [LIVE + quiesce, LIVE],
      details: [powerCut('not responding')],
    });
  });

  it('names files that are there after a failure', async () => {
    expect((await take({}, ['no room'])).taken).toMatchObject({ message: 'no room' });
    const guest = set();
    const plan = await guest.plan();
    const send = async () => {
      guest.write('web1.a-b-c', 9);
      throw libvirtNo(VIR_ERR.operationFailed, 'no room');
    };
    await expect(takeExternal(plan, send, [])).rejects.toMatchObject({
      code: 'op.failed',
      message: 'web1: no room; files are left: /d/web1.a-b-c',
      fix: 'remove them on the host once they are not wanted: rm /d/web1.a-b-c',
    });
  });
});
