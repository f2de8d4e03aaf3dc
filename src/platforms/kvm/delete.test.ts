import { describe, expect, it } from 'vitest';
import { endpointName, vmId } from '../../ids.ts';
import { createDelete } from './delete.ts';
import { VIR_ERR } from './rpc/errors.ts';
import { type Domain, procedures, XML } from './rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from './testkit/scripted-client.ts';

const uuid = Buffer.alloc(16, 1);
const WEB1 = vmId(endpointName('a'), '01010101-0101-0101-0101-010101010101');
const XML_OF_WEB1 = `<domain type='kvm'><name>web1</name><devices>
  <disk type='file' device='disk'><source file='/d/web1.raw'/><target dev='vda'/></disk></devices></domain>`;
const SECRET = XML_OF_WEB1.replace('<devices>', "<devices><graphics type='vnc' passwd='s3cret'/>");

/** A host with web1, and `there` as its daemon knows it at each moment. */
function setUp(there: () => Domain | undefined) {
  const { client, came, answer } = createScriptedClient();
  const defined: string[] = [];
  const volume = { pool: 'default', name: 'web1.raw', key: '/d/web1.raw' };
  answer(procedures.domainByUuid, () => {
    const domain = there();
    if (!domain) throw libvirtNo(VIR_ERR.noDomain);
    return domain;
  });
  answer(procedures.domainXml, ({ flags }) => (flags === XML.inactive + XML.secure ? SECRET : XML_OF_WEB1));
  answer(procedures.domainAutostart, () => true);
  answer(procedures.hasManagedSave, () => false);
  answer(procedures.listSnapshots, () => ({ snapshots: [], count: 0 }));
  answer(procedures.volumeByPath, () => volume);
  answer(procedures.listDomains, () => ({ domains: [], count: 0 }));
  answer(procedures.listPools, () => ({ pools: [], count: 0 }));
  answer(procedures.undefine, () => undefined);
  answer(procedures.deleteVolume, () => undefined);
  answer(procedures.setAutostart, () => undefined);
  answer(procedures.define, ({ xml }) => {
    defined.push(xml);
    return { name: 'web1', uuid, id: 7 };
  });
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const { losses, delete: remove } = createDelete({ daemon, touched: () => undefined });
  const { signal } = new AbortController();
  const deleting = () => remove(WEB1, { keepDisks: false, snapshots: false }, signal);
  return { deleting, losing: () => losses(WEB1, signal), came, answer, defined };
}

const web1 = (id: number): Domain => ({ name: 'web1', uuid, id });

describe('deleting a guest', () => {
  it('F-058 deletes its disks once it is gone', async () => {
    let gone = false;
    const { deleting, came, answer } = setUp(() => (gone ? undefined : web1(-1)));
    answer(procedures.undefine, () => {
      gone = true;
    });
    expect(await deleting()).toEqual({ warnings: [] });
    expect(came.slice(-3)).toEqual(['DOMAIN_UNDEFINE_FLAGS', 'DOMAIN_LOOKUP_BY_UUID', 'STORAGE_VOL_DELETE']);
  });

  it('tells the memory of a guest that is saved apart from its disks, since it goes also when they are kept', async () => {
    const { losing, answer } = setUp(() => web1(-1));
    expect(await losing()).not.toHaveProperty('savedMemory');
    answer(procedures.hasManagedSave, () => true);
    const { goes, savedMemory } = await losing();
    expect([goes.join(), savedMemory]).toEqual([expect.not.stringContaining('memory'), true]);
  });

  it('touches nothing when the guest was started while its disks were looked at', async () => {
    let id = -1;
    const { deleting, came, answer } = setUp(() => web1(id));
    answer(procedures.listDomains, () => {
      id = 7;
      return { domains: [], count: 0 };
    });
    await expect(deleting()).rejects.toMatchObject({ code: 'op.conflict', message: 'web1 is running' });
    expect(came).not.toContain('DOMAIN_UNDEFINE_FLAGS');
  });

  it('keeps the disks of a guest that was started in the moment of its deletion, and gives it its definition again', async () => {
    let id = -1;
    const { deleting, came, answer, defined } = setUp(() => web1(id));
    answer(procedures.undefine, () => {
      id = 7;
    });
    await expect(deleting()).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'web1 was started while it was being deleted: it runs on, and its disks are kept',
    });
    expect(came).not.toContain('STORAGE_VOL_DELETE');
    expect(defined).toEqual([SECRET]);
    expect(came.at(-1)).toBe('DOMAIN_SET_AUTOSTART');
  });

  it('says when the definition of such a guest is lost', async () => {
    let id = -1;
    const { deleting, came, answer } = setUp(() => web1(id));
    answer(procedures.undefine, () => {
      id = 7;
    });
    answer(procedures.define, () => {
      throw libvirtNo(VIR_ERR.system, 'No space left on device');
    });
    await expect(deleting()).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringMatching(/its disks are kept, but its definition is lost .*No space left on device/),
      fix: expect.stringContaining('virsh dumpxml'),
    });
    expect(came).not.toContain('STORAGE_VOL_DELETE');
  });

  it('deletes no disk when nobody can say whether the guest is gone', async () => {
    let isLost = false;
    const { deleting, came, answer } = setUp(() => {
      if (isLost) throw libvirtNo(VIR_ERR.internal, 'no idea');
      return web1(-1);
    });
    answer(procedures.undefine, () => {
      isLost = true;
    });
    await expect(deleting()).rejects.toMatchObject({ code: 'op.failed' });
    expect(came).not.toContain('STORAGE_VOL_DELETE');
  });
});
