import type { OwnerId } from '../ids.ts';
import type { Connection, ListedKind, ObjectOf, OperationName } from '../platforms/contract.ts';
import type { ReadOutcome } from './action.ts';
import { needed } from './object-action.ts';

export interface SeenInList<K extends ListedKind> {
  readonly kind: K;
  /** What the list is of. */
  readonly of: OwnerId;
  readonly words: string;
  readonly limitMs: number;
  /** True, or what is the case instead, as a sentence behind the name. */
  readonly holds: (all: readonly ObjectOf<K>[]) => true | string;
}

/** An outcome that is seen when the list of its kind shows it. */
export const seenInList = <K extends ListedKind>({ kind, of, words, limitMs, holds }: SeenInList<K>): ReadOutcome => ({
  by: 'read',
  words,
  limitMs,
  late: `it may still come; read the list of ${kind}s again`,
  read: async (connection, signal) => holds(await listOf(connection, kind)(of, signal)),
});

type List<K extends ListedKind> = (of: OwnerId, signal: AbortSignal) => Promise<readonly ObjectOf<K>[]>;

/** Each kind has one kind of owner, which the table of kinds says and this type does not. */
const listOf = <K extends ListedKind>(connection: Connection, kind: K): List<K> =>
  needed(connection, `${kind}.list` as OperationName) as unknown as List<K>;

/** It is not listed any more. */
export const isGone =
  <K extends ListedKind>(id: ObjectOf<K>['id']) =>
  (all: readonly ObjectOf<K>[]): true | string =>
    all.some((one) => one.id === id)
      ? 'is still there'
      : !all.some(({ unread }) => unread) || 'is not listed any more, but not everything could be read';
