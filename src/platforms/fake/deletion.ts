import { FleetError } from '../../errors.ts';
import type { Accepted, DeleteOptions, DeletePlan, Kept, Vm } from '../contract.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';

export function lossesOf({ drives, options, snapshots }: FakeServer, vm: Vm, row: number): DeletePlan {
  const disks = drives.disks(row);
  const writable = disks.filter((disk) => !disk.readOnly).map(({ path }) => path);
  const unknown: readonly Kept[] = writable
    .slice(1)
    .map((path) => ({ path, why: 'it is in no storage pool, so that other VMs may use it' }));
  return {
    goes: options.unknownDisks ? writable.slice(0, 1) : writable,
    ...(options.unknownDisks && unknown.length > 0 && { unknown }),
    stays: disks.filter((disk) => disk.readOnly).map(({ path }) => `${path} (read-only)`),
    snapshots: snapshots.of(row).map(({ name }) => name),
    ...(vm.state === 'suspended' && { savedMemory: true }),
    ...(options.keepDisksRefused && { keepDisksRefused: 'this fleet deletes the disks of a VM together with it' }),
  };
}

export function deleteVm(server: FakeServer, vm: Vm, row: number, options: DeleteOptions): Accepted {
  if (!['stopped', 'crashed', 'error', 'suspended'].includes(vm.state)) {
    throw new FleetError('op.conflict', `${vm.name} is ${vm.state}`, { fix: 'stop it first' });
  }
  const losses = lossesOf(server, vm, row);
  if (losses.keepDisksRefused !== undefined && options.keepDisks) {
    throw new FleetError('op.unsupported', `${vm.name}: ${losses.keepDisksRefused}`);
  }
  const { snapshots = [] } = losses;
  if (snapshots.length > 0 && !options.snapshots) {
    throw new FleetError('op.conflict', `${vm.name} has snapshots: ${snapshots.join(', ')}`, {
      fix: 'delete them too',
    });
  }
  const unknown = losses.unknown ?? [];
  const insisted = (path: string) => options.deleteUnknown?.includes(path) === true;
  const doomed = options.keepDisks
    ? []
    : [...losses.goes, ...unknown.flatMap(({ path }) => (insisted(path) ? [path] : []))];
  const kept = options.keepDisks ? [] : unknown.filter(({ path }) => !insisted(path));
  if (server.faults.takeFailure('vm.delete')) {
    for (const path of doomed.slice(0, 1)) server.drives.destroy(path);
    throw new FleetError('op.failed', `${vm.name} is still there: only ${doomed[0] ?? 'nothing'} was deleted`);
  }
  for (const path of doomed) server.drives.destroy(path);
  server.remove(row);
  server.news.event(vm.id, options.keepDisks ? 'Deleted, disks kept' : 'Deleted with its disks');
  return { ...accepted(), ...(kept.length > 0 && { kept }) };
}
