/** What of a host's files its VMs need, before one is renamed or deleted. */
import { FleetError } from '../../../errors.ts';
import type { FileEntry } from '../../contract.ts';
import { type Host, type HostCall, onHost } from '../host/host-call.ts';
import { usersOf } from '../vm/disk-users.ts';
import { mentionedPaths, sharedFolders } from '../vm/mentioned-paths.ts';
import { otherDomains } from '../vm/other-domains.ts';
import { readStorage } from '../vm/storage.ts';
import { trustedFiles } from '../vm/trusted-files.ts';

/**
 * Rejects with op.conflict for a file that a VM needs, for a folder that has such a file or a storage in it, and where it can't be
 * decided. `path`: absolute, with the links of its folder followed.
 */
export async function refuseUsedFile(
  host: Host,
  path: string,
  kind: FileEntry['kind'],
  signal: AbortSignal,
): Promise<void> {
  const why = await onHost(host, path, signal, (call) =>
    kind === 'folder' ? userOfFolder(call, path) : userOfFile(host, call, path),
  );
  if (why === undefined) return;
  throw new FleetError('op.conflict', `${path} must stay: ${why.replace(/^also /, '')}`, {
    fix: 'detach it from the VM first; a command on the node (drover node run) asks for nothing',
  });
}

async function userOfFile(host: Host, call: HostCall, path: string): Promise<string | undefined> {
  const storage = await readStorage(call);
  const files = host.files && (await trustedFiles(host.files, call, storage));
  const { known, unsure } = await usersOf(call, storage, files, [path]);
  const doubt = unsure.get(path);
  return known.get(path) ?? (doubt && `whether a VM uses it is not known: ${doubt}`);
}

async function userOfFolder(call: HostCall, folder: string): Promise<string | undefined> {
  const isWithin = (path: string) => path === folder || path.startsWith(`${folder}/`);
  const [volume] = [...(await readStorage(call)).volumes.keys()].filter(isWithin);
  if (volume !== undefined) return `the storage of ${volume} is in it`;
  for await (const { text, user, fault, what } of otherDomains(call)) {
    if (fault !== undefined) return `${what} can't be read (${fault}): it may use something in it`;
    const used = [...mentionedPaths(text), ...sharedFolders(text)].find(isWithin);
    if (used !== undefined) return `${used} is ${user}`;
  }
  return undefined;
}
