import type { Clock } from '../../clock.ts';
import { nodeId, type VmId, vmId } from '../../ids.ts';
import type { Feed, NodeSample } from '../contract.ts';
import { asShare, blockOf, lastBlockOf } from '../lib/sample-block.ts';
import type { Resources } from './guests.ts';
import type { Roster } from './roster.ts';
import { createMeters } from './usage.ts';
import type { Place } from './vm-row.ts';

/** The samples that lie in the list of the cluster already. */
export interface Sampler {
  /** At least one feed, so that the listener knows that the cluster answers. */
  feeds(roster: Roster, resources: Resources, windowMs: number): readonly Feed[];
}

export function createSampler(place: Place, clock: Clock): Sampler {
  const meters = createMeters();
  let ids: readonly VmId[] = [];
  let keys: readonly string[] = [];

  return {
    feeds(roster, { nodes }, windowMs) {
      const at = clock.now();
      const running: string[] = [];
      for (const [key, { vm, guest }] of roster.guests) {
        if (vm.state === 'stopped' || vm.state === 'unknown' || guest.status !== 'running') meters.forget(key);
        else running.push(key);
      }
      const alive = new Set(running);
      const over = keys.filter((key) => roster.guests.has(key) && !alive.has(key));
      // The same array as long as the guests are the same: the store remembers where they go.
      if (running.join() !== keys.join()) {
        keys = running;
        ids = running.map((key) => vmId(place.endpoint, key));
      }
      const feeds: Feed[] = [];
      if (ids.length > 0) {
        const block = blockOf(ids, at, windowMs, (_, row) => {
          const use = roster.guests.get(keys[row] ?? '')?.guest.use;
          return use && { cpu: asShare(use.cpu), memory: use.memory, ...meters.rates(keys[row] ?? '', use) };
        });
        feeds.push({ kind: 'samples', block });
      }
      if (over.length > 0) {
        const last = over.map((key) => vmId(place.endpoint, key));
        feeds.push({ kind: 'samples', block: lastBlockOf(last, at, windowMs) });
      }
      const samples: NodeSample[] = [];
      for (const { name, online, cpu, memoryUsed } of nodes.values()) {
        if (online) samples.push({ node: nodeId(place.endpoint, name), at, cpu: Math.min(1, cpu), memory: memoryUsed });
      }
      feeds.push(samples.length > 0 ? { kind: 'node-samples', samples } : { kind: 'alive', at });
      return feeds;
    },
  };
}
