/** Verbs that few platforms have: locks, shelving, rescue, rebuilding, and the word that a resize waits for. */
import { FleetError } from '../../../errors.ts';
import type { Accepted, VmOps } from '../../contract.ts';
import { findImage } from '../image/find-image.ts';
import { already, conflict, onServer, type ServerCall, type ServerCalls } from '../server-call.ts';
import { boots, disksOf } from '../volume/disks.ts';
import { readVolumes } from '../volume/volumes.ts';
import type { Neighbours } from './delete.ts';

type Modes = Required<
  Pick<
    VmOps,
    'lock' | 'unlock' | 'shelve' | 'rescue' | 'unrescue' | 'planRebuild' | 'rebuild' | 'confirmResize' | 'revertResize'
  >
>;

/** A disk is copied into an image, or onto another host. */
const COPY_MS = 900_000;

/** What nova rescues and rebuilds: with a guest in it, or off (nova/compute/api.py). */
const AT_REST = new Set(['active', 'stopped', 'error']);

export function createModes(calls: ServerCalls, { glance, cinder }: Neighbours): Modes {
  /** The id of the image of that name or id; undefined for the platform's choice. */
  const imageRef = async (image: string, signal: AbortSignal) =>
    image === '' ? undefined : (await findImage(glance, calls.cloud, image, signal)).id;

  return {
    lock: (id, reason, signal) =>
      onServer(calls, id, signal, async (call) => {
        if (call.server.locked) return already(call, 'vm.lock', 'locked');
        await call.change('POST', '/action', { lock: reason === '' ? null : { locked_reason: reason } });
        return { warnings: [] };
      }),
    unlock: (id, signal) =>
      onServer(calls, id, signal, async (call) => {
        if (!call.server.locked) return already(call, 'vm.unlock', 'not locked');
        await call.change('POST', '/action', { unlock: null });
        return { warnings: [] };
      }),
    shelve: (id, signal) =>
      onServer(calls, id, signal, async (call) => {
        const { vmState } = call.server;
        if (vmState?.startsWith('shelved')) throw conflict(call, 'is shelved already', 'start it to bring it back');
        return { ...(await call.act('Shelve', { shelve: null })), takesUpToMs: COPY_MS };
      }),
    rescue: (id, { image }, signal) =>
      onServer(calls, id, signal, async (call) => {
        refuseBusy(call, 'rescued');
        const rescue_image_ref = await imageRef(image, signal);
        return call.act('Rescue', { rescue: rescue_image_ref === undefined ? null : { rescue_image_ref } });
      }),
    unrescue: (id, signal) =>
      onServer(calls, id, signal, async (call) => {
        if (call.server.vmState !== 'rescued') throw conflict(call, 'is not in rescue mode', 'nothing is to be ended');
        return call.act('End rescue', { unrescue: null });
      }),
    planRebuild: (id, { image }, signal) =>
      onServer(calls, id, signal, async (call) => {
        await imageRef(image, signal);
        const disks = disksOf(call.server, await readVolumes(call, cinder));
        const goes = disks.filter(({ device, volume }) => volume === undefined || boots(device));
        const stays = disks.filter((disk) => !goes.includes(disk));
        return { goes: goes.map(({ path }) => path), stays: stays.map(({ path }) => path) };
      }),
    rebuild: (id, { image }, signal) =>
      onServer(calls, id, signal, async (call): Promise<Accepted> => {
        refuseBusy(call, 'rebuilt');
        const imageRefOfNew = (await imageRef(image, signal)) ?? call.server.imageId;
        if (imageRefOfNew === undefined)
          throw new FleetError(
            'op.refused',
            `${call.name} boots from a volume: which image it was made of is not known`,
            {
              fix: 'name the image',
            },
          );
        return { ...(await call.act('Rebuild', { rebuild: { imageRef: imageRefOfNew } })), takesUpToMs: COPY_MS };
      }),
    confirmResize: (id, signal) =>
      onServer(calls, id, signal, async (call) => {
        refuseNotResized(call);
        return call.act('Confirm resize', { confirmResize: null });
      }),
    revertResize: (id, signal) =>
      onServer(calls, id, signal, async (call) => {
        refuseNotResized(call);
        return { ...(await call.act('Revert resize', { revertResize: null })), takesUpToMs: COPY_MS };
      }),
  };
}

function refuseBusy(call: ServerCall, word: string): void {
  const { vmState = '', taskState } = call.server;
  if (vmState === 'rescued') throw conflict(call, 'is in rescue mode', 'end that first');
  if (!AT_REST.has(vmState)) throw conflict(call, `is ${vmState}, and is not ${word} then`, 'start or stop it first');
  if (taskState !== undefined) throw conflict(call, `is busy (${taskState})`, 'wait until that is done');
}

function refuseNotResized(call: ServerCall): void {
  if (call.server.vmState === 'resized') return;
  throw conflict(call, 'has no new size that waits for a word', 'resize it first');
}
