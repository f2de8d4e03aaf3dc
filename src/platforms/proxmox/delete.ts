import { FleetError } from '../../errors.ts';
import type { DeletePlan, VmOps } from '../contract.ts';
import { type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { readGuestConfig } from './guest-config.ts';
import { asRow, asRows, textOf } from './json.ts';

const DISKS_GO = 'Proxmox VE deletes the disks of a guest together with it';

/** Deleting a guest, and saying beforehand what that destroys. */
export function createDelete(calls: GuestCalls): Required<Pick<VmOps, 'planDelete' | 'delete'>> {
  return {
    planDelete: (id, signal) => onGuest(calls, id, signal, lossesOf),
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
        const taken = await readSnapshots(call);
        if (taken.length > 0 && !snapshots) {
          throw new FleetError('op.conflict', `${name} has snapshots: ${taken.join(', ')}`, {
            fix: 'delete them as well',
          });
        }
        return call.task('delete', '');
      }),
  };
}

async function lossesOf(call: GuestCall): Promise<DeletePlan> {
  const { guest, name } = call;
  const [config, snapshots] = await Promise.all([call.get('/config'), readSnapshots(call)]);
  const { disks } = readGuestConfig(asRow(config, name), guest.kind, guest.vmid);
  return {
    goes: disks.filter(({ owned }) => owned).map(({ path }) => path),
    stays: disks.filter(({ owned }) => !owned).map(({ path, type }) => `${path} (${whyKept(type)})`),
    snapshots,
    keepDisksRefused: DISKS_GO,
  };
}

const whyKept = (type: string): string => (type === 'cdrom' ? 'an image in its drive' : 'not its own');

async function readSnapshots(call: GuestCall): Promise<readonly string[]> {
  const rows = asRows(await call.get('/snapshot'), call.name);
  // `current` is no snapshot but the place where the guest stands among them.
  return rows.flatMap((row) => textOf(row, 'name') ?? []).filter((snapshot) => snapshot !== 'current');
}
