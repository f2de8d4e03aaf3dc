import { archivePath } from '../../archive-path.ts';
import { refused } from './piece.ts';

const LONGEST_PATH = 1_024;

/** The path of a file in an archive, without `./` before it. Throws op.refused for one that could lead out of its folder. */
export function safePath(path: string): string {
  const found = archivePath(path);
  if ('why' in found) throw refused(path, found.why);
  const plain = found.path;
  if (/^[A-Za-z]:/.test(path)) throw refused(path, 'is an absolute path');
  if (/[\\\p{Cc}\p{Cf}\ufffd]/u.test(plain)) throw refused(path, 'has characters that a file may not have');
  if (Buffer.byteLength(plain) > LONGEST_PATH) throw refused(path.slice(0, 80), 'is too long');
  return plain;
}
