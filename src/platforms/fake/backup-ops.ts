import { FleetError } from '../../errors.ts';
import { type BackupId, backupId } from '../../ids.ts';
import { mib } from '../../units.ts';
import type { Backup, BackupOps, LossPlan, Vm } from '../contract.ts';
import { refusePlanned } from '../lib/listed.ts';
import type { Calls } from './call.ts';
import { createMaker } from './make.ts';
import { accepted, createPower } from './power.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import type { FakeServer } from './server.ts';

const WRITE_MS = 600;

/** What each backup is of: a VM may be gone when it is restored. */
const SOURCES = new WeakMap<FakeServer, Map<BackupId, { readonly vm: Vm; readonly row: number }>>();

/** Backups hold what a clone would have had; they are lost with the simulation. */
export function createBackupOps(server: FakeServer, calls: Calls): Required<BackupOps> {
  const { agenda, clock, collections, endpoint, fleet, news } = server;
  const maker = createMaker(server, createPower(server));
  const sources = SOURCES.get(server) ?? new Map<BackupId, { readonly vm: Vm; readonly row: number }>();
  SOURCES.set(server, sources);

  const backupOf = (id: BackupId): Backup => collections.backup.one(id);
  const plan = ({ path, name, protected: isProtected }: Backup): LossPlan => ({
    goes: [path ?? name],
    stays: [],
    ...(isProtected && { refused: `${name} is protected against being deleted` }),
  });

  return {
    list: (_of, signal) => calls.endpoint('backup.list', signal, () => collections.backup.all()),
    create: (of, { storage, description }, signal) =>
      calls.vm('backup.create', of, signal, (vm, row) => {
        const place = storage || 'vms';
        refuseUnknown(server, 'storage', place);
        const created = clock.now();
        const name = `${vm.name}-${new Date(created).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
        const id = backupId(endpoint, `${place}/${name}`);
        agenda.plan(WRITE_MS, () => {
          sources.set(id, { vm, row });
          const size = mib(vm.memory / mib(1));
          const rest = { format: 'simulated', protected: false, path: `/srv/${place}/backups/${name}` };
          collections.backup.put({
            id,
            name,
            vm: vm.name,
            storage: place,
            created,
            size,
            description: description || undefined,
            ...rest,
          });
          news.event(vm.id, 'Backed up');
        });
        return { ...accepted(), id };
      }),
    planDelete: (id, signal) => calls.endpoint('backup.planDelete', signal, () => plan(backupOf(id))),
    delete: (id, signal) =>
      calls.endpoint('backup.delete', signal, () => {
        refusePlanned(plan(backupOf(id)));
        collections.backup.remove(id);
        return accepted();
      }),
    restore: (id, { name, start }, signal) =>
      calls.endpoint('backup.restore', signal, () => {
        const { vm: original } = backupOf(id);
        const known = sources.get(id);
        const row = known?.row ?? fleet.inventory().vms.findIndex((vm) => vm.name === original);
        const vm = known?.vm ?? fleet.vm(row);
        if (!vm) throw new FleetError('op.failed', `${backupOf(id).name}: its file can't be read`);
        return maker.clone(vm, row, { name, linked: false, start });
      }),
  };
}
