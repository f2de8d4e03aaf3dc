/** Simulated nodes that are taken out of service, and put back. */
import { FleetError } from '../../errors.ts';
import type { Node, NodeOps, NodeState } from '../contract.ts';
import { alreadySo, refuseRunning } from '../lib/maintenance.ts';
import type { Calls } from './call.ts';
import type { FakeServer } from './server.ts';

export function createMaintenance(
  { fleet, news }: FakeServer,
  calls: Calls,
): Required<Pick<NodeOps, 'enterMaintenance' | 'exitMaintenance'>> {
  function put(node: Node, state: NodeState, text: string) {
    fleet.replaceNode(fleet.nodeRowOf(node.id), { ...node, state });
    news.announce({ kind: 'node-upsert', node: { ...node, state } });
    news.event(node.id, text);
    return { warnings: [] };
  }

  return {
    enterMaintenance: (id, signal) =>
      calls.node('node.enterMaintenance', id, signal, (node) => {
        if (node.state === 'maintenance')
          return alreadySo('node.enterMaintenance', `${node.name} was in maintenance already`);
        if (node.state !== 'up') throw new FleetError('op.conflict', `${node.name} does not answer`);
        const on = fleet
          .inventory()
          .vms.filter((vm) => vm.node === id && vm.state !== 'stopped' && vm.state !== 'suspended');
        refuseRunning(
          node.name,
          on.map(({ name }) => name),
        );
        return put(node, 'maintenance', 'Entered maintenance');
      }),
    exitMaintenance: (id, signal) =>
      calls.node('node.exitMaintenance', id, signal, (node) => {
        if (node.state !== 'maintenance')
          return alreadySo('node.exitMaintenance', `${node.name} was in service already`);
        return put(node, 'up', 'Left maintenance');
      }),
  };
}
