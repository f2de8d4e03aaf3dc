/** Whole files, many pieces under way at a time: over a long line, one after the other would be as slow as the line is long. */
import { FleetError, isAbort, sentence } from '../errors.ts';
import type { Destination, FileEntry, FileWrite, Source } from '../platforms/contract.ts';
import { shellWord } from '../shell-word.ts';
import { refusalAbout, type SftpFile, type SftpFiles } from './files.ts';

/** What every server takes. */
const PIECE = 32 * 1024;
const AT_ONCE = 64;
/** What is compared before something is gone on with. */
const TAIL = 64 * 1024;
const NEW_FILE_MODE = 0o644;

/** Receives a file. What `to` has already is gone on with where it is the beginning of this one. */
export async function receiveFile(files: SftpFiles, path: string, to: Destination): Promise<FileEntry> {
  const before = await regularFile(files, path);
  const size = before.size ?? 0;
  const file = await files.openToRead(path);
  try {
    const had = await to.size();
    const tail = had > 0 && had <= size ? await to.tail(TAIL) : undefined;
    const goesOn = tail !== undefined && (await readRange(file, had - tail.length, tail.length)).equals(tail);
    if (had > 0 && !goesOn) await to.clear();
    for await (const piece of piecesOf(file, goesOn ? had : 0, size)) await to.write(piece);
  } catch (error) {
    throw refusalAbout(path, error);
  } finally {
    await file.close().catch(() => undefined);
  }
  const after = await regularFile(files, path);
  if (!isSame(before, after))
    throw new FleetError('op.conflict', `${path} was changed while it was received`, { fix: 'receive it again' });
  return before;
}

/** The bytes of a range in their order, with many reads under way. */
async function* piecesOf(file: SftpFile, from: number, to: number): AsyncIterable<Buffer> {
  const under: Promise<Buffer>[] = [];
  let asked = from;
  for (let at = from; at < to; ) {
    while (under.length < AT_ONCE && asked < to) {
      const length = Math.min(PIECE, to - asked);
      const piece = readRange(file, asked, length);
      piece.catch(() => undefined);
      under.push(piece);
      asked += length;
    }
    const piece = (await under.shift()) as Buffer;
    if (piece.length === 0) return;
    at += piece.length;
    yield piece;
  }
}

/** As much as is asked for, but for the end of the file. */
async function readRange(file: SftpFile, at: number, length: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let had = 0; had < length; ) {
    const piece = await file.read(at + had, length - had);
    if (piece === undefined || piece.length === 0) break;
    pieces.push(piece);
    had += piece.length;
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}

/**
 * Sends a file into `PATH.part`, which becomes the file when it is whole: with the permissions and the owner of the one that it
 * replaces. What an earlier transfer has left there is gone on with. After a refusal it is taken away; after a lost link or a cancel
 * it stays, which the error says.
 */
export async function sendFile(files: SftpFiles, path: string, from: Source, how: FileWrite): Promise<void> {
  const there = await files.look(path);
  refuseWrite(path, there, how);
  // A link stays one: the file that it leads to is replaced.
  const target = there ? await files.realPath(path) : path;
  const part = `${target}.part`;
  const begun = await openPart(files, part, from);
  try {
    await writeAll(begun.file, from, begun.from);
    await begun.file.sync();
    await begun.file.close();
    await files.setAttributes(part, { mode: there?.mode ?? how.mode ?? NEW_FILE_MODE });
    if (there) await keepOwner(files, part, there);
    const now = await files.look(path);
    if (there ? !now || !isSame(there, now) : now !== undefined)
      throw new FleetError('op.conflict', `${path} was changed meanwhile`, { fix: 'look at it, and send it again' });
    await files.rename(part, target, there !== undefined);
  } catch (error) {
    throw await withoutPart(files, part, refusalAbout(path, error));
  }
}

