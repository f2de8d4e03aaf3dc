import { basename } from 'node:path';
import { FleetError } from '../../errors.ts';
import type { Connection, Destination, FileEntry, Node, Source } from '../../platforms/contract.ts';
import { bytes, formatBytes } from '../../units.ts';
import { needed } from '../object-action.ts';

/** An editor has it in memory, and so have we. */
const LARGEST = 4 * 1024 ** 2;

export interface NodeText {
  readonly path: string;
  readonly text: string;
  /** What is compared when it is written. */
  readonly is: FileEntry;
}

/** Rejects with op.refused for what is no text in UTF-8 of at most `largest` bytes. */
export async function readNodeText(
  connection: Connection,
  node: Node,
  path: string,
  signal: AbortSignal,
  largest = LARGEST,
): Promise<NodeText> {
  const list = await needed(connection, 'node.files')(node.id, path, signal);
  const { is } = list;
  if (is.kind !== 'file') throw new FleetError('op.refused', `${path} is a ${is.kind}, and no file`);
  if ((is.size ?? 0) > largest)
    throw new FleetError('op.refused', `${path} has ${formatBytes(is.size ?? 0)}: too much to be read as a text`);
  const to = inMemory(path, largest);
  await needed(connection, 'node.readFile')(node.id, list.path, to, signal);
  const content = to.content();
  const text = content.toString('utf8');
  if (text.includes('\0') || !Buffer.from(text, 'utf8').equals(content))
    throw new FleetError('op.refused', `${path} is no text in UTF-8`);
  return { path: list.path, text, is };
}

/** Writes it unless it was changed there meanwhile. True unless nothing was sent, in a dry run. */
export async function writeNodeText(
  connection: Connection,
  node: Node,
  { path, is }: NodeText,
  text: string,
  signal: AbortSignal,
): Promise<boolean> {
  const how = { overwrite: true, basedOn: is };
  return !(await needed(connection, 'node.writeFile')(node.id, path, fromMemory(path, text), how, signal)).dryRun;
}

/** `edit` answers the text as it is to be; the same where nothing was changed. Answers what is true then. */
export async function editNodeFile(
  connection: Connection,
  node: Node,
  path: string,
  edit: (name: string, text: string) => Promise<string>,
  signal: AbortSignal,
): Promise<string> {
  const read = await readNodeText(connection, node, path, signal);
  const text = await edit(basename(read.path), read.text);
  if (text === read.text) return `${path}: nothing was changed`;
  return (await writeNodeText(connection, node, read, text, signal))
    ? `${path} is changed on ${node.name}`
    : `${path}: nothing was sent`;
}

function inMemory(name: string, largest: number): Destination & { content(): Buffer } {
  let pieces: Uint8Array[] = [];
  let size = 0;
  return {
    name,
    size: async () => size,
    tail: async (length) => Buffer.concat(pieces).subarray(Math.max(0, size - length)),
    async write(piece) {
      size += piece.length;
      if (size > largest) throw new FleetError('op.refused', `${name} grows while it is read`);
      pieces.push(Buffer.from(piece));
    },
    async clear() {
      pieces = [];
      size = 0;
    },
    content: () => Buffer.concat(pieces),
  };
}

function fromMemory(name: string, text: string): Source {
  const content = Buffer.from(text, 'utf8');
  return {
    name,
    size: bytes(content.length),
    async *read(from, length = content.length - from) {
      yield content.subarray(from, from + length);
    },
  };
}
