/** What deleting a disk destroys, and who else needs its file. */
import type { LossPlan } from '../../contract.ts';
import { usedBy } from '../../lib/listed.ts';
import { childrenOf, textAt } from '../../transport/xml.ts';
import type { DiskDevice } from '../devices.ts';
import { DEVICES } from '../hardware/change-vm.ts';
import type { Session } from '../session.ts';
import { readFileUsers, usersOf } from '../storage/users.ts';
import type { VmCall } from '../vm-call.ts';

/** Names of the VMs that need the file, but for one. */
export async function usersOfDisk(
  session: Session,
  file: { readonly store: string; readonly path: string },
  except: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return usersOf(await readFileUsers(session, file.store, signal), file, except);
}

export async function planDisk(session: Session, call: VmCall, disk: DiskDevice): Promise<LossPlan> {
  const { name, ref, signal, values } = call;
  const refuse = (why: string): LossPlan => ({ goes: [], stays: [disk.path].filter(Boolean), refused: why });
  if (disk.readOnly) return refuse(`${disk.label} of ${name} is a drive: eject what is in it`);
  if (values.get('snapshot'))
    return refuse(`${name} has snapshots, which hold its disks as they are: delete them first`);
  if (childrenOf(values.get(DEVICES), 'VirtualDevice').length === 0)
    return refuse(`the disks of ${name} may not be seen`);
  const store = textAt(disk.element, 'backing', 'datastore') ?? '';
  const others = await usersOfDisk(session, { store, path: disk.path }, ref.value, signal);
  const below = disk.below.map((path) => `${path} (base of a linked clone)`);
  return {
    goes: [disk.path],
    stays: below,
    ...(others.length > 0 && { refused: usedBy(disk.path, others) }),
  };
}
