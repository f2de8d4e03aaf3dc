/**
 * A template becomes an OVA: VirtualMachine.ExportVm and the lease that gives its disks, OvfManager.CreateDescriptor. An OVA has
 * its descriptor first, which says the size of each disk, and no server knows that before a disk has come: disks are kept in a
 * folder of this machine meanwhile.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetError } from '../../../errors.ts';
import { TAR_BLOCK, tarPadding, writeTarHeader } from '../../../tar-header.ts';
import type { Destination, ImageOps } from '../../contract.ts';
import { plainLine } from '../../transport/http/wire.ts';
import { child, childrenOf, textAt } from '../../transport/xml.ts';
import { refOf } from '../properties.ts';
import { type MoRef, nothing, xml } from '../soap/envelope.ts';
import { kindOf } from '../soap/kind.ts';
import type { VmCall, VmCalls } from '../vm-call.ts';
import { onTemplate } from './image-ops.ts';
import {
  abortLease,
  completeLease,
  fetchFromDevice,
  keptAlive,
  type Lease,
  type LeaseParts,
  readyLease,
} from './lease.ts';

/** A disk that has come. */
interface Kept {
  /** By which the descriptor finds its device. */
  readonly key: string;
  /** In the OVA, and in the folder. */
  readonly name: string;
  readonly size: number;
  readonly sha1: string;
  readonly sha256: string;
}

const DESCRIBE_MS = 60_000;
/** Each to be read by others: what is in an OVA is for them. */
const MODE = 0o644;

/** What was in the file goes: no part of another export fits. */
export const createDownload =
  (calls: VmCalls, parts: LeaseParts): NonNullable<ImageOps['download']> =>
  (id, to, signal) =>
    onTemplate(calls, id, [], signal, async (call) => {
      const { ovfManager, standalone } = call.session.content;
      if (!ovfManager)
        throw new FleetError('op.unsupported', `${call.session.host} exports no ${standalone ? 'VM' : 'template'}`);
      const folder = await mkdtemp(join(tmpdir(), 'drover-ova-')).catch((error: unknown) => {
        throw noRoom(call.name, error);
      });
      try {
        const disks = await fetchDisks(parts, call, folder);
        const { descriptor, warnings } = await describe(call, ovfManager, disks);
        await writeOva(
          to,
          { name: fileName(call.name), descriptor, disks, folder, at: call.session.clock.now() },
          signal,
        );
        return { warnings: warnings.map((detail) => ({ feature: 'image.download', detail })) };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });

/** A name that any machine takes. */
const fileName = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80) || 'template';

const noRoom = (name: string, error: unknown): FleetError =>
  new FleetError(
    'op.failed',
    `${name}: its disks can't be kept in ${tmpdir()}: ${error instanceof Error ? error.message : error}`,
    {
      fix: 'let TMPDIR name a folder with room for all of them',
      cause: error,
    },
  );

/** All of them, as the server says that it has sent them; or none. */
async function fetchDisks(parts: LeaseParts, call: VmCall, folder: string): Promise<readonly Kept[]> {
  const { session, name, signal } = call;
  const ref = refOf(child(await call.change('ExportVm'), 'returnval'));
  try {
    const lease = await readyLease(session, ref, name, signal);
    let come = 0;
    const share = () => (lease.capacity > 0 ? come / lease.capacity : 0);
    const disks = await keptAlive(session, lease, share, async () => {
      const kept: Kept[] = [];
      for (const device of lease.all.filter(({ isDisk }) => isDisk)) {
        const file = `disk${kept.length + 1}.vmdk`;
        const into = await open(join(folder, file), 'wx', 0o600);
        try {
          const keep = createKeeper(name, into);
          await fetchFromDevice(
            parts,
            device,
            `${name}: ${file}`,
            async (piece) => {
              await keep.take(piece);
              come += piece.length;
            },
            signal,
          );
          kept.push({ key: device.key, name: file, ...keep.end() });
        } finally {
          await into.close();
        }
      }
      return kept;
    });
    await compare(call, lease, disks);
    await completeLease(session, lease, signal);
    return disks;
  } catch (error) {
    await abortLease(session, ref);
    throw error;
  }
}

