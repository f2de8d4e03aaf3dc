/** Reads tar: POSIX ustar with the pax headers of its paths, and GNU's long names. */
import { FleetError } from '../../../errors.ts';
import { readTarHeader, TAR_BLOCK, tarText } from '../../../tar-header.ts';
import { checkedPath, type Entry, MOST_BYTES, MOST_FILES, refusedEntry, tooLarge, tooMany } from './entries.ts';

const REGULAR: readonly string[] = ['0', '\0', '7'];
const FOLDER = '5';
const PAX = 'x';
const PAX_OF_ALL = 'g';
const GNU_LONG_NAME = 'L';
const REFUSED: Readonly<Record<string, string>> = {
  '1': 'is a hard link',
  '2': 'is a symbolic link',
  '3': 'is a device node',
  '4': 'is a device node',
  '6': 'is a named pipe',
};

const damaged = (source: string) =>
  new FleetError('op.refused', `${source} is cut short or damaged; nothing was written`);

/** Throws op.refused for all that is no regular file or folder, for paths that lead elsewhere, and for what is damaged. */
export function readTar(source: string, bytes: Uint8Array): readonly Entry[] {
  const entries: Entry[] = [];
  let total = 0;
  let long: string | undefined;
  let isEnded = false;
  for (let at = 0; at + TAR_BLOCK <= bytes.length; ) {
    const block = bytes.subarray(at, at + TAR_BLOCK);
    isEnded = block.every((byte) => byte === 0);
    if (isEnded) break;
    const header = readTarHeader(block);
    if (!header) throw damaged(source);
    const { kind, size, mode } = header;
    if (size > MOST_BYTES) throw tooLarge(source);
    const start = at + TAR_BLOCK;
    if (start + size > bytes.length) throw damaged(source);
    const content = bytes.subarray(start, start + size);
    at = start + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
    if (kind === PAX_OF_ALL) continue;
    if (kind === GNU_LONG_NAME || kind === PAX) {
      long = kind === PAX ? (pathOfPax(source, content) ?? long) : tarText(content);
      continue;
    }
    const name = long ?? header.name;
    long = undefined;
    if (kind === FOLDER && /^(\.\/?)+$/.test(name)) continue;
    const path = checkedPath(source, name);
    if (kind === FOLDER) continue;
    if (!REGULAR.includes(kind))
      throw refusedEntry(source, path, REFUSED[kind] ?? `is no file (type ${JSON.stringify(kind)})`);
    total += size;
    if (total > MOST_BYTES) throw tooLarge(source);
    if (entries.length >= MOST_FILES) throw tooMany(source);
    entries.push({ path, bytes: content, executable: (mode & 0o100) !== 0 });
  }
  // A tar ends with a block of zeros: without it more may be missing.
  if (!isEnded) throw damaged(source);
  return entries;
}

/** Records of `LENGTH KEY=VALUE\n`. What says another size or a link target than the header does would be passed over: refused. */
function pathOfPax(source: string, content: Uint8Array): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < content.length; ) {
    const blank = content.indexOf(0x20, at);
    const length = blank < 0 ? 0 : Number(Buffer.from(content.subarray(at, blank)).toString('latin1'));
    if (!Number.isInteger(length) || length <= blank - at || at + length > content.length) throw damaged(source);
    const [, key = '', value = ''] =
      /^([^=]*)=([\s\S]*)\n$/.exec(Buffer.from(content.subarray(blank + 1, at + length)).toString('utf8')) ?? [];
    if (key === 'path') path = value;
    if (key === 'size' || key === 'linkpath' || key.startsWith('GNU.sparse'))
      throw new FleetError(
        'op.refused',
        `${source} has files that are links, sparse or too large; nothing was written`,
      );
    at += length;
  }
  return path;
}
