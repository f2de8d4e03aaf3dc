/** How large the volumes of instances are, for their rows: the list of instances says which they have, and no more. */
import type { Clock } from '../../../clock.ts';
import { type Bytes, bytes, gib } from '../../../units.ts';
import type { Vm } from '../../contract.ts';
import { unlessRefused } from '../../lib/unless-refused.ts';
import type { About, Api } from '../api.ts';
import type { Machine } from '../machine.ts';
import { REFUSED } from '../refused.ts';
import { readAllVolumes } from './volumes.ts';

export interface VolumeSizes {
  /**
   * How many disks it has, and what they can hold together once all of their sizes are known. Nothing for one whose root disk is on its
   * host: what it has there is not told.
   */
  of(machine: WithVolumes): Pick<Vm, 'storage' | 'diskCount'>;
  /**
   * Lists the volumes of the region, 500 in a request, where one of theirs was not asked for yet or the last list is old; resolves
   * with whether that told something new. Who may not see volumes sees the instances all the same.
   */
  learn(machines: readonly WithVolumes[], about: About): Promise<boolean>;
  /** One of them may be larger now. */
  expire(): void;
}

type WithVolumes = Pick<Machine, 'volumes' | 'instanceStore'>;

/** Others make volumes larger, which no list of instances shows. */
const OLD_MS = 300_000;

export function createVolumeSizes(api: Api, clock: Clock): VolumeSizes {
  let sizes: ReadonlyMap<string, Bytes> = new Map();
  /** Those that the last list was read for: one that has no size has none that this login may see. */
  let asked: ReadonlySet<string> = new Set();
  let listedAt = Number.NEGATIVE_INFINITY;
  return {
    of({ volumes, instanceStore }) {
      if (volumes === undefined || instanceStore) return {};
      const sum = volumes.reduce((all, volume) => all + (sizes.get(volume) ?? Number.NaN), 0);
      return { diskCount: volumes.length, ...(sum > 0 && { storage: bytes(sum) }) };
    },
    async learn(machines, about) {
      const volumes = machines.flatMap((machine) => machine.volumes ?? []);
      const isOld = clock.ticks() - listedAt > OLD_MS;
      if (volumes.length === 0 || (!isOld && volumes.every((volume) => asked.has(volume)))) return false;
      const listed = await unlessRefused(readAllVolumes(api, about), REFUSED);
      listedAt = clock.ticks();
      asked = new Set(volumes);
      const before = sizes;
      sizes = new Map(
        (listed ?? []).flatMap(({ VolumeId, Size }) =>
          VolumeId === undefined || Size === undefined ? [] : [[VolumeId, gib(Size)] as const],
        ),
      );
      return volumes.some((volume) => before.get(volume) !== sizes.get(volume));
    },
    expire() {
      listedAt = Number.NEGATIVE_INFINITY;
    },
  };
}
