import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { domainXml, type FileWords, guestWithFiles, THERE, UUID, WEB1 } from '../testkit/guest-with-files.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT, uuidOf } from '../testkit/scripted-host.ts';
import { createRestore } from './restore.ts';
import { createSave } from './save.ts';

const PATH = '/d/web1.save';
const FOLDER = { '/srv/.': { ...THERE, isFile: false } };

describe('saving memory to a file', () => {
  const set = (words: FileWords = {}) => {
    const guest = guestWithFiles({ on: true, ...words });
    return { ...guest, save: (path = PATH) => createSave(guest.calls)(WEB1, path, guest.signal) };
  };

  it('is one call, where no file is', async () => {
    const { save, sent, touched } = set();
    expect(await save()).toEqual({ warnings: [] });
    expect(sent).toEqual([['save', PATH, 0]]);
    expect(touched).toEqual([UUID]);
  });

  it('warns of a guest that the host forgets then', async () => {
    const detail = 'web1 has no saved definition: the host knows it again once it is restored';
    expect(await set({ transient: true }).save()).toEqual({ warnings: [{ feature: 'vm.save', detail }] });
  });

  it.each<[string, FileWords, string, string]>([
    ['of a guest that is off', { on: false }, PATH, 'op.conflict web1 is off: it has nothing in memory'],
    ['over a file of a storage', { files: { 'web1.save': 5 } }, PATH, `op.conflict ${PATH} is there already`],
    [
      'over a file that a login sees',
      { login: { '/srv/a': THERE, ...FOLDER } },
      '/srv/a',
      'op.conflict /srv/a is there already',
    ],
    ['into a folder that is not there', { login: {} }, '/srv/a', 'op.refused the host has no folder /srv'],
    [
      'where the login may not look',
      { login: { '/srv/a': { is: 'unknown', why: 'Permission denied' }, ...FOLDER } },
      '/srv/a',
      "op.refused it can't be seen whether /srv/a is there already, and libvirt would write over it",
    ],
    [
      'outside of the storages, without a login',
      {},
      '/srv/a',
      "op.refused it can't be seen whether /srv/a is there already, and libvirt would write over it",
    ],
    ['to a name', {}, 'a.save', 'op.refused "a.save" is no absolute path of a file'],
    ['to a folder', {}, '/d/', 'op.refused "/d/" is no absolute path of a file'],
    [
      'upwards',
      {},
      '/d/../a',
      'op.refused "/d/../a" has a part that is empty, or is . or .., or has characters that no name should have',
    ],
    [
      'to a name of two lines',
      {},
      '/d/a\nb',
      'op.refused "/d/a\\nb" has a part that is empty, or is . or .., or has characters that no name should have',
    ],
    ['to a name that no file can have', {}, `/d/${'a'.repeat(256)}`, `op.refused "/d/${'a'.repeat(256)}" is too long`],
  ])('is not done %s', async (_what, words, path, why) => {
    const { save, sent } = set(words);
    const error = await save(path).catch((refusal: unknown) => refusal as FleetError);
    expect(error).toBeInstanceOf(FleetError);
    expect(`${(error as FleetError).code} ${(error as FleetError).message}`).toBe(why);
    expect(sent).toEqual([]);
  });

  it('says how a folder is made that is not there', async () => {
    const error = await set({ login: {} })
      .save('/srv/my guests/a')
      .catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({
      message: 'the host has no folder /srv/my guests',
      fix: "libvirt makes no folders: run mkdir -p '/srv/my guests' on the host, or choose another folder",
    });
  });

  it('is done where a login sees that nothing is there', async () => {
    const { save, sent } = set({ login: FOLDER });
    await save('/srv/a');
    expect(sent).toEqual([['save', '/srv/a', 0]]);
  });

  it.each<[string, number, boolean, string, string | undefined]>([
    ['goes on', 1, false, 'web1: no room; it goes on as before', undefined],
    ['is paused', 3, false, 'web1: no room; it is paused now', undefined],
    ['is off', 5, false, 'web1: no room; it is off now', undefined],
    [
      'goes on, and a file is left',
      1,
      true,
      `web1: no room; it goes on as before; a part of its memory is left in ${PATH}`,
      `remove it on the host: rm ${PATH}`,
    ],
  ])('says what became of it when it failed: it %s', async (_what, state, isLeft, message, fix) => {
    const { save, answer, now, write } = set();
    answer(procedures.save, () => {
      now.state = state;
      if (isLeft) write('web1.save', 7);
      throw libvirtNo(VIR_ERR.operationFailed, 'no room');
    });
    await expect(save()).rejects.toMatchObject({ code: 'op.failed', message, fix });
  });

  it('names the file that may be there when no answer came', async () => {
    const { save, answer } = set();
    answer(procedures.save, () => {
      throw new FleetError('host.unreachable', 'cut off');
    });
    await expect(save()).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringMatching(
        /^web1: no answer to "save to \/d\/web1.save".*; \/d\/web1.save may be there, whole or in part$/,
      ),
    });
  });
});

