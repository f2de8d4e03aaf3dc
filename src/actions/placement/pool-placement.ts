/** Which node of a pool takes a new VM (F-018). */
import { FleetError } from '../../errors.ts';
import { endpointOf } from '../../ids.ts';
import { HISTORY_RANGES, type Node, RANGE_MS } from '../../platforms/contract.ts';
import { userPoolsAbove } from '../../state/fleet/pool-of.ts';
import { variablesOfPool } from '../../state/templates/variables.ts';
import { formatBytes } from '../../units.ts';
import { byPolicy, loadOf, type NodeLoad, placementRule } from '../node-policy.ts';
import type { Services } from '../services.ts';
import { onNode, refuseOutside, type Wanted } from './pool-nodes.ts';

const HOUR_MS = 3_600_000;

/** A node that can take what is wanted. */
export interface Fitting<W extends Wanted> extends NodeLoad {
  readonly wanted: W;
}

/**
 * The nodes of the pool, or of one inside it, that are up and have the memory for one of what is wanted on this endpoint, in no
 * order. Throws op.refused where there is none, or where its platform may take one outside of the pool, and usage for a node that is
 * said and is outside of it.
 */
export function fittingNodes<W extends Wanted>(
  wanted: W,
  pool: string,
  { store: { fleet } }: Pick<Services, 'store'>,
): readonly Fitting<W>[] {
  const all = [...fleet.nodes.values()].filter(({ id }) => endpointOf(id) === wanted.endpoint);
  const isInside = ({ id }: Node) => [...userPoolsAbove(fleet, id, endpointOf(id))].some(({ name }) => name === pool);
  refuseOutside(wanted, all, isInside, pool);
  const { memory: asked = 0, node: said = '' } = wanted.all[0] ?? {};
  const memory = Number(asked);
  const loads = all
    .filter((node) => isUp(node) && isInside(node) && (said === '' || node.name === said))
    .map(({ id }) => ({ ...loadOf(fleet, id, new Map()), wanted }));
  const fitting = byPolicy(loads, memory);
  if (fitting.length > 0) return fitting;
  throw new FleetError('op.refused', `no node of the pool is up and has ${formatBytes(memory)} of free memory`);
}

/**
 * What is wanted, on the one of these nodes that the pool's policy takes; undefined where there is none. Rejects with usage where its
 * variables say no policy, and as nodeHistory does.
 */
export async function placedInPool<W extends Wanted>(
  fitting: readonly Fitting<W>[],
  pool: string,
  services: Pick<Services, 'config' | 'store' | 'nodeHistory' | 'clock'>,
  signal: AbortSignal,
): Promise<W | undefined> {
  const { pools } = services.config();
  const { criteria, averageHours } = placementRule(variablesOfPool(pools.get(pool), pools));
  const loads = averageHours > 0 ? await averaged(fitting, averageHours, services, signal) : fitting;
  const [best] = byPolicy(loads, 0, criteria);
  return best && onNode(best.wanted, services.store.fleet.nameOf(best.node) ?? '');
}

/**
 * With what the CPUs of the nodes had to do in these last hours, as drover has measured it while it ran, in place of what their VMs
 * take now. As they are, where nothing was kept of one of them: it would be compared with something else.
 */
async function averaged<Load extends NodeLoad>(
  loads: readonly Load[],
  hours: number,
  { nodeHistory, clock }: Pick<Services, 'nodeHistory' | 'clock'>,
  signal: AbortSignal,
): Promise<readonly Load[]> {
  const spanMs = hours * HOUR_MS;
  const range = HISTORY_RANGES.find((one) => RANGE_MS[one] >= spanMs) ?? 'year';
  const kept = await nodeHistory(
    loads.map(({ node }) => node),
    range,
    signal,
  );
  const since = clock.now() - spanMs;
  const all = loads.map((load) => {
    const known = kept.get(load.node)?.rows.filter(({ at, cpu }) => at >= since && !Number.isNaN(cpu)) ?? [];
    return { ...load, vmCpu: known.reduce((sum, { cpu }) => sum + cpu, 0) / known.length };
  });
  return all.some(({ vmCpu }) => Number.isNaN(vmCpu)) ? loads : all;
}

export const isUp = ({ state }: Node): boolean => state !== 'down' && state !== 'maintenance';
