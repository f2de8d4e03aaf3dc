/** Files that go to nodes, or come from them. */
import { chmod, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { FleetError } from '../../errors.ts';
import type { Connection, Node } from '../../platforms/contract.ts';
import { type Moved, openDestination, openSource } from '../../state/files/transfer-files.ts';
import { needed } from '../object-action.ts';

/** No other user may write to what comes from elsewhere. */
const LOCAL_MODE = 0o755;

/** Answers where it is here. `file`: empty for the same name in the folder that drover was started in. */
export async function receiveNodeFile(
  connection: Connection,
  node: Node,
  path: string,
  { file, overwrite }: { readonly file: string; readonly overwrite: boolean },
  tell: Moved,
  signal: AbortSignal,
): Promise<string> {
  const { is } = await needed(connection, 'node.files')(node.id, path, signal);
  if (is.kind !== 'file') throw new FleetError('op.refused', `${path} is a ${is.kind}, and no file`);
  const moved: Moved = (done) => tell(done, is.size);
  const { to, keep, close } = await openDestination(file === '' ? nameHere(path) : file, overwrite, moved);
  try {
    await needed(connection, 'node.readFile')(node.id, path, to, signal);
    const name = await keep();
    if (is.mode !== undefined) await chmod(name, is.mode & LOCAL_MODE);
    return name;
  } finally {
    await close();
  }
}

function nameHere(path: string): string {
  const name = basename(path);
  if (name !== '' && name !== '.' && name !== '..') return name;
  throw new FleetError('usage', `${JSON.stringify(path)} gives the file no name here: name it`);
}

/** Answers its path there; undefined in a dry run. A path that is a folder, or ends in a slash, takes the name of the file. */
export async function sendNodeFile(
  connection: Connection,
  node: Node,
  file: string,
  { path, overwrite }: { readonly path: string; readonly overwrite: boolean },
  tell: Moved,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { source, close } = await openSource(file, tell);
  try {
    const target = await targetOf(connection, node, path, basename(file), signal);
    const mode = (await stat(source.name)).mode & 0o777;
    const { dryRun } = await needed(connection, 'node.writeFile')(node.id, target, source, { overwrite, mode }, signal);
    return dryRun ? undefined : target;
  } finally {
    await close();
  }
}

async function targetOf(
  connection: Connection,
  node: Node,
  path: string,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  const within = `${path.replace(/\/+$/, '')}/${name}`;
  if (path.endsWith('/')) return within;
  const is = await needed(connection, 'node.files')(node.id, path, signal).then(
    (list) => list.is.kind,
    (error: unknown) => {
      if (error instanceof FleetError && error.code === 'op.refused') return undefined;
      throw error;
    },
  );
  return is === 'folder' ? within : path;
}
