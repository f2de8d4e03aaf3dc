import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { endpointName, nodeId, snapshotId, vmId } from '../../ids.ts';
import type { OperationName } from '../contract.ts';
import type { Api } from './api.ts';
import { missingRight, PRIVILEGES, readPermissions } from './rights.ts';

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
  'vm.delete': 'DELETE /nodes/{node}/KIND/{vmid}',
  'vm.configure': 'PUT /nodes/{node}/qemu/{vmid}/config',
  'console.serial': 'POST /nodes/{node}/KIND/{vmid}/termproxy',
  'node.shell': 'POST /nodes/{node}/termproxy',
  'snapshot.create': 'POST /nodes/{node}/KIND/{vmid}/snapshot',
  'snapshot.revert': 'POST /nodes/{node}/KIND/{vmid}/snapshot/{snapname}/rollback',
  'snapshot.delete': 'DELETE /nodes/{node}/KIND/{vmid}/snapshot/{snapname}',
};

interface Branch {
  readonly path: string;
  readonly info?: Readonly<Record<string, { readonly permissions?: { readonly check?: readonly unknown[] } }>>;
  readonly children?: readonly Branch[];
}

const FILE = new URL('../../../../shared/data/proxmox-ve-api.json', import.meta.url);
const flat = (branches: readonly Branch[]): readonly Branch[] =>
  branches.flatMap((branch) => [branch, ...flat(branch.children ?? [])]);

/** Of each call the privileges that the description names; of the settings any of these. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  'vm.delete': ['VM.Allocate'],
  'vm.configure': ['Disk', 'CDROM', 'CPU', 'Memory', 'Network', 'HWType', 'Options', 'Cloudinit'].map(
    (part) => `VM.Config.${part}`,
  ),
  'console.serial': ['VM.Console'],
  'node.shell': ['Sys.Console'],
  'snapshot.create': ['VM.Snapshot'],
  'snapshot.revert': ['VM.Snapshot', 'VM.Snapshot.Rollback'],
  'snapshot.delete': ['VM.Snapshot'],
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
      const privileges = published?.get(path)?.info?.[method]?.permissions?.check?.[2];
      expect([call, kind, privileges]).toEqual([call, kind, named]);
    }
  }
});
