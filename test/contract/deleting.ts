import { expect, it } from 'vitest';
import type { VmId } from '../../src/ids.ts';
import type { Bench } from './bench.ts';
import { patient, refusal } from './bench.ts';
import type { Watching } from './watching.ts';

export function deleting(bench: () => Bench): void {
  it('F-058 F-361 destroys what it said it would, and nothing else', async () => {
    const { server } = bench();
    const id = await server.doomedVm();
    const watching = await bench().watch();
    const { connection } = watching;
    const { losses, delete: remove } = connection.vm;
    const lost = await bench().supporting(connection, 'vm.losses', async () => losses?.(id, patient()));
    if (!lost) return expect(connection.whyNot['vm.losses']).not.toBe('');
    expect(lost.goes.length).toBeGreaterThan(0);
    for (const path of lost.goes) expect(await server.hasDisk(path), path).toBe(true);

    await bench().supporting(connection, 'vm.delete', async () => {
      await remove?.(id, { keepDisks: false, snapshots: false }, patient());
      await untilGone(watching, id);
      for (const path of lost.goes) expect(await server.hasDisk(path), path).toBe(false);
    });
    for (const line of lost.stays) expect(await server.hasDisk(line.replace(/ \(.*\)$/, '')), line).toBe(true);
  });

  it('F-057 F-458 keeps the disks when it is asked to', async () => {
    const { server } = bench();
    const id = await server.doomedVm();
    const watching = await bench().watch();
    const { losses, delete: remove } = watching.connection.vm;
    if (!losses || !remove) return expect(watching.connection.whyNot['vm.delete']).not.toBe('');
    const { goes, disksGo } = await losses(id, patient());
    const removal = remove(id, { keepDisks: true, snapshots: false }, patient());
    if (disksGo !== undefined) {
      expect((await refusal(removal)).code).toBe('op.unsupported');
      expect((await watching.connection.vm.info(id, patient())).disks.map(({ path }) => path)).toEqual(
        expect.arrayContaining([...goes]),
      );
      return;
    }
    await removal;
    await untilGone(watching, id);
    for (const path of goes) expect(await server.hasDisk(path), path).toBe(true);
  });

  it('refuses to delete a running VM', async () => {
    const id = await bench().server.runningVm();
    const watching = await bench().watch();
    const { connection } = watching;
    const { delete: remove } = connection.vm;
    if (!remove) return expect(connection.whyNot['vm.delete']).not.toBe('');
    const error = await refusal(remove(id, { keepDisks: true, snapshots: true }, patient()));
    expect(error.code).toBe('op.conflict');
    await watching.untilState(id, 'running');
  });
}

const untilGone = (watching: Watching, id: VmId) =>
  watching.until(`${id} to be gone`, () => (watching.vms.has(id) ? undefined : true));
