import { FleetError } from '../errors.ts';
import { endpointOf, type NodeId, type VmId } from '../ids.ts';
import type { Connection, Node, Vm } from '../platforms/contract.ts';
import { endpointStatusOf } from '../state/fleet/store.ts';
import { whyNot } from './action.ts';
import type { Services } from './services.ts';

type OnVm = Parameters<typeof whyNot>[0];
type OnNode = Omit<OnVm, 'fits'>;

/** The VM and its connection, or the FleetError that says why the action can't run on it. */
export function permitted(action: OnVm, id: VmId, services: Services): { vm: Vm; connection: Connection } {
  const vm = services.store.fleet.vms.get(id);
  if (!vm) throw new FleetError('vm.not-found', `${id} is not there any more`);
  const no = whyNotOf(action, vm, services);
  if (no !== undefined) throw new FleetError('op.refused', `${vm.name}: ${no}`);
  return { vm, connection: connectionOf(id, services) };
}

/** The same for what is done to a node. */
export function permittedNode(action: OnNode, id: NodeId, services: Services): { node: Node; connection: Connection } {
  const node = services.store.fleet.nodes.get(id);
  if (!node) throw new FleetError('node.not-found', `${id} is not there any more`);
  const no = whyNotOfNode(action, id, services);
  if (no !== undefined) throw new FleetError('op.refused', `${node.name}: ${no}`);
  return { node, connection: connectionOf(id, services) };
}

/** Why the action can't run on this VM now, as a sentence; undefined when it can. */
export const whyNotOf = (action: OnVm, vm: Vm, services: Services): string | undefined =>
  decide(action, vm.id, vm, services);

export const whyNotOfNode = (action: OnNode, id: NodeId, services: Services): string | undefined =>
  decide(action, id, undefined, services);

const decide = (action: OnVm, id: VmId | NodeId, vm: Vm | undefined, services: Services): string | undefined => {
  const { store, sessions } = services;
  const connection = sessions.connection(endpointOf(id));
  return whyNot(action, vm, connection, endpointStatusOf(store.fleet, id), services.policyFor(id));
};

/** whyNot() has said no where there is none. */
const connectionOf = (id: VmId | NodeId, { sessions }: Services): Connection =>
  sessions.connection(endpointOf(id)) as Connection;
