import { describe, expect, it } from 'vitest';
import { VIR_ERR } from '../rpc/errors.ts';
import { SNAPSHOT } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import {
  type GuestWords,
  guestWithSnapshots,
  idOfSnapshot,
  QCOW2,
  RAW,
  WEB1,
} from '../testkit/guest-with-snapshots.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';

const SPEC = { name: 'before', description: '', memory: false };
const NO_REVERT = {
  feature: 'revert',
  detail: "libvirt 9.0.0 can't revert to a snapshot that is in files of its own: 9.9.0 can",
};
const FILES = { feature: 'disks', detail: 'web1 writes to /d/web1.before from now on, layered on what it had' };
const memory = (detail: string) => ({ feature: 'memory', detail });

describe('is taken', () => {
  const NEW = 9_009_000;
  it.each<[string, GuestWords, boolean, 'inside' | 'outside', readonly object[]]>([
    ['of a guest that is off', {}, false, 'inside', []],
    ['of one that runs, with its memory', { on: true }, true, 'inside', []],
    [
      'of one that is off, asked for memory',
      {},
      true,
      'inside',
      [memory('web1 is off, so there was no memory to keep')],
    ],
    [
      'of one that is suspended, asked for memory',
      { saved: true },
      true,
      'inside',
      [memory('web1 is suspended, and its saved memory is not kept with the snapshot')],
    ],
    [
      'of disks without a format',
      { disks: "<disk><source file='/d/a'/><target dev='vda'/></disk>" },
      false,
      'inside',
      [],
    ],
    [
      'without disks that are left out or only read',
      {
        disks: `${QCOW2}${RAW.replace('<disk>', "<disk snapshot='no'>")}${RAW.replace('</disk>', '<readonly/></disk>')}`,
      },
      false,
      'inside',
      [],
    ],
    ['of a raw disk', { disks: QCOW2 + RAW }, false, 'outside', [FILES, NO_REVERT]],
    ['of a raw disk, where that can be reverted to', { disks: RAW, libvirt: NEW }, false, 'outside', [FILES]],
    [
      'of a raw disk in a pool',
      { disks: "<disk><driver type='raw'/><source pool='p' volume='v'/><target dev='vdb'/></disk>" },
      false,
      'outside',
      [FILES, NO_REVERT],
    ],
    [
      'of a raw disk of a guest that runs, asked for memory',
      { on: true, disks: RAW },
      true,
      'outside',
      [memory('not kept with the snapshot, since its disk vdb is raw'), FILES, NO_REVERT],
    ],
    ['of a guest that runs, without its memory', { on: true, libvirt: NEW }, false, 'outside', [FILES]],
    ['of a UEFI guest that is off, as libvirt will', { nvram: true }, false, 'inside', []],
    [
      'of a UEFI guest that is off, where that can be reverted to',
      { nvram: true, libvirt: NEW },
      false,
      'outside',
      [FILES],
    ],
    [
      'of a UEFI guest that runs',
      { on: true, nvram: true },
      true,
      'outside',
      [memory('not kept with the snapshot, since its firmware is UEFI'), FILES, NO_REVERT],
    ],
    [
      'of a guest without a saved definition',
      { on: true, transient: true },
      true,
      'inside',
      [
        {
          feature: 'snapshots',
          detail: 'web1 has no saved definition: libvirt forgets its snapshots once it stops',
        },
      ],
    ],
  ])('%s', async (_what, words, withMemory, where, warnings) => {
    const { ops, sent, touched, uuid, signal } = guestWithSnapshots(words);
    const answer = await ops.create(WEB1, { ...SPEC, memory: withMemory }, signal);
    expect(answer).toEqual({ id: idOfSnapshot('before'), warnings });
    const flags = where === 'inside' ? 0 : SNAPSHOT.diskOnly;
    expect(sent).toEqual([{ call: 'create', xml: '<domainsnapshot><name>before</name></domainsnapshot>', flags }]);
    expect(touched).toEqual([uuid]);
  });

  it('with its description, escaped', async () => {
    const { ops, sent, signal } = guestWithSnapshots({});
    await ops.create(WEB1, { ...SPEC, description: '</description>&' }, signal);
    expect(sent[0]?.xml).toContain('<description>&lt;/description&gt;&amp;</description>');
  });

  it('also when it can no longer be read in which files', async () => {
    const { ops, answer, signal } = guestWithSnapshots({ disks: RAW });
    answer(procedures.snapshotXml, () => {
      throw libvirtNo(VIR_ERR.noSnapshot);
    });
    expect((await ops.create(WEB1, SPEC, signal)).warnings[0]).toEqual({
      feature: 'disks',
      detail: 'web1 writes to new files beside its disks from now on, layered on what it had',
    });
  });
});

