import { FleetError, sentence } from '../../../errors.ts';
import type { Accepted, Destination } from '../../contract.ts';
import type { Host, HostCall } from '../host/host-call.ts';
import type { Volume } from '../rpc/protocol.ts';
import { refuseRunning } from '../storage/domain-disks.ts';
import { readVolume } from '../storage/volumes.ts';
import { DONE } from '../vm/guest-call.ts';
import { isLost } from './part.ts';
import { receive, receiveAll } from './receive.ts';
import { TAIL } from './resume.ts';
import { sizesOf } from './sizes.ts';

/** The bytes of a volume to this machine. */
export async function download(host: Host, call: HostCall, volume: Volume, to: Destination): Promise<Accepted> {
  const { signal } = call;
  const { path, type, written } = await readVolume(call, volume);
  if (type !== 'file' && type !== 'block')
    throw new FleetError('op.unsupported', `${volume.name} is no file and no device: it has no bytes to be read`);
  await refuseRunning(call, volume, path, ({ isLive, isWritten }) => isLive && isWritten);
  const { size } = await sizesOf(call, volume);
  try {
    let at = await goesOn(host, volume, size, to, signal);
    if (at < size)
      await receive(host, volume, { offset: at, length: size - at }, signal, (piece) => {
        at += piece.length;
        return to.write(piece);
      });
    if (at !== size || (await readVolume(call, volume)).written !== written)
      throw new FleetError('op.conflict', `${volume.name} was changed while it was read`, {
        fix: 'download it again when nothing writes to it',
      });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!isLost(error)) throw error;
    throw new FleetError('host.unreachable', `${sentence(error)}; what has come of ${volume.name} is in ${to.name}`, {
      fix: 'download it again: it goes on from there',
      cause: error,
    });
  }
  return DONE;
}

/** The byte behind what is there already, whose last MiB is that of the volume; else 0, and it is taken away. */
async function goesOn(host: Host, volume: Volume, size: number, to: Destination, signal: AbortSignal): Promise<number> {
  const there = await to.size();
  if (there === 0) return 0;
  const length = Math.min(there, TAIL);
  const isSame =
    there <= size &&
    (await receiveAll(host, volume, { offset: there - length, length }, signal)).equals(await to.tail(length));
  if (isSame) return there;
  await to.clear();
  return 0;
}
