import type { KindKey } from '../../state/kind-spec.ts';
import type { KindTable } from '../../state/kinds.ts';
import { amount, count, flag, instant, list, maybe, object, type Schema, size, text, word } from './schema.ts';

const TYPES: Readonly<Record<KindKey['type'], (help: string) => Schema>> = {
  text,
  texts: (help) => list(text('one of them'), help),
  flag,
  count,
  amount,
  size,
  instant,
};

/** The schema of each kind that has a table, from the table of kinds: what is listed when a user looks, and what is watched. */
export const tableSchemas = (kinds: KindTable): ReadonlyMap<string, Schema> =>
  new Map(
    Object.entries(kinds).flatMap(([kind, { listed, watched }]) => {
      const spec = listed ?? watched;
      return spec ? [[kind, object(kind, spec.help, propertiesOf(spec.keys))] as const] : [];
    }),
  );

/** The keys as properties of a schema. */
export const propertiesOf = (keys: readonly KindKey[]): Readonly<Record<string, Schema>> =>
  Object.fromEntries(
    keys.map(({ id, type, help, words, always }) => {
      const schema = words ? word(words, help) : TYPES[type](help);
      return [id, always ? schema : maybe(schema)] as const;
    }),
  );
