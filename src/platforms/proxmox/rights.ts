/**
 * What this login may do, as Proxmox VE says it itself: GET /access/permissions, a map of paths to privileges, where 1 means
 * that the privilege holds for what is below the path too and 0 that it does not. Which privilege a call needs stands in the
 * published API description (`permissions` of each method).
 */
import { type Id, nativeOf, rowOf } from '../../ids.ts';
import type { OperationName } from '../contract.ts';
import { asRow } from '../lib/json.ts';
import type { Api } from './api.ts';

/** One of these is enough. */
export const PRIVILEGES: Readonly<Partial<Record<OperationName, readonly string[]>>> = {
  'vm.start': ['VM.PowerMgmt'],
  'vm.stop': ['VM.PowerMgmt'],
  'vm.restart': ['VM.PowerMgmt'],
  'vm.pause': ['VM.PowerMgmt'],
  'vm.resume': ['VM.PowerMgmt'],
  'vm.suspend': ['VM.PowerMgmt'],
  'vm.create': ['VM.Allocate'],
  'vm.clone': ['VM.Clone'],
  'vm.export': ['VM.Clone'],
  'vm.migrate': ['VM.Migrate'],
  'vm.delete': ['VM.Allocate'],
  'vm.configure': [
    'VM.Config.Disk',
    'VM.Config.CDROM',
    'VM.Config.CPU',
    'VM.Config.Memory',
    'VM.Config.Network',
    'VM.Config.HWType',
    'VM.Config.Options',
    'VM.Config.Cloudinit',
  ],
  'console.serial': ['VM.Console'],
  'console.display': ['VM.Console'],
  'node.shell': ['Sys.Console'],
  'snapshot.create': ['VM.Snapshot'],
  'snapshot.revert': ['VM.Snapshot', 'VM.Snapshot.Rollback'],
  'snapshot.delete': ['VM.Snapshot'],
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
  'securitygroup.create': ['Sys.Modify'],
  'securitygroup.delete': ['Sys.Modify'],
  'securityrule.create': ['Sys.Modify'],
  'securityrule.delete': ['Sys.Modify'],
  'backup.create': ['VM.Backup'],
  'backup.delete': ['Datastore.Allocate', 'Datastore.AllocateSpace'],
  'backup.restore': ['VM.Allocate'],
  // the second one is for backups
  'volume.delete': ['Datastore.Allocate', 'Datastore.AllocateSpace'],
  'image.delete': ['Datastore.Allocate'],
  // on the storage, and a right to the network: see missingToDownload()
  'image.create': ['Datastore.AllocateTemplate'],
};

export type Permissions = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

/** By path, whether each privilege holds below it as well. Undefined where the server does not say. */
export async function readPermissions(
  api: Api,
  subject: string,
  signal: AbortSignal,
): Promise<Permissions | undefined> {
  try {
    const body = asRow(await api.get('/access/permissions', { signal, subject }), subject);
    return new Map(
      Object.entries(body).map(([path, row]) => [
        path,
        new Map(Object.entries(asRow(row, path)).map(([name, below]) => [name, Number(below) === 1])),
      ]),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Why this login may not do this, as far as its permissions were known when it was made; undefined when it may. */
export function missingRight(
  permissions: Permissions | undefined,
  operation: OperationName,
  id: Id,
): string | undefined {
  const needed = PRIVILEGES[operation];
  if (!permissions || !needed) return undefined;
  // a template is a guest
  if (operation === 'image.delete' && IS_GUEST.test(nativeOf(rowOf(id))))
    return missingRight(permissions, 'vm.delete', id);
  if (operation === 'image.create') return missingToDownload(permissions, needed[0] ?? '');
  const roots = MADE_BELOW[operation];
  if (roots) {
    if (roots.some((root) => needed.some((one) => somewhere(permissions, root, one)))) return undefined;
    return `this login has no ${needed[0]} anywhere below ${roots.join(' or ')}, as of when it was connected`;
  }
  const path = pathOf(operation, id);
  if (needed.some((privilege) => holds(permissions, path, privilege))) return undefined;
  return `this login has no ${needed[0]} on ${path}, as of when it was connected`;
}

const IS_GUEST = /^(?:qemu|lxc)\/\d+$/;

/** Where something is made, before it is known in what. */
const MADE_BELOW: Readonly<Partial<Record<OperationName, readonly string[]>>> = {
  'vm.create': ['/vms', '/pool'],
  'backup.restore': ['/vms', '/pool'],
  'volume.create': ['/storage'],
  'volume.upload': ['/storage'],
};

function pathOf(operation: OperationName, id: Id): string {
  if (operation.startsWith('security')) return '/';
  const native = nativeOf(rowOf(id));
  if (operation.startsWith('node.')) return `/nodes/${native}`;
  // `nas:iso/a.iso`, `pve1/local:iso/a.iso`
  if (/^(?:volume|image|backup\.delete)\b/.test(operation))
    return `/storage/${/^(?:[^/:]*\/)?([^/:]*):/.exec(native)?.[1]}`;
  return `/vms/${native.slice(native.indexOf('/') + 1)}`;
}

/** Before a storage is chosen: whether there is one, and a way to the web that is this login's. */
function missingToDownload(permissions: Permissions, allocate: string): string | undefined {
  const missing = !somewhere(permissions, '/storage', allocate)
    ? `${allocate} on any storage`
    : ['Sys.Audit', 'Sys.Modify'].every((privilege) => holds(permissions, '/', privilege)) ||
        somewhere(permissions, '/nodes', 'Sys.AccessNetwork')
      ? undefined
      : 'Sys.AccessNetwork on any node';
  return missing && `this login has no ${missing}, as of when it was connected`;
}

const somewhere = (permissions: Permissions, root: string, privilege: string): boolean =>
  [`${root}/?`, ...permissions.keys()].some(
    (path) => path.startsWith(`${root}/`) && holds(permissions, path, privilege),
  );

/** Whether this login sees every guest; false also where that is not known. */
export const maySeeAll = (permissions: Permissions | undefined): boolean =>
  permissions !== undefined &&
  ['/vms/?', ...permissions.keys()].every((path) => !path.startsWith('/vms/') || holds(permissions, path, 'VM.Audit'));

/** Whether a guest with this number would be among those that this login sees; false also where that is not known. */
export const maySee = (permissions: Permissions | undefined, vmid: number): boolean =>
  permissions !== undefined && holds(permissions, `/vms/${vmid}`, 'VM.Audit');

/** The nearest path that says anything decides; what is above it counts only as far as it holds below. */
function holds(permissions: Permissions, path: string, privilege: string): boolean {
  const own = permissions.get(path);
  if (own) return own.has(privilege);
  for (let above = parentOf(path); above !== undefined; above = parentOf(above)) {
    const row = permissions.get(above);
    if (row) return row.get(privilege) === true;
  }
  return false;
}

const parentOf = (path: string): string | undefined =>
  path === '/' ? undefined : path.slice(0, path.lastIndexOf('/')) || '/';
