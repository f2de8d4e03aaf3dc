import { FleetError } from '../../../errors.ts';
import type { Accepted, DeletePlan, VmOps } from '../../contract.ts';
import type { Api } from '../api.ts';
import { isAtLeast } from '../microversion.ts';
import { conflict, onServer, type ServerCall, type ServerCalls } from '../server-call.ts';
import { readSnapshots } from '../snapshot/snapshots.ts';
import { stateOf } from '../states.ts';
import { disksOf, type ServerDisk } from '../volume/disks.ts';
import { readVolumes } from '../volume/volumes.ts';

export interface Neighbours {
  readonly glance: Api | undefined;
  readonly cinder: Api | undefined;
}

/** From this one on nova lets go of a volume that was to be deleted with its server. */
const LETS_GO = [2, 85] as const;

/** Nova deletes the image of a shelved server with it (nova/compute/api.py, _delete), which it has named `…-shelved`. */
const SHELVED_IMAGE = '-shelved';
const isShelved = ({ server }: ServerCall): boolean => server.vmState?.startsWith('shelved') === true;

/** By vm_state: a guest is in there, also while it is being shut down, rebooted or moved. */
const AWAKE = new Set(['active', 'paused', 'rescued', 'resized']);

function refuseAwake(call: ServerCall): void {
  const { state, server } = call;
  if (state === 'running' || state === 'paused') throw conflict(call, `is ${state}`, 'stop it first');
  if (!AWAKE.has(server.vmState ?? '') || state === 'stopped' || state === 'crashed') return;
  throw conflict(call, `is not off yet (${stateOf(server).rawState})`, 'wait until it is, or stop it first');
}

/** Deleting a server, and saying beforehand what that destroys. */
export function createDelete(
  calls: ServerCalls,
  { glance, cinder }: Neighbours,
): Required<Pick<VmOps, 'planDelete' | 'delete'>> {
  const letsGo = isAtLeast(calls.cloud.version, LETS_GO);
  const readDisks = async (call: ServerCall) => disksOf(call.server, await readVolumes(call, cinder));

  return {
    planDelete: (id, signal) =>
      onServer(calls, id, signal, async (call): Promise<DeletePlan> => {
        const [disks, snapshots] = await Promise.all([readDisks(call), readSnapshots(id, glance, call)]);
        const why = whyGone(disks, letsGo);
        const images = snapshots.map(({ name }) => name);
        const goes = (image: string) => isShelved(call) && image.endsWith(SHELVED_IMAGE);
        return {
          goes: [
            ...disks.filter((disk) => disk.goes).map(({ path }) => path),
            ...images.filter(goes).map((image) => `${image} (the image that it was shelved into)`),
          ],
          stays: [
            ...disks.filter((disk) => !disk.goes).map(({ path }) => `${path} (a volume of its own)`),
            ...call.server.addresses.filter(({ floating }) => floating).map(({ ip }) => `${ip} (a floating IP)`),
            ...images.filter((image) => !goes(image)).map((image) => `${image} (an image that was made of it)`),
          ],
          snapshots: [],
          ...(call.state === 'suspended' ? { savedMemory: true } : {}),
          ...(why === undefined ? {} : { keepDisksRefused: why }),
        };
      }),
    delete: (id, { keepDisks }, signal) =>
      onServer(calls, id, signal, async (call): Promise<Accepted> => {
        refuseAwake(call);
        if (keepDisks) await letGo(call, await readDisks(call), letsGo);
        const { request } = await call.change('DELETE', '');
        return { ...(request === undefined ? {} : { task: request }), warnings: [] };
      }),
  };
}

function whyGone(disks: readonly ServerDisk[], letsGo: boolean): string | undefined {
  if (disks.some(({ volume }) => volume === undefined)) {
    return 'Nova deletes the disks that it made for a server together with it; make an image of it first';
  }
  if (!letsGo && disks.some(({ goes }) => goes)) return 'this Nova is too old to let go of a volume (before 2.85)';
  return undefined;
}

async function letGo(call: ServerCall, disks: readonly ServerDisk[], letsGo: boolean): Promise<void> {
  const why = whyGone(disks, letsGo);
  if (why !== undefined) throw new FleetError('op.unsupported', `${call.name}: ${why}`);
  for (const { goes, volume } of disks) {
    if (!goes || !volume) continue;
    const volumeAttachment = { volumeId: volume.id, delete_on_termination: false };
    await call.change('PUT', `/os-volume_attachments/${encodeURIComponent(volume.id)}`, { volumeAttachment });
  }
}
