import { FleetError } from '../../../errors.ts';
import type { VmId } from '../../../ids.ts';
import type { VmOps } from '../../contract.ts';
import { refusePlanned, usedBy } from '../../lib/listed.ts';
import { childrenOf } from '../../transport/xml.ts';
import { type DiskDevice, readDevices } from '../devices.ts';
import { DEVICES } from '../hardware/change-vm.ts';
import { readSnapshots, SNAPSHOT_PATHS } from '../snapshot/snapshots.ts';
import { readFileUsers, usersOf } from '../storage/users.ts';
import { conflict, done, onVm, type VmCall, type VmCalls } from '../vm-call.ts';

export const DOOMED_PATHS = [DEVICES, 'config.files.vmPathName', 'datastore', ...SNAPSHOT_PATHS];
/** Deleting files of some hundred GiB is quick, on busy storage not. */
export const DESTROY_FOLLOW_MS = 15_000;

/** Deleting a VM, and saying beforehand what that destroys. */
export function createDelete(calls: VmCalls): Required<Pick<VmOps, 'planDelete' | 'delete'>> {
  return {
    planDelete: (id, signal) =>
      onVm(calls, id, DOOMED_PATHS, signal, async (call) => {
        const { goes, stays, snapshots, refused } = await planDoomed(calls, id, call);
        return { goes, stays, snapshots, ...(refused !== undefined && { refused }) };
      }),

    delete: (id, { keepDisks, snapshots: withSnapshots }, signal) =>
      onVm(calls, id, DOOMED_PATHS, signal, async (call) => {
        const { name, power } = call;
        if (power === 'poweredOn') throw conflict(name, 'is running', 'stop it first');
        const { snapshots, folder } = readDoomed(id, call);
        if (snapshots.length > 0 && !withSnapshots) {
          throw conflict(name, `has snapshots: ${snapshots.join(', ')}`, 'delete them as well');
        }
        if (!keepDisks) {
          refusePlanned(await planDoomed(calls, id, call));
          return call.task('Destroy_Task', undefined, { followMs: DESTROY_FOLLOW_MS });
        }
        // vSphere takes a VM off its inventory with all its files in place, snapshots too.
        await call.change('UnregisterVM');
        return done({ feature: 'disks', detail: `all files of ${name} stay in ${folder}` });
      }),
  };
}

/** What goes with it, and who else lies on that: a host deletes the base of a linked clone that is off without a word. */
export async function planDoomed(
  { session }: VmCalls,
  id: VmId,
  call: VmCall,
): Promise<Doomed & { readonly refused?: string }> {
  const doomed = readDoomed(id, call);
  const stores = childrenOf(call.values.get('datastore'), 'ManagedObjectReference').map(({ text }) => text);
  const users = new Set<string>();
  for (const store of stores) {
    const all = await readFileUsers(session, store, call.signal);
    for (const path of doomed.goes) for (const vm of usersOf(all, { store, path }, call.ref.value)) users.add(vm);
  }
  return users.size === 0 ? doomed : { ...doomed, refused: usedBy(`a disk of ${call.name}`, [...users]) };
}

interface Doomed {
  readonly goes: readonly string[];
  readonly stays: readonly string[];
  readonly snapshots: readonly string[];
  readonly folder: string;
}

function readDoomed(id: VmId, { name, values }: VmCall): Doomed {
  const devices = values.get(DEVICES);
  if (!devices)
    throw new FleetError('auth.forbidden', `${name}: its disks may not be seen, so it is not known what goes`);
  const folder = folderOf(values.get('config.files.vmPathName')?.text ?? '');
  const { disks } = readDevices(devices);
  const writable = disks.filter(({ readOnly }) => !readOnly);
  // The base of a linked clone lies with the VM that it was cloned from, and is that one's.
  const layers = writable.flatMap(({ below }) => below);
  const own = (path: string) => folderOf(path) === folder;
  return {
    goes: [...new Set([...writable.map(({ path }) => path), ...layers.filter(own)])],
    stays: [
      ...layers.filter((path) => !own(path)).map((path) => `${path} (base of a linked clone)`),
      ...disks
        .filter(({ readOnly, path }) => readOnly && path !== '')
        .map(({ path }: DiskDevice) => `${path} (read-only)`),
    ],
    snapshots: readSnapshots(id, values).map(({ name }) => name),
    folder,
  };
}

/** `[datastore1] web1/web1.vmx` → `[datastore1] web1`. */
const folderOf = (path: string): string => path.replace(/\/[^/]*$/, '');
