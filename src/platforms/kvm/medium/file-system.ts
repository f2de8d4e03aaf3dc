/** A file system on a new, empty disk: made by the login on the host, since libvirt makes none. */
import { FleetError } from '../../../errors.ts';
import type { Settings } from '../../contract.ts';
import { oneOf, refused, textIn } from '../../lib/spec-values.ts';
import { FILE_SYSTEMS } from '../disk/fields.ts';
import { refuseNoPath } from '../hardware/devices.ts';
import type { HostCall } from '../host/host-call.ts';
import type { HostFiles } from '../host/host-files.ts';
import { readStorage } from '../vm/storage.ts';
import { trustedFiles } from '../vm/trusted-files.ts';
import type { NewFileSystem } from './host-disks.ts';

/** Those that mke2fs makes, which alone copies files into them. */
const FILLED: ReadonlySet<string> = new Set(['ext4', 'ext3', 'ext2']);

/**
 * `format` as it was said, and `there`: the volume or image that the disk is of; '' for none. Throws op.refused for a disk that is no
 * new, empty and raw one, and for content that can't be copied into it.
 */
export function readFileSystem(row: Settings, format: string, there: string): NewFileSystem | undefined {
  const kind = oneOf(['', ...FILE_SYSTEMS], textIn(row, 'file-system'), 'file system');
  const content = textIn(row, 'content');
  if (content !== '' && !FILLED.has(kind))
    throw refused('files are copied into ext4, ext3 and ext2 alone', 'choose one of them as the file system');
  if (kind === '') return undefined;
  if (content !== '') refuseNoPath(content, 'the content of a disk');
  if (there !== '') throw refused(`a file system is made on a new, empty disk alone, and ${there} is there`);
  if (format !== '' && format !== 'raw')
    throw refused('a file system is made on a raw disk alone', 'choose the format raw, or none');
  return { kind, content };
}

/** Who makes it. Rejects with op.unsupported without a login that sees the volumes of the daemon. */
export async function formatter(login: HostFiles | undefined, call: HostCall): Promise<HostFiles> {
  const files = login && (await trustedFiles(login, call, await readStorage(call)));
  if (files) return files;
  throw new FleetError('op.unsupported', 'a file system is made by a login on the host that sees its volumes', {
    fix: 'use an endpoint over ssh, or make it in the guest',
  });
}
