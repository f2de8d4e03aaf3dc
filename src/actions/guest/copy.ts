/** Copies files and folders between this machine and another one. */
import { chmod, lstat, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FleetError, isAbort, sentence } from '../../errors.ts';
import type { FileEntry } from '../../platforms/contract.ts';
import type { SftpFiles } from '../../sftp/files.ts';
import { errnoOf, fileTrouble } from '../../state/files/file-trouble.ts';
import { type Moved, openDestination, openSource } from '../../state/files/transfer-files.ts';

export interface CopyWish {
  readonly from: string;
  readonly to: string;
  /** Folders with all that is in them. */
  readonly recursive: boolean;
  /** Files that are there are written over. */
  readonly overwrite: boolean;
}

export interface Copied {
  readonly files: number;
  /** What was left out, with why: links, sockets. */
  readonly left: readonly string[];
  /** What in a folder could not be copied, with why; the rest of it was. */
  readonly failed: readonly FleetError[];
}

/** Called with each file; what it returns is called with how far that is. */
export type Tell = (file: string) => Moved;

interface Copying {
  readonly files: SftpFiles;
  readonly wish: CopyWish;
  readonly tell: Tell;
  readonly signal: AbortSignal;
  readonly left: string[];
  readonly failed: FleetError[];
  count: number;
}

/** A server could say that its folders have no end. */
const DEEPEST = 64;
/** What of its permissions a file keeps that came from elsewhere: no user but its owner may write to it. */
const LOCAL_MODE = 0o755;

/** To the other side. */
export async function sendAll(files: SftpFiles, wish: CopyWish, tell: Tell, signal: AbortSignal): Promise<Copied> {
  const copying: Copying = { files, wish, tell, signal, left: [], failed: [], count: 0 };
  const to = remotePath(wish.to);
  const there = await files.look(to || '.');
  const isInto = there?.kind === 'folder' || to.endsWith('/') || to === '';
  const name = basename(wish.from);
  await sendOne(copying, wish.from, isInto ? `${to === '' ? '' : `${to.replace(/\/+$/, '')}/`}${name}` : to, 0);
  return { files: copying.count, left: copying.left, failed: copying.failed };
}

async function sendOne(copying: Copying, from: string, to: string, depth: number): Promise<void> {
  const { files, wish, tell, signal } = copying;
  signal.throwIfAborted();
  // What is named may be a link; what is found in a folder is not followed.
  const is = await (depth === 0 ? stat(from) : lstat(from)).catch((error: unknown) => {
    throw new FleetError('op.refused', `${from} can't be read: ${fileTrouble(error)}`, { cause: error });
  });
  if (is.isDirectory()) {
    refuseFolder(wish, from, depth);
    if ((await files.look(to))?.kind !== 'folder') await files.makeFolder(to);
    for (const name of (await readdir(from)).toSorted())
      await orElse(copying, sendOne(copying, join(from, name), `${to}/${name}`, depth + 1));
    return;
  }
  if (!is.isFile()) {
    copying.left.push(`${from} is no regular file`);
    return;
  }
  const { source, close } = await openSource(from, tell(from));
  try {
    const { sendFile } = await import('../../sftp/transfer.ts');
    await sendFile(files, to, source, { overwrite: wish.overwrite, mode: is.mode & 0o777 });
    copying.count++;
  } finally {
    await close();
  }
}

/** From the other side. What broke off stays in `.part`, which the same command goes on with. */
export async function receiveAll(files: SftpFiles, wish: CopyWish, tell: Tell, signal: AbortSignal): Promise<Copied> {
  const copying: Copying = { files, wish, tell, signal, left: [], failed: [], count: 0 };
  const from = remotePath(wish.from);
  const there = await files.look(from || '.');
  if (!there) throw new FleetError('op.refused', `${wish.from} is not there`);
  const to = wish.to === '' ? '.' : wish.to;
  const isInto = to.endsWith('/') || (await isFolder(to));
  await receiveOne(copying, from || '.', there, isInto ? join(to, localName(from)) : to, 0);
  return { files: copying.count, left: copying.left, failed: copying.failed };
}

async function receiveOne(copying: Copying, from: string, is: FileEntry, to: string, depth: number): Promise<void> {
  const { files, wish, signal } = copying;
  signal.throwIfAborted();
  if (is.kind === 'folder') {
    refuseFolder(wish, from, depth);
    await mkdir(to).catch((error: unknown) => {
      if (errnoOf(error) !== 'EEXIST') throw new FleetError('op.refused', `${to} can't be made: ${fileTrouble(error)}`);
    });
    const entries = (await files.list(from)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const one of entries)
      await orElse(copying, receiveOne(copying, `${from}/${one.name}`, one, join(to, one.name), depth + 1));
    return;
  }
  if (is.kind !== 'file') {
    copying.left.push(`${from} is ${is.kind === 'link' ? 'a link' : 'no regular file'}`);
    return;
  }
  await receiveOneFile(copying, from, is, to);
  copying.count++;
}

async function receiveOneFile({ files, wish, tell }: Copying, from: string, is: FileEntry, to: string): Promise<void> {
  const moved = tell(from);
  const destination = await openDestination(to, wish.overwrite, (done) => moved(done, is.size));
  try {
    const { receiveFile } = await import('../../sftp/transfer.ts');
    const { mode } = await receiveFile(files, from, destination.to);
    const name = await destination.keep();
    if (mode !== undefined) await chmod(name, mode & LOCAL_MODE);
  } catch (error) {
    throw await withPart(destination.to, error);
  } finally {
    await destination.close();
  }
}

/** The error to throw, with what is left of the file. */
async function withPart(to: { readonly name: string; size(): Promise<number> }, error: unknown): Promise<unknown> {
  const part = `${to.name}.part`;
  if ((await to.size()) === 0) {
    await rm(part, { force: true });
    return error;
  }
  const code = error instanceof FleetError ? error.code : isAbort(error) ? 'op.cancelled' : 'op.failed';
  return new FleetError(code, `${sentence(error)}; what came is in ${part}`, {
    fix: 'the same again goes on with it',
    cause: error,
  });
}

const OF_ONE_FILE: ReadonlySet<string> = new Set(['auth.forbidden', 'op.refused', 'op.failed', 'op.conflict']);

/** One file of a folder that can't be copied does not keep the others from it. */
async function orElse({ failed }: Copying, copied: Promise<void>): Promise<void> {
  await copied.catch((error: unknown) => {
    if (!(error instanceof FleetError && OF_ONE_FILE.has(error.code))) throw error;
    failed.push(error);
  });
}

function refuseFolder({ recursive }: CopyWish, path: string, depth: number): void {
  if (!recursive) throw new FleetError('op.refused', `${path} is a folder`, { fix: 'with all that is in it: -r' });
  if (depth > DEEPEST) throw new FleetError('op.refused', `${path} is too deep to be copied`);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (is) => is.isDirectory(),
    () => false,
  );

/** `~` is where a login starts, and SFTP begins there by itself. */
const remotePath = (path: string): string => path.replace(/^~(\/+|$)/, '');

/** The last part of a path that the user wrote. */
function localName(path: string): string {
  const name = path.split('/').findLast((part) => part !== '') ?? '';
  if (name === '' || name === '.' || name === '..')
    throw new FleetError('usage', `${JSON.stringify(path)} gives the copy no name: name it`);
  return name;
}
