import { type EndpointName, endpointOf, type Id, type NodeId, rowOf, type VmId } from '../ids.ts';
import type { Fleet } from '../state/fleet/fleet.ts';
import { userPoolsAbove } from '../state/fleet/pool-of.ts';

/** What forbids changes whatever the object says: the run, the endpoint or a pool above is read-only. */
export interface Policy {
  /** The reason, as a sentence. */
  readonly readOnly?: string;
}

/**
 * The one place that decides whether something may be changed, for reads, mutates and streams alike: asked by whyNot()
 * before a question, and by the read-only wrapper before anything is sent.
 */
export function policyOf(id: Id, fleet: Fleet, runIsReadOnly: boolean): Policy {
  if (runIsReadOnly) return { readOnly: 'this run is read-only' };
  const endpoint: EndpointName = endpointOf(id);
  const status = fleet.endpoints.get(endpoint);
  if (status?.readOnly !== undefined) return { readOnly: status.readOnly };
  const row = rowOf(id);
  const node = fleet.vms.has(row as VmId) ? fleet.vms.get(row as VmId)?.node : (row as NodeId);
  for (const { name, readOnly } of userPoolsAbove(fleet, node, endpoint)) {
    if (readOnly) return { readOnly: `the pool ${name} is read-only` };
  }
  return {};
}
