import { describe, expect, it } from 'vitest';
import { endpointName, vmId } from '../../../ids.ts';
import type { DeleteOptions } from '../../contract.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { LIST, POOLS, UNDEFINE, XML } from '../rpc/flags.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { createDelete } from './delete.ts';

const [INTERNAL_ERROR, SYSTEM_ERROR] = [1, 38];
const uuid = Buffer.alloc(16, 1);
const WEB1 = vmId(endpointName('a'), '01010101-0101-0101-0101-010101010101');
const XML_OF_WEB1 = `<domain type='kvm'><name>web1</name><devices>
  <disk type='file' device='disk'><source file='/d/web1.raw'/><target dev='vda'/></disk></devices></domain>`;
const SECRET = XML_OF_WEB1.replace('<devices>', "<devices><graphics type='vnc' passwd='s3cret'/>");

/** A host with web1, and `there` as its daemon knows it at each moment. */
function setUp(there: () => Domain | undefined) {
  const { client, came, answer } = createScriptedClient();
  const defined: string[] = [];
  const pool = { name: 'default', uuid };
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
  answer(procedures.listCheckpoints, () => ({ checkpoints: [], count: 0 }));
  answer(procedures.listDomains, () => ({ domains: [], count: 0 }));
  answer(procedures.listPools, ({ flags }) => ({ pools: flags === POOLS.active ? [pool] : [], count: 1 }));
  answer(procedures.poolXml, () => "<pool type='dir'><target><path>/d</path></target></pool>");
  answer(procedures.refreshPool, () => undefined);
  answer(procedures.listVolumes, () => ({ volumes: [volume], count: 1 }));
  answer(procedures.volumeXml, () => '<volume><target><path>/d/web1.raw</path></target></volume>');
  answer(procedures.undefine, () => undefined);
  answer(procedures.deleteVolume, () => undefined);
  answer(procedures.setAutostart, () => undefined);
  answer(procedures.define, ({ xml }) => {
    defined.push(xml);
    return { name: 'web1', uuid, id: 7 };
  });
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const { planDelete: losses, delete: remove } = createDelete({ daemon, touched: () => undefined });
  const { signal } = new AbortController();
  const deleting = (options: Partial<DeleteOptions> = {}) =>
    remove(WEB1, { keepDisks: false, snapshots: false, ...options }, signal);
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
    expect(came.filter((name) => /UNDEFINE|DELETE/.test(name))).toEqual([
      'DOMAIN_UNDEFINE_FLAGS',
      'STORAGE_VOL_DELETE',
    ]);
    expect(came.at(-1)).toBe('STORAGE_VOL_DELETE');
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
      throw libvirtNo(SYSTEM_ERROR, 'No space left on device');
    });
    await expect(deleting()).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringMatching(/its disks are kept, but its definition is lost .*No space left on device/),
      fix: expect.stringContaining('virsh dumpxml'),
    });
    expect(came).not.toContain('STORAGE_VOL_DELETE');
  });

  it('deletes no disk when libvirt can not say whether the guest is gone', async () => {
    let isLost = false;
    const { deleting, came, answer } = setUp(() => {
      if (isLost) throw libvirtNo(INTERNAL_ERROR, 'no idea');
      return web1(-1);
    });
    answer(procedures.undefine, () => {
      isLost = true;
    });
    await expect(deleting()).rejects.toMatchObject({ code: 'op.failed' });
    expect(came).not.toContain('STORAGE_VOL_DELETE');
  });

  /** web1 as it is until it is undefined; `flags` are those that libvirt was given then. */
  function setUpLasting() {
    let flags: number | undefined;
    const host = setUp(() => (flags === undefined ? web1(-1) : undefined));
    host.answer(procedures.undefine, (args) => {
      flags = args.flags;
    });
    return { ...host, isThere: () => flags === undefined, flags: () => flags };
  }
  const WEB2: Domain = { name: 'web2', uuid: Buffer.alloc(16, 2), id: -1 };
  const uses = (path: string) =>
    `<domain><devices><disk type='file'><driver type='raw'/><source file='${path}'/></disk></devices></domain>`;

  it.each([
    [
      'snapshots',
      procedures.listSnapshots,
      { snapshots: [{ name: 'monday', domain: web1(-1) }], count: 1 },
      'web1 has snapshots: monday',
      ['monday'],
      UNDEFINE.snapshotsMetadata,
    ],
    [
      'checkpoints',
      procedures.listCheckpoints,
      { checkpoints: [{ name: 'monday', domain: web1(-1) }], count: 1 },
      'web1 has checkpoints: monday',
      ['monday (checkpoint)'],
      UNDEFINE.checkpointsMetadata,
    ],
  ] as const)(
    'deletes %s only when that was asked, and lists them as lost',
    async (_what, list, found, why, lost, flag) => {
      const { deleting, losing, came, answer, isThere, flags } = setUpLasting();
      answer<unknown, unknown>(list, () => found);
      answer(procedures.snapshotXml, () => `<domainsnapshot>${XML_OF_WEB1}</domainsnapshot>`);
      expect((await losing()).snapshots).toEqual(lost);
      await expect(deleting()).rejects.toMatchObject({ code: 'op.conflict', message: why, fix: 'delete them as well' });
      await expect(deleting({ keepDisks: true })).rejects.toMatchObject({ code: 'op.conflict' });
      expect([isThere(), came.includes('STORAGE_VOL_DELETE')]).toEqual([true, false]);
      await deleting({ snapshots: true });
      expect(flags()).toBe(flag);
    },
  );

  it('keeps all disks when that was asked, and looks for nothing that may be lost', async () => {
    const { deleting, came, isThere } = setUpLasting();
    expect(await deleting({ keepDisks: true })).toEqual({ warnings: [] });
    expect([isThere(), came.includes('STORAGE_VOL_DELETE')]).toEqual([false, false]);
  });

  it('leaves a disk that can’t be decided, says why, and deletes it when it is named', async () => {
    const undecided = [
      { path: '/d/web1.raw', why: expect.stringMatching(/\/root\/x\.raw, used by web2, .* may be the same/) },
    ];
    for (const named of [undefined, ['/d/another.raw'], ['/d/web1.raw']]) {
      const { deleting, losing, came, answer, isThere } = setUpLasting();
      answer(procedures.listDomains, ({ flags }) => ({ domains: flags === 0 ? [WEB2] : [], count: 1 }));
      answer(procedures.domainXml, ({ domain }) => (domain.name === 'web2' ? uses('/root/x.raw') : XML_OF_WEB1));
      expect(await losing()).toEqual({ goes: [], stays: [], snapshots: [], unknown: undecided });
      const isNamed = named?.includes('/d/web1.raw') === true;
      expect(await deleting(named && { deleteUnknown: named })).toEqual(
        isNamed ? { warnings: [] } : { warnings: [], kept: undecided },
      );
      expect([isThere(), came.includes('STORAGE_VOL_DELETE')]).toEqual([false, isNamed]);
    }
  });

  it('leaves a disk that another guest is known to use, also when it is named', async () => {
    const { deleting, came, answer } = setUpLasting();
    answer(procedures.listDomains, ({ flags }) => ({ domains: flags === 0 ? [WEB2] : [], count: 1 }));
    answer(procedures.domainXml, ({ domain }) => (domain.name === 'web2' ? uses('/d/web1.raw') : XML_OF_WEB1));
    const { warnings } = await deleting({ deleteUnknown: ['/d/web1.raw'] });
    expect(warnings).toEqual([{ feature: 'disks', detail: 'stays: /d/web1.raw (also used by web2)' }]);
    expect(came).not.toContain('STORAGE_VOL_DELETE');
  });

  it('leaves a disk that another guest has come to use while this one was being deleted', async () => {
    const { deleting, losing, came, answer, isThere } = setUpLasting();
    answer(procedures.listDomains, ({ flags }) => ({ domains: flags === 0 && !isThere() ? [WEB2] : [], count: 1 }));
    answer(procedures.domainXml, ({ domain }) => (domain.name === 'web2' ? uses('/d/web1.raw') : XML_OF_WEB1));
    expect((await losing()).goes).toEqual(['/d/web1.raw']);
    expect(await deleting()).toEqual({ warnings: [], kept: [{ path: '/d/web1.raw', why: 'also used by web2' }] });
    expect(came).not.toContain('STORAGE_VOL_DELETE');
  });

  it('says which disk is still there when it could not be deleted, or not be looked at again', async () => {
    const refusing = setUpLasting();
    refusing.answer(procedures.deleteVolume, () => {
      throw libvirtNo(SYSTEM_ERROR, 'Read-only file system');
    });
    expect(await refusing.deleting()).toEqual({
      warnings: [],
      kept: [{ path: '/d/web1.raw', why: expect.stringMatching(/^it could not be deleted: .*Read-only file system$/) }],
    });
    const silent = setUpLasting();
    silent.answer(procedures.listDomains, ({ flags }) => {
      if (!silent.isThere() && flags !== LIST.managedSave) throw libvirtNo(INTERNAL_ERROR, 'no idea');
      return { domains: [], count: 0 };
    });
    expect(await silent.deleting()).toMatchObject({
      kept: [{ path: '/d/web1.raw', why: 'it could not be looked at again: no idea' }],
    });
    expect(silent.came).not.toContain('STORAGE_VOL_DELETE');
  });
});
