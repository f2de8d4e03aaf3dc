import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { endpointName, imageId, nodeId, snapshotId, vmId, volumeId } from '../../ids.ts';
import type { OperationName } from '../contract.ts';
import type { Api } from './api.ts';
import { maySeeAll, missingRight, PRIVILEGES, readPermissions } from './rights.ts';

const cluster = endpointName('pve');
const web1 = vmId(cluster, 'qemu/100');
const signal = new AbortController().signal;
const read = (answer: unknown) => readPermissions({ get: async () => answer } as unknown as Api, 'pve', signal);

describe('what a login may do', () => {
  it.each<[string, Record<string, Record<string, number>>, boolean]>([
    ['on the guest itself', { '/vms/100': { 'VM.PowerMgmt': 0 } }, true],
    ['on all guests', { '/vms': { 'VM.PowerMgmt': 1 } }, true],
    ['on everything', { '/': { 'VM.PowerMgmt': 1 } }, true],
    ['on all guests, but not on what is below', { '/vms': { 'VM.PowerMgmt': 0 } }, false],
    [
      'on everything, but another role stands at the guest',
      { '/': { 'VM.PowerMgmt': 1 }, '/vms/100': { 'VM.Audit': 1 } },
      false,
    ],
    [
      'on everything, but another role stands at all guests',
      { '/': { 'VM.PowerMgmt': 1 }, '/vms': { 'VM.Audit': 1 } },
      false,
    ],
    ['on another guest', { '/vms/10': { 'VM.PowerMgmt': 1 }, '/vms/1000': { 'VM.PowerMgmt': 1 } }, false],
    ['nothing', {}, false],
  ])('is read from its permissions: %s', async (_what, rows, may) => {
    const why = missingRight(await read(rows), 'vm.start', web1);
    expect(why).toBe(may ? undefined : 'this login has no VM.PowerMgmt on /vms/100, as of when it was connected');
  });

  it('is that of the guest for its snapshots, and of the node for a shell; one of several rights is enough', async () => {
    const permissions = await read({ '/': { 'VM.Snapshot.Rollback': 1 }, '/nodes/pve1': { 'Sys.Console': 1 } });
    const monday = snapshotId(web1, 'monday');
    expect(missingRight(permissions, 'snapshot.revert', monday)).toBeUndefined();
    expect(missingRight(permissions, 'snapshot.delete', monday)).toContain('no VM.Snapshot on /vms/100');
    expect(missingRight(permissions, 'node.shell', nodeId(cluster, 'pve1'))).toBeUndefined();
    expect(missingRight(permissions, 'node.shell', nodeId(cluster, 'pve2'))).toContain('no Sys.Console on /nodes/pve2');
    expect(missingRight(permissions, 'vm.info', web1)).toBeUndefined();
  });

  it('is that of the storage for what lies in it, wherever it is', async () => {
    const permissions = await read({ '/storage/nas': { 'Datastore.Allocate': 1 } });
    for (const native of ['nas:iso/a.iso', 'pve1/nas:vm-100-disk-0'])
      expect(missingRight(permissions, 'image.delete', imageId(cluster, native))).toBeUndefined();
    expect(missingRight(permissions, 'volume.delete', volumeId(cluster, 'pve1/local:100/vm-100-disk-0.raw'))).toContain(
      'no Datastore.Allocate on /storage/local',
    );
    const forBackups = await read({ '/storage': { 'Datastore.AllocateSpace': 1 } });
    expect(missingRight(forBackups, 'volume.delete', volumeId(cluster, 'nas:backup/a.vma'))).toBeUndefined();
    expect(missingRight(forBackups, 'image.delete', imageId(cluster, 'nas:iso/a.iso'))).toContain(
      'no Datastore.Allocate',
    );
  });

  it.each<[string, Record<string, Record<string, number>>, string | undefined]>([
    ['nothing', {}, 'Datastore.AllocateTemplate on any storage'],
    ['no way to the web', { '/storage/nas': { 'Datastore.AllocateTemplate': 1 } }, 'Sys.AccessNetwork on any node'],
    [
      'half the old right',
      { '/': { 'Datastore.AllocateTemplate': 1, 'Sys.Audit': 1 } },
      'Sys.AccessNetwork on any node',
    ],
    ['the old right', { '/': { 'Datastore.AllocateTemplate': 1, 'Sys.Audit': 1, 'Sys.Modify': 0 } }, undefined],
    [
      'a node',
      { '/storage': { 'Datastore.AllocateTemplate': 1 }, '/nodes/pve2': { 'Sys.AccessNetwork': 0 } },
      undefined,
    ],
    [
      'a storage, but not those below',
      { '/storage': { 'Datastore.AllocateTemplate': 0 }, '/': { 'Sys.AccessNetwork': 1 } },
      'Datastore.AllocateTemplate on any storage',
    ],
  ])('is asked of any storage before an image is fetched: %s', async (_what, rows, missing) => {
    const why = missingRight(await read(rows), 'image.create', cluster);
    expect(why).toBe(missing && `this login has no ${missing}, as of when it was connected`);
  });

  it.each<[string, Record<string, Record<string, number>>, boolean]>([
    ['all', { '/': { 'VM.Audit': 1 } }, true],
    ['all below /vms', { '/vms': { 'VM.Audit': 1 } }, true],
    ['all but one', { '/vms': { 'VM.Audit': 1 }, '/vms/100': { 'VM.Console': 1 } }, false],
    ['one', { '/vms/100': { 'VM.Audit': 1 } }, false],
  ])('tells whether it sees every guest: %s', async (_what, rows, all) => {
    expect(maySeeAll(await read(rows))).toBe(all);
    expect(maySeeAll(undefined)).toBe(false);
  });

  it('is not known where the server does not say it: nothing is refused then', async () => {
    const failing = { get: () => Promise.reject(new FleetError('auth.forbidden', 'no')) } as unknown as Api;
    const permissions = await readPermissions(failing, 'pve', signal);
    expect([permissions, missingRight(permissions, 'vm.start', web1)]).toEqual([undefined, undefined]);
    expect(await read('nothing like it')).toBeUndefined();
  });
});

