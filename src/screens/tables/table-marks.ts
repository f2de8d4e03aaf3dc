import type { Services } from '../../actions/services.ts';
import { type Shown, shownOf } from '../../actions/target.ts';
import type { Id } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';

/** The marked objects of a table, each as it was when it was marked: an id may stand for another object by now. */
export interface TableMarks {
  readonly size: number;
  has(id: Id): boolean;
  /** Marks it, or takes its mark back. */
  toggle(id: Id<ListedKind>): void;
  delete(ids: readonly Id[]): void;
  /** An object as it was marked, else as it is now; undefined for one that is not there. */
  shown(id: Id<ListedKind>): Shown | undefined;
  /** Those that are still there. */
  present(): readonly Shown[];
}

export function createTableMarks(kind: ListedKind, services: Services): TableMarks {
  const { fleet } = services.store;
  const marks = new Map<string, Shown>();

  return {
    get size() {
      return marks.size;
    },
    has: (id) => marks.has(id),
    toggle(id) {
      const one = shownOf(kind, id, services);
      if (!marks.delete(id) && one) marks.set(id, one);
    },
    delete(ids) {
      for (const id of ids) marks.delete(id);
    },
    shown: (id) => marks.get(id) ?? shownOf(kind, id, services),
    present: () => [...marks.values()].filter(({ id }) => fleet.find(kind, id)),
  };
}
