import { describe, expect, it } from 'vitest';
import { endpointName, vmId } from '../../../ids.ts';
import type { DeleteOptions } from '../../contract.ts';
import type { HostFiles, Look } from '../host/host-files.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { createDelete } from './delete.ts';

const uuid = Buffer.alloc(16, 1);
const WEB1 = vmId(endpointName('a'), '01010101-0101-0101-0101-010101010101');
const { signal } = new AbortController();
const disk = (path: string, more = '') =>
  `<disk type='file' device='disk'><driver type='qcow2'/><source file='${path}'/>${more}</disk>`;
const definition = (devices: string, os = '') => `<domain><os>${os}</os><devices>${devices}</devices></domain>`;
const NVRAM = '<nvram>/n/web1.fd</nvram>';
/** A firmware without the path of an NVRAM. */
const UEFI = '<loader/>';

interface Host {
  readonly xml?: string;
  readonly saved?: boolean;
  readonly snapshots?: Readonly<Record<string, string>>;
  readonly checkpoints?: readonly string[];
  /** Path of each volume of the pool, and what it is a layer on. */
  readonly volumes?: Readonly<Record<string, string | undefined>>;
  /** Of another guest. */
  readonly other?: string;
  readonly files?: Readonly<Record<string, string>>;
}

function setUp({
  xml = definition(disk('/d/a')),
  saved = false,
  snapshots = {},
  checkpoints = [],
  volumes = {},
  other,
  files,
}: Host) {
  const { client, came, answer } = createScriptedClient();
  const sent: string[] = [];
  const removed: string[] = [];
  let there: Domain | undefined = { name: 'web1', uuid, id: -1 };
  const web1 = { name: 'web1', uuid, id: -1 };
  answer(procedures.domainByUuid, () => {
    if (!there) throw libvirtNo(42);
    return there;
  });
  answer(procedures.domainXml, ({ domain }) => (domain.name === 'web2' ? (other ?? '') : xml));
  answer(procedures.domainAutostart, () => false);
  answer(procedures.hasManagedSave, () => saved);
  answer(procedures.listSnapshots, () => ({
    snapshots: Object.keys(snapshots).map((name) => ({ name, domain: web1 })),
    count: 0,
  }));
  answer(procedures.snapshotXml, ({ snapshot: { name } }) => snapshots[name] ?? '');
  answer(procedures.listCheckpoints, () => ({
    checkpoints: checkpoints.map((name) => ({ name, domain: web1 })),
    count: 0,
  }));
  answer(procedures.listDomains, ({ flags }) => ({
    domains: [
      ...(there ? [there] : []),
      ...(other && flags === 0 ? [{ ...web1, name: 'web2', uuid: Buffer.alloc(16, 2) }] : []),
    ],
    count: 0,
  }));
  answer(procedures.listPools, ({ flags }) => ({ pools: flags === 2 ? [{ name: 'default', uuid }] : [], count: 0 }));
  answer(procedures.poolXml, () => "<pool type='dir'><target><path>/d</path></target></pool>");
  answer(procedures.refreshPool, () => undefined);
  answer(procedures.listVolumes, () => ({
    volumes: Object.keys(volumes).map((key) => ({ pool: 'default', name: key.slice(3), key })),
    count: 0,
  }));
  answer(procedures.volumeXml, ({ volume: { key } }) => {
    const below = volumes[key];
    return `<volume><target><path>${key}</path></target>${below ? `<backingStore><path>${below}</path><format type='qcow2'/></backingStore>` : ''}</volume>`;
  });
  answer(procedures.hostname, () => 'db1');
  answer(procedures.undefine, ({ flags }) => {
    sent.push(`undefine ${flags}`);
    there = undefined;
  });
  answer(procedures.define, () => {
    sent.push('define');
    return web1;
  });
  answer(procedures.setAutostart, () => void sent.push('autostart'));
  answer(procedures.deleteVolume, ({ volume: { key } }) => void sent.push(`delete ${key}`));
  const look = (path: string): Look => {
    const id = files?.[path];
    return id === undefined ? { is: 'missing' } : { is: 'there', id, isFile: true, changed: 1 };
  };
  const hostFiles: HostFiles | undefined = files && {
    look: async (paths) => new Map(paths.map((path) => [path, look(path)])),
    links: async () => new Map(),
    backings: async (images) => new Map(images.map(({ path }) => [path, undefined])),
    device: async () => ({ uses: [], kin: [] }),
    makeFileSystem: async () => undefined,
    remove: async (path, id) => void removed.push(`${path} ${id}`),
    firstLine: async () => undefined,
    hostname: async () => 'db1',
  };
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const ops = createDelete({ daemon, touched: () => undefined, ...(hostFiles && { files: hostFiles }) });
  return {
    answer,
    came,
    sent,
    removed,
    become: (domain: Domain | undefined) => {
      there = domain;
    },
    losing: () => ops.planDelete(WEB1, signal),
    deleting: (options: Partial<DeleteOptions> = {}) =>
      ops.delete(WEB1, { keepDisks: false, snapshots: false, ...options }, signal),
  };
}

