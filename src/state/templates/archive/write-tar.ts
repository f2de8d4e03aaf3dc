import { TAR_BLOCK, tarPadding, writeTarHeader } from '../../../tar-header.ts';
import type { Entry } from './entries.ts';

/** A tar (POSIX ustar) of these files, all below one folder. `changedAt`: epoch in ms, for each. */
export function writeTar(folder: string, entries: readonly Entry[], changedAt: number): Buffer {
  const blocks = entries.flatMap(({ path, bytes, executable }) => {
    const mode = executable ? 0o755 : 0o644;
    const header = writeTarHeader({ name: `${folder}/${path}`, size: bytes.length, mode, changedAt });
    return [header, bytes, tarPadding(bytes.length)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * TAR_BLOCK)]);
}
