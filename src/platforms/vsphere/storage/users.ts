/** Who needs a file of a datastore: VMs that have it as a disk, as a layer of one, or in a drive. */
import { childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import { readDevices } from '../devices.ts';
import { DEVICES } from '../hardware/change-vm.ts';
import { wholeInventory } from '../inventory-spec.ts';
import { nameOf, readAll } from '../lists.ts';
import type { ObjectContent } from '../properties.ts';
import type { Session } from '../session.ts';

/** A VM and the files that it needs in the datastores that it uses. */
export interface FileUser {
  readonly vm: string;
  readonly ref: string;
  /** References of datastores. */
  readonly stores: readonly string[];
  /** `[datastore1] web1/web1.vmdk`. */
  readonly paths: ReadonlySet<string>;
}

const STORES = 'datastore';
/** Files by key, and which of them are layers of a disk: now, and in each snapshot. */
const LAYOUT = ['layoutEx.file', 'layoutEx.disk', 'layoutEx.snapshot'] as const;

/** One request: disks of all VMs and their layers, without what is in drives, of which each VM tells much more. */
export async function readDiskUsers(session: Session, signal: AbortSignal): Promise<readonly FileUser[]> {
  const wanted = [{ type: 'VirtualMachine', paths: ['name', STORES, ...LAYOUT] }];
  return (await readAll(session, wanted, wholeInventory(session.content.rootFolder), signal)).map(userFrom);
}

/** Two requests: which datastores each VM uses, and of those that use this one all files that they have. */
export async function readFileUsers(
  session: Session,
  store: string,
  signal: AbortSignal,
): Promise<readonly FileUser[]> {
  const which = [{ type: 'VirtualMachine', paths: [STORES] }];
  const all = await readAll(session, which, wholeInventory(session.content.rootFolder), signal);
  const from = all.filter((vm) => storesOf(vm).includes(store)).map(({ ref }) => ref);
  if (from.length === 0) return [];
  const wanted = [{ type: 'VirtualMachine', paths: ['name', STORES, DEVICES, ...LAYOUT] }];
  return (await readAll(session, wanted, { from, mayBeGone: true }, signal)).map(userFrom);
}

const userFrom = (vm: ObjectContent): FileUser => ({
  vm: nameOf(vm),
  ref: vm.ref.value,
  stores: storesOf(vm),
  paths: new Set([...layersOf(vm), ...devicesIn(vm.values.get(DEVICES))]),
});

const storesOf = ({ values }: ObjectContent): readonly string[] =>
  childrenOf(values.get(STORES), 'ManagedObjectReference').map(({ text }) => text);

/** A file that lies in its folder and is none of its disks is not its own. */
function layersOf({ values }: ObjectContent): readonly string[] {
  const [files, now, snapshots] = LAYOUT.map((path) => values.get(path));
  const names = new Map(
    childrenOf(files, 'VirtualMachineFileLayoutExFileInfo').map((file) => [
      textAt(file, 'key'),
      textAt(file, 'name') ?? '',
    ]),
  );
  const disks = [
    ...childrenOf(now, 'VirtualMachineFileLayoutExDiskLayout'),
    ...childrenOf(snapshots, 'VirtualMachineFileLayoutExSnapshotLayout').flatMap((one) => childrenOf(one, 'disk')),
  ];
  const keys = disks.flatMap((disk) => childrenOf(disk, 'chain').flatMap((unit) => childrenOf(unit, 'fileKey')));
  return keys.flatMap(({ text }) => names.get(text) ?? []);
}

const devicesIn = (devices: XmlElement | undefined): readonly string[] =>
  readDevices(devices).disks.flatMap(({ path, below }) => [path, ...below]);

/** Names of the VMs that need the file of this datastore, but for one. */
export const usersOf = (
  users: readonly FileUser[],
  { store, path }: { readonly store: string; readonly path: string },
  except?: string,
): readonly string[] =>
  users.flatMap(({ vm, ref, stores, paths }) =>
    ref !== except && stores.includes(store) && paths.has(path) ? [vm] : [],
  );