/** Of each operation the calls that it makes, for a virtual machine and a container. */
const CALLS: Readonly<Partial<Record<OperationName, string>>> = {
  'vm.start': 'POST /nodes/{node}/KIND/{vmid}/status/start',
  'vm.stop': 'POST /nodes/{node}/KIND/{vmid}/status/stop',
  'vm.restart': 'POST /nodes/{node}/KIND/{vmid}/status/reboot',
  'vm.pause': 'POST /nodes/{node}/KIND/{vmid}/status/suspend',
  'vm.resume': 'POST /nodes/{node}/KIND/{vmid}/status/resume',
  'vm.suspend': 'POST /nodes/{node}/KIND/{vmid}/status/suspend',
  'vm.create': 'POST /nodes/{node}/KIND',
  'vm.clone': 'POST /nodes/{node}/KIND/{vmid}/clone',
  'vm.export': 'POST /nodes/{node}/KIND/{vmid}/clone',
  'vm.migrate': 'POST /nodes/{node}/KIND/{vmid}/migrate',
  'vm.delete': 'DELETE /nodes/{node}/KIND/{vmid}',
  'vm.configure': 'PUT /nodes/{node}/qemu/{vmid}/config',
  'console.serial': 'POST /nodes/{node}/KIND/{vmid}/termproxy',
  'console.display': 'POST /nodes/{node}/KIND/{vmid}/vncproxy',
  'node.shell': 'POST /nodes/{node}/termproxy',
  'snapshot.create': 'POST /nodes/{node}/KIND/{vmid}/snapshot',
  'snapshot.revert': 'POST /nodes/{node}/KIND/{vmid}/snapshot/{snapname}/rollback',
  'snapshot.delete': 'DELETE /nodes/{node}/KIND/{vmid}/snapshot/{snapname}',
  'disk.create': 'PUT /nodes/{node}/KIND/{vmid}/config',
  'disk.detach': 'PUT /nodes/{node}/KIND/{vmid}/config',
  'disk.delete': 'PUT /nodes/{node}/KIND/{vmid}/config',
  'disk.resize': 'PUT /nodes/{node}/KIND/{vmid}/resize',
  'disk.move': 'POST /nodes/{node}/qemu/{vmid}/move_disk',
  'disk.insert': 'PUT /nodes/{node}/qemu/{vmid}/config',
  'nic.create': 'PUT /nodes/{node}/KIND/{vmid}/config',
  'nic.delete': 'PUT /nodes/{node}/KIND/{vmid}/config',
  'nic.connect': 'PUT /nodes/{node}/KIND/{vmid}/config',
  'volume.create': 'POST /nodes/{node}/storage/{storage}/content',
  'volume.upload': 'POST /nodes/{node}/storage/{storage}/upload',
  'securitygroup.create': 'POST /cluster/firewall/groups',
  'securitygroup.delete': 'DELETE /cluster/firewall/groups/{group}',
  'securityrule.create': 'POST /cluster/firewall/groups/{group}',
  'securityrule.delete': 'DELETE /cluster/firewall/groups/{group}/{pos}',
  'backup.create': 'POST /nodes/{node}/vzdump',
  'backup.delete': 'DELETE /nodes/{node}/storage/{storage}/content/{volume}',
  'backup.restore': 'POST /nodes/{node}/KIND',
  'volume.delete': 'DELETE /nodes/{node}/storage/{storage}/content/{volume}',
  'image.delete': 'DELETE /nodes/{node}/storage/{storage}/content/{volume}',
  'image.create': 'POST /nodes/{node}/storage/{storage}/download-url',
};

interface Branch {
  readonly path: string;
  readonly info?: Readonly<
    Record<string, { readonly permissions?: { readonly check?: readonly unknown[]; readonly description?: string } }>
  >;
  readonly children?: readonly Branch[];
}

