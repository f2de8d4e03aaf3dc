import { FleetError } from '../../../errors.ts';
import type { VmId } from '../../../ids.ts';
import type { Accepted, DeletePlan, Kept, VmOps } from '../../contract.ts';
import { asRow } from '../../lib/json.ts';
import { type ListContext, readCatalog } from '../catalog.ts';
import { type GuestCall, type GuestCalls, onGuest } from '../guest-call.ts';
import { type ConfiguredDisk, readGuestConfig } from '../guest-config.ts';
import { SEED_FILE } from '../make/seed.ts';
import { fileMade } from '../make/undo.ts';
import { readSnapshots } from '../snapshot/snapshots.ts';
import { whoNeedsVolume } from '../storage/needs.ts';

const DISKS_GO = 'Proxmox VE deletes the disks of a guest together with it';

/** Deleting a guest, and saying beforehand what that destroys. */
export function createDelete(calls: GuestCalls, lists: ListContext): Required<Pick<VmOps, 'planDelete' | 'delete'>> {
  return {
    planDelete: (id, signal) => onGuest(calls, id, signal, (call) => lossesOf(lists, id, call)),
    delete: (id, { keepDisks, snapshots }, signal) =>
      onGuest(calls, id, signal, async (call) => {
        const { name, current } = call;
        if (current.status === 'running') {
          throw new FleetError('op.conflict', `${name} is running`, { fix: 'stop it first' });
        }
        if (keepDisks) {
          throw new FleetError('op.unsupported', `${name}: ${DISKS_GO}`, {
            fix: 'move the disks to another guest first (on its node: qm disk move … --target-vmid)',
          });
        }
        const taken = (await readSnapshots(id, call)).map((one) => one.name);
        if (taken.length > 0 && !snapshots) {
          throw new FleetError('op.conflict', `${name} has snapshots: ${taken.join(', ')}`, {
            fix: 'delete them as well',
          });
        }
        return removeGuest(calls, lists, call);
      }),
  };
}

/** The file that it was told by at its first start goes behind it, unless a clone has it as well. */
async function removeGuest(calls: GuestCalls, lists: ListContext, call: GuestCall): Promise<Accepted> {
  const { disks } = await readDisks(call);
  const seeds = seedsOf(disks);
  const linked = await linkedClones(lists, call, disks);
  if (linked !== undefined) throw new FleetError('op.refused', linked, { fix: 'delete its clones first' });
  if (seeds.length === 0) return call.task('delete', '');
  const { api, clock } = calls;
  const warnings = await call.finished('delete', '');
  const kept: Kept[] = [];
  for (const path of seeds) {
    const why = await neededBy(lists, call, path);
    if (why !== undefined) kept.push({ path, why });
    else
      await fileMade({ api, clock, subject: path }, call.guest.node, path)
        .undo()
        .catch((error: unknown) => kept.push({ path, why: error instanceof Error ? error.message : String(error) }));
  }
  return { warnings, ...(kept.length > 0 && { kept }) };
}

const seedsOf = (disks: readonly ConfiguredDisk[]): readonly string[] =>
  disks.flatMap(({ path }) => (SEED_FILE.test(path) ? [path] : []));

async function neededBy(lists: ListContext, { guest, signal }: GuestCall, path: string): Promise<string | undefined> {
  const catalog = await readCatalog(lists, signal);
  // the guest itself is gone, or going
  const others = { ...catalog, resources: { ...catalog.resources, guests: new Map(catalog.resources.guests) } };
  others.resources.guests.delete(guest.key);
  return whoNeedsVolume(lists, others, { volid: path, owner: guest, device: '' }, signal);
}

/** Of a template: the server deletes the base of a linked clone on some storages without a word. */
async function linkedClones(
  lists: ListContext,
  { guest, signal }: GuestCall,
  disks: readonly ConfiguredDisk[],
): Promise<string | undefined> {
  if (!guest.template) return undefined;
  const catalog = await readCatalog(lists, signal);
  for (const { path, device, owned } of disks) {
    if (!owned) continue;
    const why = await whoNeedsVolume(lists, catalog, { volid: path, owner: guest, device }, signal);
    if (why !== undefined) return why;
  }
  return undefined;
}

async function readDisks(call: GuestCall) {
  const { guest, name } = call;
  return readGuestConfig(asRow(await call.get('/config'), name), guest.kind, guest.vmid);
}

async function lossesOf(lists: ListContext, id: VmId, call: GuestCall): Promise<DeletePlan> {
  const [{ disks }, snapshots] = await Promise.all([readDisks(call), readSnapshots(id, call)]);
  const linked = await linkedClones(lists, call, disks);
  const seeds = seedsOf(disks);
  return {
    goes: [...disks.filter(({ owned }) => owned).map(({ path }) => path), ...seeds],
    stays: disks
      .filter(({ owned, path }) => !owned && path !== '' && !seeds.includes(path))
      .map(({ path, type }) => `${path} (${whyKept(type)})`),
    snapshots: snapshots.map((one) => one.name),
    keepDisksRefused: DISKS_GO,
    ...(linked !== undefined && { refused: linked }),
  };
}

const whyKept = (type: string): string => (type === 'cdrom' ? 'an image in its drive' : 'not its own');
