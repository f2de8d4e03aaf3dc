/** The files that `drover import convirt` reads: of this machine, or of a node, whose files come into memory first. */
import { readNodeText } from '../../../actions/node/edit-file.ts';
import { needed } from '../../../actions/object-action.ts';
import { permitted } from '../../../actions/permitted.ts';
import { FleetError } from '../../../errors.ts';
import { type EndpointName, endpointOf } from '../../../ids.ts';
import type { Connection, FileEntry, Node } from '../../../platforms/contract.ts';
import type { CommandContext } from '../../command.ts';
import { findNode } from '../../find.ts';
import type { Source } from '../source.ts';

/** One file that may be the configuration of a VM. */
export interface ConfigFile {
  /** For messages, with the node that it lies on. */
  readonly called: string;
  readonly path: string;
  /** Rejects with FleetError for what can't be read: then the others go on. */
  text(): Promise<string>;
}

export interface ConfigFiles {
  readonly files: readonly ConfigFile[];
  /** The endpoint of their node, where a VM can be made with the same disks. */
  readonly endpoint: EndpointName | undefined;
}

/** No VM says more of itself; what is larger is something else. */
const LARGEST = 256 * 1024;
/** Each file of a folder is received: more than this is no folder of configurations. */
const MOST_FILES = 1_000;

export function filesHere(paths: readonly string[], source: Source): ConfigFiles {
  const files = paths.map((path) => ({
    called: path,
    path,
    async text() {
      const text = await source.text(path);
      if (text === undefined) throw new FleetError('op.failed', `${path} is not there`);
      return text;
    },
  }));
  return { files, endpoint: undefined };
}

/**
 * `paths`: files of the node, and folders, which stand for the files directly in them. Throws what findNode() does, and op.refused where
 * files of that node can't be read, where a path is not there and for a folder of too many files.
 */
export async function filesOfNode(
  name: string,
  paths: readonly string[],
  context: CommandContext,
): Promise<ConfigFiles> {
  const node = await findNode(name, context);
  const asked = { needs: 'node.readFile', title: 'Import configuration files' } as const;
  const { connection } = permitted(asked, 'node', node.id, context.app);
  const files: ConfigFile[] = [];
  for (const path of paths) {
    const { is, entries, path: found } = await needed(connection, 'node.files')(node.id, path, context.signal);
    const more =
      is.kind === 'folder'
        ? inFolder(node, connection, found, entries ?? [], context.signal)
        : [fileOf(node, connection, found, context.signal)];
    if (files.length + more.length > MOST_FILES)
      throw new FleetError('op.refused', `${node.name}:${path} has more than ${MOST_FILES} files`, {
        fix: 'name the files of the VMs',
      });
    files.push(...more);
  }
  return { files, endpoint: endpointOf(node.id) };
}

/** Folders in it are left out. What is neither file nor folder is refused by its name, and a link is not followed: it may lead anywhere. */
function inFolder(
  node: Node,
  connection: Connection,
  folder: string,
  entries: readonly FileEntry[],
  signal: AbortSignal,
): readonly ConfigFile[] {
  const sorted = entries.filter(({ kind }) => kind !== 'folder').toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map(({ name, kind }) => {
    const path = `${folder === '/' ? '' : folder}/${name}`;
    const file = fileOf(node, connection, path, signal);
    if (kind === 'file') return file;
    const what = kind === 'link' ? 'a link, which may lead out of the folder' : 'no regular file';
    return {
      ...file,
      text: () => Promise.reject(new FleetError('op.refused', `${file.called} is ${what}`, { fix: 'name its file' })),
    };
  });
}

/** `path`: with all links followed. */
function fileOf(node: Node, connection: Connection, path: string, signal: AbortSignal): ConfigFile {
  const called = `${node.name}:${path}`;
  return {
    called,
    path,
    async text() {
      const read = await readNodeText(connection, node, path, signal, LARGEST);
      // It was another kind of file when it was listed.
      if (read.path !== path) throw new FleetError('op.conflict', `${called} leads to ${read.path} by now`);
      return read.text;
    },
  };
}
