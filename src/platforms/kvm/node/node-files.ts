/** Files of the host, by SFTP: a connection of its own for each look and each file, so that none waits for others. */
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { openSftp, type SftpFiles } from '../../../sftp/files.ts';
import { receiveFile, sendFile } from '../../../sftp/transfer.ts';
import type { NodeOps } from '../../contract.ts';
import type { Dialer } from '../link/dial.ts';

type FileOps = Required<Pick<NodeOps, 'files' | 'readFile' | 'writeFile' | 'makeFolder'>>;

const CLOSED = new FleetError('op.cancelled', 'the files were closed');

export function createNodeFiles(
  dialer: Required<Pick<Dialer, 'files'>>,
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
  };
}
