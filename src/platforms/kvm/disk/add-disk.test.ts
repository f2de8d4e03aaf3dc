import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { mib } from '../../../units.ts';
import type { DiskSpec } from '../../contract.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import {
  type DeviceWords,
  DIR,
  disk,
  guestWithDevices,
  idOfDisk,
  volumeXml,
  WEB1,
} from '../testkit/guest-with-devices.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';

const INTERNAL_ERROR = 1;
const ROOT = disk('/d/web1.qcow2');
const HOST = {
  pools: { fast: DIR },
  volumes: {
    fast: {
      'web1.qcow2': volumeXml('web1.qcow2'),
      'data.img': volumeXml('data.img', 'raw'),
      'old.vmdk': volumeXml('old.vmdk', 'vmdk'),
      'notes.txt': volumeXml('notes.txt', 'unknown'),
    },
  },
  saved: ROOT,
} satisfies DeviceWords;
const NEW: DiskSpec = { volume: '', size: mib(64), storage: '', format: '', bus: '', shareable: false };

async function setUp(words: DeviceWords = {}) {
  const host = await guestWithDevices({ ...HOST, ...words });
  return {
    ...host,
    create: (spec: Partial<DiskSpec> = {}) => host.disks.create(WEB1, { ...NEW, ...spec }, host.signal),
  };
}
const ATTACHED =
  '<disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="/d/web1_1.qcow2"/><target dev="vdb" bus="virtio"/></disk>';

