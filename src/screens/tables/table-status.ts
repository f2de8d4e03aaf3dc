import type { OwnerId } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import { countOf, type KindTable, manyOf, specOf } from '../../state/kinds.ts';
import type { Theme } from '../../state/theme/theme.ts';
import { clean, fit } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import { timeOfDay } from '../time.ts';
import type { ListingLoader } from './load-listings.ts';

const MOST_FAILURE_LINES = 3;

export interface TableStatus {
  readonly kind: ListedKind;
  /** What the table was opened for, and the part of it that is read. */
  readonly all: readonly OwnerId[];
  readonly under: readonly OwnerId[];
  readonly loader: Pick<ListingLoader, 'isLoading' | 'failures'>;
  /** How many rows pass the filter, and how many are marked. */
  readonly rows: number;
  readonly marked: number;
  readonly filter: string;
}

/**
 * What a table says above its rows, so that the user knows what they are worth: how many and as of when, which lists could not
 * be read, and why there is no row.
 */
export function statusLines(
  status: TableStatus,
  kinds: KindTable,
  fleet: Fleet,
  columns: number,
  theme: Theme,
): readonly string[] {
  const { kind, under, loader, filter } = status;
  const failures = under.flatMap((id) => {
    const why = loader.failures.get(id);
    const of = fleet.find(specOf(kinds, kind).under, id);
    return why === undefined ? [] : wrapped(clean(`${under.length > 1 && of ? `${of.name}: ` : ''}${why}`), columns);
  });
  const none = loader.isLoading
    ? 'loading…'
    : filter === ''
      ? `No ${manyOf(kinds, kind)}.`
      : `No ${manyOf(kinds, kind)} match ${filter}.`;
  return [
    theme.paint('dim', fit(summary(status, kinds, fleet), columns).trimEnd()),
    ...failures.slice(0, MOST_FAILURE_LINES).map((line) => theme.paint('warning', line)),
    ...(status.rows === 0 && failures.length === 0 ? [theme.paint('dim', none)] : []),
  ];
}

/** `as of 12:00:00, 3 snapshots, 1 marked`. */
function summary({ kind, all, under, loader, rows, marked, filter }: TableStatus, kinds: KindTable, fleet: Fleet) {
  const times = under.flatMap((id) => fleet.listings.of(kind, id)?.at ?? []);
  const oldest = times.length === 0 ? undefined : Math.min(...times);
  const parts = [
    loader.isLoading ? 'loading…' : undefined,
    oldest === undefined ? undefined : `as of ${timeOfDay(oldest)}`,
    countOf(kinds, kind, rows),
    marked > 0 ? `${marked} marked` : undefined,
    filter === '' ? undefined : `filter ${filter}`,
    all.length > under.length
      ? `the first ${under.length} of ${countOf(kinds, specOf(kinds, kind).under, all.length)}`
      : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
