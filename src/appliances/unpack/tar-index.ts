/** What a tar holds and where, without reading it whole: POSIX ustar with the pax headers of its paths, and GNU's long names. */
import { readTarHeader, TAR_BLOCK, tarText } from '../../tar-header.ts';
import { bytesIn, damaged, type Piece, refused } from './piece.ts';
import { safePath } from './safe-path.ts';

/** XVA has a file for each MiB of its disks. */
const MOST_FILES = 4_000_000;
const LONGEST_HEADER = 64 * 1024;
const REFUSED: Readonly<Record<string, string>> = {
  '1': 'is a hard link',
  '2': 'is a symbolic link',
  '3': 'is a device node',
  '4': 'is a device node',
  '6': 'is a named pipe',
};

/** In their order. Rejects with op.refused for all that is no regular file or folder, for paths that lead elsewhere, and for what is damaged. */
export async function tarIndex(tar: Piece, signal: AbortSignal): Promise<readonly Piece[]> {
  const files: Piece[] = [];
  const names = new Set<string>();
  let long: string | undefined;
  let isEnded = false;
  for (let at = 0; at + TAR_BLOCK <= tar.size; ) {
    signal.throwIfAborted();
    const block = await bytesIn(tar, at, TAR_BLOCK);
    isEnded = block.length === TAR_BLOCK && block.every((byte) => byte === 0);
    if (isEnded) break;
    const header = readTarHeader(block);
    if (!header) throw damaged(tar.name);
    const { kind, size } = header;
    const start = at + TAR_BLOCK;
    if (start + size > tar.size) throw damaged(tar.name);
    at = start + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
    if (kind === 'g') continue;
    if (kind === 'L' || kind === 'x') {
      if (size > LONGEST_HEADER) throw damaged(tar.name);
      const said = await bytesIn(tar, start, size);
      long = kind === 'L' ? tarText(said) : (paxPath(tar, said) ?? long);
      continue;
    }
    const name = long ?? header.name;
    long = undefined;
    if (kind === '5' && /^(\.\/?)+$/.test(name)) continue;
    const path = safePath(name);
    if (kind === '5') continue;
    if (kind !== '0' && kind !== '\0' && kind !== '7') throw refused(path, REFUSED[kind] ?? 'is no regular file');
    if (names.has(path)) throw refused(path, 'is there twice');
    names.add(path);
    files.push({ path: tar.path, name: path, at: tar.at + start, size });
    if (files.length > MOST_FILES) throw refused(tar.name, 'has more files than any appliance');
  }
  // A tar ends with a block of zeros: without it more may be missing.
  if (!isEnded) throw damaged(tar.name);
  return files;
}

/** Records of `LENGTH KEY=VALUE\n`. What says another size or a link target than the header does would be passed over: refused. */
function paxPath(tar: Piece, said: Buffer): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < said.length; ) {
    const blank = said.indexOf(0x20, at);
    const length = blank < 0 ? 0 : Number(said.toString('latin1', at, blank));
    if (!Number.isInteger(length) || length <= blank - at || at + length > said.length) throw damaged(tar.name);
    const record = said.toString('utf8', blank + 1, at + length - 1);
    const key = record.slice(0, record.indexOf('='));
    if (key === 'path') path = record.slice(key.length + 1);
    if (key === 'size' || key === 'linkpath' || key.startsWith('GNU.sparse'))
      throw refused(tar.name, 'has files that are links, sparse or too large for its headers');
    at += length;
  }
  return path;
}
