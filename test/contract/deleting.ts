import { expect, it } from 'vitest';
import type { VmId } from '../../src/ids.ts';
import type { Connection } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';
import { refusal } from './refusal.ts';
import type { Watching } from './watching.ts';

export function deleting(bench: () => Bench, facts: PlatformFacts): void {
  const vmOf = ({ vm }: Connection) => ({ losses: present(vm.planDelete), remove: present(vm.delete) });

  if (!facts.operations.includes('vm.delete')) {
    it('is not there', () => expect(facts.operations).not.toContain('vm.planDelete'));
    return;
  }

  it('F-058 F-361 destroys what it said it would, and nothing else', async () => {
    const { server } = bench();
    const id = await server.doomedVm();
    const watching = await bench().watch();
    const { connection } = watching;
    const { losses, remove } = vmOf(connection);
    const lost = await bench().supporting(connection, 'vm.planDelete', () => losses(id, patient()));
    expect(lost.goes.length).toBeGreaterThan(0);
    for (const path of lost.goes) expect(await server.hasDisk(path), path).toBe(true);

    await bench().supporting(connection, 'vm.delete', async () => {
      await remove(id, { keepDisks: false, snapshots: false }, patient());
      await untilGone(watching, id);
      for (const path of lost.goes) expect(await server.hasDisk(path), path).toBe(false);
    });
    for (const line of lost.stays) expect(await server.hasDisk(line.replace(/ \(.*\)$/, '')), line).toBe(true);
  });

  if (facts.keepsDisks) {
    it('F-057 F-458 keeps the disks when it is asked to', async () => {
      const { server } = bench();
      const id = await server.doomedVm();
      const watching = await bench().watch();
      const { losses, remove } = vmOf(watching.connection);
      const { goes, keepDisksRefused } = await losses(id, patient());
      expect([goes.length > 0, keepDisksRefused]).toEqual([true, undefined]);
      await remove(id, { keepDisks: true, snapshots: false }, patient());
      await untilGone(watching, id);
      for (const path of goes) expect(await server.hasDisk(path), path).toBe(true);
    });
  } else {
    it('says beforehand that disks go with their VM here, and refuses to delete one that was to leave them', async () => {
      const { server } = bench();
      const id = await server.doomedVm();
      const watching = await bench().watch();
      const { losses, remove } = vmOf(watching.connection);
      const { goes, keepDisksRefused } = await losses(id, patient());
      expect(keepDisksRefused).toMatch(/\w+ \w+/);
      const refused = await refusal(remove(id, { keepDisks: true, snapshots: false }, patient()));
      expect(refused.code).toBe('op.unsupported');
      await watching.untilState(id, 'stopped');
      for (const path of goes) expect(await server.hasDisk(path), path).toBe(true);
    });
  }

  it('refuses to delete a running VM', async () => {
    const id = await bench().server.runningVm();
    const watching = await bench().watch();
    const { remove } = vmOf(watching.connection);
    const error = await refusal(remove(id, { keepDisks: true, snapshots: true }, patient()));
    expect(error.code).toBe('op.conflict');
    await watching.untilState(id, 'running');
  });
}

const untilGone = (watching: Watching, id: VmId) =>
  watching.until(`${id} to be gone`, () => (watching.vms.has(id) ? undefined : true));
