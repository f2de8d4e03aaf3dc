/** Files of nodes: listed, sent, received and edited. */
import { basename } from 'node:path';
import type { Asked } from '../actions/action.ts';
import { deleteNodeFile, renameNodeFile, seeNodeFile } from '../actions/node/change-files.ts';
import { editNodeFile } from '../actions/node/edit-file.ts';
import { receiveNodeFile, sendNodeFile } from '../actions/node/node-files.ts';
import { needed } from '../actions/object-action.ts';
import { permitted } from '../actions/permitted.ts';
import { FleetError } from '../errors.ts';
import type { Connection, FileEntry, Node, OperationName } from '../platforms/contract.ts';
import { clean } from '../terminal/width.ts';
import { formatBytes } from '../units.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { agreedTo, isYes } from './consent.ts';
import { OVERWRITE, tellOn } from './copy-command.ts';
import { findNode } from './find.ts';
import { type Column, renderList } from './output.ts';
import { printResults } from './results.ts';

interface FileRow {
  readonly [key: string]: string | number | null;
  readonly name: string;
  readonly kind: string;
  readonly size: number | null;
  readonly changed: string | null;
  readonly mode: string | null;
  readonly owner: number | null;
  readonly group: number | null;
}

const COLUMNS: readonly Column<FileRow>[] = [
  { title: 'MODE', show: ({ mode }) => mode ?? '-' },
  { title: 'OWNER', show: ({ owner }) => String(owner ?? '-') },
  { title: 'GROUP', show: ({ group }) => String(group ?? '-') },
  { title: 'SIZE', show: ({ size }) => (size === null ? '-' : formatBytes(size)) },
  { title: 'CHANGED', show: ({ changed }) => changed?.slice(0, 19).replace('T', ' ') ?? '-' },
  { title: 'NAME', show: ({ name, kind }) => `${name}${kind === 'folder' ? '/' : kind === 'link' ? '@' : ''}` },
];

