import type { Id, OwnerId } from '../ids.ts';
import type { Connection, ListedKind, ObjectOf, OperationName } from '../platforms/contract.ts';
import type { Bytes } from '../units.ts';
import type { Args, ReadOutcome } from './action.ts';
import { needed } from './object-action.ts';
import { textIn } from './text-in.ts';

export interface SeenInList<K extends ListedKind> {
  readonly kind: K;
  /** What the list is of. */
  readonly of: OwnerId;
  readonly words: string;
  readonly limitMs: number;
  /** True, or what is the case instead, as a sentence behind the name. `made`: what the platform said that it made. */
  readonly holds: (all: readonly ObjectOf<K>[], made: Id | undefined) => true | string;
}

/** An outcome that is seen when the list of its kind shows it. */
export const seenInList = <K extends ListedKind>({ kind, of, words, limitMs, holds }: SeenInList<K>): ReadOutcome => ({
  by: 'read',
  words,
  limitMs,
  late: `it may still come; read the list of ${kind}s again`,
  read: async (connection, signal, made) => holds(await listOf(connection, kind)(of, signal), made),
});

type List<K extends ListedKind> = (of: OwnerId, signal: AbortSignal) => Promise<readonly ObjectOf<K>[]>;

/** Each kind has one kind of owner, which the table of kinds says and this type does not. */
const listOf = <K extends ListedKind>(connection: Connection, kind: K): List<K> =>
  needed(connection, `${kind}.list` as OperationName) as unknown as List<K>;

/** What was made, seen by the name that the action's option `name` gives it. `called`: where that is not the kind. */
export const seenByName = (
  kind: ListedKind,
  args: Args,
  of: OwnerId,
  limitMs: number,
  called: string = kind,
): ReadOutcome =>
  seenInList({
    kind,
    of,
    words: `has the ${called} ${textIn(args, 'name')}`,
    limitMs,
    holds: (all) =>
      all.some(({ name }) => name === textIn(args, 'name')) || `has no ${called} ${textIn(args, 'name')} yet`,
  });

/** What was made is listed, where the platform said what that is. */
export const isListed =
  (called: string) =>
  (all: readonly { readonly id: Id }[], made: Id | undefined): true | string =>
    made === undefined
      ? `may have the new ${called}`
      : all.some(({ id }) => id === made) || `does not show the new ${called} yet`;

/** It is at least as large as it was to become. */
export const hasSize =
  (id: Id, wanted: Bytes) =>
  (all: readonly { readonly id: Id; readonly size?: Bytes | undefined }[]): true | string =>
    all.some((one) => one.id === id && one.size !== undefined && one.size >= wanted) || 'has not its new size yet';

/** It is not listed any more. */
export const isGone =
  <K extends ListedKind>(id: ObjectOf<K>['id']) =>
  (all: readonly ObjectOf<K>[]): true | string =>
    all.some((one) => one.id === id)
      ? 'is still there'
      : !all.some(({ unread }) => unread) || 'is not listed any more, but not everything could be read';
