import type { KindKey } from '../../state/kind-spec.ts';
import { type KindTable, listedKinds, specOf } from '../../state/kinds.ts';
import { count, flag, instant, list, maybe, object, type Schema, size, text } from './schema.ts';

const TYPES: Readonly<Record<KindKey['type'], (help: string) => Schema>> = {
  text,
  texts: (help) => list(text('one of them'), help),
  flag,
  count,
  size,
  instant,
};

/** The schema of each kind that is listed, from the table of kinds. */
export const listedSchemas = (kinds: KindTable): ReadonlyMap<string, Schema> =>
  new Map(
    listedKinds(kinds).map((kind) => {
      const { help, keys } = specOf(kinds, kind);
      const properties = keys.map(({ id, type, help: about, always }) => {
        const schema = TYPES[type](about);
        return [id, always ? schema : maybe(schema)] as const;
      });
      return [kind, object(kind, help, Object.fromEntries(properties))];
    }),
  );
