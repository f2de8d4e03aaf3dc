import { refused } from './piece.ts';

const LONGEST_PATH = 1_024;

/** The path of a file in an archive, without `./` before it. Throws op.refused for one that could lead out of its folder. */
export function safePath(path: string): string {
  const plain = path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  const parts = plain.split('/');
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) throw refused(path, 'is an absolute path');
  if (parts.includes('..')) throw refused(path, 'leads out of its folder');
  if (parts.some((part) => part === '' || part === '.')) throw refused(path, 'is no plain path');
  if (/[\\\p{Cc}\p{Cf}\ufffd]/u.test(plain)) throw refused(path, 'has characters that a file may not have');
  if (Buffer.byteLength(plain) > LONGEST_PATH) throw refused(path.slice(0, 80), 'is too long');
  return plain;
}