const FILE = new URL('../../../../shared/data/proxmox-ve-api.json', import.meta.url);
const flat = (branches: readonly Branch[]): readonly Branch[] =>
  branches.flatMap((branch) => [branch, ...flat(branch.children ?? [])]);

/** Of each call the privileges that the description names; of the settings any of these. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  'vm.create': ['VM.Allocate'],
  'vm.clone': ['VM.Clone'],
  'vm.export': ['VM.Clone'],
  'disk.create': ['VM.Config.Disk'],
  'disk.detach': ['VM.Config.Disk'],
  'disk.delete': ['VM.Config.Disk'],
  'disk.resize': ['VM.Config.Disk'],
  'disk.move': ['VM.Config.Disk'],
  'disk.insert': ['VM.Config.CDROM'],
  'nic.create': ['VM.Config.Network'],
  'nic.delete': ['VM.Config.Network'],
  'nic.connect': ['VM.Config.Network'],
  'volume.create': ['Datastore.AllocateSpace'],
  'volume.upload': ['Datastore.AllocateTemplate'],
  'vm.migrate': ['VM.Migrate'],
  'securitygroup.create': ['Sys.Modify'],
  'securitygroup.delete': ['Sys.Modify'],
  'securityrule.create': ['Sys.Modify'],
  'securityrule.delete': ['Sys.Modify'],
  'backup.create': ['VM.Backup'],
  'backup.delete': ['Datastore.Allocate', 'Datastore.AllocateSpace'],
  'backup.restore': ['VM.Allocate'],
  'vm.delete': ['VM.Allocate'],
  'vm.configure': ['Disk', 'CDROM', 'CPU', 'Memory', 'Network', 'HWType', 'Options', 'Cloudinit'].map(
    (part) => `VM.Config.${part}`,
  ),
  'console.serial': ['VM.Console'],
  'console.display': ['VM.Console'],
  'node.shell': ['Sys.Console'],
  'snapshot.create': ['VM.Snapshot'],
  'snapshot.revert': ['VM.Snapshot', 'VM.Snapshot.Rollback'],
  'snapshot.delete': ['VM.Snapshot'],
  'volume.delete': ['Datastore.Allocate', 'Datastore.AllocateSpace'],
  'image.delete': ['Datastore.Allocate'],
  'image.create': ['Datastore.AllocateTemplate'],
};

/** Calls whose description puts the rights in words, or together from several. */
const IN_WORDS: Readonly<Partial<Record<string, unknown>>> = {
  'POST /nodes/{node}/vzdump': {
    user: 'all',
    description: expect.stringContaining("The user needs 'VM.Backup' permissions on any VM"),
  },
  'POST /nodes/{node}/KIND': {
    user: 'all',
    description: expect.stringMatching(/^You need 'VM\.Allocate' permission(s)? on \/vms\/\{vmid\} or on the VM pool/),
  },
  'POST /nodes/{node}/KIND/{vmid}/clone': expect.objectContaining({
    description: expect.stringMatching(/^You need 'VM\.Clone' permissions on \/vms\/\{vmid\}/),
  }),
  'DELETE /nodes/{node}/storage/{storage}/content/{volume}': {
    user: 'all',
    description: expect.stringMatching(
      /^You need 'Datastore\.Allocate' privilege on the storage \(or 'Datastore\.AllocateSpace' for backup volumes/,
    ),
  },
  'POST /nodes/{node}/storage/{storage}/download-url': expect.objectContaining({
    check: [
      'and',
      ['perm', '/storage/{storage}', ['Datastore.AllocateTemplate']],
      ['or', ['perm', '/', ['Sys.Audit', 'Sys.Modify']], ['perm', '/nodes/{node}', ['Sys.AccessNetwork']]],
    ],
  }),
};

/** The description is documentation of Proxmox and no part of this repository: it is compared where it lies beside it. */
const published: ReadonlyMap<string, Branch> | undefined = existsSync(FILE)
  ? new Map(flat(JSON.parse(readFileSync(FILE, 'utf8'))).map((branch) => [branch.path, branch]))
  : undefined;

it('are the privileges that the published description of the API names', () => {
  expect(Object.keys(PRIVILEGES)).toEqual(Object.keys(CALLS));
  for (const [operation, call] of Object.entries(CALLS)) {
    const named = NAMED[operation] ?? ['VM.PowerMgmt'];
    expect([operation, PRIVILEGES[operation as OperationName]]).toEqual([operation, named]);
    for (const kind of published ? ['qemu', 'lxc'] : []) {
      const [method = '', path = ''] = call.replace('KIND', kind).split(' ');
      const permissions = published?.get(path)?.info?.[method]?.permissions;
      if (IN_WORDS[call]) {
        expect([call, permissions]).toEqual([call, IN_WORDS[call]]);
        continue;
      }
      const privileges = permissions?.check?.[2];
      // any of these is enough to ask: what is changed decides which
      if (path.endsWith('/config')) {
        expect([call, privileges]).toEqual([call, expect.arrayContaining([...named])]);
        continue;
      }
      expect([call, kind, privileges]).toEqual([call, kind, named]);
    }
  }
});
