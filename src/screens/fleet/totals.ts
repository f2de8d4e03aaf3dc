import { endpointOf, type NodeId } from '../../ids.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import type { Sum, Sums } from './sums.ts';

/** What the whole fleet comes to. */
export interface Totals {
  /** Of those that are in use; one that is disabled is nothing to wait for. */
  readonly endpoints: number;
  readonly up: number;
  readonly stale: number;
  /** Not connected, and tried again without the user. */
  readonly down: number;
  /** Not connected until the user does something. */
  readonly blocked: number;
  /** VMs of all endpoints; CPUs and memory of those that are heard of. */
  readonly sum: Sum;
  readonly nodesTroubled: number;
  /** How many endpoints each platform has. */
  readonly platforms: ReadonlyMap<string, number>;
}

/** Added up once for each landing, however many keys are pressed between two of them. */
export function createTotals(fleet: Fleet, sums: Sums): () => Totals {
  let at = -1;
  let totals = addUp(fleet, sums);
  return () => {
    if (at === fleet.version) return totals;
    at = fleet.version;
    totals = addUp(fleet, sums);
    return totals;
  };
}

function addUp(fleet: Fleet, sums: Sums): Totals {
  const counts = { endpoints: 0, up: 0, stale: 0, down: 0, blocked: 0 };
  const platforms = new Map<string, number>();
  for (const { phase, staleSince, platform } of fleet.endpoints.values()) {
    platforms.set(platform, (platforms.get(platform) ?? 0) + 1);
    if (phase !== 'idle') counts.endpoints++;
    if (phase === 'up' && staleSince === undefined) counts.up++;
    if (phase === 'blocked') counts.blocked++;
    else if (staleSince !== undefined) counts.stale++;
    else if (phase === 'down') counts.down++;
  }
  let nodesTroubled = 0;
  for (const { trouble, state } of fleet.nodes.values()) if (trouble || state === 'down') nodesTroubled++;
  const isHeardOf = (id: NodeId) => fleet.endpoints.get(endpointOf(id))?.staleSince === undefined;
  return { ...counts, nodesTroubled, platforms, sum: sums.ofAll(isHeardOf) };
}
