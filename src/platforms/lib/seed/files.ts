/** Files that a new guest has from its first start on. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { type FleetError, sentence } from '../../../errors.ts';
import type { Settings } from '../../contract.ts';
import { refused, rowsIn, textIn } from '../spec-values.ts';

export interface WantedFile {
  /** In the guest. */
  readonly path: string;
  readonly content: string;
  /** A file of this machine that holds the content; '' where it is given. */
  readonly origin: string;
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
}

export interface GuestFile extends Omit<WantedFile, 'content' | 'origin'> {
  readonly content: Buffer;
}

/** Of all files together: a guest reads its seed in small pieces, and slowly. */
const MOST_BYTES = 1024 ** 2;
const NAME = '[a-z_][a-z0-9_-]{0,31}|[0-9]{1,10}';
const OWNER = new RegExp(`^(${NAME})(?::(${NAME}))?$`);

export function readFiles(spec: Settings): readonly WantedFile[] {
  const files = rowsIn(spec, 'file').map(readFile);
  const twice = files.find((one, at) => files.findIndex(({ path }) => path === one.path) < at);
  if (twice) throw refused(`two files are to be ${twice.path}`);
  return files;
}

function readFile(row: Settings): WantedFile {
  const path = textIn(row, 'path');
  if (!/^\/[^\p{Cc}]*[^/\p{Cc}]$/u.test(path) || /\/\.{0,2}(\/|$)/.test(path))
    throw refused(`${JSON.stringify(path)} is no absolute path of a file`);
  const [content, origin] = [textIn(row, 'content'), textIn(row, 'origin')];
  if (content !== '' && origin !== '') throw refused(`${path} has a content and an origin`, 'leave out one of them');
  const mode = textIn(row, 'mode') || '0644';
  if (!/^0?[0-7]{3}$/.test(mode)) throw refused(`${path}: ${JSON.stringify(mode)} is no mode`, 'write one like 0644');
  const [, owner, group = owner] = OWNER.exec(textIn(row, 'owner') || 'root') ?? [];
  if (owner === undefined || group === undefined)
    throw refused(`${path}: ${JSON.stringify(row['owner'])} is no owner`, 'write one like root or www-data:adm');
  return { path, content, origin, mode: Number.parseInt(mode, 8), owner, group };
}

/** With their contents, those of this machine read. Rejects with op.refused for one that can't be read. */
export async function loadFiles(files: readonly WantedFile[]): Promise<readonly GuestFile[]> {
  const loaded: GuestFile[] = [];
  let left = MOST_BYTES;
  for (const { content, origin, ...file } of files) {
    const bytes = origin === '' ? Buffer.from(content) : await readLocal(origin, left);
    left -= bytes.length;
    if (left < 0) throw tooMuch();
    loaded.push({ ...file, content: bytes });
  }
  return loaded;
}

const tooMuch = (): FleetError =>
  refused(`the files have more than ${MOST_BYTES / 1024 ** 2} MiB together`, 'let the guest fetch them by a command');

/** Lines of a file of this machine, such as public keys. */
export const localLines = async (path: string): Promise<readonly string[]> =>
  (await readLocal(path, MOST_BYTES))
    .toString()
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('#'));

/** `path` may begin with `~/`. */
async function readLocal(path: string, most: number): Promise<Buffer> {
  // A pipe without a writer is not waited for.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const handle = await open(path.replace(/^~(?=\/)/, homedir()), flags).catch((error: unknown) => {
    throw refused(`${path} can't be read: ${sentence(error)}`);
  });
  try {
    const stats = await handle.stat();
    // A pipe or a device may never end.
    if (!stats.isFile()) throw refused(`${path} is no file`);
    if (stats.size > most) throw tooMuch();
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
