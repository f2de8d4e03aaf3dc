import { FleetError } from '../../../errors.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** What to ask the next page with; undefined on the last one. */
  readonly next: string | undefined;
}

const MOST_PAGES = 10_000;

/**
 * All items of a list that comes in pages, page by page. A marker that was there before means that the server turns in
 * circles: host.protocol, since neither an endless list nor half of one is true.
 */
export async function* readPages<Item>(
  what: string,
  read: (marker: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<readonly Item[]> {
  const seen = new Set<string>();
  let marker: string | undefined;
  for (let count = 0; count < MOST_PAGES; count++) {
    const { items, next } = await read(marker);
    yield items;
    if (next === undefined) return;
    if (seen.has(next)) throw new FleetError('host.protocol', `${what}: the same page comes again and again`);
    seen.add(next);
    marker = next;
  }
  throw new FleetError('host.protocol', `${what}: the list does not end after ${MOST_PAGES} pages`);
}
