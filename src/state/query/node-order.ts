import type { NodeId } from '../../ids.ts';
import type { Node } from '../../platforms/contract.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { naturalKey } from '../fleet/siblings.ts';
import { nodeValue } from './node-columns.ts';
import { compareKeys, comparing, type Sort, type SortKey } from './sort.ts';

/** What is compared of a node. Those that are up come first. */
function keyOf({ by }: Sort, node: Node, fleet: Fleet): SortKey {
  if (by.id === 'name') return nameKey(node);
  if (by.id === 'state') return node.state === 'up' ? 0 : 1;
  const value = nodeValue(by, node, fleet);
  return typeof value === 'string' ? naturalKey(value) : value;
}

/** Made once for each node as it is: it is replaced when it changes, and sorting by a load comes back every few seconds. */
const nameKeys = new WeakMap<Node, string>();

function nameKey(node: Node): string {
  const known = nameKeys.get(node);
  if (known !== undefined) return known;
  const key = naturalKey(node.name);
  nameKeys.set(node, key);
  return key;
}

/** All nodes of the fleet by their present values; those that are alike by name. By name where nothing else is wanted. */
export function nodesInOrder(fleet: Fleet, sort: Sort | undefined): readonly NodeId[] {
  const nodes = [...fleet.nodes.values()];
  const names = nodes.map(nameKey);
  const keys = nodes.map((node) => sort && keyOf(sort, node, fleet));
  const byKey = comparing(keys, sort?.descending ?? false);
  const byName = (a: number, b: number) => compareKeys(names[a], names[b], false);
  const order = Uint32Array.from(nodes.keys()).sort((a, b) => byKey(a, b) || byName(a, b));
  return Array.from(order, (at) => (nodes[at] as Node).id);
}
