/** Which volumes others need, by all that is asked before the disks of a VM are deleted. */
import type { Host, HostCall } from '../host/host-call.ts';
import type { Volume } from '../rpc/protocol.ts';
import { usersOf } from '../vm/disk-users.ts';
import { readStorage } from '../vm/storage.ts';
import { trustedFiles } from '../vm/trusted-files.ts';

export interface Need {
  readonly volume: Volume;
  readonly path: string;
  /** Why it must stay: the guest that needs it, or why that can't be decided. */
  readonly why: string | undefined;
}

/** Behind what goes of a storage that several hosts can have. */
export const UNASKED = ' (VMs of other hosts may use it: they are not asked)';

/** Of the volumes that are meant: as they are on the disks now, without those that can't be read. */
export async function readNeeds(
  host: Host,
  call: HostCall,
  isMeant: (volume: Volume) => boolean,
): Promise<readonly Need[]> {
  const storage = await readStorage(call);
  const files = host.files && (await trustedFiles(host.files, call, storage));
  const all = [...storage.volumes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const meant = all.filter(([, { volume }]) => isMeant(volume));
  const paths = meant.map(([path]) => path);
  const { known, unsure } = await usersOf(call, storage, files, paths);
  return meant.map(([path, { volume }]) => {
    const why = (known.get(path) ?? unsure.get(path))?.replace(/^also /, '');
    return { volume, path, why: why === undefined ? undefined : `${path} must stay: ${why}` };
  });
}
