/** What a node has in the columns of VMs, where it has something: its own load and size, and what its VMs send and read. */
import { endpointOf } from '../../ids.ts';
import type { Node } from '../../platforms/contract.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { noteOf } from '../fleet/note-of.ts';
import { poolNameOf } from '../fleet/pool-of.ts';
import { storageOfVms } from '../fleet/storage-sums.ts';
import { rateColumns } from './rate-columns.ts';
import { columnKey, type VmColumn, vmColumns } from './vm-columns.ts';

type NodeValue = (node: Node, fleet: Fleet) => string | number | undefined;

const OF_ITS_VMS: Readonly<Record<string, NodeValue>> = Object.fromEntries(
  Object.entries(rateColumns).map(([column, of]) => [
    column,
    ({ id }: Node, fleet: Fleet) => of(fleet.samples.rates(fleet.vmsBelow(id))),
  ]),
);

const VALUES: Readonly<Record<string, NodeValue>> = {
  name: ({ name }) => name,
  state: ({ state }) => state,
  cpu: ({ id }, { nodeSamples }) => nodeSamples.of(id)?.cpu,
  mem: ({ id }, { nodeSamples }) => nodeSamples.of(id)?.memory,
  memory: ({ memory }) => memory,
  cpus: ({ cpus }) => cpus,
  ...OF_ITS_VMS,
  storage: ({ id }, fleet) => storageOfVms([id], fleet),
  ip: ({ address }) => address,
  pool: (node, fleet) => nodePool(node, fleet),
  endpoint: ({ id }) => endpointOf(id),
  platform: ({ id }, { endpoints }) => endpoints.get(endpointOf(id))?.platform,
  version: ({ version }) => version || undefined,
  os: ({ os }) => os,
  note: (node, fleet) => noteOf(node, fleet)?.text,
  trouble: ({ trouble }) => trouble?.message,
};

/** The name of the pool that a node is in. */
export const nodePool = ({ id, pool }: Node, fleet: Fleet): string | undefined =>
  poolNameOf(fleet, id, pool, endpointOf(id));

/** Whether a column has a value for nodes, too. */
export const hasNodeValue = (column: string): boolean => Object.hasOwn(VALUES, column);

/** All columns that nodes have a value for. */
export const nodeColumns: readonly VmColumn[] = vmColumns.filter(({ id }) => hasNodeValue(id));

/** Whether the samples of its VMs are summed up for it. */
export const isOfItsVms = ({ id }: VmColumn): boolean => Object.hasOwn(OF_ITS_VMS, id);

/** Bytes, bytes a second, shares of 1; undefined for what is not known, or what nodes don't have. */
export function nodeValue({ id }: VmColumn, node: Node, fleet: Fleet): string | number | undefined {
  const value = hasNodeValue(id) ? VALUES[id]?.(node, fleet) : undefined;
  return Number.isNaN(value) ? undefined : value;
}

/** As people read it; what is unknown is `-`. */
export function nodeText(column: VmColumn, node: Node, fleet: Fleet): string {
  const value = nodeValue(column, node, fleet);
  if (value === undefined) return '-';
  return typeof value === 'number' ? (column.spell?.(value) ?? String(value)) : value;
}

/** For programs, under `nodeKey`: null for what is unknown; a share in percent, as in a filter. */
export function nodeForPrograms(column: VmColumn, node: Node, fleet: Fleet): string | number | null {
  const value = nodeValue(column, node, fleet);
  if (typeof value !== 'number') return value ?? null;
  return Number((column.id === 'cpu' ? value * 100 : value).toFixed(2));
}

/** The key of a column in what programs get of nodes: a node has one address. */
export const nodeKey = (column: VmColumn): string => (column.id === 'ip' ? 'address' : columnKey(column));