describe('a new disk', () => {
  it('F-260 F-266 F-372 is a volume beside the first disk, attached in what is saved of a VM that is off', async () => {
    const { create, sent, touched } = await setUp();
    expect(await create()).toEqual({ warnings: [], id: idOfDisk('vdb') });
    expect(sent).toEqual([
      `create <volume><name>web1_1.qcow2</name><allocation>0</allocation><capacity unit="bytes">${mib(64)}</capacity><target><format type="qcow2"/><compat>1.1</compat></target></volume>`,
      `attach saved ${ATTACHED}`,
    ]);
    expect(touched.length).toBeGreaterThan(0);
  });

  it.each([
    ['runs', { live: ROOT }, 'live+saved'],
    ['runs without a saved definition', { live: ROOT, saved: undefined }, 'live'],
  ])('is attached in one call where the VM %s', async (_what, words, where) => {
    const { create, sent } = await setUp(words as DeviceWords);
    await create();
    expect(sent[1]).toBe(`attach ${where} ${ATTACHED}`);
  });

  it('F-260 F-372 is of an image: a layer on it, where it is linked', async () => {
    const { create, sent } = await setUp();
    await create({ image: 'fast/web0.qcow2', linked: true }).catch((error) =>
      expect(error.code).toBe('image.not-found'),
    );
    expect(sent).toEqual([]);
    await create({ image: 'old.vmdk', linked: true });
    expect(sent).toEqual([
      `create <volume><name>web1_1.qcow2</name><allocation>0</allocation><capacity unit="bytes">${mib(64)}</capacity><target><format type="qcow2"/><compat>1.1</compat></target><backingStore><path>/d/old.vmdk</path><format type="vmdk"/></backingStore></volume>`,
      `attach saved ${ATTACHED}`,
    ]);
  });

  it('takes the first name that neither the running nor the saved VM has, and a file name that is free', async () => {
    const live = `${ROOT}${disk('/d/x', 'vdb')}`;
    const volumes = { fast: { ...HOST.volumes.fast, 'web1_1.qcow2': volumeXml('web1_1.qcow2') } };
    const { create, volumes: left } = await setUp({ live, saved: `${ROOT}${disk('/d/y', 'vdc')}`, volumes });
    expect(await create()).toMatchObject({ id: idOfDisk('vdd') });
    expect(left()).toContain('web1_2.qcow2');
  });

  it.each([
    ['scsi', 'sda'],
    ['sata', 'sda'],
    ['ide', 'hda'],
  ])('on the bus %s is called %s', async (bus, target) => {
    const { create, sent } = await setUp();
    expect(await create({ bus })).toMatchObject({ id: idOfDisk(target) });
    expect(sent[1]).toContain(`<target dev="${target}" bus="${bus}"/>`);
  });

  it('is called vdaa behind vdz', async () => {
    const all = Array.from({ length: 26 }, (_, i) =>
      disk(i === 0 ? '/d/web1.qcow2' : `/d/${i}`, `vd${String.fromCharCode(97 + i)}`),
    );
    const { create } = await setUp({ saved: all.join('') });
    expect(await create()).toMatchObject({ id: idOfDisk('vdaa') });
  });

  it('is raw, without another format, where the storage has no folder', async () => {
    const words = { pools: { ...HOST.pools, vg: "<pool type='logical'><target><path>/dev/vg</path></target></pool>" } };
    const { create, sent, answer } = await setUp({ ...words, volumes: { ...HOST.volumes, vg: {} } });
    answer(
      procedures.volumeXml,
      () => "<volume type='block'><target><path>/dev/vg/web1_1.raw</path></target></volume>",
    );
    await create({ storage: 'vg' });
    expect(sent[1]).toContain(
      '<disk type="block" device="disk"><driver name="qemu" type="raw"/><source dev="/dev/vg/web1_1.raw"/>',
    );
    await expect(create({ storage: 'vg', format: 'qcow2' })).rejects.toMatchObject({ code: 'op.refused' });
  });

  it.each<readonly [string, DeviceWords, Partial<DiskSpec>, string]>([
    ['a storage that is not there', {}, { storage: 'none' }, 'storage.not-found'],
    ['a VM whose first disk is in no storage', { saved: disk('/root/x.qcow2') }, {}, 'op.refused'],
    ['a VM without a disk', { saved: '' }, {}, 'op.refused'],
    ['no size', {}, { size: mib(0) }, 'op.refused'],
    ['an image that is not there', {}, { image: 'none' }, 'image.not-found'],
    ['an image that it writes to itself', {}, { image: 'web1.qcow2' }, 'op.conflict'],
    ['a layer on nothing', {}, { linked: true }, 'op.refused'],
    ['an image and a volume', {}, { image: 'old.vmdk', volume: 'data.img' }, 'op.refused'],
    ['an unknown bus', {}, { bus: 'toaster' }, 'op.refused'],
    ['a bus that a running VM takes nothing on', { live: ROOT }, { bus: 'sata' }, 'op.unsupported'],
    ['a suspended VM', { suspended: true }, {}, 'op.conflict'],
  ])('is refused for %s, before anything is made', async (_what, words, spec, code) => {
    const { create, sent } = await setUp(words);
    await expect(create(spec)).rejects.toMatchObject({ code });
    expect(sent).toEqual([]);
  });
});

