import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { volumeId } from '../../../ids.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { DISK, domainXml, type FileWords, guestWithFiles, WEB1 } from '../testkit/guest-with-files.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT } from '../testkit/scripted-host.ts';
import { createExport } from './export.ts';

function set(words: FileWords = {}) {
  const guest = guestWithFiles(words);
  const { answer, sent } = guest;
  answer(procedures.listDomains, () => ({ domains: [guest.now.domain], count: 0 }));
  answer(procedures.poolInfo, () => ({ state: 2, capacity: 0, allocation: 0, available: 0 }));
  answer(procedures.volumeByPath, ({ path }) => {
    if (path.startsWith('/d/')) return { pool: 'default', name: path.slice(3), key: path };
    throw libvirtNo(VIR_ERR.noVolume);
  });
  answer(procedures.createVolumeFrom, ({ pool, xml, from }) => {
    sent.push([`copy ${from.pool}/${from.name}`, xml]);
    const name = /<name>(.*?)<\/name>/.exec(xml)?.[1] ?? '';
    guest.write(name, 200);
    return { pool: pool.name, name, key: '' };
  });
  answer(procedures.deleteVolume, ({ volume }) => void sent.push([`delete ${volume.pool}/${volume.name}`]));
  const { signal } = guest;
  const run = (name = 'image.qcow2', storage = '', given = signal) =>
    createExport(guest.calls, guest.host)(WEB1, { name, storage }, given);
  return { ...guest, run, verbs: () => sent.map((one) => (one as readonly string[])[0]) };
}

describe('an export', () => {
  it('is a copy of the first disk that is written to, in the storage of that', async () => {
    const media = "<disk device='cdrom'><source file='/d/a.iso'/></disk>";
    const { run, sent } = set({ xml: domainXml(media + DISK) });
    expect(await run()).toEqual({ warnings: [], id: volumeId(ENDPOINT, 'default/image.qcow2') });
    const target = '<target><format type="qcow2"/><compat>1.1</compat></target>';
    const xml = `<volume><name>image.qcow2</name><capacity unit="bytes">64</capacity><allocation>0</allocation>${target}</volume>`;
    expect(sent).toEqual([['copy default/web1.qcow2', xml]]);
  });

  it.each<[string, FileWords, string, string, string]>([
    [
      'of a guest that is on',
      { on: true },
      'i',
      'op.conflict',
      'web1 is running: its disks change while they are read',
    ],
    [
      'of one that is suspended',
      { saved: true },
      'i',
      'op.conflict',
      'web1 is suspended: its memory holds what is not on its disks yet',
    ],
    ['of one without a disk', { xml: domainXml('') }, 'i', 'op.refused', 'web1 has no disk'],
    [
      'of a disk in no storage',
      { xml: domainXml(DISK.replace('/d/', '/srv/')) },
      'i',
      'op.refused',
      "web1: its disk vda, /srv/web1.qcow2 can't be exported: it is in no active storage",
    ],
    [
      'of a disk that is not what the guest takes it for',
      { xml: domainXml(DISK.replace('qcow2', 'raw')) },
      'i',
      'op.refused',
      "web1: its disk vda, /d/web1.qcow2 can't be exported: the VM uses it as raw, and it looks like qcow2, as its guest may have written it",
    ],
    ['by a name that is taken', {}, 'web1.qcow2', 'op.conflict', 'the storage default has a volume web1.qcow2 already'],
    [
      'into another folder',
      {},
      '../i',
      'op.refused',
      '"../i" can\'t be the name of an image: it is empty, or has a slash, a dot first or blanks around it',
    ],
    [
      'without a name',
      {},
      '',
      'op.refused',
      '"" can\'t be the name of an image: it is empty, or has a slash, a dot first or blanks around it',
    ],
  ])('is not made %s', async (_what, words, name, code, message) => {
    const { run, sent } = set(words);
    await expect(run(name)).rejects.toMatchObject({ code, message });
    expect(sent).toEqual([]);
  });

  it('is not made in a storage without a folder', async () => {
    const { run, answer, sent } = set();
    const pool = { name: 'vg', uuid: Buffer.alloc(16, 9) };
    const pools = [{ name: 'default', uuid: Buffer.alloc(16, 1) }, pool];
    answer(procedures.listPools, () => ({ pools, count: 0 }));
    answer(procedures.poolXml, ({ pool: { name } }) =>
      name === 'vg' ? "<pool type='logical'/>" : "<pool type='dir'><target><path>/d</path></target></pool>",
    );
    await expect(run('i', 'vg')).rejects.toMatchObject({ code: 'op.refused', fix: 'choose a storage of files' });
    await expect(run('i', 'none')).rejects.toMatchObject({ code: 'storage.not-found' });
    expect(sent).toEqual([]);
  });

  it('is taken away again when the guest was started meanwhile, or the user has given up', async () => {
    const started = set();
    const { createVolumeFrom } = procedures;
    started.answer(createVolumeFrom, ({ pool }) => {
      started.write('image.qcow2', 200);
      started.now.domain = { ...started.now.domain, id: 4 };
      return { pool: pool.name, name: 'image.qcow2', key: '' };
    });
    await expect(started.run()).rejects.toMatchObject({ code: 'op.conflict', fix: 'shut it down first' });
    expect(started.verbs()).toEqual(['delete default/image.qcow2']);
    const gone = set();
    const user = new AbortController();
    gone.answer(createVolumeFrom, ({ pool }) => {
      user.abort(new FleetError('op.cancelled', 'cancelled'));
      return { pool: pool.name, name: 'image.qcow2', key: '' };
    });
    await expect(gone.run('image.qcow2', '', user.signal)).rejects.toMatchObject({ code: 'op.cancelled' });
    expect(gone.verbs()).toEqual(['delete default/image.qcow2']);
  });

  it('is named, with the command that removes it, when it is not known whether it is there', async () => {
    const { run, answer, verbs } = set();
    answer(procedures.createVolumeFrom, () => {
      throw new FleetError('host.unreachable', 'cut off');
    });
    await expect(run()).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringContaining('may be there: the volume image.qcow2 in default'),
      fix: 'look at its state once the host answers again; what removes it: virsh vol-delete --pool default image.qcow2',
    });
    expect(verbs()).toEqual([]);
  });
});
