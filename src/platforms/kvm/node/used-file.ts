/** What of a host's files its VMs need, before one is renamed or deleted. */
import { FleetError } from '../../../errors.ts';
import type { SftpFiles } from '../../../sftp/files.ts';
import type { FileEntry } from '../../contract.ts';
import { type Host, type HostCall, onHost } from '../host/host-call.ts';
import { cannotRead, namesOf, usersOf } from '../vm/disk-users.ts';
import { readStorage, type Storage } from '../vm/storage.ts';
import { trustedFiles } from '../vm/trusted-files.ts';
import { createWays, type Way } from './ways.ts';

/** Ways that are looked at together. */
const AT_ONCE = 64;

/**
 * Rejects with op.conflict for a file that a VM needs, for a folder or a link that leads to such a file or to a storage, and where it
 * can't be decided. `path`: absolute, with the links of its folder followed.
 */
export async function refuseUsedFile(
  host: Host,
  files: Pick<SftpFiles, 'lookAt' | 'readLink'>,
  path: string,
  kind: FileEntry['kind'],
  signal: AbortSignal,
): Promise<void> {
  const why = await onHost(host, path, signal, async (call) => {
    const storage = await readStorage(call);
    const isOnWays = kind === 'folder' || kind === 'link';
    const user = isOnWays ? await userOnWays(host, call, storage, createWays(files), path) : undefined;
    return user ?? (kind === 'folder' ? undefined : userOfFile(host, call, storage, path));
  });
  if (why === undefined) return;
  throw new FleetError('op.conflict', `${path} must stay: ${why.replace(/^also /, '')}`, {
    fix: 'detach it from the VM first; a command on the node (drover node run) asks for nothing',
  });
}

async function userOfFile(host: Host, call: HostCall, storage: Storage, path: string): Promise<string | undefined> {
  const files = host.files && (await trustedFiles(host.files, call, storage));
  const { known, unsure } = await usersOf(call, storage, files, [path]);
  const doubt = unsure.get(path);
  return known.get(path) ?? (doubt && notKnown(doubt));
}

const notKnown = (doubt: string): string => `whether a VM uses it is not known: ${doubt}`;

/** Of what VMs, images and pools name: the first that is reached by way of this path, whatever it is called there. */
async function userOnWays(
  host: Host,
  call: HostCall,
  storage: Storage,
  wayTo: (path: string) => Promise<Way>,
  path: string,
): Promise<string | undefined> {
  const login = host.files && (await trustedFiles(host.files, call, storage));
  const { named, unread } = await namesOf(call, storage, login, new Set());
  const used = [
    ...[...named.paths].map(([one, user]) => [one, saidOf(one, user)] as const),
    ...[...storage.volumes.keys()]
      .filter((one) => one !== path)
      .map((one) => [one, `the storage of ${one} is there`] as const),
    ...[...storage.folders].map(
      ([pool, folder]) => [folder, `the folder of pool ${pool}, ${folder}, is there`] as const,
    ),
  ].filter(([one]) => one.startsWith('/'));
  const ways = new Map<string, Way>();
  for (let at = 0; at < used.length; at += AT_ONCE) {
    const some = used.slice(at, at + AT_ONCE);
    const found = await Promise.all(some.map(([one]) => wayTo(one)));
    for (const [i, [one, why]] of some.entries()) {
      const way = found[i];
      if (!way) continue;
      if (way.names.includes(path)) return why;
      ways.set(one, way);
    }
  }
  const hidden = named.images.find((image) => ways.get(image.path)?.unclear !== undefined);
  const dark = unread.find((image) => ways.get(image.path)?.isThere !== false);
  const doubt =
    (hidden && `${hidden.path}, ${hidden.user}, can't be looked at (${ways.get(hidden.path)?.unclear})`) ??
    named.nowhere[0] ??
    (dark && cannotRead(dark));
  return doubt && notKnown(doubt);
}

const saidOf = (path: string, user: string): string =>
  user.startsWith('also ') ? `${path} is ${user.replace(/^also /, '')}` : `${path}: ${user}`;
