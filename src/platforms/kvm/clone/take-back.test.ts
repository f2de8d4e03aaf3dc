import { describe, expect, it } from 'vitest';
import { FleetError } from '../../../errors.ts';
import { type Procedure, procedures } from '../rpc/protocol.ts';
import { hostWith, LOGICAL, nameIn, QCOW2, RAW, WEB1 } from '../testkit/host-with-original.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';

const FAILED = 9;
const lost = () => {
  throw new FleetError('host.unreachable', 'the link to db1 is down');
};

describe('a clone that can not be made', () => {
  it('takes back what was made, the last one first', async () => {
    const { clone, sent, answer } = hostWith(QCOW2 + RAW);
    answer(procedures.create, () => {
      throw libvirtNo(FAILED, 'no memory');
    });
    await expect(clone({ start: true })).rejects.toMatchObject({ code: 'op.failed', message: 'web1: no memory' });
    expect(sent.slice(2)).toEqual([
      'DOMAIN_DEFINE_XML_FLAGS web2',
      'DOMAIN_UNDEFINE_FLAGS web2',
      'STORAGE_VOL_DELETE web2_1.img',
      'STORAGE_VOL_DELETE web2_1.qcow2',
    ]);
  });

  it('leaves a file with UEFI variables, and names it', async () => {
    const { clone, sent, answer } = hostWith('');
    const xml = (nvram: string) =>
      `<domain><name>web1</name><os><nvram>${nvram}</nvram></os><memory>1</memory><vcpu>1</vcpu></domain>`;
    answer(procedures.domainXml, ({ domain: { name } }) => xml(`/n/${name}_VARS.fd`));
    answer(procedures.create, () => {
      throw libvirtNo(FAILED, 'no memory');
    });
    await expect(clone({ start: true })).rejects.toMatchObject({
      message: 'web1: no memory; /n/web2_VARS.fd may be left of it',
    });
    expect(sent.at(-1)).toBe('DOMAIN_UNDEFINE_FLAGS web2');
  });

  it('is not made by a user who may not read the passwords in its definition', async () => {
    const { clone, sent, answer } = hostWith(QCOW2);
    answer(procedures.domainXml, ({ flags }) => {
      if ((flags & 1) !== 0) throw libvirtNo(29, 'forbidden');
      return '<domain/>';
    });
    await expect(clone()).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect(sent).toEqual([]);
  });

  it('names what could not be taken back, with the command for it', async () => {
    const { clone, sent, answer } = hostWith(QCOW2 + RAW);
    answer(procedures.define, () => {
      throw libvirtNo(FAILED, 'disk full');
    });
    answer(procedures.deleteVolume, () => {
      throw libvirtNo(FAILED, 'busy');
    });
    await expect(clone({ name: "it's" })).rejects.toMatchObject({
      code: 'op.failed',
      message:
        "web1: disk full; it could not be taken back (busy): the volume it's_1.img in d, the volume it's_0.qcow2 in d",
      fix: `what removes it: virsh vol-delete --pool d 'it'\\''s_1.img'; virsh vol-delete --pool d 'it'\\''s_0.qcow2'`,
    });
    expect(sent).toHaveLength(2);
  });

  it('leaves a VM that another program has started', async () => {
    const { clone, answer, sent } = hostWith(QCOW2);
    answer(procedures.setAutostart, () => {
      throw libvirtNo(FAILED);
    });
    answer(procedures.domainAutostart, () => true);
    answer(procedures.domainByUuid, ({ uuid }) => ({ ...WEB1, uuid, id: uuid.equals(WEB1.uuid) ? -1 : 4 }));
    await expect(clone()).rejects.toMatchObject({
      message: expect.stringMatching(/\(web2 is running\): the VM web2, the volume web2_1.qcow2 in d$/),
      fix: expect.stringContaining('virsh undefine --keep-nvram web2; virsh vol-delete'),
    });
    expect(sent.at(-1)).toBe('DOMAIN_DEFINE_XML_FLAGS web2');
  });

  it('says when its name was taken meanwhile', async () => {
    const taken: string[] = [];
    const { clone, answer, sent } = hostWith(QCOW2, { taken });
    answer(procedures.define, () => {
      taken.push('web2');
      throw libvirtNo(FAILED, 'exists');
    });
    await expect(clone()).rejects.toMatchObject({ code: 'op.conflict', fix: 'choose another name' });
    expect(sent.at(-1)).toBe('STORAGE_VOL_DELETE web2_1.qcow2');
  });

  it.each([
    ['its second copy', procedures.createVolumeFrom, 'the volume web2_1.img in d, the volume web2_0.qcow2 in d'],
    ['its definition', procedures.define, 'the VM web2, the volume web2_1.img in d, the volume web2_0.qcow2 in d'],
    ['its start', procedures.create, 'the VM web2, the volume web2_1.img in d, the volume web2_0.qcow2 in d'],
  ] as const)('is unknown when the link is lost with %s, and what may be there is named', async (_what, at, left) => {
    const { clone, sent, change, answer } = hostWith(QCOW2 + RAW);
    answer(procedures.listVolumes, () => ({ volumes: [], count: 0 }));
    if (at === procedures.createVolumeFrom)
      change(at, ({ pool, xml }) => (sent.length > 1 ? lost() : { pool: pool.name, name: nameIn(xml), key: '' }));
    else answer(at as Procedure<unknown, unknown>, lost);
    await expect(clone({ start: true })).rejects.toMatchObject({
      code: 'outcome.unknown',
      message: expect.stringMatching(new RegExp(`what may be there: ${left}$`)),
      fix: expect.stringContaining('virsh vol-delete --pool d web2_0.qcow2'),
    });
    expect(sent.filter((line) => /DELETE|UNDEFINE/.test(line))).toEqual([]);
  });

  it('takes back what was made by the time at which the user gave up', async () => {
    const aborted = new AbortController();
    const { clone, sent, change } = hostWith(QCOW2 + RAW);
    change(procedures.createVolumeFrom, ({ pool, xml }) => {
      aborted.abort(new FleetError('op.cancelled', 'cancelled'));
      return { pool: pool.name, name: nameIn(xml), key: '' };
    });
    await expect(clone({}, aborted)).rejects.toMatchObject({ code: 'op.cancelled' });
    expect(sent).toEqual(['STORAGE_VOL_CREATE_XML_FROM web2_1.qcow2', 'STORAGE_VOL_DELETE web2_1.qcow2']);
  });

  it('has taken back its first copy when its original was started meanwhile', async () => {
    const { clone, sent, change, state } = hostWith(QCOW2 + RAW);
    change(procedures.createVolumeFrom, ({ pool, xml }) => {
      state.web1 = { ...WEB1, id: 3 };
      return { pool: pool.name, name: nameIn(xml), key: '' };
    });
    await expect(clone()).rejects.toMatchObject({ code: 'op.conflict', fix: 'shut it down first' });
    expect(sent).toEqual(['STORAGE_VOL_CREATE_XML_FROM web2_1.qcow2', 'STORAGE_VOL_DELETE web2_1.qcow2']);
  });

  it('is not defined with a volume that came out under another path', async () => {
    const { clone, sent, change } = hostWith(LOGICAL);
    change(procedures.createVolumeFrom, ({ pool }) => ({ pool: pool.name, name: 'sda3', key: '' }));
    await expect(clone()).rejects.toMatchObject({ message: 'sda3 was made as /dev/vg/sda3, not as /dev/vg/web2_0' });
    expect(sent.at(-1)).toBe('STORAGE_VOL_DELETE sda3');
  });
});