describe('a new disk that can not be attached', () => {
  const refusing = async (words: DeviceWords = {}, code = INTERNAL_ERROR) => {
    const host = await setUp(words);
    host.answer(procedures.attachDevice, () => {
      throw libvirtNo(code, 'No more available PCI slots');
    });
    return host;
  };

  it('leaves no volume', async () => {
    const { create, volumes, sent } = await refusing();
    await expect(create()).rejects.toMatchObject({ code: 'op.failed', message: 'web1: No more available PCI slots' });
    expect(volumes()).not.toContain('web1_1.qcow2');
    expect(sent.at(-1)).toBe('delete fast/web1_1.qcow2');
  });

  it('leaves none either where libvirt can not tell where the volume is', async () => {
    const { create, volumes, answer } = await refusing();
    answer(procedures.volumeXml, () => {
      throw libvirtNo(INTERNAL_ERROR, 'no idea');
    });
    await expect(create()).rejects.toMatchObject({ code: 'op.failed' });
    expect(volumes()).not.toContain('web1_1.qcow2');
  });

  it('leaves none of a kind that is not attached', async () => {
    const { create, volumes, answer } = await setUp();
    answer(procedures.volumeXml, () => "<volume type='network'><target><path>pool/web1_1</path></target></volume>");
    await expect(create()).rejects.toMatchObject({ code: 'op.unsupported' });
    expect(volumes()).not.toContain('web1_1.qcow2');
  });

  it('says which volume is left, and how it is removed, when that can not be deleted', async () => {
    const { create, answer } = await refusing();
    answer(procedures.deleteVolume, () => {
      throw libvirtNo(INTERNAL_ERROR, 'Read-only file system');
    });
    await expect(create()).rejects.toMatchObject({
      code: 'op.failed',
      message: 'web1: No more available PCI slots; /d/web1_1.qcow2, made for it, is left: web1: Read-only file system',
      fix: 'when no VM has it: virsh vol-delete --pool fast web1_1.qcow2',
    });
  });

  it('keeps the volume when the VM has it nevertheless', async () => {
    const { create, answer, devices, volumes } = await setUp({ live: ROOT });
    answer(procedures.attachDevice, () => {
      devices.live = [...(devices.live ?? []), DISK_WITH_NEW];
      throw libvirtNo(38, 'No space left on device');
    });
    await expect(create()).rejects.toMatchObject({ message: expect.stringContaining('is a disk of it nevertheless') });
    expect(volumes()).toContain('web1_1.qcow2');
  });

  it('keeps it when no answer came: it may be attached', async () => {
    const { create, answer, volumes } = await setUp({ live: ROOT });
    answer(procedures.attachDevice, () => {
      throw new FleetError('host.unreachable', 'the link is down');
    });
    await expect(create()).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringContaining('/d/web1_1.qcow2, made for it, may be left'),
    });
    expect(volumes()).toContain('web1_1.qcow2');
  });

  it('says that a q35 has no free port while it runs', async () => {
    const root = `${ROOT}<controller type='pci' index='0' model='pcie-root'/>`;
    const { create } = await refusing({ live: root, saved: root });
    await expect(create()).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'web1 has no free PCI port for another device while it runs (web1: No more available PCI slots)',
      fix: expect.stringContaining('stop it first'),
    });
  });

  it('does not blame the ports for what libvirt refuses in other words', async () => {
    const root = `${ROOT}<controller type='pci' index='0' model='pcie-root'/>`;
    const { create } = await refusing({ live: root, saved: root }, VIR_ERR.operationInvalid);
    await expect(create()).rejects.toMatchObject({ message: 'web1: No more available PCI slots' });
  });

  it('says to stop the VM for a bus that nothing can be plugged into', async () => {
    const { create } = await refusing({ live: ROOT }, VIR_ERR.operationUnsupported);
    await expect(create()).rejects.toMatchObject({ code: 'op.unsupported', fix: 'stop it first' });
  });
});

describe('a new disk of an image that takes long', () => {
  /** Copies it, and says nothing more, or what it throws. */
  const copying = async (what: () => Promise<never>) => {
    const host = await setUp();
    host.answer(procedures.createVolumeFrom, what);
    return host;
  };
  const named = {
    message: expect.stringContaining('what may be there: the volume web1_1.qcow2 in fast'),
    fix: expect.stringContaining('what removes it: virsh vol-delete --pool fast web1_1.qcow2'),
  };

  it('is named with what removes it when no answer comes in time', async () => {
    const { create } = await copying(async () => {
      throw new FleetError('op.timeout', 'no answer');
    });
    await expect(create({ image: 'old.vmdk' })).rejects.toMatchObject({ code: 'outcome.unknown', ...named });
  });

  it('is named when the user gives up: the host may go on', async () => {
    const giving = new AbortController();
    const { disks } = await copying(async () => {
      giving.abort(new FleetError('op.cancelled', 'cancelled'));
      throw giving.signal.reason;
    });
    const made = disks.create(WEB1, { ...NEW, image: 'old.vmdk' }, giving.signal);
    await expect(made).rejects.toMatchObject({ code: 'op.cancelled', ...named });
  });

  it('is not there when it is refused', async () => {
    const { create } = await copying(async () => {
      throw libvirtNo(INTERNAL_ERROR, 'No space left on device');
    });
    await expect(create({ image: 'old.vmdk' })).rejects.toMatchObject({ message: 'web1: No space left on device' });
  });
});

