import type { Shown } from '../../actions/target.ts';
import type { Id, VmId } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';

/** A table that has the keys: verbs of its kind are for what is chosen in it. */
export interface TableFront {
  readonly kind: ListedKind;
  /** What its rows are under: what is made in it is made there. */
  readonly under: readonly VmId[];
  /** What is marked, else what the cursor is on. */
  chosen(): readonly Shown[];
  /** Whether the user sees what the key is for. */
  isSeen(id: Id): boolean;
  unmark(ids: readonly Id[]): void;
}
