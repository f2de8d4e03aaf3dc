/** The file of an appliance on this machine: fetched, and verified while it comes. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { Clock } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { get } from '../platforms/transport/http/get.ts';
import type { Appliance } from '../state/appliances/appliance.ts';
import { fileTrouble } from '../state/files/file-trouble.ts';
import type { Moved } from '../state/files/transfer-files.ts';
import { type Piece, refused, writeWhole } from './unpack/piece.ts';

export interface FetchParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly moved: Moved;
  /** A path that no file has yet. */
  readonly newFile: () => string;
  /** So many bytes there is room for. */
  readonly most: number;
}

/** Rejects with op.refused for another size or another checksum than the catalog says, and for what there is no room for. */
export async function fetchFile(appliance: Appliance, parts: FetchParts): Promise<Piece> {
  const { location, ca, checksum } = appliance;
  if (isAbsolute(location)) return checkedFile(appliance, parts);
  const { clock, signal } = parts;
  return get(location, { clock, signal, ca, plainAllowed: checksum !== undefined }, async (length, pieces) => {
    refuseSize(appliance, length ?? appliance.size, parts.most);
    const path = parts.newFile();
    const to = await open(path, 'wx', 0o600);
    const verified = verifier(appliance, parts.most);
    try {
      for await (const piece of pieces) {
        await writeWhole(to, piece, verified.take(piece) - piece.length);
        parts.moved(verified.size(), length ?? appliance.size);
      }
    } finally {
      await to.close();
    }
    if (length !== undefined && verified.size() < length)
      throw new FleetError(
        'host.unreachable',
        `${appliance.name}: it broke off at ${verified.size()} of ${length} bytes`,
      );
    verified.end();
    return { path, name: lastPart(location), at: 0, size: verified.size() };
  });
}

/** A file of this machine is read where it is, and never changed. */
async function checkedFile(appliance: Appliance, { signal, moved }: FetchParts): Promise<Piece> {
  const { location: path } = appliance;
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new FleetError('op.refused', `${path} is no file`);
      refuseSize(appliance, found.size, Number.POSITIVE_INFINITY);
      const verified = verifier(appliance, Number.POSITIVE_INFINITY);
      if (appliance.checksum !== undefined) {
        for await (const piece of file.createReadStream({ autoClose: false, signal })) {
          verified.take(piece as Buffer);
          moved(verified.size(), found.size);
        }
        verified.end();
      }
      return { path, name: lastPart(path), at: 0, size: found.size };
    } finally {
      await file.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FleetError) throw error;
    throw new FleetError('op.refused', `${path} can't be read: ${fileTrouble(error)}`, { cause: error });
  }
}

function refuseSize({ name, size }: Appliance, found: number | undefined, most: number): void {
  if (size !== undefined && found !== undefined && found !== size)
    throw refused(name, `has ${found} bytes, and its catalog says ${size}`);
  if ((found ?? 0) > most) throw noRoom(name);
}

const noRoom = (name: string): FleetError =>
  new FleetError('op.refused', `${name}: there is no room for it on this machine; nothing was imported`, {
    fix: 'make room, or let XDG_CACHE_HOME be on a larger disk',
  });

/** Counts and hashes what comes. `take` answers how much there is by now. */
function verifier({ name, size, checksum }: Appliance, most: number) {
  const [algorithm = '', digest] = checksum?.split(':') ?? [];
  const hash = digest === undefined ? undefined : createHash(algorithm);
  let had = 0;
  return {
    size: () => had,
    take(piece: Uint8Array): number {
      had += piece.length;
      if (size !== undefined && had > size)
        throw refused(name, `is larger than the ${size} bytes that its catalog says`);
      if (had > most) throw noRoom(name);
      hash?.update(piece);
      return had;
    },
    end(): void {
      if (size !== undefined && had !== size) throw refused(name, `has ${had} bytes, and its catalog says ${size}`);
      const found = hash?.digest('hex');
      if (found !== digest) throw refused(name, `is another file than its catalog says: its ${algorithm} is ${found}`);
    },
  };
}

const lastPart = (location: string): string => (location.split(/[?#]/, 1)[0] ?? '').split('/').at(-1) || 'the file';