describe('restoring memory from a file', () => {
  const SAVED = { files: { 'web1.qcow2': 100, 'web1.save': 100 } };
  const set = (words: FileWords = {}, saved = domainXml(), path = PATH) => {
    const guest = guestWithFiles({ ...SAVED, ...words });
    guest.answer(procedures.savedXml, () => saved);
    const restore = createRestore(guest.host, guest.calls.touched);
    return { ...guest, run: (paused = false) => restore(ENDPOINT, { path, paused }, guest.signal) };
  };

  it('is one call, after which the guest runs or waits, whatever it did before', async () => {
    const { run, sent, touched } = set();
    expect(await run()).toEqual({ id: WEB1, warnings: [] });
    await run(true);
    expect(sent).toEqual([
      ['restore', PATH, 2],
      ['restore', PATH, 4],
    ]);
    expect(touched).toEqual([UUID, UUID]);
  });

  it.each<[string, FileWords, string, string]>([
    ['that is on', { on: true }, domainXml(), 'web1 is on already'],
    ['that is suspended', { saved: true }, domainXml(), 'web1 is suspended: libvirt keeps a memory of it already'],
    [
      'that is called otherwise now',
      {},
      domainXml().replace('>web1<', '>web0<'),
      `${PATH} has the memory of web0, which is called web1 now`,
    ],
    [
      'of which the host has another one',
      {},
      domainXml().replace(UUID, uuidOf(2)),
      `${PATH} has the memory of another web1 (${uuidOf(2)}) than this host has (${UUID})`,
    ],
    [
      'whose disk is another one',
      { xml: domainXml().replace('web1.qcow2', 'web1.monday') },
      domainXml(),
      "web1 can't go on where it was: its disk vda was /d/web1.qcow2, and is another one now",
    ],
    [
      'whose disk was written to since',
      { files: { 'web1.qcow2': 103, 'web1.save': 100 } },
      domainXml(),
      "web1 can't go on where it was: /d/web1.qcow2 was written to after its memory was saved",
    ],
  ])('is not done to a guest %s', async (_what, words, saved, message) => {
    const { run, sent } = set(words, saved);
    await expect(run()).rejects.toMatchObject({ code: 'op.conflict', message });
    expect(sent).toEqual([]);
  });

  it('warns where times are not known, and of a guest without a saved definition', async () => {
    const device =
      "<disk><source dev='/dev/vg/web1'/><target dev='vda'/></disk><disk><source file='/d/a.iso'/><readonly/></disk>";
    const block = set({ xml: domainXml(device) }, domainXml(device));
    expect((await block.run()).warnings).toEqual([
      {
        feature: 'vm.restore',
        detail: "whether /dev/vg/web1 was used since can't be seen: if it was, the guest destroys what is on it",
      },
    ]);
    const gone = set({}, domainXml().replace('>web1<', '>web2<').replace(UUID, uuidOf(2)));
    expect((await gone.run()).warnings).toEqual([
      { feature: 'vm.restore', detail: 'web2 has no saved definition: it is gone when it stops' },
    ]);
    const apart = set({ login: { '/srv/a': { ...THERE, changed: 90 } } }, domainXml(), '/srv/a');
    await expect(apart.run()).rejects.toMatchObject({ message: expect.stringContaining('was written to after') });
    expect((await set({}, domainXml(), '/srv/a').run()).warnings).toHaveLength(1);
  });

  it('is refused for what is no such file, and says what libvirt says of it', async () => {
    const { run, answer, sent } = set();
    answer(procedures.savedXml, () => {
      throw libvirtNo(VIR_ERR.operationFailed, 'image magic is incorrect');
    });
    const message = `${PATH} is no file with the memory of a VM: image magic is incorrect`;
    await expect(run()).rejects.toMatchObject({ code: 'op.refused', message });
    answer(procedures.savedXml, () => '<domain><name>web1</name></domain>');
    await expect(run()).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringContaining('it names no VM'),
    });
    answer(procedures.savedXml, () => {
      throw libvirtNo(VIR_ERR.accessDenied, 'no');
    });
    await expect(run()).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect(sent).toEqual([]);
  });
});