/** Folders first, then by name. */
const rowsOf = (entries: readonly FileEntry[]): readonly FileRow[] =>
  entries
    .toSorted((a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder') || (a.name < b.name ? -1 : 1))
    .map(({ name, kind, size, changed, mode, owner, group }) => ({
      name,
      kind,
      size: size ?? null,
      changed: changed === undefined ? null : new Date(changed).toISOString(),
      mode: mode === undefined ? null : mode.toString(8).padStart(4, '0'),
      owner: owner ?? null,
      group: group ?? null,
    }));

export const nodeFileCommands: readonly Command[] = [
  {
    noun: 'node',
    verb: 'files',
    help: 'List a folder of a node; without a path, the one that a login starts in.',
    takes: 'NODE [PATH]',
    flags: () => [],
    async run(context, { words }) {
      const [node, path = ''] = await nodeAnd(words, 1, 2, context);
      const { connection } = reach(node, 'node.files', 'Files of a node', context);
      const list = await needed(connection, 'node.files')(node.id, path, context.signal);
      const rows = rowsOf(list.entries ?? [list.is]);
      if (context.format === 'table' && context.interactive) context.say(clean(`${node.name}:${list.path}`));
      const listing = { rows, columns: COLUMNS, name: ({ name }: FileRow) => name };
      await context.printer.print(await renderList(listing, context.format, context.columns));
      return EXIT.done;
    },
  },
  {
    noun: 'node',
    verb: 'get',
    help: 'Receive a file of a node; what broke off is gone on with.',
    takes: 'NODE PATH [FILE]',
    flags: () => [OVERWRITE],
    async run(context, { words, values }) {
      const [node, path = '', file] = await nodeAnd(words, 2, 3, context);
      const { connection } = reach(node, 'node.readFile', 'Receive file', context);
      const tell = tellOn(context)(path);
      const to = { file: file ?? '', overwrite: values[OVERWRITE.key] === true };
      const name = await receiveNodeFile(connection, node, path, to, tell, context.signal);
      return said(`${name} is here`, node, context);
    },
  },
  {
    noun: 'node',
    verb: 'put',
    help: 'Send a file to a node: it is the old one or the new one there, never a part of it.',
    takes: 'NODE FILE PATH',
    flags: () => [OVERWRITE],
    async run(context, { words, values }) {
      const [node, file = '', path = ''] = await nodeAnd(words, 3, 3, context);
      const { connection } = reach(node, 'node.writeFile', 'Send file', context);
      const to = { path, overwrite: values[OVERWRITE.key] === true };
      const sent = await sendNodeFile(connection, node, file, to, tellOn(context)(basename(file)), context.signal);
      return said(sent === undefined ? 'nothing was sent' : `${sent} is on ${node.name}`, node, context);
    },
  },
  {
    noun: 'node',
    verb: 'edit',
    help: 'Edit a text file of a node in $VISUAL or $EDITOR; one that was changed meanwhile is not written over.',
    takes: 'NODE PATH',
    flags: () => [],
    async run(context, { words }) {
      const [node, path = ''] = await nodeAnd(words, 2, 2, context);
      const { connection } = reach(node, 'node.writeFile', 'Edit file', context);
      const { editFile } = await import('./edit-file.ts');
      const edit = (name: string, text: string) => editFile(name, text, context.signal);
      context.say(clean(await editNodeFile(connection, node, path, edit, context.signal)));
      return EXIT.done;
    },
  },
  {
    noun: 'node',
    verb: 'mkdir',
    help: 'Make a folder on a node.',
    takes: 'NODE PATH',
    flags: () => [],
    async run(context, { words }) {
      const [node, path = ''] = await nodeAnd(words, 2, 2, context);
      const { connection } = reach(node, 'node.makeFolder', 'Make folder', context);
      const { dryRun } = await needed(connection, 'node.makeFolder')(node.id, path, context.signal);
      return said(dryRun ? 'nothing was sent' : `${path} is on ${node.name}`, node, context);
    },
  },
  {
    noun: 'node',
    verb: 'mv',
    help: 'Give a file or a folder of a node another name or path; what a VM uses stays where it is.',
    takes: 'NODE PATH NEW',
    flags: () => [],
    async run(context, { words }) {
      const [node, path = '', to = ''] = await nodeAnd(words, 3, 3, context);
      const { connection } = reach(node, 'node.renameFile', 'Rename file', context);
      const file = await seeNodeFile(connection, node, path, context.signal);
      const target = await renameNodeFile(connection, node, file, to, context.signal);
      return said(target === undefined ? 'nothing was sent' : `${file.path} is ${target} now`, node, context);
    },
  },
  {
    noun: 'node',
    verb: 'rm',
    help: 'Delete a file, a link or an empty folder of a node; what a VM uses is named, and stays.',
    takes: 'NODE PATH',
    flags: () => [],
    async run(context, { words }) {
      const [node, path = ''] = await nodeAnd(words, 2, 2, context);
      const { connection } = reach(node, 'node.deleteFile', 'Delete file', context);
      const file = await seeNodeFile(connection, node, path, context.signal);
      const size = file.is.kind === 'file' && file.is.size !== undefined ? ` (${formatBytes(file.is.size)})` : '';
      const question = {
        what: clean(`this deletes ${file.path} of ${node.name}`),
        text: clean(`Delete the ${file.is.kind} ${file.path}${size} of ${node.name}? [y/N] `),
        isAgreement: isYes,
      };
      if (!(await agreedTo(question, context))) return EXIT.interrupted;
      const isGone = await deleteNodeFile(connection, node, file, context.signal);
      return said(isGone ? `${file.path} is deleted` : 'nothing was sent', node, context);
    },
  },
];

async function said(text: string, node: Node, context: CommandContext): Promise<number> {
  context.progress(undefined);
  await printResults([{ name: node.name, text }], false, context);
  return EXIT.done;
}

/** The node, and the words behind it. */
async function nodeAnd(
  words: readonly string[],
  least: number,
  most: number,
  context: CommandContext,
): Promise<readonly [Node, ...string[]]> {
  const [name, ...rest] = words;
  if (name === undefined || words.length < least || words.length > most)
    throw new FleetError('usage', 'name the node, and what is meant on it', { fix: 'add --help to see what it takes' });
  return [await findNode(name, context), ...rest];
}

function reach(
  node: Node,
  needs: OperationName,
  title: string,
  { app }: CommandContext,
): { readonly connection: Connection } {
  const asked: Asked = { needs, title };
  return permitted(asked, 'node', node.id, app);
}
