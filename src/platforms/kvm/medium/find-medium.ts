/** What a disk is to be on: a volume of a storage, or a file or device of the host that is in none. */
import { FleetError } from '../../../errors.ts';
import type { HostCall } from '../host/host-call.ts';
import type { HostFiles } from '../host/host-files.ts';
import { readStorage } from '../vm/storage.ts';
import { trustedFiles } from '../vm/trusted-files.ts';
import type { Medium } from '../xml/device-xml.ts';
import { findVolume, mediumOf, volumeAtPath } from './find-volume.ts';

export interface FoundMedium extends Medium {
  /** Other devices of the host with the same bytes: the partitions of a disk, the disk of a partition. */
  readonly kin: readonly string[];
}

/**
 * `format` is said of what is in no storage, since the host does not know it: of a device '' is raw, a file needs one. Rejects with
 * volume.not-found; op.conflict for a device that the host uses itself; op.refused for another format than a volume has.
 */
export async function findMedium(
  login: HostFiles | undefined,
  call: HostCall,
  wanted: string,
  format: string,
): Promise<FoundMedium> {
  const isOutside = login !== undefined && wanted.startsWith('/') && !(await volumeAtPath(call, wanted));
  if (isOutside) return outside(login, call, wanted, format);
  const medium = await mediumOf(call, await findVolume(call, wanted));
  if (format !== '' && format !== medium.format)
    throw new FleetError('op.refused', `${wanted} is ${medium.format}, not ${format}`, { fix: 'leave the format out' });
  return { ...medium, kin: [] };
}

/** The same for a drive: what is in no storage it reads byte by byte. */
export async function findForDrive(login: HostFiles | undefined, call: HostCall, wanted: string): Promise<FoundMedium> {
  const isInside = login === undefined || !wanted.startsWith('/') || (await volumeAtPath(call, wanted)) !== undefined;
  return findMedium(login, call, wanted, isInside ? '' : 'raw');
}

/** It is found by the login, whose view must be the daemon's as well. */
async function outside(login: HostFiles, call: HostCall, path: string, format: string): Promise<FoundMedium> {
  const { signal } = call;
  const refused = (why: string, fix?: string) =>
    new FleetError('op.refused', `${path} ${why}`, fix === undefined ? {} : { fix });
  const files = await trustedFiles(login, call, await readStorage(call));
  if (!files)
    throw refused(
      "is in no storage, and the login doesn't see the files of the daemon",
      'make a storage of its folder',
    );
  const look = (await files.look([path], signal)).get(path);
  if (look?.is === 'missing')
    throw new FleetError('volume.not-found', `the host has no file or device ${path}, and no active storage a volume`);
  if (look?.is !== 'there') throw refused(`can't be looked at: ${look?.why ?? 'the host does not say'}`);
  if (look.isFile) {
    if (format === '')
      throw refused('is in no storage, so that its format is not known', 'say it: raw where it is no image');
    return { path, format, isBlock: false, kin: [] };
  }
  const { uses, kin } = await files.device(path, signal);
  const [use] = uses;
  if (use !== undefined)
    throw new FleetError('op.conflict', `the host uses ${path} itself: ${use}`, { fix: 'free it there first' });
  return { path, format: format || 'raw', isBlock: true, kin };
}
