/** What a tar holds and where, without reading it whole: POSIX ustar with the pax headers of its paths, and GNU's long names. */
import { paxPath, readTarHeader, TAR_BLOCK, TAR_KIND, tarText, whyNoFile } from '../../tar-header.ts';
import { damaged, type Piece, refused, withBytesOf } from './piece.ts';
import { safePath } from './safe-path.ts';

/** XVA has a file for each MiB of its disks. */
const MOST_FILES = 4_000_000;
const LONGEST_HEADER = 64 * 1024;

/** In their order. Rejects with op.refused for all that is no regular file or folder, for paths that lead elsewhere, and for what is damaged. */
export const tarIndex = (tar: Piece, signal: AbortSignal): Promise<readonly Piece[]> =>
  withBytesOf(tar, (bytes) => filesIn(tar, bytes, signal));

async function filesIn(
  tar: Piece,
  bytes: (from: number, length: number) => Promise<Buffer>,
  signal: AbortSignal,
): Promise<readonly Piece[]> {
  const files: Piece[] = [];
  const names = new Set<string>();
  let long: string | undefined;
  let isEnded = false;
  for (let at = 0; at + TAR_BLOCK <= tar.size; ) {
    signal.throwIfAborted();
    const block = await bytes(at, TAR_BLOCK);
    isEnded = block.length === TAR_BLOCK && block.every((byte) => byte === 0);
    if (isEnded) break;
    const header = readTarHeader(block);
    if (!header) throw damaged(tar.name);
    const { kind, size } = header;
    const start = at + TAR_BLOCK;
    if (start + size > tar.size) throw damaged(tar.name);
    at = start + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
    if (kind === TAR_KIND.paxOfAll) continue;
    if (kind === TAR_KIND.gnuLongName || kind === TAR_KIND.pax) {
      if (size > LONGEST_HEADER) throw damaged(tar.name);
      const said = await bytes(start, size);
      long = kind === TAR_KIND.pax ? (pathOfPax(tar, said) ?? long) : tarText(said);
      continue;
    }
    const name = long ?? header.name;
    long = undefined;
    if (kind === TAR_KIND.folder && /^(\.\/?)+$/.test(name)) continue;
    const path = safePath(name);
    if (kind === TAR_KIND.folder) continue;
    const why = whyNoFile(kind);
    if (why !== undefined) throw refused(path, why || 'is no regular file');
    if (names.has(path)) throw refused(path, 'is there twice');
    names.add(path);
    files.push({ path: tar.path, name: path, at: tar.at + start, size });
    if (files.length > MOST_FILES) throw refused(tar.name, 'has more files than any appliance');
  }
  // A tar ends with a block of zeros: without it more may be missing.
  if (!isEnded) throw damaged(tar.name);
  return files;
}

function pathOfPax(tar: Piece, content: Buffer): string | undefined {
  const found = paxPath(content);
  if (!('wrong' in found)) return found.path;
  if (found.wrong === 'damaged') throw damaged(tar.name);
  throw refused(tar.name, 'has files that are links, sparse or too large for its headers');
}
