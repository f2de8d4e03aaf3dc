/** Which node of a pool takes a new VM (F-018). */
import { FleetError, sentence } from '../../errors.ts';
import type { EndpointName, NodeId } from '../../ids.ts';
import { HISTORY_RANGES, type History, type Node, RANGE_MS } from '../../platforms/contract.ts';
import { nodesOf } from '../../state/fleet/pool-of.ts';
import { variablesOfPool } from '../../state/templates/variables.ts';
import { formatBytes } from '../../units.ts';
import { byPolicy, loadOf, type NodeLoad, placementRule } from '../node-policy.ts';
import type { Services } from '../services.ts';
import { onNode, refuseOutside, type Wanted } from './pool-nodes.ts';

const HOUR_MS = 3_600_000;

/** A node that can take what is wanted. */
interface Fitting<W extends Wanted> extends NodeLoad {
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
  const inside = new Set(nodesOf(fleet, wanted.endpoint, pool));
  refuseOutside(wanted, nodesOf(fleet, wanted.endpoint), (node) => inside.has(node), pool);
  const { memory: asked = 0, node: said = '' } = wanted.all[0] ?? {};
  const memory = Number(asked);
  const loads = [...inside]
    .filter((node) => isUp(node) && (said === '' || node.name === said))
    .map(({ id }) => ({ ...loadOf(fleet, id, new Map()), wanted }));
  const fitting = byPolicy(loads, memory);
  if (fitting.length > 0) return fitting;
  const which = said === '' ? 'no node of the pool is up and has' : `node ${said} is not up, or has not`;
  throw new FleetError('op.refused', `${which} ${formatBytes(memory)} of free memory`);
}

/** An endpoint with nodes in the pool. */
export interface Candidate<W extends Wanted> {
  readonly endpoint: EndpointName;
  /** What would be made there. Rejects with a FleetError where it can't be. */
  plan(): Promise<W>;
}

/**
 * What is wanted, on the node that the pool's policy takes of all of these endpoints. Throws usage where each of them refuses with that,
 * op.refused with what stands against each where there is no such node, and as placedInPool does.
 */
export async function chosenInPool<W extends Wanted>(
  candidates: readonly Candidate<W>[],
  pool: string,
  services: Pick<Services, 'config' | 'store' | 'nodeHistory' | 'clock'>,
  signal: AbortSignal,
): Promise<W> {
  const fitting: Fitting<W>[] = [];
  const refusals: string[] = [];
  const errors: FleetError[] = [];
  for (const { endpoint, plan } of candidates) {
    try {
      fitting.push(...fittingNodes(await plan(), pool, services));
    } catch (error) {
      if (!(error instanceof FleetError) || signal.aborted) throw error;
      refusals.push(`${endpoint}: ${sentence(error)}`);
      errors.push(error);
    }
  }
  const placed = await placedInPool(fitting, pool, services, signal);
  if (placed) return placed;
  const [wrong] = errors;
  if (wrong && errors.length === candidates.length && errors.every(({ code }) => code === 'usage')) throw wrong;
  throw new FleetError('op.refused', `no node of pool ${pool} can take it: ${refusals.join('; ')}`);
}

/**
 * What is wanted, on the one of these nodes that the pool's policy takes; undefined where there is none. Rejects with usage where its
 * variables say no policy.
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
  const ids = loads.map(({ node }) => node);
  const kept = await nodeHistory(ids, range, signal).catch((error: unknown) => {
    // Switched off, or its file can't be read.
    if (signal.aborted || !(error instanceof FleetError)) throw error;
    return new Map<NodeId, History>();
  });
  const since = clock.now() - spanMs;
  const all = loads.map((load) => {
    const known = kept.get(load.node)?.rows.filter(({ at, cpu }) => at >= since && !Number.isNaN(cpu)) ?? [];
    return { ...load, vmCpu: known.reduce((sum, { cpu }) => sum + cpu, 0) / known.length };
  });
  return all.some(({ vmCpu }) => Number.isNaN(vmCpu)) ? loads : all;
}

export const isUp = ({ state }: Node): boolean => state !== 'down' && state !== 'maintenance';
