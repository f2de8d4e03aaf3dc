import { describe, expect, it } from 'vitest';
import { nativeOf } from '../../../ids.ts';
import { procedures } from '../rpc/protocol.ts';
import { hostWith, LOGICAL, QCOW2, RAW } from '../testkit/host-with-original.ts';
import { newMac } from './clone-checks.ts';

describe('a clone', () => {
  it('is made of its volumes first, then of its definition; names that are taken are left alone', async () => {
    const { clone, sent, documents } = hostWith(QCOW2 + RAW + LOGICAL, { autostart: true });
    const { id, warnings } = await clone({ start: true });
    expect(warnings).toEqual([]);
    expect(sent).toEqual([
      'STORAGE_VOL_CREATE_XML_FROM web2_1.qcow2',
      'STORAGE_VOL_CREATE_XML_FROM web2_1.img',
      'STORAGE_VOL_CREATE_XML_FROM web2_2',
      'DOMAIN_DEFINE_XML_FLAGS web2',
      'DOMAIN_SET_AUTOSTART web2',
      'DOMAIN_CREATE_WITH_FLAGS web2',
    ]);
    expect(documents.slice(0, 3)).toEqual([
      '<volume><name>web2_1.qcow2</name><capacity unit="bytes">4096</capacity><allocation>0</allocation><target><format type="qcow2"/><compat>1.1</compat></target></volume>',
      '<volume><name>web2_1.img</name><capacity unit="bytes">4096</capacity><allocation>0</allocation><target><format type="raw"/></target></volume>',
      '<volume><name>web2_2</name><capacity unit="bytes">4096</capacity></volume>',
    ]);
    expect(documents[3]).toContain(`<uuid>${nativeOf(id)}</uuid>`);
    for (const path of ['file="/d/web2_1.qcow2"', 'file="/d/web2_1.img"', 'dev="/dev/vg/web2_2"'])
      expect(documents[3]).toContain(path);
  });

  it('has no address that a NIC on the host has', async () => {
    const draws = ['000001', '000001', 'abcdef', '000002'].map((hex) => Buffer.from(hex, 'hex'));
    const taken = new Set(['52:54:00:ab:cd:ef']);
    const draw = () => draws.shift() ?? Buffer.alloc(3);
    expect([newMac(taken, draw), newMac(taken, draw)]).toEqual(['52:54:00:00:00:01', '52:54:00:00:00:02']);
    const nic = "<interface><mac address='52:54:00:AA:AA:AA'/></interface>";
    const { read } = hostWith('', { others: { web9: nic } });
    expect(await read()).toEqual(new Set(['52:54:00:aa:aa:aa']));
  });

  it('has a volume of its own for each disk, also where names are taken', async () => {
    const { clone, sent } = hostWith(QCOW2 + QCOW2.replace('vda', 'vdb'));
    await clone();
    expect(sent.slice(0, 2)).toEqual([
      'STORAGE_VOL_CREATE_XML_FROM web2_1.qcow2',
      'STORAGE_VOL_CREATE_XML_FROM web2_2.qcow2',
    ]);
  });

  it('is not made while its original is suspended', async () => {
    const { clone, sent, answer } = hostWith(QCOW2);
    answer(procedures.hasManagedSave, () => true);
    await expect(clone()).rejects.toMatchObject({ code: 'op.conflict', fix: 'resume it and shut it down first' });
    expect(sent).toEqual([]);
  });

  it('is layered on what its storage says that the disks are', async () => {
    const { clone, sent, documents } = hostWith(RAW);
    await clone({ linked: true });
    expect(sent[0]).toBe('STORAGE_VOL_CREATE_XML web2_1.qcow2');
    expect(documents[0]).toContain('<backingStore><path>/d/data.img</path><format type="raw"/></backingStore>');
    expect(documents[1]).toContain('<driver type="qcow2"/>');
  });

  it('shares what is only read, and what is shareable, which it says', async () => {
    const media = "<disk device='cdrom'><source file='/d/a.iso'/><target dev='sda'/><readonly/></disk>";
    const shared = "<disk device='disk'><source file='/x/quorum'/><target dev='vdq'/><shareable/></disk>";
    const { clone, sent, documents } = hostWith(media + shared);
    const { warnings } = await clone({ linked: true });
    expect(warnings).toEqual([{ feature: 'disks', detail: 'vdq, /x/quorum is shared: the clone uses the same one' }]);
    expect(sent).toEqual(['DOMAIN_DEFINE_XML_FLAGS web2']);
    expect(documents[0]).toContain(media + shared);
  });

  it.each<readonly [string, string, boolean, RegExp]>([
    [
      'in no pool',
      "<disk device='disk'><source file='/x/a'/><target dev='vda'/></disk>",
      false,
      /in no active storage/,
    ],
    [
      'of the network',
      "<disk><source protocol='rbd' name='p/i'/><target dev='vda'/></disk>",
      false,
      /no file and no device/,
    ],
    ['of a LUN', "<disk device='lun'><source dev='/dev/sdb'/><target dev='sdb'/></disk>", false, /a lun of the host/],
    ['that is encrypted', QCOW2.replace("'/>", "'/><encryption/>"), false, /it is encrypted/],
    [
      'of another format',
      QCOW2.replace("type='qcow2'", "type='raw'"),
      false,
      /uses it as raw, and it looks like qcow2/,
    ],
    [
      'without a format',
      RAW.replace('data.img', 'web1.qcow2').replace("<driver type='raw'/>", ''),
      true,
      /uses it as raw/,
    ],
    ['of a volume group', LOGICAL, true, /nothing can be layered on volumes of vg/],
    ['vhostuser', "<interface type='vhostuser'/>", false, /socket of the host/],
    ['nvdimm', "<memory model='nvdimm'><source><path>/n</path></source></memory>", false, /kept in a file/],
  ])('is not made of a disk %s', async (_what, devices, linked, why) => {
    const { clone, sent } = hostWith(devices);
    await expect(clone({ linked })).rejects.toMatchObject({ code: 'op.refused', message: expect.stringMatching(why) });
    expect(sent).toEqual([]);
  });

  it.each([
    ['-drive', /past libvirt/],
    ['file=/d/web1.qcow2', /names the disk \/d\/web1.qcow2 in a place/],
  ])('is not made where QEMU is given a disk by %s', async (arg, why) => {
    const more = `<q:commandline xmlns:q='q'><q:arg value='${arg}'/></q:commandline>`;
    const { clone, sent } = hostWith(QCOW2, { more });
    await expect(clone()).rejects.toMatchObject({ code: 'op.refused', message: expect.stringMatching(why) });
    expect(sent).toEqual([]);
  });

  it('is not made of a disk with which another VM runs', async () => {
    const { clone, sent } = hostWith(QCOW2, { others: { web9: QCOW2 } });
    await expect(clone()).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'web1: web9 runs with its disk /d/web1.qcow2',
      fix: 'shut web9 down first',
    });
    expect(sent).toEqual([]);
  });

  it.each(['', ' web2', 'a/b', 'a\nb'])('is not called %j', async (name) => {
    await expect(hostWith(QCOW2).clone({ name })).rejects.toMatchObject({ code: 'op.refused' });
  });

  it('is not called like another VM', async () => {
    const { clone, sent } = hostWith(QCOW2, { taken: ['web2'] });
    await expect(clone()).rejects.toMatchObject({ code: 'op.conflict', fix: 'choose another name' });
    expect(sent).toEqual([]);
  });
});
