/** Which files a host has, before libvirt writes to one: it writes over what is there without a word (seen with 9.0). */
import { basename, dirname } from 'node:path';
import { FleetError } from '../../../errors.ts';
import { shellWord } from '../../lib/take-back.ts';
import type { HostFiles } from '../host/host-files.ts';
import type { Search } from '../vm/other-domains.ts';
import { readStorage } from '../vm/storage.ts';
import { trustedFiles } from '../vm/trusted-files.ts';

export type Presence = 'there' | 'free' | 'no folder' | 'unknown';

export interface HostView {
  /** As the storages have it, which were read again for this; else as the login sees it. */
  presence(path: string): Promise<Presence>;
  /** When it was written to last: epoch, s. Undefined where that is not known, as of devices. */
  written(path: string): Promise<number | undefined>;
}

/** `login`: undefined where only the daemon is reached. It is asked only where it sees the daemon's own files. */
export async function viewHost({ client, signal }: Search, login: HostFiles | undefined): Promise<HostView> {
  const storage = await readStorage({ client, signal });
  const files = login && (await trustedFiles(login, { client, signal }, storage));
  return {
    async presence(path) {
      if (storage.volumes.has(path)) return 'there';
      if (storage.isMissing(path)) return 'free';
      if (!files) return 'unknown';
      // A dot at its end makes it a folder, or nothing.
      const folder = `${dirname(path)}/.`;
      const looks = await files.look([path, folder], signal);
      if (looks.get(folder)?.is === 'missing') return 'no folder';
      const look = looks.get(path);
      return look?.is === 'there' ? 'there' : look?.is === 'missing' ? 'free' : 'unknown';
    },
    async written(path) {
      const volume = storage.volumes.get(path);
      if (volume) return volume.isFile ? volume.written : undefined;
      const look = (await files?.look([path], signal))?.get(path);
      // The time of its last change is never before that of the last writing.
      return look?.is === 'there' && look.isFile ? look.changed : undefined;
    },
  };
}

/** Linux takes no longer path, and no longer name in it. */
const [LONGEST, LONGEST_NAME] = [4095, 255];

/** Throws op.refused for what is no plain path of a file. */
export function refusePath(path: string): void {
  const refuse = (why: string) => new FleetError('op.refused', `${JSON.stringify(path)} ${why}`);
  if (!path.startsWith('/') || path.endsWith('/')) throw refuse('is no absolute path of a file');
  if (/[\x00-\x1f\x7f]|\/\/|\/\.\.?(\/|$)/.test(path))
    throw refuse('has a part that is empty, or is . or .., or has characters that no name should have');
  if (Buffer.byteLength(path) > LONGEST || Buffer.byteLength(basename(path)) > LONGEST_NAME)
    throw refuse('is too long');
}

/** Rejects for a file that is there, and where that can't be seen. */
export async function refuseUnlessFree(view: HostView, path: string): Promise<void> {
  const presence = await view.presence(path);
  if (presence === 'there')
    throw new FleetError('op.conflict', `${path} is there already`, { fix: 'choose another file' });
  if (presence === 'no folder')
    throw new FleetError('op.refused', `the host has no folder ${dirname(path)}`, {
      fix: `libvirt makes no folders: run mkdir -p ${shellWord(dirname(path))} on the host, or choose another folder`,
    });
  if (presence === 'free') return;
  const why = `it can't be seen whether ${path} is there already, and libvirt would write over it`;
  throw new FleetError('op.refused', why, {
    fix: 'choose a file in the folder of an active storage, or an endpoint over ssh as a user who can look there',
  });
}