/** Another program's change is never lost: what was read before must be what is there now. */
function refuseWrite(path: string, there: FileEntry | undefined, { overwrite, basedOn }: FileWrite): void {
  if (there && there.kind !== 'file') throw new FleetError('op.refused', `${path} is a ${there.kind}, and no file`);
  if (basedOn && !(there && isSame(basedOn, there)))
    throw new FleetError('op.conflict', `${path} was changed since it was read`, { fix: 'read it again' });
  if (there && !overwrite && !basedOn)
    throw new FleetError('op.conflict', `${path} is there already`, { fix: 'choose another name, or --overwrite' });
}

const isSame = (one: FileEntry, other: FileEntry): boolean =>
  one.size === other.size && one.changed === other.changed && one.mode === other.mode && one.owner === other.owner;

/** The part, open, and from where on it is written. Rejects with op.conflict where the name is taken by another file. */
async function openPart(
  files: SftpFiles,
  part: string,
  from: Source,
): Promise<{ readonly file: SftpFile; readonly from: number }> {
  const there = await files.look(part);
  if (!there) return { file: await files.openToWrite(part, { fresh: true, mode: 0o600 }), from: 0 };
  const had = there.size ?? 0;
  const file = await files.openToWrite(part, { fresh: false });
  const tail = Math.min(TAIL, had);
  const theirs = await readRange(file, had - tail, tail);
  if (there.kind === 'file' && had <= from.size && (await collect(from.read(had - tail, tail))).equals(theirs))
    return { file, from: had };
  await file.close();
  throw new FleetError('op.conflict', `${part} is there, and is not the beginning of ${from.name}`, {
    fix: `look what it is; when it is not needed, rm ${shellWord(part)} there`,
  });
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(Buffer.from(piece));
  return Buffer.concat(all);
}

async function writeAll(file: SftpFile, from: Source, start: number): Promise<void> {
  const under: Promise<void>[] = [];
  let at = start;
  for await (const whole of from.read(start, undefined, true)) {
    for (let begin = 0; begin < whole.length; begin += PIECE) {
      if (under.length >= AT_ONCE) await under.shift();
      const piece = whole.subarray(begin, begin + PIECE);
      const written = file.write(at, piece);
      written.catch(() => undefined);
      under.push(written);
      at += piece.length;
    }
  }
  await Promise.all(under);
}

async function keepOwner(files: SftpFiles, part: string, { owner, group, name }: FileEntry): Promise<void> {
  const now = await files.look(part);
  if (owner === undefined || group === undefined || (now?.owner === owner && now.group === group)) return;
  await files.setAttributes(part, { owner, group }).catch((error: unknown) => {
    throw new FleetError('auth.forbidden', `${name} belongs to another user: this login can't write it and keep that`, {
      cause: error,
    });
  });
}

/** The error to throw, with what became of the part. */
async function withoutPart(files: SftpFiles, part: string, error: unknown): Promise<unknown> {
  const isOver = isAbort(error) || (error instanceof FleetError && STAYS.has(error.code));
  if (
    !isOver &&
    (await files.remove(part).then(
      () => true,
      () => false,
    ))
  )
    return error;
  const code = error instanceof FleetError ? error.code : isAbort(error) ? 'op.cancelled' : 'op.failed';
  return new FleetError(code, `${sentence(error)}; what was sent is in ${part}`, {
    fix: `the same again goes on with it; without that, rm ${shellWord(part)} there`,
    cause: error,
  });
}

/** Nothing can be sent any more, or should not be. */
const STAYS: ReadonlySet<string> = new Set(['host.unreachable', 'host.protocol', 'op.cancelled', 'op.timeout']);

async function regularFile(files: SftpFiles, path: string): Promise<FileEntry> {
  const there = await files.look(path);
  if (!there) throw new FleetError('op.refused', `${path} is not there`);
  if (there.kind !== 'file') throw new FleetError('op.refused', `${path} is a ${there.kind}, and no file`);
  return there;
}
