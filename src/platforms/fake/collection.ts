import type { Id } from '../../ids.ts';
import type { ListedKind, ObjectOf } from '../contract.ts';
import { noListed } from '../lib/listed.ts';

/** What an endpoint has of one kind: computed from the seed, and what was made, changed and deleted since. */
export interface Collection<K extends ListedKind> {
  all(): readonly ObjectOf<K>[];
  /** Throws KIND.not-found. */
  one(id: string): ObjectOf<K>;
  /** Also takes the place of what has its id. */
  put(object: ObjectOf<K>): void;
  remove(id: Id<K>): void;
  /** It is what is computed again. */
  forget(id: Id<K>): void;
}

export function collection<K extends ListedKind>(kind: K, computed: () => readonly ObjectOf<K>[]): Collection<K> {
  const changed = new Map<Id<K>, ObjectOf<K> | undefined>();
  const all = (): readonly ObjectOf<K>[] => {
    const known = computed();
    const ids = new Set<Id>(known.map(({ id }) => id));
    const made = [...changed.values()].filter((one) => one !== undefined && !ids.has(one.id));
    const left = known.flatMap((one) => (changed.has(one.id as Id<K>) ? (changed.get(one.id as Id<K>) ?? []) : one));
    return [...left, ...made] as readonly ObjectOf<K>[];
  };
  return {
    all,
    one(id) {
      const found = all().find((each) => each.id === id);
      if (!found) throw noListed(kind, id);
      return found;
    },
    put: (object) => void changed.set(object.id as Id<K>, object),
    remove: (id) => void changed.set(id, undefined),
    forget: (id) => void changed.delete(id),
  };
}
