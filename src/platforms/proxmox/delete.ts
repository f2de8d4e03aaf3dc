import { FleetError } from '../../errors.ts';
import type { VmId } from '../../ids.ts';
import type { DeletePlan, VmOps } from '../contract.ts';
import { asRow } from '../lib/json.ts';
import { type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { readGuestConfig } from './guest-config.ts';
import { readSnapshots } from './snapshots.ts';

const DISKS_GO = 'Proxmox VE deletes the disks of a guest together with it';

/** Deleting a guest, and saying beforehand what that destroys. */
export function createDelete(calls: GuestCalls): Required<Pick<VmOps, 'planDelete' | 'delete'>> {
  return {
    planDelete: (id, signal) => onGuest(calls, id, signal, (call) => lossesOf(id, call)),
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
        return call.task('delete', '');
      }),
  };
}

async function lossesOf(id: VmId, call: GuestCall): Promise<DeletePlan> {
  const { guest, name } = call;
  const [config, snapshots] = await Promise.all([call.get('/config'), readSnapshots(id, call)]);
  const { disks } = readGuestConfig(asRow(config, name), guest.kind, guest.vmid);
  return {
    goes: disks.filter(({ owned }) => owned).map(({ path }) => path),
    stays: disks.filter(({ owned }) => !owned).map(({ path, type }) => `${path} (${whyKept(type)})`),
    snapshots: snapshots.map((one) => one.name),
    keepDisksRefused: DISKS_GO,
  };
}

const whyKept = (type: string): string => (type === 'cdrom' ? 'an image in its drive' : 'not its own');
