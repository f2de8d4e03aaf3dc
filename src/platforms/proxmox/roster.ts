/** All that is known of the guests while they are watched, and the rows that it makes. */
import type { Clock } from '../../clock.ts';
import { vmId } from '../../ids.ts';
import type { Change, Trouble, Vm } from '../contract.ts';
import { bootTimeOf, type UptimeReading } from './boot-time.ts';
import type { Current, Guest, Resources } from './guests.ts';
import { type Knowledge, type Place, rowOf, type Sheet, sameRow } from './vm-row.ts';

export interface Roster {
  /** By the server's id; `qemu/100`. */
  readonly guests: ReadonlyMap<string, Entry>;
  rows(): readonly Vm[];
  /** The list as it is now: what is not in it is gone. */
  list(resources: Resources): readonly Change[];
  learn(key: string, news: News): readonly Change[];
  /** Its settings may have changed: they are read again. */
  touch(key: string): void;
  /** The server said that there is no such guest, whatever its list says. */
  gone(key: string): readonly Change[];
}

export interface Entry extends Knowledge {
  readonly vm: Vm;
  /** In ticks; undefined: never. */
  readonly currentAt: number | undefined;
  readonly sheetAt: number | undefined;
  readonly ipsAt: number | undefined;
}

export interface News {
  readonly current?: Current;
  readonly runState?: string | undefined;
  readonly sheet?: Sheet;
  readonly ips?: readonly string[];
  /** Null: it is over. */
  readonly failure?: string | null;
}

/** The list is told by the nodes every ten seconds or so: what was asked of a guest itself is newer for that long. */
const FRESH_MS = 15_000;

export function createRoster(place: Place, clock: Clock): Roster {
  const guests = new Map<string, Entry>();
  const goneAt = new Map<string, number>();

  function put(key: string, next: Omit<Entry, 'vm' | 'bootedAt'>): readonly Change[] {
    const old = guests.get(key);
    const known = { ...next, bootedAt: bootedAt(old, next) };
    const vm = rowOf(place, known);
    const same = old !== undefined && sameRow(old.vm, vm);
    guests.set(key, { ...known, vm: same ? old.vm : vm });
    return same ? [] : [{ kind: 'vm-upsert', vm }];
  }

  const bootedAt = (old: Entry | undefined, next: Pick<Entry, 'current' | 'guest'>): number | undefined =>
    bootTimeOf(uptimeOf(next), old && { ...uptimeOf(old), bootedAt: old.bootedAt }, clock.now());

  /** The VMID was freed and given to another guest: nothing that was known of the old one holds for it. */
  function replace(guest: Guest, sheet: Sheet): readonly Change[] {
    const fresh = { current: undefined, currentAt: undefined, runState: undefined, ips: [], ipsAt: undefined };
    const entry = { guest, ...fresh, sheet, sheetAt: clock.ticks(), trouble: undefined };
    return [...drop(guest.key), ...put(guest.key, entry)];
  }

  function drop(key: string): readonly Change[] {
    return guests.delete(key) ? [{ kind: 'vm-remove', id: vmId(place.endpoint, key) }] : [];
  }

  function listed(guest: Guest): Omit<Entry, 'vm' | 'bootedAt'> {
    const old = guests.get(guest.key);
    const fresh = old?.currentAt !== undefined && clock.ticks() - old.currentAt < FRESH_MS;
    const current = fresh ? old.current : undefined;
    const running = (current?.status ?? guest.status) === 'running';
    return {
      guest,
      current,
      currentAt: fresh ? old.currentAt : undefined,
      runState: running ? old?.runState : undefined,
      sheet: old?.sheet,
      sheetAt: renamed(old, guest.name) ? undefined : old?.sheetAt,
      ips: old?.ips ?? [],
      ipsAt: old?.ipsAt,
      trouble: troubleOf(guest, old?.trouble, clock.now()),
    };
  }

  return {
    guests,
    rows: () => Array.from(guests.values(), ({ vm }) => vm),
    list(resources) {
      const changes: Change[] = [];
      for (const guest of resources.guests.values()) {
        const since = goneAt.get(guest.key);
        if (since !== undefined && clock.ticks() - since < FRESH_MS) continue;
        goneAt.delete(guest.key);
        const old = guests.get(guest.key);
        // Most of a large cluster is as it was: only its figures are new.
        const same = old && old.current === undefined && sameGuest(old.guest, guest);
        if (same && bootedAt(old, { current: undefined, guest }) === old.bootedAt)
          guests.set(guest.key, { ...old, guest });
        else changes.push(...put(guest.key, listed(guest)));
      }
      for (const key of [...guests.keys()]) if (!resources.guests.has(key)) changes.push(...drop(key));
      return changes;
    },
    learn(key, { current, runState, sheet, ips, failure }) {
      const old = guests.get(key);
      if (!old) return [];
      const now = clock.ticks();
      if (sheet && isAnother(old.sheet, sheet)) return replace(old.guest, sheet);
      const status = current?.status ?? old.current?.status ?? old.guest.status;
      return put(key, {
        ...old,
        ...(current && { current, currentAt: now }),
        ...(current?.name !== undefined && renamed(old, current.name) && { sheetAt: undefined }),
        ...(sheet && { sheet, sheetAt: now }),
        ...(ips && { ips, ipsAt: now }),
        runState: status === 'running' ? (current?.runState ?? runState ?? old.runState) : undefined,
        trouble:
          failure === undefined ? old.trouble : failure === null ? undefined : { message: failure, since: clock.now() },
      });
    },
    touch(key) {
      const old = guests.get(key);
      if (old) guests.set(key, { ...old, sheetAt: undefined });
    },
    gone(key) {
      goneAt.set(key, clock.ticks());
      return drop(key);
    },
  };
}

/** Its configuration has another name than the cluster says: it was renamed, or it is another guest. */
const renamed = (old: Entry | undefined, name: string): boolean =>
  old?.sheet?.name !== undefined && old.sheet.name !== name;

const isAnother = (before: Sheet | undefined, now: Sheet): boolean =>
  before !== undefined && before.identity !== '' && before.identity !== now.identity;

const uptimeOf = ({ current, guest }: Pick<Entry, 'current' | 'guest'>): UptimeReading =>
  current ?? { status: guest.status, uptime: guest.use.uptime };

const sameGuest = (a: Guest, b: Guest): boolean =>
  a.status === b.status &&
  a.name === b.name &&
  a.node === b.node &&
  a.lock === b.lock &&
  a.ha === b.ha &&
  a.cpus === b.cpus &&
  a.memory === b.memory &&
  a.template === b.template &&
  a.tags.join() === b.tags.join();

const HA_TROUBLE = 'high availability has given up on it';

/** A failed task stays until the next one; what high availability says comes and goes with the list. */
function troubleOf(guest: Guest, old: Trouble | undefined, now: number): Trouble | undefined {
  if (guest.ha === 'error') return old ?? { message: HA_TROUBLE, since: now };
  return old?.message === HA_TROUBLE ? undefined : old;
}
