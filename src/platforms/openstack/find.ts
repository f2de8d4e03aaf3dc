/** What is meant by a name or an id: names are taken several times in a cloud, ids are not. */
import { FleetError } from '../../errors.ts';
import type { ListedKind } from '../contract.ts';
import type { Row } from '../lib/json.ts';
import type { Api } from './api.ts';
import type { Cloud } from './cloud.ts';
import { type ListedRow, readListed } from './listed-rows.ts';

export interface FindOptions {
  readonly cloud: Cloud;
  /** `network`: for sentences and codes. */
  readonly kind: ListedKind;
  readonly signal: AbortSignal;
  /** False for what the service tells of others, and this project can't use. */
  readonly counts?: (row: Row) => boolean;
}

export const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

const quoted = (asked: string): string => JSON.stringify(asked);

/**
 * The one object of that name, else of that id. Rejects with KIND.not-found for none, and with op.conflict for several of one name: which
 * is meant only its id says. `path` and `key` are those of the list, which takes `name` and `id` as filters.
 */
export async function findOne(
  api: Api,
  [path, key]: readonly [path: string, key: string],
  asked: string,
  { cloud, kind, signal, counts = () => true }: FindOptions,
): Promise<ListedRow> {
  const read = async (query: Readonly<Record<string, string>>) =>
    (await readListed(api, path, key, { subject: `${kind} ${asked}`, signal, query })).filter(({ row }) => counts(row));
  const named = await read({ name: asked });
  const found = named.length === 0 && UUID.test(asked) ? await read({ id: asked }) : named;
  return onlyOne(found, asked, cloud, kind);
}

/** The same out of a list that is at hand. */
export function pickOne(all: readonly ListedRow[], asked: string, cloud: Cloud, kind: ListedKind): ListedRow {
  const named = all.filter(({ name }) => name === asked);
  return onlyOne(named.length > 0 ? named : all.filter(({ id }) => id === asked), asked, cloud, kind);
}

function onlyOne(found: readonly ListedRow[], asked: string, cloud: Cloud, kind: ListedKind): ListedRow {
  const [one, ...others] = found;
  if (!one) throw new FleetError(`${kind}.not-found`, `${cloud.endpoint} has no ${kind} ${quoted(asked)}`);
  if (others.length === 0) return one;
  throw new FleetError(
    'op.conflict',
    `${cloud.name} has ${found.length} of kind ${kind} that are called ${quoted(asked)}`,
    {
      fix: `name one by its id: ${found
        .slice(0, 3)
        .map(({ id }) => id)
        .join(', ')}`,
    },
  );
}
