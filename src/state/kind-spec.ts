/** What is said of a kind of object once, for the command line, tables, JSON and docs. */
import type { OwnerKind } from '../ids.ts';
import type { ListedKind, ObjectOf } from '../platforms/contract.ts';
import type { Fleet } from './fleet/fleet.ts';

/** An object as programs get it: the same keys in every row, sizes in bytes, instants in ISO 8601, undefined for unknown. */
export type KindRow = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>> & {
  readonly id: string;
  readonly name: string;
};

/** One key of such a row: JSON, its description, the columns of tables, filter and order are read from it. */
export interface KindKey {
  readonly id: string;
  readonly type: 'text' | 'texts' | 'flag' | 'count' | 'amount' | 'size' | 'instant';
  /** What it is, without a full stop. */
  readonly help: string;
  /** All that a text can be. */
  readonly words?: readonly string[];
  /** Never unknown. */
  readonly always?: true;
  /** Said to programs only: people see it in another key, or need it not. */
  readonly forPrograms?: true;
  /** Of a key that tables show. */
  readonly title?: string;
  /** The narrowest that its column may get. */
  readonly shrinksTo?: number;
}
export type KindColumn = KindKey & { readonly title: string };

/** A kind that is listed when a user looks. */
export interface KindSpec<K extends ListedKind> {
  /** What each list of them is of. */
  readonly under: OwnerKind;
  /** Read once a minute also while no user looks: a few objects that change seldom. */
  readonly followed?: true;
  /** One sentence for docs/json.md. */
  readonly help: string;
  /** In the order of the columns. */
  readonly keys: readonly KindKey[];
  /** The values of these keys, of the object alone and of names in the fleet: what is made of them is kept until those change. */
  row(object: ObjectOf<K>, fleet: Fleet): KindRow;
  /**
   * What is kept in an object of this kind: its table, and the filter that shows what is in this one; what is under VMs
   * is listed of those on its endpoint, or on its node. Without a filter its list is of this object.
   */
  readonly holds?: { readonly kind: ListedKind; filter?(object: ObjectOf<K>): string };
  /** The id of the object that it was made on top of, so that a list of them is a tree. */
  parent?(object: ObjectOf<K>): string | undefined;
}
