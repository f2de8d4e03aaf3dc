/** Lists of what a cloud has beside servers: all of them are rows with an id and a name, page by page. */
import { FleetError } from '../../errors.ts';
import type { Trouble } from '../contract.ts';
import { isRow, type Row, textOf } from '../lib/json.ts';
import { readPages } from '../transport/http/rest-pages.ts';
import type { Api } from './api.ts';
import type { Cloud } from './cloud.ts';
import { rowIn } from './json.ts';
import { markerIn, nextMarker } from './server-list.ts';

export interface ListedRow {
  readonly id: string;
  /** Its id where it has no name: Cinder and Neutron don't demand one. */
  readonly name: string;
  readonly row: Row;
  /** It was told without an id. */
  readonly trouble: Trouble | undefined;
}

export interface ListedOptions {
  /** For sentences: `the networks of demo in RegionOne`. */
  readonly subject: string;
  readonly signal: AbortSignal;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** The key of the links to other pages, where it is not `KEY_links`. */
  readonly links?: string;
}

/** Rows on a page: so many are parsed within the time that no key waits for. A service that has a lower limit counts. */
const PAGE = 250;
const DEADLINE_MS = 30_000;

/**
 * All objects below `key`. The next page is named by its marker: Glance has it in `next`, the other services in a list of
 * links. What moves between two pages meanwhile is told once. Throws host.protocol when there is no list.
 */
export async function readListed(
  api: Api,
  path: string,
  key: string,
  { subject, signal, query = {}, links = `${key}_links` }: ListedOptions,
): Promise<readonly ListedRow[]> {
  const found = new Map<string, ListedRow>();
  const pages = readPages(subject, async (marker) => {
    const options = { signal, subject, query: { ...query, limit: PAGE, marker }, deadlineMs: DEADLINE_MS };
    const body = await api.get(path, options);
    const { [key]: items, next } = body;
    if (!Array.isArray(items)) throw new FleetError('host.protocol', `${subject}: the server sent no list`);
    // Designate names it among its links.
    const told = next ?? rowIn(body, 'links')['next'];
    return { items, next: typeof told === 'string' ? markerIn(told) : nextMarker(body, links) };
  });
  for await (const page of pages) {
    for (const item of page) {
      const one = listedRow(item, found.size);
      found.set(one.id, one);
    }
  }
  return [...found.values()];
}

function listedRow(item: unknown, place: number): ListedRow {
  const row = isRow(item) ? item : {};
  const [told, called] = [textOf(row, 'id'), textOf(row, 'name')];
  const id = told ?? `without id, number ${place}`;
  return {
    id,
    name: called !== undefined && /\S/.test(called) ? called : id,
    row,
    trouble: told === undefined ? { message: 'the cloud told it without an id', since: 0 } : undefined,
  };
}

/**
 * Neutron and Glance tell administrators what every project has. Unless all projects are wanted, what is of another one is
 * left out, but for what is shared with this one.
 */
export function isOfProject({ address, project }: Cloud, owner: string | undefined, shared: boolean): boolean {
  return address.allProjects || owner === undefined || owner === project.id || shared;
}
