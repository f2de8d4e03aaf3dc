import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './file-trouble.ts';
import { ownerBelow } from './own-folder.ts';

/**
 * Lines at the end of a file, in one write with O_APPEND, so that lines of two drovers never mix. A line that was cut short
 * before is ended first. The folder must be there. Rejects with what the file system says.
 */
export async function appendLines(file: string, lines: readonly string[]): Promise<void> {
  const owner = await ownerBelow(dirname(file));
  // Opened for each write: a program that rotates logs may rename it at any time. Never through a link, which another user
  // may have put there, and without waiting for the reader of a named pipe.
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;
  const log = await open(file, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600).catch(noLink);
  try {
    const found = await log.stat();
    if (!found.isFile()) throw Object.assign(new Error('not a regular file'), { code: 'EFTYPE' });
    const { size } = found;
    if (owner && size === 0) await log.chown(owner.uid, owner.gid);
    const last = size > 0 ? (await log.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] : 0x0a;
    const bytes = Buffer.from(`${last === 0x0a ? '' : '\n'}${lines.map((line) => `${line}\n`).join('')}`);
    const { bytesWritten } = await log.write(bytes);
    if (bytesWritten < bytes.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
  } finally {
    await log.close();
  }
}

function noLink(error: unknown): never {
  if (errnoOf(error) !== 'ELOOP') throw error;
  throw Object.assign(new Error('a symbolic link', { cause: error }), { code: 'EFTYPE' });
}
