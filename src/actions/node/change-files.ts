/** Files of nodes that take another path, or go. */
import { FleetError } from '../../errors.ts';
import type { Connection, FileEntry, Node } from '../../platforms/contract.ts';
import { needed } from '../object-action.ts';

/** What is at a path, where a link is one; with the absolute path, the links of its folder followed. */
export interface SeenFile {
  readonly path: string;
  readonly is: FileEntry;
}

/** Rejects with op.refused where nothing is there. */
export async function seeNodeFile(
  connection: Connection,
  node: Node,
  given: string,
  signal: AbortSignal,
): Promise<SeenFile> {
  const path = given.replace(/(?<=.)\/+$/, '');
  const at = path.lastIndexOf('/') + 1;
  const name = path.slice(at);
  if (name === '' || name === '.' || name === '..')
    throw new FleetError('op.refused', `${JSON.stringify(given)} names no file in a folder`);
  const folder = await needed(connection, 'node.files')(node.id, path.slice(0, at), signal);
  const is = folder.entries?.find((entry) => entry.name === name);
  if (!is) throw new FleetError('op.refused', `${given} is not there`);
  return { path: inFolder(folder.path, name), is };
}

const inFolder = (folder: string, name: string): string => `${folder === '/' ? '' : folder}/${name}`;

/** `to`: a path, or a name in the same folder. Answers the new path; undefined in a dry run. */
export async function renameNodeFile(
  connection: Connection,
  node: Node,
  { path }: Pick<SeenFile, 'path'>,
  to: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const target = to.includes('/') ? to : inFolder(path.slice(0, Math.max(1, path.lastIndexOf('/'))), to);
  const { dryRun } = await needed(connection, 'node.renameFile')(node.id, path, target, signal);
  return dryRun ? undefined : target;
}

/** True unless nothing was sent, in a dry run. */
export async function deleteNodeFile(
  connection: Connection,
  node: Node,
  { path, is }: SeenFile,
  signal: AbortSignal,
): Promise<boolean> {
  return !(await needed(connection, 'node.deleteFile')(node.id, path, is, signal)).dryRun;
}
