/** Files of the host, by SFTP: a connection of its own for each look and each file, so that none waits for others. */
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { openSftp, type SftpFiles } from '../../../sftp/files.ts';
import { receiveFile, sendFile } from '../../../sftp/transfer.ts';
import type { FileEntry, NodeOps } from '../../contract.ts';
import type { Host } from '../host/host-call.ts';
import type { Dialer } from '../link/dial.ts';
import { refuseUsedFile } from './used-file.ts';

type FileOps = Required<Pick<NodeOps, 'files' | 'readFile' | 'writeFile' | 'makeFolder' | 'renameFile' | 'deleteFile'>>;

const CLOSED = new FleetError('op.cancelled', 'the files were closed');

export function createNodeFiles(
  dialer: Required<Pick<Dialer, 'files'>>,
  host: Host,
  clock: Clock,
  here: (id: string) => void,
): FileOps {
  async function withFiles<T>(id: string, signal: AbortSignal, work: (files: SftpFiles) => Promise<T>): Promise<T> {
    here(id);
    const closing = new AbortController();
    const stream = await dialer.files(signal);
    try {
      return await work(await openSftp(stream, { clock, signal: AbortSignal.any([signal, closing.signal]) }));
    } finally {
      closing.abort(CLOSED);
    }
  }
  return {
    files: (id, given, signal) =>
      withFiles(id, signal, async (files) => {
        const path = await files.realPath(given);
        const is = await files.look(path);
        if (!is) throw new FleetError('op.refused', `${given} is not there`);
        return { path, is, entries: is.kind === 'folder' ? await files.list(path) : undefined };
      }),
    readFile: (id, path, to, signal) =>
      withFiles(id, signal, async (files) => {
        await receiveFile(files, path, to);
        return { warnings: [] };
      }),
    writeFile: (id, path, from, how, signal) =>
      withFiles(id, signal, async (files) => {
        await sendFile(files, path, from, how);
        return { warnings: [] };
      }),
    makeFolder: (id, path, signal) =>
      withFiles(id, signal, async (files) => {
        if (await files.look(path)) throw new FleetError('op.conflict', `${path} is there already`);
        await files.makeFolder(path);
        return { warnings: [] };
      }),
    renameFile: (id, given, to, signal) =>
      withFiles(id, signal, async (files) => {
        const path = await placeOf(files, given);
        const target = await placeOf(files, to);
        const { kind } = await entryAt(files, path);
        if (await files.lookAt(target)) throw new FleetError('op.conflict', `${target} is there already`);
        await refuseUsedFile(host, files, path, kind, signal);
        await files.rename(path, target, false);
        return { warnings: [] };
      }),
    deleteFile: (id, given, seen, signal) =>
      withFiles(id, signal, async (files) => {
        const path = await placeOf(files, given);
        const refuseOther = (is: FileEntry) => {
          if (is.kind !== seen.kind || is.size !== seen.size || is.changed !== seen.changed)
            throw new FleetError('op.conflict', `${path} was changed since it was looked at`, {
              fix: 'look at it again',
            });
        };
        const { kind } = await entryAt(files, path);
        const within = kind === 'folder' ? (await files.list(path)).length : 0;
        if (within > 0) throw notEmpty(path, within);
        await refuseUsedFile(host, files, path, kind, signal);
        refuseOther(await entryAt(files, path));
        // an SFTP server removes no folder that is not empty
        await (kind === 'folder' ? files.removeFolder(path) : files.remove(path));
        return { warnings: [] };
      }),
  };
}

/** The absolute path, with the links of its folder followed and not its own. */
async function placeOf(files: SftpFiles, given: string): Promise<string> {
  const path = given.replace(/(?<=.)\/+$/, '');
  const at = path.lastIndexOf('/') + 1;
  const name = path.slice(at);
  if (name === '' || name === '.' || name === '..')
    throw new FleetError('op.refused', `${JSON.stringify(given)} names no file in a folder`);
  const folder = await files.realPath(path.slice(0, at));
  return `${folder === '/' ? '' : folder}/${name}`;
}

async function entryAt(files: SftpFiles, path: string): Promise<FileEntry> {
  const is = await files.lookAt(path);
  if (is) return is;
  throw new FleetError('op.refused', `${path} is not there`);
}

const notEmpty = (path: string, count: number): FleetError =>
  new FleetError('op.refused', `${path} has ${count === 1 ? 'something' : `${count} files and folders`} in it`, {
    fix: 'delete what is in it first: only empty folders are deleted',
  });
