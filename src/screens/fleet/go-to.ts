import { type EndpointName, endpointOf, type NodeId, type VmId } from '../../ids.ts';
import { rowKey } from '../../state/query/tree.ts';
import { clean } from '../../terminal/width.ts';
import type { Stage } from '../stage.ts';
import type { FleetState } from './fleet-state.ts';

/** Leads from a list to what one of its lines is about. */
export type GoThere = (id: string, name: string) => void;

/**
 * Puts the cursor on an object that another view names. What hides it gives way: a fold, a filter, a list that has no such
 * rows. False, with a message, when the object is gone.
 */
export function goTo(stage: Stage, state: FleetState, named: string, name: string): boolean {
  const { fleet } = stage.services.store;
  const id = fleet.movedTo(named as VmId) ?? named;
  const { message } = stage;
  const vm = fleet.vms.get(id as VmId);
  const kind = vm ? 'vm' : fleet.nodes.has(id as NodeId) ? 'node' : 'endpoint';
  if (kind === 'endpoint' && !fleet.endpoints.has(id as EndpointName)) {
    message.say(`${clean(name)} is not there any more`, 'warning');
    return false;
  }
  // An endpoint that has nodes has no row of its own.
  const node = kind === 'endpoint' ? [...fleet.nodes.keys()].find((one) => endpointOf(one) === id) : undefined;
  const key = node === undefined ? rowKey(kind, id) : rowKey('node', node);
  const { filter } = state.filter;
  if (filter && (vm ? !filter.accepts(vm) : state.tree.indexOf(key) < 0)) {
    state.setFilter('');
    message.say(`without the filter, which hid ${clean(name)}`);
  }
  state.pane = 'tree';
  state.reveal(key);
  return true;
}
