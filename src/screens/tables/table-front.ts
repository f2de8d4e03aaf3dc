import type { Shown } from '../../actions/target.ts';
import type { OwnerId } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';
import type { Chooser } from '../actions/chooser.ts';

/** A table that has the keys: verbs of its kind are for what is chosen in it. */
export interface TableFront extends Chooser {
  readonly kind: ListedKind;
  /** What its rows are under: what is made in it is made there. */
  readonly under: readonly OwnerId[];
  /** What is marked, else what the cursor is on. */
  chosen(): readonly Shown[];
}
