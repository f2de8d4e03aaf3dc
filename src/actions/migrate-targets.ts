/** Where VMs can go, and what stands against it. */
import { FleetError } from '../errors.ts';
import { endpointOf, type NodeId } from '../ids.ts';
import {
  type Connection,
  type MigrateSpec,
  type MigrationCheck,
  type MigrationPlan,
  type MigrationTarget,
  operationOf,
  type Vm,
  whyAbsent,
} from '../platforms/contract.ts';
import type { Fleet } from '../state/fleet/fleet.ts';
import { endpointStatusOf } from '../state/fleet/store.ts';
import type { Asked } from './action.ts';
import { needed } from './object-action.ts';
import { permitted } from './permitted.ts';
import { whyForbidden } from './policy.ts';
import type { Services } from './services.ts';
import { bound, type Shown, shownOf, type Target, verifiedSignal } from './target.ts';

const PLANS: Asked = { needs: 'vm.planMigrate', title: 'Plan of a migration' };
/** Reading what a target has is allowed where nothing may be changed; what comes to it is a change. */
const RECEIVES = ['node.planReceive', 'node.receive'] as const;

/** Every node of the fleet that one of these VMs could be asked to go to, in the order of their names. */
export function destinationsOf(vms: readonly Vm[], services: Services): readonly NodeId[] {
  const { nodes } = services.store.fleet;
  return [...nodes.values()]
    .filter(({ id }) => vms.some((vm) => whyNoDestination(vm, id, services) === undefined))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en') || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/** `host2`, and where several of these have the name: `host2 of lab`. */
export function destinationName(node: NodeId, among: readonly NodeId[], { nodes }: Pick<Fleet, 'nodes'>): string {
  const nameOf = (id: NodeId) => nodes.get(id)?.name ?? id;
  const isOnly = among.every((other) => other === node || nameOf(other) !== nameOf(node));
  return isOnly ? nameOf(node) : `${nameOf(node)} of ${endpointOf(node)}`;
}

/** Why a VM can't even be asked to go to this node, as a check; undefined where the platforms have to be asked. */
function whyNoDestination(vm: Vm, node: NodeId, services: Services): MigrationCheck | undefined {
  const { fleet } = services.store;
  const known = fleet.nodes.get(node);
  if (!known) return refusal('node', 'it is not there any more');
  if (vm.node === node) return refusal('vm', `it is on ${known.name} already`);
  const [from, to] = [endpointStatusOf(fleet, vm.id), endpointStatusOf(fleet, node)];
  const connection = services.sessions.connection(endpointOf(node));
  if (!connection || to?.phase !== 'up') return refusal('node', `${to?.name ?? node} is not connected`);
  if (from?.platform !== to.platform)
    return refusal('platform', `${known.name} is of ${to.platform}, and it is of ${from?.platform ?? 'no platform'}`);
  const against = whyForbidden(services.policyFor(node), 'node.receive', services.operations['node.receive']);
  if (against !== undefined) return refusal('policy', against);
  if (endpointOf(vm.id) === endpointOf(node)) return undefined;
  for (const name of RECEIVES) {
    if (!operationOf(connection, name))
      return refusal('platform', whyAbsent(connection, name) ?? `${to.name} takes no VMs from other endpoints`);
    const forbidden = connection.right?.(name, node);
    if (forbidden !== undefined) return refusal('policy', forbidden);
  }
  return undefined;
}

const refusal = (name: string, text: string): MigrationCheck => ({ name, level: 'error', text, final: true });

/** The node as it was shown, so that another machine at its address is noticed. Throws node.not-found. */
export function bindNode(node: NodeId, services: Services): Target {
  const shown: Shown | undefined = shownOf('node', node, services);
  if (!shown) throw new FleetError('node.not-found', `${node} is not there any more`);
  return bound(shown, services);
}

/** The target as the platform takes it: with the part of the other endpoint where it is another one. */
export function targetFor(vm: Vm, node: Target, services: Services): MigrationTarget {
  const id = node.id as NodeId;
  if (endpointOf(vm.id) === endpointOf(id)) return { node: id };
  const connection = (): Connection => {
    const there = services.sessions.connection(endpointOf(id));
    if (!there) throw new FleetError('host.unreachable', `${endpointOf(id)} is not connected`);
    return there;
  };
  return {
    node: id,
    peer: {
      planReceive: async (to, visit, signal) => needed(connection(), 'node.planReceive')(to, visit, signal) as never,
      receive: async (to, visit, signal) =>
        needed(connection(), 'node.receive')(to, visit, verifiedSignal(node, services, signal)) as never,
    },
  };
}

/** What a migration to each of these nodes would be, in their order. Rejects for what is about the VM itself. */
export async function plansOf(
  vm: Vm,
  nodes: readonly NodeId[],
  spec: MigrateSpec,
  services: Services,
  signal: AbortSignal,
): Promise<readonly MigrationPlan[]> {
  const refusals = new Map(nodes.map((node) => [node, whyNoDestination(vm, node, services)]));
  const asked = nodes.filter((node) => refusals.get(node) === undefined);
  const { connection } = permitted(PLANS, 'vm', vm.id, services);
  const targets = asked.map((node) => targetFor(vm, bindNode(node, services), services));
  const plans = targets.length === 0 ? [] : await needed(connection, 'vm.planMigrate')(vm.id, targets, spec, signal);
  return nodes.map((node) => {
    const no = refusals.get(node);
    const planned = plans.find((plan) => plan.node === node);
    return no || !planned
      ? { node, checks: [no ?? refusal('node', 'it said nothing')], copies: [], live: false }
      : planned;
  });
}