describe('is refused', () => {
  it('without the memory of a guest that runs, where that could not be reverted to', async () => {
    const { ops, sent, signal } = guestWithSnapshots({ on: true });
    await expect(ops.create(WEB1, SPEC, signal)).rejects.toMatchObject({
      code: 'op.unsupported',
      message:
        "web1 runs: libvirt 9.0.0 keeps its disks without its memory in files of their own alone, and can't revert to those",
      fix: 'keep its memory as well, or stop it first',
    });
    expect(sent).toEqual([]);
  });

  it.each([
    ['', 'a snapshot needs a name'],
    ['a/b', '"a/b" has a slash or starts with a dot'],
    ['.a', '".a" has a slash or starts with a dot'],
    ['a\u001bb', String.raw`"a\u001bb" has characters that no name can have`],
    ['a\nb', String.raw`"a\nb" has characters that no name can have`],
    ['a\u009bb', '"a\u009bb" has characters that no name can have'],
    ['a\ud800', String.raw`"a\ud800" has characters that no name can have`],
    ['a\uffff', '"a\uffff" has characters that no name can have'],
    ['é'.repeat(121), 'the name is longer than 240 bytes'],
    ['2', 'QEMU may take "2" for the number of another snapshot'],
    ['65536', 'QEMU may take "65536" for the number of another snapshot'],
  ])('by the name %j', async (name, why) => {
    const { ops, sent, signal } = guestWithSnapshots({});
    const refused = { code: 'op.refused', message: `web1: ${why}`, fix: 'choose another name' };
    await expect(ops.create(WEB1, { ...SPEC, name }, signal)).rejects.toMatchObject(refused);
    expect(sent).toEqual([]);
  });

  it.each(['é'.repeat(120), '0', '02', '2a', '20261129', 'a.b', '-x', ' x ', '☕'])(
    'not by the name %j',
    async (name) => {
      const { ops, sent, signal } = guestWithSnapshots({});
      await ops.create(WEB1, { ...SPEC, name }, signal);
      expect(sent).toHaveLength(1);
    },
  );

  it('with a description that XML can not have, though it may have lines', async () => {
    const { ops, sent, signal } = guestWithSnapshots({});
    const take = (description: string) => ops.create(WEB1, { ...SPEC, description }, signal);
    const refused = { code: 'op.refused', message: "web1: the description has characters that libvirt can't keep" };
    await expect(take('a\u0000b')).rejects.toMatchObject(refused);
    expect(sent).toEqual([]);
    await take('a\r\n\tb');
    expect(sent).toHaveLength(1);
  });

  const TAKEN = { code: 'op.conflict', message: 'web1 has a snapshot "before" already', fix: 'choose another name' };
  it('by a name that is taken', async () => {
    const { ops, sent, signal } = guestWithSnapshots({ snapshots: { before: {} } });
    await expect(ops.create(WEB1, SPEC, signal)).rejects.toMatchObject(TAKEN);
    expect(sent).toEqual([]);
  });

  it('by a name that another client took in the same moment; for what else went wrong with its own words', async () => {
    const { ops, answer, documents, signal } = guestWithSnapshots({});
    let code: number = VIR_ERR.operationFailed;
    answer(procedures.createSnapshot, () => {
      throw libvirtNo(code, 'no room');
    });
    const failed = { code: 'op.failed', message: 'web1: no room' };
    await expect(ops.create(WEB1, SPEC, signal)).rejects.toMatchObject(failed);
    const take = () => {
      documents.clear();
      return ops.create(WEB1, SPEC, signal);
    };
    answer(procedures.createSnapshot, () => {
      documents.set('before', '');
      throw libvirtNo(code, 'no room');
    });
    await expect(take()).rejects.toMatchObject(TAKEN);
    code = 1;
    await expect(take()).rejects.toMatchObject(failed);
  });
});