describe('deleting a guest', () => {
  it.each<[string, Host, Partial<DeleteOptions>, number]>([
    ['nothing else', {}, {}, 0],
    ['saved memory', { saved: true }, {}, 1],
    ['snapshots', { snapshots: { s: '<domainsnapshot/>' } }, { snapshots: true }, 2],
    ['checkpoints', { checkpoints: ['c'] }, { snapshots: true }, 16],
    ['its NVRAM', { xml: definition('', NVRAM) }, {}, 4],
    ['an NVRAM that libvirt chose and names nowhere', { xml: definition('', UEFI) }, {}, 4],
    ['such an NVRAM that is kept', { xml: definition('', UEFI) }, { keepDisks: true }, 8],
    ['an NVRAM that is kept', { xml: definition('', NVRAM) }, { keepDisks: true }, 8],
    ['an NVRAM that another guest uses', { xml: definition('', NVRAM), other: definition('', NVRAM) }, {}, 8],
    [
      'all of it',
      { xml: definition('', NVRAM), saved: true, snapshots: { s: '<domainsnapshot/>' }, checkpoints: ['c'] },
      { snapshots: true },
      23,
    ],
  ])('takes its definition away, and with it %s', async (_what, host, options, flags) => {
    const { deleting, sent } = setUp(host);
    await deleting(options);
    expect(sent).toEqual([`undefine ${flags}`]);
  });

  it('says that kept disks keep what snapshots have put into them', async () => {
    const { deleting } = setUp({ snapshots: { s: '<domainsnapshot/>' } });
    expect(await deleting({ snapshots: true, keepDisks: true })).toEqual({
      warnings: [{ feature: 'snapshots', detail: 'what is inside the kept disks stays there' }],
    });
  });

  it('names all that would be lost', async () => {
    const { deleting } = setUp({ snapshots: { s: '<domainsnapshot/>', t: '<domainsnapshot/>' }, checkpoints: ['c'] });
    await expect(deleting()).rejects.toMatchObject({
      message: 'web1 has snapshots: s, t; checkpoints: c',
      fix: 'delete them as well',
    });
  });

  it('refuses a guest that runs', async () => {
    const { deleting, become, came } = setUp({});
    become({ name: 'web1', uuid, id: 7 });
    await expect(deleting()).rejects.toMatchObject({ message: 'web1 is running', fix: 'stop it first' });
    expect(came).toEqual(['DOMAIN_LOOKUP_BY_UUID']);
  });

  it('keeps the disks of one that was defined again meanwhile', async () => {
    const { deleting, answer, sent } = setUp({ volumes: { '/d/a': undefined } });
    answer(procedures.undefine, () => void sent.push('undefine'));
    await expect(deleting()).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'web1 was defined again while it was being deleted: its disks are kept',
    });
    expect(sent).toEqual(['undefine']);
  });

  it('says that the NVRAM of one may be gone that was started in that moment', async () => {
    const { deleting, answer, become, sent } = setUp({ xml: definition('', NVRAM) });
    answer(procedures.undefine, () => become({ name: 'web1', uuid, id: 7 }));
    await expect(deleting()).rejects.toMatchObject({
      message:
        'web1 was started while it was being deleted: it runs on, and its disks are kept; /n/web1.fd may be gone',
      fix: 'stop it first',
    });
    // It did not start with its host.
    expect(sent).toEqual(['define']);
  });

  it('asks for its definition without passwords where this user gets none', async () => {
    const { deleting, answer, become } = setUp({});
    const flagsOf: number[] = [];
    answer(procedures.domainXml, ({ flags }) => {
      flagsOf.push(flags);
      if ((flags & 1) !== 0) throw libvirtNo(29, 'read only');
      return definition('');
    });
    const defined: string[] = [];
    answer(procedures.define, ({ xml }) => {
      defined.push(xml);
      return { name: 'web1', uuid, id: 7 };
    });
    answer(procedures.domainAutostart, () => {
      throw libvirtNo(55);
    });
    answer(procedures.undefine, () => become({ name: 'web1', uuid, id: 7 }));
    await expect(deleting()).rejects.toMatchObject({ code: 'op.conflict' });
    expect(flagsOf).toEqual([2, 3, 2]);
    expect(defined).toEqual([definition('')]);
  });
});

