import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { endpointName, vmId } from '../../../ids.ts';
import { gib } from '../../../units.ts';
import { XmlError } from '../../transport/xml.ts';
import type { HostFiles, Look } from '../host/host-files.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { readSnapshotXml } from '../xml/snapshot-xml.ts';
import { readInfo } from './info.ts';

const XML = readFileSync(new URL('../fixtures/domain-web1-running.xml', import.meta.url), 'utf8');
const uuid = Buffer.alloc(16, 1);
const WEB1 = vmId(endpointName('a'), '01010101-0101-0101-0101-010101010101');
/** VIR_ERR_NO_DOMAIN_METADATA: kcli has not made it. */
const NO_METADATA = 80;
const NO_VOLUME = 50;
const domain = { name: 'web1', uuid, id: 3 };

/** As virsh snapshot-dumpxml prints them, with the domain's own definition inside. */
const snapshotXml = (name: string, more: string) => `<domainsnapshot>
  <name>${name}</name>
  <state>running</state>
  <creationTime>1795897097</creationTime>
  ${more}
  <domain type='kvm'><name>web1</name><memory unit='KiB'>1</memory><devices>
    <disk type='file' device='disk'><source file='/d/old.qcow2'/></disk></devices></domain>
</domainsnapshot>`;
const FIRST = snapshotXml(
  'first',
  "<description>before it</description><memory snapshot='internal'/><disks><disk name='vda' snapshot='internal'/></disks>",
);
const SECOND = snapshotXml(
  'second',
  `<parent><name>first</name></parent><memory snapshot='no'/>
   <disks><disk name='vda' snapshot='external' type='file'><source file='/d/web1.second'/></disk></disks>`,
);

function setUp(files?: HostFiles) {
  const { client, answer, came } = createScriptedClient();
  const snapshots = ['first', 'second'].map((name) => ({ name, domain }));
  answer(procedures.domainByUuid, () => domain);
  answer(procedures.domainXml, () => XML);
  answer(procedures.domainState, () => ({ state: 1, reason: 1 }));
  answer(procedures.hasManagedSave, () => false);
  answer(procedures.domainMetadata, () => {
    throw libvirtNo(NO_METADATA);
  });
  answer(procedures.domainIsPersistent, () => true);
  answer(procedures.listSnapshots, () => ({ snapshots, count: 2 }));
  answer(procedures.hasCurrentSnapshot, () => true);
  answer(procedures.currentSnapshot, () => ({ name: 'second', domain }));
  answer(procedures.snapshotXml, ({ snapshot }) => (snapshot.name === 'first' ? FIRST : SECOND));
  answer(procedures.domainAddresses, () => []);
  answer(procedures.volumeByPath, ({ path }) => {
    if (path.endsWith('.iso')) return { pool: 'default', name: 'tools.iso', key: path };
    throw libvirtNo(NO_VOLUME);
  });
  answer(procedures.volumeInfo, () => ({ type: 0, capacity: gib(1), allocation: gib(1) }));
  answer(procedures.blockInfo, () => ({ allocation: 0, capacity: gib(20), physical: 0 }));
  const daemon = { poll: client, control: async () => client, open: async () => client, close: () => undefined };
  const { signal } = new AbortController();
  const calls = { daemon, touched: () => undefined, libvirt: 9_000_000, ...(files && { files }) };
  return { answer, came, read: () => readInfo(calls, WEB1, signal) };
}

