/** Files and folders of the other side, by path. Names come from there and are hostile. */
import type { Duplex } from 'node:stream';
import { FleetError } from '../errors.ts';
import type { FileEntry } from '../platforms/contract.ts';
import { bytes } from '../units.ts';
import { openSession, type SftpOptions, SftpRefusal, type SftpSession } from './session.ts';
import { ANSWER, type Attributes, OPEN, REQUEST, STATUS, u32, u64 } from './wire.ts';

export interface SftpFiles {
  /** An absolute path, links followed where they lead somewhere; an empty one is where a login starts. */
  realPath(path: string): Promise<string>;
  /** What a link says, as it is written there. */
  readLink(path: string): Promise<string>;
  /** Links are followed. Undefined where nothing is there. */
  look(path: string): Promise<FileEntry | undefined>;
  /** A link is one, and not what it leads to. Undefined where nothing is there. */
  lookAt(path: string): Promise<FileEntry | undefined>;
  list(path: string): Promise<readonly FileEntry[]>;
  makeFolder(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** An empty one. */
  removeFolder(path: string): Promise<void>;
  /** `over`: what is there under the new name is replaced in one step; without it that is refused. */
  rename(from: string, to: string, over: boolean): Promise<void>;
  setAttributes(path: string, attributes: Pick<Attributes, 'mode' | 'owner' | 'group'>): Promise<void>;
  openToRead(path: string): Promise<SftpFile>;
  /** Makes it where it is not there. `fresh`: refused where it is, with these permissions. */
  openToWrite(path: string, how: { readonly fresh: boolean; readonly mode?: number }): Promise<SftpFile>;
  close(): void;
}

/** An open file. */
export interface SftpFile {
  /** Undefined at the end of the file. May be shorter than was asked for. */
  read(at: number, length: number): Promise<Buffer | undefined>;
  write(at: number, piece: Uint8Array): Promise<void>;
  /** On the disk of the other side, where it can be asked for that. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A folder with more would fill the memory. */
const MOST_ENTRIES = 200_000;
const POSIX_RENAME = 'posix-rename@openssh.com';
const FSYNC = 'fsync@openssh.com';

/** Greets what answers on this stream. Everything ends when the signal aborts. */
export async function openSftp(stream: Duplex, options: SftpOptions): Promise<SftpFiles> {
  const session = await openSession(stream, options);
  const open = async (path: string, flags: number, mode?: number): Promise<SftpFile> => {
    const attributes = mode === undefined ? {} : { mode };
    const answer = await session.ask(REQUEST.open, [checked(path), u32(flags), attributes], ANSWER.handle);
    return openFile(session, Buffer.from(answer.data()));
  };
  const entryAt = async (request: number, path: string): Promise<FileEntry | undefined> => {
    const answer = await session.ask(request, [checked(path)], ANSWER.attributes).catch(unlessMissing);
    return answer && entryOf(path.slice(path.lastIndexOf('/') + 1), answer.attributes());
  };
  const files: SftpFiles = {
    async realPath(path) {
      const answer = await session.ask(REQUEST.realpath, [checked(path || '.')], ANSWER.name);
      answer.u32();
      return answer.text();
    },
    async readLink(path) {
      const answer = await session.ask(REQUEST.readlink, [checked(path)], ANSWER.name);
      answer.u32();
      return answer.text();
    },
    look: (path) => entryAt(REQUEST.stat, path),
    lookAt: (path) => entryAt(REQUEST.lstat, path),
    list: (path) => listFolder(session, checked(path)),
    makeFolder: (path) => session.tell(REQUEST.mkdir, [checked(path), {}]),
    remove: (path) => session.tell(REQUEST.remove, [checked(path)]),
    removeFolder: (path) => session.tell(REQUEST.rmdir, [checked(path)]),
    rename: (from, to, over) =>
      over && session.has(POSIX_RENAME)
        ? session.tell(REQUEST.extended, [POSIX_RENAME, checked(from), checked(to)])
        : session.tell(REQUEST.rename, [checked(from), checked(to)]),
    setAttributes: (path, attributes) => session.tell(REQUEST.setstat, [checked(path), attributes]),
    openToRead: (path) => open(path, OPEN.read),
    openToWrite: (path, { fresh, mode }) =>
      open(path, OPEN.read | OPEN.write | OPEN.create | (fresh ? OPEN.exclusive : 0), mode),
    close: session.close,
  };
  return withSentences(files);
}

function openFile(session: SftpSession, handle: Buffer): SftpFile {
  return {
    async read(at, length) {
      try {
        return (await session.ask(REQUEST.read, [handle, u64(at), u32(length)], ANSWER.data)).data();
      } catch (error) {
        if (error instanceof SftpRefusal && error.status === STATUS.end) return undefined;
        throw error;
      }
    },
    write: (at, piece) =>
      session.tell(REQUEST.write, [handle, u64(at), Buffer.from(piece.buffer, piece.byteOffset, piece.length)]),
    sync: async () => (session.has(FSYNC) ? session.tell(REQUEST.extended, [FSYNC, handle]) : undefined),
    close: () => session.tell(REQUEST.close, [handle]),
  };
}

async function listFolder(session: SftpSession, path: string): Promise<readonly FileEntry[]> {
  const handle = Buffer.from((await session.ask(REQUEST.opendir, [path], ANSWER.handle)).data());
  const entries: FileEntry[] = [];
  try {
    for (;;) {
      const answer = await session.ask(REQUEST.readdir, [handle], ANSWER.name);
      for (let count = answer.u32(); count > 0; count--) {
        const name = answer.text();
        answer.data();
        const attributes = answer.attributes();
        if (isName(name)) entries.push(entryOf(name, attributes));
        if (entries.length > MOST_ENTRIES) throw new FleetError('op.refused', `${path} has too many entries to list`);
      }
    }
  } catch (error) {
    if (!(error instanceof SftpRefusal && error.status === STATUS.end)) throw error;
    return entries;
  } finally {
    await session.tell(REQUEST.close, [handle]).catch(() => undefined);
  }
}

/** One that is no name leads elsewhere: it is no entry of this folder. */
const isName = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);

/** Types of files, as in inode(7). */
const TYPE = 0o170000;
const KINDS: ReadonlyMap<number, FileEntry['kind']> = new Map([
  [0o100000, 'file'],
  [0o040000, 'folder'],
  [0o120000, 'link'],
]);

function entryOf(name: string, { size, mode, modified, owner, group }: Attributes): FileEntry {
  return {
    name,
    kind: mode === undefined ? 'other' : (KINDS.get(mode & TYPE) ?? 'other'),
    size: size === undefined ? undefined : bytes(size),
    changed: modified === undefined ? undefined : modified * 1000,
    mode: mode === undefined ? undefined : mode & 0o7777,
    owner,
    group,
  };
}

/** What the other side would cut off at a NUL is another path. A replacement character stands for bytes that are not known. */
function checked(path: string): string {
  if (path.includes('\0') || path.includes('\uFFFD'))
    throw new FleetError('op.refused', `${JSON.stringify(path)} is no path that can be sent`);
  return path;
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof SftpRefusal && error.status === STATUS.noSuchFile) return undefined;
  throw error;
}

