import { FleetError } from '../../errors.ts';
import type { Accepted, DeleteOptions, Losses, Vm } from '../contract.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';

export function lossesOf({ drives, options }: FakeServer, vm: Vm, row: number): Losses {
  const disks = drives.disks(row);
  return {
    goes: disks.filter((disk) => !disk.readOnly).map(({ path }) => path),
    stays: disks.filter((disk) => disk.readOnly).map(({ path }) => `${path} (read-only)`),
    snapshots: drives.snapshots(row).map(({ name }) => name),
    ...(vm.state === 'suspended' && { savedMemory: true }),
    ...(options.disksGo && { disksGo: 'this fleet deletes the disks of a VM together with it' }),
  };
}

export function deleteVm(server: FakeServer, vm: Vm, row: number, options: DeleteOptions): Accepted {
  if (!['stopped', 'crashed', 'error', 'suspended'].includes(vm.state)) {
    throw new FleetError('op.conflict', `${vm.name} is ${vm.state}`, { fix: 'stop it first' });
  }
  const losses = lossesOf(server, vm, row);
  if (losses.disksGo !== undefined && options.keepDisks) {
    throw new FleetError('op.unsupported', `${vm.name}: ${losses.disksGo}`);
  }
  if (losses.snapshots.length > 0 && !options.snapshots) {
    throw new FleetError('op.conflict', `${vm.name} has snapshots: ${losses.snapshots.join(', ')}`, {
      fix: 'delete them too',
    });
  }
  const doomed = options.keepDisks ? [] : losses.goes;
  if (server.faults.takeFailure('vm.delete')) {
    for (const path of doomed.slice(0, 1)) server.drives.destroy(path);
    throw new FleetError('op.failed', `${vm.name} is still there: only ${doomed[0] ?? 'nothing'} was deleted`);
  }
  for (const path of doomed) server.drives.destroy(path);
  server.remove(row);
  server.news.event(vm.id, options.keepDisks ? 'Deleted, disks kept' : 'Deleted with its disks');
  return accepted();
}
