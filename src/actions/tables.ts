import { type OperationTable, operations } from '../platforms/contract.ts';
import { type KindTable, kinds } from '../state/kinds.ts';
import type { Action } from './action.ts';
import { actions } from './index.ts';

/**
 * What drover knows to do, as data: wrappers, screen, line mode, command line, help and completion are made from these. A
 * test or a plugin gives larger ones.
 */
export interface Tables {
  readonly operations: OperationTable;
  readonly kinds: KindTable;
  readonly actions: readonly Action[];
}

export const tables: Tables = { operations, kinds, actions };
