/** Reads tar: POSIX ustar with the pax headers of its paths, and GNU's long names. */
import { FleetError } from '../../../errors.ts';
import { paxPath, readTarHeader, TAR_BLOCK, TAR_KIND, tarText, whyNoFile } from '../../../tar-header.ts';
import { checkedPath, type Entry, MOST_BYTES, MOST_FILES, refusedEntry, tooLarge, tooMany } from './entries.ts';

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
    if (kind === TAR_KIND.paxOfAll) continue;
    if (kind === TAR_KIND.gnuLongName || kind === TAR_KIND.pax) {
      long = kind === TAR_KIND.pax ? (pathOfPax(source, content) ?? long) : tarText(content);
      continue;
    }
    const name = long ?? header.name;
    long = undefined;
    if (kind === TAR_KIND.folder && /^(\.\/?)+$/.test(name)) continue;
    const path = checkedPath(source, name);
    if (kind === TAR_KIND.folder) continue;
    const why = whyNoFile(kind);
    if (why !== undefined) throw refusedEntry(source, path, why || `is no file (type ${JSON.stringify(kind)})`);
    total += size;
    if (total > MOST_BYTES) throw tooLarge(source);
    if (entries.length >= MOST_FILES) throw tooMany(source);
    entries.push({ path, bytes: content, executable: (mode & 0o100) !== 0 });
  }
  // A tar ends with a block of zeros: without it more may be missing.
  if (!isEnded) throw damaged(source);
  return entries;
}

function pathOfPax(source: string, content: Uint8Array): string | undefined {
  const found = paxPath(content);
  if (!('wrong' in found)) return found.path;
  if (found.wrong === 'damaged') throw damaged(source);
  throw new FleetError('op.refused', `${source} has files that are links, sparse or too large; nothing was written`);
}