describe('the files of a guest that is deleted', () => {
  const LAYERS: Host = {
    xml: definition(disk('/d/top')),
    volumes: { '/d/top': '/d/mid', '/d/mid': '/d/low', '/d/low': undefined },
    snapshots: {
      s: `<domainsnapshot>${definition(disk('/d/mid') + disk('/d/low'))}</domainsnapshot>`,
    },
  };

  it('go one by one, the upper layers first', async () => {
    const { deleting, sent } = setUp(LAYERS);
    expect(await deleting({ snapshots: true })).toEqual({ warnings: [] });
    expect(sent).toEqual(['undefine 2', 'delete /d/top', 'delete /d/mid', 'delete /d/low']);
  });

  it('stay below one that could not be deleted', async () => {
    const { deleting, answer, sent } = setUp(LAYERS);
    answer(procedures.deleteVolume, ({ volume: { key } }) => {
      if (key === '/d/mid') throw libvirtNo(38, 'busy');
      sent.push(`delete ${key}`);
    });
    expect(await deleting({ snapshots: true })).toEqual({
      warnings: [],
      kept: [
        { path: '/d/mid', why: 'it could not be deleted: web1: busy' },
        { path: '/d/low', why: '/d/mid is layered on it' },
      ],
    });
    expect(sent).toEqual(['undefine 2', 'delete /d/top']);
  });

  it('are removed by the login where they are in no pool', async () => {
    const { deleting, losing, removed, sent } = setUp({ xml: definition(disk('/srv/a')), files: { '/srv/a': '8:1' } });
    expect((await losing()).goes).toEqual(['/srv/a']);
    expect(await deleting()).toEqual({ warnings: [] });
    expect([removed, sent]).toEqual([['/srv/a 8:1'], ['undefine 0']]);
  });

  it('are left where nothing can delete them, also when they are named', async () => {
    const { deleting, losing } = setUp({ xml: definition(disk('/srv/a')) });
    const unknown = [{ path: '/srv/a', why: expect.any(String) }];
    expect(await losing()).toMatchObject({ goes: [], unknown });
    expect(await deleting({ deleteUnknown: ['/srv/a'] })).toEqual({ warnings: [], kept: unknown });
  });

  it('are left that became another guest’s or went away while the guest was deleted', async () => {
    const { deleting, answer, sent, come } = withLater();
    answer(procedures.undefine, ({ flags }) => {
      sent.push(`undefine ${flags}`);
      come();
    });
    expect(await deleting()).toEqual({
      warnings: [],
      kept: [{ path: '/d/b', why: 'also used by web2' }],
    });
    expect(sent).toEqual(['undefine 0', 'delete /d/c']);
  });
});

/** web1 with three disks; later one is gone, and one is used by web2. */
function withLater() {
  const volumes: Record<string, string | undefined> = { '/d/a': undefined, '/d/b': undefined, '/d/c': undefined };
  const host = setUp({ xml: definition(disk('/d/a') + disk('/d/b') + disk('/d/c')), volumes });
  const { answer, become } = host;
  return {
    ...host,
    come() {
      delete volumes['/d/a'];
      become(undefined);
      const web2 = { name: 'web2', uuid: Buffer.alloc(16, 2), id: -1 };
      answer(procedures.listDomains, ({ flags }) => ({ domains: flags === 0 ? [web2] : [], count: 0 }));
      answer(procedures.domainXml, () => definition(disk('/d/b')));
    },
  };
}
