import { expect, it } from 'vitest';
import { endpointOf } from '../../src/ids.ts';
import type { Backup, BackupOps, BackupSpec, Connection } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';
import { refusal } from './refusal.ts';

/** Backups: made of a VM, listed, and made a VM of again. */
export function backups(bench: () => Bench, facts: PlatformFacts): void {
  const { backups: how } = facts;
  if (!how) {
    it('are not there', () => expect(facts.operations.filter((name) => name.startsWith('backup.'))).toEqual([]));
    return;
  }
  const endpoint = () => bench().server.endpoint.name;
  const opsOf = ({ backup }: Connection) => present(backup) as Required<BackupOps>;
  /** Reads the list until it is as it should be: a mutator answers when it is accepted. */
  async function until(connection: Connection, what: string, holds: (all: readonly Backup[]) => boolean) {
    const { clock } = bench().server;
    const end = clock.ticks() + present(how).takeMs;
    for (;;) {
      const all = await opsOf(connection).list(endpoint(), patient());
      if (holds(all)) return all;
      if (clock.ticks() > end) throw new Error(`waited for ${what}; there are ${JSON.stringify(all)}`);
      await new Promise<void>((resolve) => void clock.after(100, resolve));
    }
  }
  const spec = (more: Partial<BackupSpec> = {}): BackupSpec => ({
    storage: how.storage,
    mode: 'snapshot',
    description: 'before the upgrade',
    ...more,
  });

  it('a VM is backed up, restored as another one, and its backup is deleted after it was said what goes', async () => {
    const watching = await bench().watch();
    const { connection } = watching;
    const ops = opsOf(connection);
    const vm = await bench().server.stoppedVm();
    const original = await watching.untilState(vm, 'stopped');
    const before = await bench().supporting(connection, 'backup.list', () => ops.list(endpoint(), patient()));
    const made = await bench().supporting(connection, 'backup.create', async () => {
      await ops.create(vm, spec(), patient());
      const all = await until(connection, 'the backup', (now) => now.length > before.length);
      return present(all.find(({ id }) => !before.some((one) => one.id === id)));
    });
    expect(made).toMatchObject({ vm: original.name, storage: how.storage, description: 'before the upgrade' });
    expect(endpointOf(made.id)).toBe(endpoint());

    const to = { name: 'restored1', storage: '', start: false };
    const { id } = await bench().supporting(connection, 'backup.restore', async () => {
      const restored = await ops.restore(made.id, to, patient());
      // it may be shown with the name of the original first
      const isThere = () => {
        const row = watching.vms.get(restored.id);
        return (row?.state === 'stopped' && row.name === to.name) || undefined;
      };
      await watching.until(`${restored.id} to be stopped, as ${to.name}`, isThere, how.takeMs);
      return restored;
    });
    expect(id).not.toBe(vm);
    expect(watching.vms.get(id)).toMatchObject({ name: 'restored1', memory: original.memory, cpus: original.cpus });
    const [ours, theirs] = [await connection.vm.info(id, patient()), await connection.vm.info(vm, patient())];
    const macs = new Set(theirs.nics.map(({ mac }) => mac));
    for (const { mac } of ours.nics) expect(macs.has(mac)).toBe(false);
    expect(watching.vms.get(vm)?.state).toBe('stopped');
    expect(await refusal(ops.restore(made.id, to, patient()))).toMatchObject({ code: 'op.conflict' });

    await bench().supporting(connection, 'backup.planDelete', async () => {
      const plan = await ops.planDelete(made.id, patient());
      expect([plan.refused, plan.goes.length]).toEqual([undefined, 1]);
    });
    await bench().supporting(connection, 'backup.delete', async () => {
      await ops.delete(made.id, patient());
      await until(connection, 'no backup', (all) => !all.some((one) => one.id === made.id));
    });
    expect(await refusal(ops.delete(made.id, patient()))).toMatchObject({ code: 'backup.not-found' });
    await present(connection.vm.delete)(id, { keepDisks: false, snapshots: false }, patient());
    await watching.until(`${id} to be gone`, () => !watching.vms.has(id) || undefined, how.takeMs);
  });

  it('nothing is backed up to a storage that is not there', async () => {
    const connection = await bench().connect();
    const vm = await bench().server.stoppedVm();
    const error = await refusal(opsOf(connection).create(vm, spec({ storage: 'no-such-storage' }), patient()));
    expect(error.code).toBe('storage.not-found');
  });
}
