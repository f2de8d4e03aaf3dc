/** Disks that can't be sent as they are: what a VM that is off has in layers, or in a format that the target's storage has not. */
import { FleetError, sentence } from '../../../errors.ts';
import { type HostCall, onHost } from '../host/host-call.ts';
import { volumeMade } from '../host/made.ts';
import type { Side } from '../migrate/side.ts';
import type { Copy } from '../migrate-checks/disks.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { volumesOf } from '../storage/volumes.ts';
import { withoutVolumes } from '../transfer/part.ts';
import { sizesOf } from '../transfer/sizes.ts';
import { refresh } from '../transfer/upload.ts';
import { writeVolumeXml } from '../xml/write-host-xml.ts';

/** libvirt answers when all is written, and can't be stopped before: that of a large disk takes hours. */
const WRITTEN_MS = 4 * 3_600_000;

/**
 * libvirt writes the disk as one volume beside it, in the format that the target gets, which is there for as long as `use` takes.
 * Whatever ends it, the volume is deleted, or the error names it: libvirt goes on writing it when the move is given up.
 */
export async function asWhole(
  { host }: Side,
  copy: Copy,
  signal: AbortSignal,
  use: (whole: Copy) => Promise<void>,
): Promise<void> {
  const made = await onHost(host, copy.name, signal, (call) => write(call, copy));
  try {
    signal.throwIfAborted();
    const { size } = await onHost(host, made.name, signal, (call) => sizesOf(call, made));
    await use({ ...copy, from: made, fileSize: size });
  } catch (error) {
    throw await withoutVolumes(host, [made], error);
  }
  await onHost(host, made.name, new AbortController().signal, (call) => deleted(call, made));
}

/** libvirt knows the format of the original from its own list, which it looks through again. */
async function write(call: HostCall, { from, name, size, format }: Copy): Promise<Volume> {
  const { client, signal, change } = call;
  const pool = await client.call(procedures.poolByName, { name: from.pool }, { signal });
  await refresh(call, pool);
  const free = freeName(new Set((await volumesOf(call, pool)).map((one) => one.name)), name);
  const xml = writeVolumeXml({ name: free, storage: from.pool, size, format }, true);
  const { what, command } = volumeMade(call, { pool: from.pool, name: free, key: '' });
  signal.throwIfAborted();
  const writing = change('copy', () =>
    client.call(procedures.createVolumeFrom, { pool, xml, from, flags: 0 }, { deadlineMs: WRITTEN_MS }),
  ).catch((error: unknown) => {
    if (!(error instanceof FleetError) || error.code !== 'outcome.unknown') throw error;
    // The VM is where it was, that much is known.
    throw new FleetError('op.failed', `${error.message}; what may be left: ${what}`, {
      fix: `what removes it: ${command}`,
      cause: error,
    });
  });
  // of what was given up the sentence alone is shown
  const left = `given up; libvirt goes on writing ${what}, which nothing needs: ${command} removes it once it is written`;
  return unlessGivenUp(signal, writing, () => new FleetError('op.cancelled', `${name}: ${left}`));
}

/** Rejects with what `said` makes as soon as the signal aborts, whatever becomes of the work. */
async function unlessGivenUp<T>(signal: AbortSignal, work: Promise<T>, said: () => FleetError): Promise<T> {
  const over = Promise.withResolvers<never>();
  const giveUp = () => over.reject(said());
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function freeName(taken: ReadonlySet<string>, name: string): string {
  for (let number = 1; ; number++) {
    const free = `${name}.whole${number}`;
    if (!taken.has(free)) return free;
  }
}

async function deleted(call: HostCall, volume: Volume): Promise<void> {
  const { what, command, undo } = volumeMade(call, volume);
  await undo().catch((problem: unknown) => {
    throw new FleetError('op.failed', `${what} was only for the copy, and could not be deleted: ${sentence(problem)}`, {
      fix: `what removes it: ${command}`,
      cause: problem,
    });
  });
}
