/**
 * The guests of one host as watch() knows them: which are there, what was read of each, which must be read again.
 * Events and ticks only point at a guest; what is true is then asked, since events and replies come in any order.
 */

import type { Clock } from '../../../clock.ts';
import type { Change } from '../../contract.ts';
import type { RpcClient } from '../rpc/client.ts';
import type { Guest, GuestDetails, Held, Place } from '../vm/guest.ts';
import { createGuestReader } from './guest-reader.ts';
import { createGuestTable } from './guest-table.ts';
import { isAlike, type ListedGuest } from './list-guests.ts';

export interface Roster {
  readonly guests: ReadonlyMap<string, Guest>;
  /** Uuids of those that run or are paused: the same array as long as they are the same. */
  running(): readonly string[];
  /** Something happened to it: it is read again, soon. */
  touch(uuid: string): void;
  /** It was powered on just now, and has the domain id `id` until it stops. */
  booted(uuid: string, id: number): void;
  /** What a tick has seen of it; touches it when that is a change. */
  observe(uuid: string, seen: ListedGuest): void;
  /** What a tick has read of it: memory and vCPUs of a running guest change without an event. */
  resize(uuid: string, memoryKib: number, cpus: number): void;
  /** What a tick has seen of its devices while it runs. */
  holds(uuid: string, held: Held): void;
  /** Its monitor doesn't answer (a sentence), or does again (undefined). */
  setTrouble(uuid: string, message: string | undefined): void;
  /** Reads what is to be read, those in `seen()` first. Ends only by rejecting: with the signal's reason, or the link's. */
  work(): Promise<never>;
}

export interface RosterOptions {
  readonly poll: RpcClient;
  readonly place: Place;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Uuids that are looked at now. */
  readonly seen: () => readonly string[];
  readonly emit: (changes: readonly Change[]) => void;
  /** It runs no more: its samples are over. */
  readonly onIdle: (uuid: string) => void;
  /** All that were listed at first have been read. Called once. */
  readonly onComplete: () => void;
}

const HELD: readonly (keyof Held)[] = ['storage', 'diskCount', 'nicCount'];

export async function createRoster(listed: ReadonlyMap<string, ListedGuest>, options: RosterOptions): Promise<Roster> {
  const { emit } = options;
  const table = await createGuestTable(listed, options);
  const { guests } = table;
  const { touch, work } = createGuestReader({ ...options, table });
  const put = (uuid: string, listed: ListedGuest, details: GuestDetails | undefined) => {
    table.put(uuid, listed, details);
    const changes = table.takeChanges();
    if (changes.length > 0) emit(changes);
  };

  return {
    guests,
    running: table.running,
    touch,
    booted: table.booted,
    observe(uuid, seenNow) {
      const guest = guests.get(uuid);
      if (guest && isAlike(guest, seenNow)) return;
      if (guest) put(uuid, seenNow, guest.details);
      touch(uuid);
    },
    resize(uuid, memoryKib, cpus) {
      const guest = guests.get(uuid);
      if (!guest?.details || (guest.details.memoryKib === memoryKib && guest.details.cpus === cpus)) return;
      put(uuid, guest, { ...guest.details, memoryKib, cpus });
    },
    holds(uuid, held) {
      const guest = guests.get(uuid);
      const details = guest?.details;
      if (!details || HELD.every((key) => held[key] === undefined || held[key] === details[key])) return;
      put(uuid, guest, { ...details, ...held });
    },
    setTrouble(uuid, message) {
      const guest = guests.get(uuid);
      if (!guest || table.hanging(uuid) === message) return;
      table.setTrouble(uuid, 'hanging', message);
      put(uuid, guest, guest.details);
    },
    work,
  };
}