describe('what a guest has', () => {
  it('F-244 has the size of a fresh overlay, which no storage pool has listed yet', async () => {
    const { disks } = await setUp().read();
    expect(disks[0]).toEqual({
      device: 'vda',
      path: '/var/lib/libvirt/images/web1.qcow2',
      size: gib(20),
      type: 'disk',
      format: 'qcow2',
      bus: 'virtio',
      storage: undefined,
      readOnly: false,
      shareable: false,
    });
    expect(disks[1]).toMatchObject({ device: 'sda', type: 'cdrom', format: 'raw', size: gib(1), readOnly: true });
  });

  it('leaves a size open that neither a pool nor QEMU says', async () => {
    const { answer, read } = setUp();
    answer(procedures.blockInfo, () => {
      throw libvirtNo(1);
    });
    expect((await read()).disks[0]?.size).toBeUndefined();
  });

  it('has its snapshots with parent, time and kind', async () => {
    expect((await setUp().read()).snapshots).toEqual([
      {
        id: `${WEB1}#first`,
        name: 'first',
        identity: '1795897097',
        parent: undefined,
        created: 1_795_897_097_000,
        current: false,
        memory: true,
        external: false,
        description: 'before it',
      },
      {
        id: `${WEB1}#second`,
        name: 'second',
        identity: '1795897097',
        parent: `${WEB1}#first`,
        created: 1_795_897_097_000,
        current: true,
        memory: false,
        external: true,
        description: undefined,
        disabled: {
          'snapshot.revert': "libvirt 9.0.0 can't revert to a snapshot that is in files of its own: 9.9.0 can",
          'snapshot.delete':
            "libvirt can't delete a snapshot that is in files of its own, made on top of one that is inside the image",
        },
      },
    ]);
  });

  it('lists a snapshot by its name when it went away before it was read', async () => {
    const { answer, read } = setUp();
    answer(procedures.snapshotXml, () => {
      throw libvirtNo(VIR_ERR.noSnapshot);
    });
    expect((await read()).snapshots).toMatchObject([{ name: 'first', created: undefined }, { name: 'second' }]);
  });

  it('lists a snapshot by its name when its document is broken', async () => {
    const { answer, read } = setUp();
    answer(procedures.snapshotXml, ({ snapshot }) => (snapshot.name === 'first' ? FIRST.slice(0, -20) : SECOND));
    expect((await read()).snapshots).toMatchObject([
      { name: 'first', created: undefined },
      { name: 'second', parent: `${WEB1}#first` },
    ]);
  });

  it('says what the next start changes of a guest that runs', async () => {
    const { answer, read } = setUp();
    expect((await read()).row?.pending).toEqual([]);
    const saved = XML.replace(/<currentMemory[^>]*>[^<]*/, "<currentMemory unit='MiB'>192").replace(
      /(<vcpu[^>]*) current='1'/,
      "$1 current='2'",
    );
    answer(procedures.domainXml, ({ flags }) => (flags === 0 ? XML : saved));
    expect((await read()).row?.pending).toEqual(['Memory 192M', 'vCPUs 2']);
    answer(procedures.domainIsPersistent, () => false);
    expect((await read()).row?.pending).toEqual([]);
  });

  it('F-113 says since when a guest runs, and as which process, where the files of its host can be seen', async () => {
    const asked: (readonly string[])[] = [];
    const look = (changed: Look) => async (paths: readonly string[]) => {
      asked.push(paths);
      return new Map(paths.map((path) => [path, changed]));
    };
    const seen = (changed: Look, line = '4711') =>
      setUp({ look: look(changed), firstLine: async () => line } as unknown as HostFiles).read();
    const there = { is: 'there', id: '1', isFile: true, changed: 1_795_897_097 } as const;
    expect((await seen(there)).started).toBe(1_795_897_097_000);
    expect(asked).toEqual([['/run/libvirt/qemu/web1.pid']]);
    expect((await seen(there)).more).toContainEqual(['Process', '4711 on its node', 'Advanced']);
    expect(JSON.stringify((await seen(there, 'no number')).more)).not.toContain('Process');
    expect(await seen({ is: 'missing' })).not.toHaveProperty('started');
    expect(await setUp().read()).not.toHaveProperty('started');
  });

  it('says how far memory and vCPUs can grow', async () => {
    const { maxMemory, maxCpus, state } = await setUp().read();
    expect([maxMemory, maxCpus, state]).toEqual([256 * 1024 ** 2, 2, 'running']);
  });
});

it.each(['<domainsnapshot/>', '<domain><name>web1</name></domain>', 'no xml'])('%s is no snapshot', async (xml) => {
  await expect(readSnapshotXml(vmId(endpointName('host'), 'web1'), xml)).rejects.toThrow(XmlError);
});
