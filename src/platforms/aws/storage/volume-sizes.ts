/** How large the volumes of instances are, for their rows: the list of instances says which they have, and no more. */
import { type Clock, wait } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { type Bytes, bytes, gib } from '../../../units.ts';
import type { Vm } from '../../contract.ts';
import { createRechecks } from '../../lib/rechecks.ts';
import { unlessRefused } from '../../lib/unless-refused.ts';
import type { About, Api } from '../api.ts';
import type { Machine } from '../machine.ts';
import { REFUSED } from '../refused.ts';
import { where } from '../region.ts';
import { readAllVolumes } from './volumes.ts';

export interface VolumeSizes {
  /**
   * How many disks it has, and what they can hold together once all of their sizes are known. Nothing for one whose root disk is on its
   * host: what it has there is not reported. Nothing for one that is being made without a volume yet.
   */
  of(machine: WithVolumes): Pick<Vm, 'storage' | 'diskCount'>;
  /**
   * Asks for volumes of theirs that were not asked for yet or were changed just now, and for the list of the region, 500 in a
   * request, at first and where the last one is old; resolves with whether a size is new. Who may not see volumes sees
   * the instances all the same. Trouble leaves what was known, and is no trouble of the list of instances: it is asked again a
   * minute later.
   */
  learn(machines: readonly WithVolumes[], about: About): Promise<boolean>;
  /** Learns as long as the signal lets it, one time after the other, and calls `redraw` for what is new. Never resolves. */
  follow(parts: Followed, about: About): Promise<never>;
  /** It may be larger now: it is asked for a while. */
  expire(volume: string): void;
}

interface Followed {
  readonly machines: () => readonly WithVolumes[];
  readonly redraw: () => void;
}

type WithVolumes = Pick<Machine, 'volumes' | 'instanceStore' | 'state'>;

/** To look whether there is something to ask costs no request. */
const LOOK_EVERY_MS = 5_000;
/** Others make volumes larger, which no list of instances shows. */
const OLD_MS = 300_000;
/** EC2 shows the new size when the change is under way, seconds after it was asked for. */
const GROWING_MS = 60_000;
const AFTER_TROUBLE_MS = 60_000;
/** Most values of a filter. */
const MOST = 200;

export function createVolumeSizes(api: Api, clock: Clock): VolumeSizes {
  const sizes = new Map<string, Bytes>();
  /** One of these that has no size has none that this login may see. */
  const asked = new Set<string>();
  const grown = createRechecks(clock, GROWING_MS);
  let listedAt = Number.NEGATIVE_INFINITY;
  let quietUntil = Number.NEGATIVE_INFINITY;

  /** Of these alone, or of all in the region. What is not listed any more is forgotten. */
  async function read(about: About, ids?: readonly string[]): Promise<void> {
    const filters = ids === undefined ? [] : [where('volume-id', ...ids)];
    const listed = (await unlessRefused(readAllVolumes(api, about, filters), REFUSED)) ?? [];
    for (const id of ids ?? [...sizes.keys()]) sizes.delete(id);
    for (const { VolumeId, Size } of listed)
      if (VolumeId !== undefined && Size !== undefined) sizes.set(VolumeId, gib(Size));
  }

  async function ask(volumes: ReadonlySet<string>, about: About): Promise<void> {
    const now = clock.ticks();
    if (volumes.size > 0 && now - listedAt > OLD_MS) {
      await read(about);
      listedAt = now;
      asked.clear();
      for (const id of volumes) asked.add(id);
      return;
    }
    const growing = new Set(grown.due());
    const wanted = [...volumes].filter((id) => !asked.has(id) || growing.has(id));
    for (let from = 0; from < wanted.length; from += MOST) {
      const part = wanted.slice(from, from + MOST);
      await read(about, part);
      for (const id of part) asked.add(id);
    }
  }

  async function learn(machines: readonly WithVolumes[], about: About): Promise<boolean> {
    if (clock.ticks() < quietUntil) return false;
    const volumes = new Set(machines.flatMap((machine) => machine.volumes ?? []));
    const before = new Map(sizes);
    try {
      await ask(volumes, about);
    } catch (error) {
      if (!(error instanceof FleetError) || about.signal.aborted) throw error;
      quietUntil = clock.ticks() + AFTER_TROUBLE_MS;
    }
    return [...volumes].some((volume) => before.get(volume) !== sizes.get(volume));
  }

  return {
    of({ volumes, instanceStore, state }) {
      if (volumes === undefined || instanceStore || (state === 'starting' && volumes.length === 0)) return {};
      const sum = volumes.reduce((all, volume) => all + (sizes.get(volume) ?? Number.NaN), 0);
      return { diskCount: volumes.length, ...(Number.isFinite(sum) && { storage: bytes(sum) }) };
    },
    learn,
    async follow({ machines, redraw }, about) {
      for (;;) {
        await wait(clock, LOOK_EVERY_MS, about.signal);
        if (await learn(machines(), about)) redraw();
      }
    },
    expire: (volume) => grown.add(volume),
  };
}
