/**
 * The guests of one host as watch() knows them: who is there, what was read of each, who must be read again.
 * Events and ticks only point at a guest; what is true is then asked, since events and replies come in any order.
 */

import type { Clock } from '../../../clock.ts';
import type { Change, Trouble } from '../../contract.ts';
import { breathe } from '../../transport/breathe.ts';
import { uuidBytes } from '../link/uuid.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import {
  createGuest,
  type Guest,
  type GuestDetails,
  isAboutGuest,
  isSaved,
  type Place,
  readDetails,
} from '../vm/guest.ts';
import type { ListedGuest } from './list-guests.ts';

export interface Roster {
  readonly guests: ReadonlyMap<string, Guest>;
  /** Uuids of those that run or are paused: the same array as long as they are the same. */
  running(): readonly string[];
  /** Something happened to it: it is read again, soon. */
  touch(uuid: string): void;
  /** It was powered on just now, and has the domain id `id` until it stops. */
  booted(uuid: string, id: number): void;
  /** What a tick has seen of it; touches it when that is news. */
  observe(uuid: string, seen: ListedGuest): void;
  /** What a tick has read of it: memory and vCPUs of a running guest change without an event. */
  resize(uuid: string, memoryKib: number, cpus: number): void;
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

/** Guests that are read at once: four calls each, in one write. */
const AT_ONCE = 64;
/** Rows that are made between two looks at the event loop. */
const LISTED_AT_ONCE = 500;

export async function createRoster(listed: ReadonlyMap<string, ListedGuest>, options: RosterOptions): Promise<Roster> {
  const { poll, place, clock, signal, seen, emit, onIdle, onComplete } = options;
  let complete = false;
  const guests = new Map<string, Guest>();
  for (const [uuid, guest] of listed) {
    guests.set(uuid, createGuest(place, guest, {}));
    if (guests.size % LISTED_AT_ONCE === 0) await breathe();
  }
  /** By uuid: that its monitor hangs, and that it could not be read. Each has an end of its own. */
  const hanging = new Map<string, Trouble>();
  const unreadable = new Map<string, Trouble>();
  /** By uuid: the last start that an event has reported. It belongs to the run with that domain id, whichever comes first, event or reply. */
  const boots = new Map<string, { readonly id: number; readonly at: number }>();
  const touched = new Set<string>();
  const unread = new Set(guests.keys());
  let running: readonly string[] | undefined;
  let wake = () => {};

  const build = (uuid: string, listed: ListedGuest, details: GuestDetails | undefined): Guest =>
    createGuest(place, listed, {
      details,
      trouble: hanging.get(uuid) ?? unreadable.get(uuid),
      bootedAt: boots.get(uuid)?.id === listed.domain.id ? boots.get(uuid)?.at : undefined,
    });

  const isActive = (guest: Guest | undefined): boolean => guest !== undefined && guest.domain.id !== -1;

  function put(uuid: string, guest: Guest | undefined): Change | undefined {
    const before = guests.get(uuid);
    if (isActive(before) !== isActive(guest)) running = undefined;
    if (isActive(before) && !isActive(guest)) onIdle(uuid);
    if (guest === undefined) {
      guests.delete(uuid);
      hanging.delete(uuid);
      unreadable.delete(uuid);
      boots.delete(uuid);
      return before && { kind: 'vm-remove', id: before.vm.id };
    }
    guests.set(uuid, guest);
    return before && JSON.stringify(before.vm) === JSON.stringify(guest.vm)
      ? undefined
      : { kind: 'vm-upsert', vm: guest.vm };
  }

  function touch(uuid: string): void {
    touched.add(uuid);
    wake();
  }

  async function readFirst(uuid: string): Promise<Change | undefined> {
    const guest = guests.get(uuid);
    if (!guest) return undefined;
    const read = () => readDetails(poll, guest.domain, isActive(guest), clock, signal);
    return reading(uuid, async () => {
      const details = await read();
      // Meanwhile a tick may have seen it in another state.
      return [guests.get(uuid) ?? guest, details];
    });
  }

  async function readAgain(uuid: string): Promise<Change | undefined> {
    const bytes = uuidBytes(uuid);
    if (!bytes) return undefined;
    const known: Domain = guests.get(uuid)?.domain ?? { name: '', uuid: bytes, id: -1 };
    return reading(uuid, async () => {
      const [domain, { state, reason }, saved, details] = await Promise.all([
        poll.call(procedures.domainByUuid, { uuid: bytes }, { signal }),
        poll.call(procedures.domainState, { domain: known, flags: 0 }, { signal }),
        isSaved(poll, known, signal),
        readDetails(poll, known, true, clock, signal),
      ]);
      if (domain.id === -1) hanging.delete(uuid);
      return [{ domain, state, reason, saved }, details];
    });
  }

  /** The daemon's "no" about one guest stays with that guest, until it is read; what the link says ends the watch. */
  async function reading(
    uuid: string,
    read: () => Promise<readonly [ListedGuest, GuestDetails]>,
  ): Promise<Change | undefined> {
    try {
      const [listed, details] = await read();
      unreadable.delete(uuid);
      return put(uuid, build(uuid, listed, details));
    } catch (error) {
      if (!isAboutGuest(error)) throw error;
      if (error instanceof LibvirtError && error.code === VIR_ERR.noDomain) return put(uuid, undefined);
      const guest = guests.get(uuid);
      if (!guest) return undefined;
      unreadable.set(uuid, { message: error.message, since: clock.now() });
      return put(uuid, build(uuid, guest, guest.details));
    }
  }

  function nextBatch(): readonly (() => Promise<Change | undefined>)[] {
    const batch: (() => Promise<Change | undefined>)[] = [];
    const take = (from: Set<string>, uuid: string, read: (uuid: string) => Promise<Change | undefined>) => {
      if (batch.length < AT_ONCE && from.delete(uuid)) batch.push(() => read(uuid));
    };
    for (const uuid of touched) {
      unread.delete(uuid);
      take(touched, uuid, readAgain);
    }
    for (const uuid of seen()) take(unread, uuid, readFirst);
    for (const uuid of unread) {
      if (batch.length >= AT_ONCE) break;
      take(unread, uuid, readFirst);
    }
    return batch;
  }

  return {
    guests,
    running() {
      running ??= [...guests].flatMap(([uuid, guest]) => (isActive(guest) ? [uuid] : []));
      return running;
    },
    touch,
    booted(uuid, id) {
      boots.set(uuid, { id, at: clock.now() });
    },
    observe(uuid, seenNow) {
      const { domain, state, reason } = seenNow;
      const guest = guests.get(uuid);
      if (guest && guest.state === state && guest.reason === reason && guest.domain.id === domain.id) return;
      if (guest) {
        const change = put(uuid, build(uuid, seenNow, guest.details));
        if (change) emit([change]);
      }
      touch(uuid);
    },
    resize(uuid, memoryKib, cpus) {
      const guest = guests.get(uuid);
      if (!guest?.details || (guest.details.memoryKib === memoryKib && guest.details.cpus === cpus)) return;
      const change = put(uuid, build(uuid, guest, { ...guest.details, memoryKib, cpus }));
      if (change) emit([change]);
    },
    setTrouble(uuid, message) {
      const guest = guests.get(uuid);
      if (!guest || hanging.get(uuid)?.message === message) return;
      if (message === undefined) hanging.delete(uuid);
      else hanging.set(uuid, { message, since: clock.now() });
      const change = put(uuid, build(uuid, guest, guest.details));
      if (change) emit([change]);
    },
    async work() {
      for (;;) {
        signal.throwIfAborted();
        const batch = nextBatch();
        if (batch.length === 0) {
          if (!complete) onComplete();
          complete = true;
          await awoken();
          continue;
        }
        const changes = (await Promise.all(batch.map((read) => read()))).filter((change) => change !== undefined);
        if (changes.length > 0) emit(changes);
        await breathe();
      }
    },
  };

  function awoken(): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      wake = () => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
    });
  }
}