/** Refusals become sentences about the path. */
function withSentences(files: SftpFiles): SftpFiles {
  const about =
    <Args extends readonly [string, ...unknown[]], Answer>(work: (...args: Args) => Promise<Answer>) =>
    (...args: Args): Promise<Answer> =>
      work(...args).catch((error: unknown) => {
        throw refusalAbout(args[0], error);
      });
  return {
    realPath: about(files.realPath),
    readLink: about(files.readLink),
    look: about(files.look),
    lookAt: about(files.lookAt),
    list: about(files.list),
    makeFolder: about(files.makeFolder),
    remove: about(files.remove),
    removeFolder: about(files.removeFolder),
    rename: about(files.rename),
    setAttributes: about(files.setAttributes),
    openToRead: about(files.openToRead),
    openToWrite: about(files.openToWrite),
    close: files.close,
  };
}

export function refusalAbout(path: string, error: unknown): unknown {
  if (!(error instanceof SftpRefusal)) return error;
  const { status, message } = error;
  if (status === STATUS.denied)
    return new FleetError('auth.forbidden', `${path}: this login may not`, { cause: error });
  if (status === STATUS.noSuchFile) return new FleetError('op.refused', `${path} is not there`, { cause: error });
  const why = message === '' || message === 'Failure' ? 'the other side refuses, and does not say why' : message;
  return new FleetError('op.failed', `${path}: ${why}`, { cause: error });
}
