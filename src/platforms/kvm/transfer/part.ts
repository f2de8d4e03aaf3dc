/** What is on a host of something that is being made there: gone again after a refusal or a cancel, there after a lost link. */
import { FleetError, isAbort, sentence } from '../../../errors.ts';
import { shellWord, takeBack } from '../../lib/take-back.ts';
import type { Host } from '../host/host-call.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';

const DELETE_MS = 30_000;
/** errno: no room left, and a quota that is used up. */
const [ENOSPC, EDQUOT] = [28, 122];
const LINK = new Set(['host.unreachable', 'host.protocol', 'op.timeout', 'outcome.unknown']);

export const isLost = (error: unknown): boolean => error instanceof FleetError && LINK.has(error.code);

/** The daemon's refusal, where it is that the disk is full, as a sentence. */
export const roomless = (error: unknown, { pool, name }: Volume): unknown =>
  error instanceof LibvirtError && (error.errno === ENOSPC || error.errno === EDQUOT)
    ? new FleetError('op.failed', `${name}: the storage ${pool} has no room left for it`, {
        fix: 'make room there, or choose another storage',
        cause: error,
      })
    : error;

/** Deletes a volume, also when the caller has given up. Rejects when it is still there. */
async function removeVolume({ daemon, clock }: Host, volume: Volume): Promise<void> {
  const ending = new AbortController();
  const stop = clock.after(DELETE_MS, () => ending.abort(new FleetError('op.timeout', 'the daemon does not answer')));
  try {
    const client = await daemon.control(ending.signal);
    await client.call(procedures.deleteVolume, { volume, flags: 0 }, { signal: ending.signal, deadlineMs: DELETE_MS });
  } finally {
    stop();
  }
}

/** The error to throw for one that ended what these volumes were made for: they are deleted, or named with the command that does it. */
export async function withoutVolumes(host: Host, volumes: readonly Volume[], error: unknown): Promise<unknown> {
  const said = isAbort(error) ? new FleetError('op.cancelled', sentence(error), { cause: error }) : error;
  const steps = volumes.map((volume) => ({
    what: `the volume ${volume.name} in ${volume.pool}`,
    command: `virsh vol-delete --pool ${shellWord(volume.pool)} ${shellWord(volume.name)}`,
    undo: () => removeVolume(host, volume),
  }));
  const rejection = await takeBack(said, steps);
  return rejection === said ? error : rejection;
}
