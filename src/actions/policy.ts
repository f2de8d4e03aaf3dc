import { type EndpointName, endpointOf, type Id, type NodeId, rowOf, type VmId } from '../ids.ts';
import type { Operation, OperationName } from '../platforms/contract.ts';
import type { Fleet } from '../state/fleet/fleet.ts';
import { poolNames, userPoolsAbove } from '../state/fleet/pool-of.ts';
import { type Roles, roleAt } from '../state/roles/roles.ts';

/** What forbids changes whatever the object says: the run, the endpoint or a pool above is read-only, or the role of the user. */
export interface Policy {
  /** Why nothing may be changed, as a sentence. */
  readonly readOnly?: string;
  /** Why only what operators do may be done. */
  readonly operateOnly?: string;
}

/** What is done while VMs are run, and takes nothing away: all else is for administrators. */
const OF_OPERATORS: ReadonlySet<OperationName> = new Set<OperationName>([
  ...(['vm.start', 'vm.stop', 'vm.restart', 'vm.pause', 'vm.resume'] as const),
  ...(['vm.suspend', 'vm.save', 'vm.restore', 'disk.insert'] as const),
  // A move is a change of both nodes.
  ...(['vm.migrate', 'node.receive'] as const),
  ...(['console.serial', 'console.display', 'console.viewer'] as const),
  ...(['snapshot.create', 'backup.create'] as const),
]);

/**
 * Why the policy forbids an operation; undefined where it does not. Reading changes nothing, whatever else is forbidden; `writes`:
 * what is done with what was read does, as SSH into a guest.
 */
export function whyForbidden(
  { readOnly, operateOnly }: Policy,
  name: OperationName,
  operation: Pick<Operation, 'kind'> | undefined,
  writes = false,
): string | undefined {
  const reads = operation?.kind === 'reads';
  if (reads && !writes) return undefined;
  return readOnly ?? (reads || OF_OPERATORS.has(name) ? undefined : operateOnly);
}

/**
 * The one place that decides whether something may be changed, for reads, mutates and streams alike: asked by whyNot()
 * before a question, and by the read-only wrapper before anything is sent.
 */
export function policyOf(id: Id, fleet: Fleet, runIsReadOnly: boolean, roles?: Roles): Policy {
  if (runIsReadOnly) return { readOnly: 'this run is read-only' };
  const endpoint: EndpointName = endpointOf(id);
  const status = fleet.endpoints.get(endpoint);
  if (status?.readOnly !== undefined) return { readOnly: status.readOnly };
  const row = rowOf(id);
  const vm = fleet.vms.get(row as VmId);
  const node = vm ? vm.node : (row as NodeId);
  for (const { name, readOnly } of userPoolsAbove(fleet, node, endpoint)) {
    if (readOnly) return { readOnly: `the pool ${name} is read-only` };
  }
  if (!roles) return {};
  if (roles.trouble !== undefined) return { readOnly: `${roles.file} can't be used: ${roles.trouble}` };
  // A VM on a node is where its node is: platforms say a pool of VMs without one alone.
  const pool = (node && fleet.nodes.get(node)?.pool) ?? vm?.pool;
  const role = roleAt(roles, [...poolNames(fleet, node, pool, endpoint), endpoint]);
  if (role === 'administer') return {};
  const why = `your role here is to ${role}, says ${roles.file}`;
  return role === 'view' ? { readOnly: why } : { operateOnly: why };
}
