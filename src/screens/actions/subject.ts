import { type Action, type ListAction, objectOf } from '../../actions/action.ts';
import {
  type EndpointName,
  endpointOf,
  isUserPool,
  type NodeId,
  nativeOf,
  type OwnerId,
  type VmId,
} from '../../ids.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import { isLibraryRow } from '../../state/query/library-rows.ts';
import type { Row } from '../../state/query/tree.ts';
import type { FleetState } from '../fleet/fleet-state.ts';

/** What a verb for one VM is for: the cursor goes first, since marks are for what is done to many. */
export function vmUnder(state: FleetState): VmId | undefined {
  const row = state.view.current();
  return row?.kind === 'vm' ? row.id : state.targets()[0];
}

/**
 * What a list is of: the VMs that are marked, else the cursor's, else all below it; or the endpoints of these, and all
 * endpoints where the cursor is on none; or what is chosen in a table.
 */
export function listedUnder(on: ListAction['on'], state: FleetState, fleet: Fleet): readonly OwnerId[] {
  const front = state.front();
  if (on !== 'vm' && on !== 'endpoint') return front?.kind === on ? front.chosen().map(({ id }) => id as OwnerId) : [];
  const ids = state.targets();
  if (on === 'vm') return ids.length > 0 ? ids : state.below();
  const endpoint = endpointUnder(state.view.current());
  if (ids.length === 0 && endpoint !== undefined) return [endpoint];
  const named = [...new Set((ids.length > 0 ? ids : state.below()).map(endpointOf))];
  return named.length > 0 ? named : [...fleet.endpoints.keys()];
}

/** The node that a row is, or that it runs on. */
export const nodeUnder = (row: Row | undefined, fleet: Fleet): NodeId | undefined =>
  row?.kind === 'node' ? row.id : row?.kind === 'vm' ? fleet.vms.get(row.id)?.node : undefined;

/** The nodes that a verb for many is for: of the VMs that are marked, else the row's, else of all below it. */
export function nodesUnder(state: FleetState, fleet: Fleet): readonly NodeId[] {
  const one = nodeUnder(state.view.current(), fleet);
  if (state.view.marks.size === 0 && one !== undefined) return [one];
  const vms = state.view.marks.size > 0 ? state.targets() : state.below();
  return [...new Set(vms.flatMap((id) => fleet.vms.get(id)?.node ?? []))];
}

/** The endpoint that a row comes through; the user's own pools come through none. */
export function endpointUnder(row: Row | undefined): EndpointName | undefined {
  if (!row || isLibraryRow(row) || (row.kind === 'pool' && isUserPool(row.id))) return undefined;
  return endpointOf(row.id);
}

/** What VMs below a row are in, for a question about all of them: `pool prod`, `node host3`. */
export function branchName(row: Row | undefined, fleet: Fleet): string | undefined {
  if (row?.kind === 'node') return `node ${fleet.nodes.get(row.id)?.name ?? row.id}`;
  if (row?.kind === 'endpoint') return `endpoint ${row.id}`;
  if (row?.kind !== 'pool') return undefined;
  const name = isUserPool(row.id) ? nativeOf(row.id) : fleet.pools.get(row.id)?.name;
  return `pool ${name ?? row.id}`;
}

/** The name of the user's own pool that the row is. */
export const userPoolUnder = (row: Row | undefined): string | undefined =>
  row?.kind === 'pool' && isUserPool(row.id) ? nativeOf(row.id) : undefined;

/** What a change of the configuration is about: a pool's name, an endpoint's name or a node's id; a sentence when nothing fits. */
export function configSubject(
  action: Action,
  row: Row | undefined,
  fleet: Fleet,
): { readonly subject: string } | { readonly no: string } {
  if (action.noun === 'pool') {
    const subject = userPoolUnder(row);
    if (subject !== undefined) return { subject };
    return {
      no:
        row?.kind === 'pool'
          ? 'this pool is reported by its platform; only your own can be changed'
          : 'go to one of your pools first',
    };
  }
  if (action.noun === 'node') {
    const subject = row?.kind === 'endpoint' ? row.id : nodeUnder(row, fleet);
    return subject === undefined ? { no: 'go to a node first' } : { subject };
  }
  if (action.noun === 'vm') return row?.kind === 'vm' ? { subject: row.id } : { no: 'go to a VM first' };
  const subject = endpointUnder(row);
  return subject === undefined ? { no: 'go to an endpoint, or to something below one, first' } : { subject };
}

/** Whether a row is the very thing that the action is for, so that it wins its key over others. */
export const isAbout = (action: Action, row: Row | undefined): boolean =>
  row !== undefined &&
  ((objectOf(action) ?? action.noun) === row.kind || (action.id === 'node.move' && row.kind === 'endpoint'));
