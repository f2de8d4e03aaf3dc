/** Appliances as the actions know them: catalogs with their cache, and files that are fetched into a folder which is taken away. */
import { randomBytes } from 'node:crypto';
import { readdir, rm, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { get } from '../platforms/transport/http/get.ts';
import type { ApplianceCatalog, Appliances, ReadyFile } from '../state/appliances/appliance.ts';
import { errnoOf, fileTrouble } from '../state/files/file-trouble.ts';
import { makeOwnFolder } from '../state/files/own-folder.ts';
import { isAlive } from '../state/files/process-alive.ts';
import { readCatalog } from './catalogs.ts';
import { fetchFile } from './fetch-file.ts';
import { checksumIn } from './published-checksum.ts';
import { capacityOf } from './unpack/disk-format.ts';
import { type FoundDisk, findDisk, roomIn } from './unpack/find-disk.ts';

export interface AppliancesOptions {
  /** Absolute; what is in it can be recreated at any time. */
  readonly folder: string;
  readonly clock: Clock;
  readonly catalogs: () => readonly ApplianceCatalog[];
}

/** A number of a process, what tells one import from the next, and the machine: the folder may be one of many. */
const INCOMING = /^(\d+)-[0-9a-f]{8}-(.+)$/;
const HERE = encodeURIComponent(hostname());
const LARGEST_LIST = 4 * 1024 ** 2;

export function createAppliances({ folder, clock, catalogs }: AppliancesOptions): Appliances {
  const incoming = join(folder, 'incoming');
  return {
    read: (when, signal, names) =>
      Promise.all(
        catalogs()
          .filter(({ name }) => names === undefined || names.includes(name))
          .map((one) => readCatalog(one, when, { folder: join(folder, 'catalogs'), clock }, signal)),
      ),
    async withDisk(appliance, { ova, signal, report, moved }, use) {
      const own = join(incoming, `${process.pid}-${randomBytes(4).toString('hex')}-${HERE}`);
      await makeRoomFor(own, incoming);
      try {
        const { bavail, bsize } = await statfs(own);
        const room = roomIn(bavail * bsize);
        let files = 0;
        const newFile = () => join(own, String(++files));
        const fetched = await fetchFile(appliance, { clock, signal, moved, newFile, most: room });
        const most = Math.min(room, appliance.unpackedSize ?? room);
        const {
          piece,
          format,
          more = [],
          ...hardware
        } = await findDisk(fetched, ova, { newFile, most, signal, report });
        const [first, others] = [await readyFile({ piece, format }), await Promise.all(more.map(readyFile))];
        return await use({ ...first, ...hardware, more: others });
      } finally {
        await rm(own, { recursive: true, force: true });
      }
    },
    publishedChecksum: (list, file, signal) =>
      get(list, { clock, signal, plainAllowed: false }, async (length, pieces) => {
        const all: Uint8Array[] = [];
        let size = 0;
        for await (const piece of pieces) {
          size += piece.length;
          if (Math.max(size, length ?? 0) > LARGEST_LIST)
            throw new FleetError('op.failed', `${list} is larger than any list of checksums`);
          all.push(piece);
        }
        return checksumIn(Buffer.concat(all).toString('utf8'), file, list);
      }),
  };
}

const readyFile = async ({ piece, format }: Pick<FoundDisk, 'piece' | 'format'>): Promise<ReadyFile> => ({
  path: piece.path,
  format,
  capacity: format === 'ova' ? undefined : await capacityOf(piece, format),
});

/** Makes the folder, and takes away those of drovers that were killed here. */
async function makeRoomFor(own: string, incoming: string): Promise<void> {
  try {
    await makeOwnFolder(incoming);
    for (const name of await readdir(incoming)) {
      const [, pid, where] = INCOMING.exec(name) ?? [];
      if (where === HERE && !isAlive(Number(pid))) await rm(join(incoming, name), { recursive: true, force: true });
    }
    await makeOwnFolder(own);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw new FleetError('op.failed', `${incoming} can't be used: ${fileTrouble(error)}`, { cause: error });
  }
}
