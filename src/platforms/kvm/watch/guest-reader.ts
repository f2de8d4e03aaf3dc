import type { Clock } from '../../../clock.ts';
import type { Change } from '../../contract.ts';
import { breathe } from '../../transport/breathe.ts';
import { uuidBytes } from '../link/uuid.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { type GuestDetails, isAboutGuest, isSaved, readDetails } from '../vm/guest.ts';
import { type GuestTable, isActive } from './guest-table.ts';
import { isAlike, type ListedGuest } from './list-guests.ts';

/** Reads guests in batches into the table: those that something happened to, those on the screen, then all others. */
export interface GuestReader {
  /** Something happened to it: it is read again, soon. */
  touch(uuid: string): void;
  /** Ends only by rejecting: with the signal's reason, or the link's. */
  work(): Promise<never>;
}

export interface GuestReaderOptions {
  readonly table: GuestTable;
  readonly poll: RpcClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Uuids that are looked at now. */
  readonly seen: () => readonly string[];
  readonly emit: (changes: readonly Change[]) => void;
  /** All that were listed at first have been read. Called once. */
  readonly onComplete: () => void;
}

/** Guests that are read at once: five calls each, in one write. */
const AT_ONCE = 64;
/** A guest that takes longer holds up none of the others: libvirt answers nothing about one while a long job has its lock. */
const LATE_MS = 1_000;
/** Of those that are read first, whose definitions are compared: each is some KiB. All others when they are read again. */
const MOST_COMPARED = 64;

/** All guests that are in the table now are to be read. */
export function createGuestReader(options: GuestReaderOptions): GuestReader {
  const { table, poll, clock, signal, seen, emit, onComplete } = options;
  const { guests } = table;
  const touched = new Set<string>();
  const unread = new Set(guests.keys());
  /** Asked for, without an answer yet. */
  const asked = new Set<string>();
  /** Why the link can't be used any more, from a guest that was late. */
  let broken: { readonly error: unknown } | undefined;
  let complete = false;
  let compared = 0;
  let wake = () => {};

  async function readFirst(uuid: string): Promise<void> {
    const guest = guests.get(uuid);
    if (!guest) return;
    await reading(uuid, async () => {
      const pending = compared++ < MOST_COMPARED;
      const wanted = { active: isActive(guest), pending, settling: table.isSettling(uuid) };
      const details = await readDetails(poll, guest.domain, wanted, clock, signal);
      // Meanwhile a tick may have seen it in another state.
      return [guests.get(uuid) ?? guest, details];
    });
  }

  async function readAgain(uuid: string): Promise<void> {
    const bytes = uuidBytes(uuid);
    if (!bytes) return;
    const before = guests.get(uuid);
    const known: Domain = before?.domain ?? { name: '', uuid: bytes, id: -1 };
    await reading(uuid, async () => {
      const [domain, { state, reason }, saved, details] = await Promise.all([
        poll.call(procedures.domainByUuid, { uuid: bytes }, { signal }),
        poll.call(procedures.domainState, { domain: known, flags: 0 }, { signal }),
        isSaved(poll, known, signal),
        readDetails(poll, known, { active: true, pending: true, settling: table.isSettling(uuid) }, clock, signal),
      ]);
      if (domain.id === -1) table.setTrouble(uuid, 'hanging', undefined);
      // What a tick has seen meanwhile is newer; it has asked for another reading.
      const now = guests.get(uuid);
      if (now && before && !isAlike(now, before)) return [now, details];
      return [{ domain, state, reason, saved }, details];
    });
  }

  /** The daemon's "no" about one guest stays with that guest, until it is read; what the link says ends the watch. */
  async function reading(uuid: string, read: () => Promise<readonly [ListedGuest, GuestDetails]>): Promise<void> {
    try {
      const [listed, details] = await read();
      table.setTrouble(uuid, 'unreadable', undefined);
      table.put(uuid, listed, details);
    } catch (error) {
      if (!isAboutGuest(error)) throw error;
      if (error instanceof LibvirtError && error.code === VIR_ERR.noDomain) {
        table.remove(uuid);
        return;
      }
      const guest = guests.get(uuid);
      if (!guest) return;
      table.setTrouble(uuid, 'unreadable', error.message);
      table.put(uuid, guest, guest.details);
    }
  }

  async function ask(uuid: string, read: (uuid: string) => Promise<void>): Promise<void> {
    asked.add(uuid);
    try {
      await read(uuid);
    } finally {
      asked.delete(uuid);
    }
  }

  /** Asks for the next guests. Those whose answer is late are asked again after it. */
  function nextBatch(): readonly Promise<void>[] {
    const batch: Promise<void>[] = [];
    const take = (from: Set<string>, uuid: string, read: (uuid: string) => Promise<void>) => {
      if (asked.size < AT_ONCE && !asked.has(uuid) && from.delete(uuid)) batch.push(ask(uuid, read));
    };
    for (const uuid of touched) {
      unread.delete(uuid);
      take(touched, uuid, readAgain);
    }
    for (const uuid of seen()) take(unread, uuid, readFirst);
    for (const uuid of unread) {
      if (asked.size >= AT_ONCE) break;
      take(unread, uuid, readFirst);
    }
    return batch;
  }

  /** Resolves when all of them are read, or are late. Rejects with what the link says. */
  async function unlessLate(batch: readonly Promise<void>[]): Promise<void> {
    const late = Promise.withResolvers<void>();
    const stop = clock.after(LATE_MS, late.resolve);
    await Promise.race([Promise.all(batch), late.promise]).finally(stop);
    for (const read of batch) {
      void read.then(
        () => wake(),
        (error: unknown) => {
          broken = { error };
          wake();
        },
      );
    }
  }

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

  return {
    touch(uuid) {
      touched.add(uuid);
      wake();
    },
    async work() {
      for (;;) {
        signal.throwIfAborted();
        if (broken) throw broken.error;
        const batch = nextBatch();
        if (batch.length > 0) await unlessLate(batch);
        const changes = table.takeChanges();
        if (changes.length > 0) emit(changes);
        if (batch.length > 0) {
          await breathe();
          continue;
        }
        if (!complete && asked.size === 0) {
          complete = true;
          onComplete();
        }
        await awoken();
      }
    },
  };
}
