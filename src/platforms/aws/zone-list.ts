import type { Clock } from '../../clock.ts';
import type { Change, Node } from '../contract.ts';
import { unlessRefused } from '../lib/unless-refused.ts';
import type { About, Api } from './api.ts';
import { REFUSED } from './refused.ts';
import type { Place } from './vm-row.ts';
import { nodeOf, readZones, unknownZone } from './zones.ts';

/** The zones while they are watched. They change once in a blue moon, and then it matters. */
export interface ZoneList {
  nodes(): readonly Node[];
  /** Asks again when the last answer is old enough. */
  look(about: About): Promise<readonly Change[]>;
  /** An instance needs its zone, also where the login may not list zones. */
  ensure(names: Iterable<string>): readonly Change[];
}

const EVERY_MS = 5 * 60_000;

export function createZoneList(api: Api, place: Place, clock: Clock): ZoneList {
  const known = new Map<string, Node>();
  let readAt: number | undefined;

  function put(node: Node): readonly Change[] {
    const old = known.get(node.name);
    if (old?.state === node.state && old.trouble?.message === node.trouble?.message) return [];
    known.set(node.name, node);
    return [{ kind: 'node-upsert', node }];
  }

  return {
    nodes: () => [...known.values()],
    async look(about) {
      if (readAt !== undefined && clock.ticks() - readAt < EVERY_MS) return [];
      const zones = (await unlessRefused(readZones(api, about), REFUSED)) ?? [];
      readAt = clock.ticks();
      return zones.flatMap((zone) => put(nodeOf(place, zone, clock.now())));
    },
    ensure: (names) =>
      [...new Set(names)].flatMap((name) => (name === '' || known.has(name) ? [] : put(unknownZone(place, name)))),
  };
}
