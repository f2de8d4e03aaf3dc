import type { Clock } from '../../../clock.ts';
import type { Change, Trouble } from '../../contract.ts';
import { knownOf } from '../../lib/known.ts';
import { breathe } from '../../transport/breathe.ts';
import { isSettling } from '../definition/pending.ts';
import { createGuest, type Guest, type GuestDetails, idOf, type Place } from '../vm/guest.ts';
import type { ListedGuest } from './list-guests.ts';

/** What is known of each guest of a host, by uuid. */
export interface GuestTable {
  readonly guests: ReadonlyMap<string, Guest>;
  /** Uuids of those that run or are paused: the same array as long as they are the same. */
  running(): readonly string[];
  put(uuid: string, listed: ListedGuest, details: GuestDetails | undefined): void;
  remove(uuid: string): void;
  /**
   * What rows show by now of all that changed since the last call. A change has no older value in it: what was put earlier and is
   * emitted later must not replace what was emitted meanwhile.
   */
  takeChanges(): readonly Change[];
  /**
   * Its monitor hangs, or it could not be read: both may be true, and each ends by itself, with an undefined message. The next
   * `put` shows it.
   */
  setTrouble(uuid: string, cause: 'hanging' | 'unreadable', message: string | undefined): void;
  /** Why its monitor is known to hang. */
  hanging(uuid: string): string | undefined;
  /** It was powered on just now, and has the domain id `id` until it stops. */
  booted(uuid: string, id: number): void;
  /** It was started so lately that its memory may not be what is saved yet. */
  isSettling(uuid: string): boolean;
}

export interface GuestTableOptions {
  readonly place: Place;
  readonly clock: Clock;
  /** It runs no more: its samples are over. */
  readonly onIdle: (uuid: string) => void;
}

/** Rows that are made between two looks at the event loop. */
const LISTED_AT_ONCE = 500;

export async function createGuestTable(
  listed: ReadonlyMap<string, ListedGuest>,
  { place, clock, onIdle }: GuestTableOptions,
): Promise<GuestTable> {
  const guests = new Map<string, Guest>();
  for (const [uuid, guest] of listed) {
    guests.set(uuid, createGuest(place, guest, {}));
    if (guests.size % LISTED_AT_ONCE === 0) await breathe();
  }
  const troubles = { hanging: new Map<string, Trouble>(), unreadable: new Map<string, Trouble>() };
  /** The last start that an event has reported. It belongs to the run with that domain id, whichever comes first, event or reply. */
  const boots = new Map<string, { readonly id: number; readonly at: number }>();
  let running: readonly string[] | undefined;
  const changed = new Set<string>();

  /** What changes when it starts, stops, comes or goes. */
  function noteActivity(uuid: string, before: Guest | undefined, after: Guest | undefined): void {
    if (isActive(before) === isActive(after)) return;
    running = undefined;
    if (isActive(before)) onIdle(uuid);
  }

  return {
    guests,
    running() {
      running ??= [...guests].flatMap(([uuid, guest]) => (isActive(guest) ? [uuid] : []));
      return running;
    },
    put(uuid, listed, read) {
      const known = guests.get(uuid)?.details;
      // Only ticks tell that, and not in the same reading.
      const { storage, diskCount, nicCount } = known ?? {};
      const details = read && { ...knownOf({ storage, diskCount, nicCount }), ...read };
      const boot = boots.get(uuid);
      const guest = createGuest(place, listed, {
        details,
        trouble: troubles.hanging.get(uuid) ?? troubles.unreadable.get(uuid),
        bootedAt: boot?.id === listed.domain.id ? boot.at : undefined,
      });
      const before = guests.get(uuid);
      noteActivity(uuid, before, guest);
      guests.set(uuid, guest);
      if (!before || JSON.stringify(before.vm) !== JSON.stringify(guest.vm)) changed.add(uuid);
    },
    remove(uuid) {
      const before = guests.get(uuid);
      noteActivity(uuid, before, undefined);
      guests.delete(uuid);
      troubles.hanging.delete(uuid);
      troubles.unreadable.delete(uuid);
      boots.delete(uuid);
      if (before) changed.add(uuid);
    },
    takeChanges() {
      const changes = Array.from(changed, (uuid): Change => {
        const guest = guests.get(uuid);
        return guest ? { kind: 'vm-upsert', vm: guest.vm } : { kind: 'vm-remove', id: idOf(place, uuid) };
      });
      changed.clear();
      return changes;
    },
    setTrouble(uuid, cause, message) {
      if (message === undefined) troubles[cause].delete(uuid);
      else troubles[cause].set(uuid, { message, since: clock.now() });
    },
    hanging: (uuid) => troubles.hanging.get(uuid)?.message,
    booted(uuid, id) {
      boots.set(uuid, { id, at: clock.now() });
    },
    isSettling: (uuid) => isSettling(boots.get(uuid)?.at, clock.now()),
  };
}

export const isActive = (guest: Guest | undefined): boolean => guest !== undefined && guest.domain.id !== -1;