describe('a volume that is there', () => {
  it.each([
    ['/d/data.img', 'raw', '/d/data.img'],
    ['data.img', 'raw', '/d/data.img'],
    ['fast/old.vmdk', 'vmdk', '/d/old.vmdk'],
    ['notes.txt', 'raw', '/d/notes.txt'],
  ])('F-083 F-265 is attached by the name %s, as %s', async (volume, format, path) => {
    const { create, sent } = await setUp();
    expect(await create({ volume })).toEqual({ warnings: [], id: idOfDisk('vdb') });
    expect(sent).toEqual([
      `attach saved <disk type="file" device="disk"><driver name="qemu" type="${format}"/><source file="${path}"/><target dev="vdb" bus="virtio"/></disk>`,
    ]);
  });

  it.each([
    ['/d/none.img', 'volume.not-found'],
    ['none.img', 'volume.not-found'],
    ['same.img', 'name.ambiguous'],
  ])('is not attached by the name %s: %s', async (volume, code) => {
    const twice = { fast: { 'same.img': volumeXml('same.img') }, slow: { 'same.img': volumeXml('same.img') } };
    const { create, sent } = await setUp({ pools: { ...HOST.pools, slow: DIR }, volumes: twice });
    await expect(create({ volume })).rejects.toMatchObject({ code });
    expect(sent).toEqual([]);
  });

  it.each<readonly [string, DeviceWords, Partial<DiskSpec>, RegExp]>([
    ['another VM has it', { others: { web2: disk('/d/data.img') } }, {}, /used by web2$/],
    ['this VM has it', { saved: `${ROOT}${disk('/d/data.img', 'vdb')}` }, {}, /used by web1$/],
    [
      'a snapshot of another needs it',
      { others: { web2: '' }, snapshots: { web2: disk('/d/data.img') } },
      {},
      /needed by the snapshot monday of web2$/,
    ],
    [
      'a volume is layered on it',
      {
        volumes: {
          fast: {
            ...HOST.volumes.fast,
            'top.qcow2': volumeXml('top.qcow2', 'qcow2', '<backingStore><path>/d/data.img</path></backingStore>'),
          },
        },
      },
      {},
      /top\.qcow2 in pool fast is layered on it$/,
    ],
    ['only one side shares it', { others: { web2: disk('/d/data.img') } }, { shareable: true }, /used by web2$/],
    [
      'the other side alone does',
      { others: { web2: disk('/d/data.img', 'vda', '<shareable/>') } },
      {},
      /used by web2$/,
    ],
  ])('is refused where %s', async (_what, words, spec, message) => {
    const { create, sent } = await setUp(words);
    await expect(create({ volume: 'data.img', ...spec })).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringMatching(message),
    });
    expect(sent).toEqual([]);
  });

  it('is attached where all who have it share it', async () => {
    const { create, sent } = await setUp({ others: { web2: disk('/d/data.img', 'vda', '<shareable/>') } });
    await create({ volume: 'data.img', shareable: true });
    expect(sent[0]).toContain('<shareable/>');
  });

  it('may come back to the VM whose snapshot needs it', async () => {
    const { create, sent } = await setUp({ snapshots: { web1: disk('/d/data.img') } });
    await create({ volume: 'data.img' });
    expect(sent).toHaveLength(1);
  });

  it('is attached with a warning where it is not known who has it', async () => {
    const { create } = await setUp({ others: { web2: disk('/elsewhere/x.img') } });
    expect(await create({ volume: 'data.img' })).toMatchObject({
      warnings: [{ feature: 'disk.create', detail: expect.stringMatching(/not known: .*x\.img/) }],
    });
  });
});

const DISK_WITH_NEW = {
  name: 'disk',
  attributes: { type: 'file', device: 'disk' },
  text: '',
  children: [{ name: 'source', attributes: { file: '/d/web1_1.qcow2' }, text: '', children: [] }],
};