/** Writes what comes, and sums it up. */
function createKeeper(name: string, file: FileHandle) {
  const [sha1, sha256] = [createHash('sha1'), createHash('sha256')];
  let size = 0;
  return {
    async take(piece: Uint8Array): Promise<void> {
      sha1.update(piece);
      sha256.update(piece);
      size += piece.length;
      await file.writeFile(piece).catch((error: unknown) => {
        throw noRoom(name, error);
      });
    },
    end: () => ({ size, sha1: sha1.digest('hex'), sha256: sha256.digest('hex') }),
  };
}

/** With what the host says that it has sent, where it says so (HttpNfcLeaseGetManifest). Throws op.failed for another disk. */
async function compare({ session, name, signal }: VmCall, { ref }: Lease, disks: readonly Kept[]): Promise<void> {
  const answer = await session.call({ target: ref, method: 'HttpNfcLeaseGetManifest', kind: 'reads', signal });
  const sent = new Map(childrenOf(answer, 'returnval').map((one) => [textAt(one, 'key'), textAt(one, 'sha1') ?? '']));
  for (const { key, name: file, sha1 } of disks) {
    const wanted = sent.get(key)?.toLowerCase() || sha1;
    if (wanted === sha1) continue;
    throw new FleetError('op.failed', `${name}: ${file} is not what the host has sent`, { fix: 'export it again' });
  }
}

/** In the order of OvfCreateDescriptorParams. Throws op.refused for hardware that an OVF can't describe. */
async function describe({ session, ref, name, signal }: VmCall, target: MoRef, disks: readonly Kept[]) {
  const files = disks.map(
    (disk) =>
      xml`<ovfFiles><deviceId>${disk.key}</deviceId><path>${disk.name}</path><size>${disk.size}</size></ovfFiles>`,
  );
  const args = xml`<obj type="${ref.type}">${ref.value}</obj><cdp>${files.length > 0 ? xml`${files}` : nothing}<name>${name}</name></cdp>`;
  const method = 'CreateDescriptor';
  const answer = await session.call({ target, method, args, kind: 'reads', signal, deadlineMs: DESCRIBE_MS });
  const result = child(answer, 'returnval');
  const saidOf = (kind: 'error' | 'warning') =>
    childrenOf(result, kind).map((one) =>
      plainLine(textAt(one, 'localizedMessage') || (kindOf(child(one, 'fault')) ?? kind), 200),
    );
  const descriptor = textAt(result, 'ovfDescriptor') ?? '';
  const errors = saidOf('error');
  if (errors.length > 0 || descriptor === '')
    throw new FleetError(
      'op.refused',
      `${name}: ${session.host} can't describe it: ${errors.join('; ') || 'it says no more'}`,
    );
  return { descriptor: Buffer.from(descriptor), warnings: saidOf('warning') };
}

interface Ova {
  readonly name: string;
  readonly descriptor: Buffer;
  readonly disks: readonly Kept[];
  readonly folder: string;
  /** Epoch, ms. */
  readonly at: number;
}

/** DSP0243, section 5.4: the descriptor, the manifest of digests, and the files in the order of the descriptor. */
async function writeOva(
  to: Destination,
  { name, descriptor, disks, folder, at }: Ova,
  signal: AbortSignal,
): Promise<void> {
  const digest = (file: string, sha256: string) => `SHA256(${file})= ${sha256}\n`;
  const ofDescriptor = digest(`${name}.ovf`, createHash('sha256').update(descriptor).digest('hex'));
  const manifest = Buffer.from(ofDescriptor + disks.map((disk) => digest(disk.name, disk.sha256)).join(''));
  const header = (file: string, size: number) => writeTarHeader({ name: file, size, mode: MODE, changedAt: at });
  const texts = [
    [`${name}.ovf`, descriptor],
    [`${name}.mf`, manifest],
  ] as const;
  await to.clear();
  for (const [file, text] of texts)
    await to.write(Buffer.concat([header(file, text.length), text, tarPadding(text.length)]));
  for (const disk of disks) {
    await to.write(header(disk.name, disk.size));
    for await (const piece of createReadStream(join(folder, disk.name))) {
      signal.throwIfAborted();
      await to.write(piece);
    }
    await to.write(tarPadding(disk.size));
  }
  await to.write(Buffer.alloc(2 * TAR_BLOCK));
}
