import { expect, it } from 'vitest';
import type { Bench } from './bench.ts';
import { patient } from './bench.ts';

/** What is read about one VM and one node. */
export function details(bench: () => Bench): void {
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

  it('F-040 F-353 F-445 tells what its nodes are', async () => {
    const watching = await bench().watch();
    const [first] = watching.feeds;
    const node = first?.kind === 'inventory' ? first.inventory.nodes[0] : undefined;
    if (!node) throw new Error('the inventory has no node');
    const { info } = watching.connection.node;
    await bench().supporting(watching.connection, 'node.info', async () => {
      const told = await info?.(node.id, patient());
      expect(told?.name).toBe(node.name);
      expect(told?.lines.length).toBeGreaterThan(3);
    });
  });
}
