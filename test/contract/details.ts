import { expect, it } from 'vitest';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';

/** What is read about one VM and one node. */
export function details(bench: () => Bench, facts: PlatformFacts): void {
  it('F-244 F-358 F-451 tells of a VM what its row tells, and more', async () => {
    const id = await bench().server.stoppedVm();
    const watching = await bench().watch();
    await bench().supporting(watching.connection, 'vm.info', async () => {
      const info = await watching.connection.vm.info(id, patient());
      const vm = await watching.untilState(id, 'stopped');
      expect(info).toMatchObject({
        name: vm.name,
        status: 'stopped',
        plan: vm.plan,
        profile: vm.profile,
        image: vm.image,
      });
      expect(info.memory).toBeGreaterThan(0);
      expect(info.numcpus).toBeGreaterThan(0);
      expect(structuredClone(info)).toEqual(info);
      for (const [label, value] of info.more) expect([label, value].every((text) => text !== '')).toBe(true);
    });
  });

  if (facts.operations.includes('vm.identity')) {
    it('tells which machine stands behind an id: always the same, never that of another one', async () => {
      const { server } = bench();
      const [id, other] = [await server.stoppedVm(), await server.runningVm()];
      const watching = await bench().watch();
      const identity = present(watching.connection.vm.identity);
      await bench().supporting(watching.connection, 'vm.identity', async () => {
        const told = await identity(id, patient());
        const row = await watching.untilState(id, 'stopped');
        expect(told).toEqual({ name: row.name, identity: row.identity ?? told.identity });
        expect(await identity(id, patient())).toEqual(told);
        expect((await identity(other, patient())).identity).not.toBe(told.identity);
      });
    });
  }

  if (facts.operations.includes('node.info')) {
    it('F-040 F-353 F-445 tells what its nodes are', async () => {
      const watching = await bench().watch();
      const [first] = watching.feeds;
      const node = first?.kind === 'inventory' ? first.inventory.nodes[0] : undefined;
      if (!node) throw new Error('the inventory has no node');
      const info = present(watching.connection.node.info);
      await bench().supporting(watching.connection, 'node.info', async () => {
        const told = await info(node.id, patient());
        expect(told.name).toBe(node.name);
        expect(told.lines.length).toBeGreaterThan(3);
      });
    });
  }
}
