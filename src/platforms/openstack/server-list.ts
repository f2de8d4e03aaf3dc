/** All servers, or those that changed, page by page. */

import { asRows, type Row, textOf } from '../lib/json.ts';
import { readPages } from '../transport/http/rest-pages.ts';
import type { Api } from './api.ts';
import { rowsIn } from './json.ts';
import { readServer, type Server } from './servers.ts';

export interface ListOptions {
  readonly subject: string;
  readonly allProjects: boolean;
  readonly signal: AbortSignal;
  /** Epoch, ms, of the cloud's clock: only what has changed from then on, also what is gone. */
  readonly since?: number;
  readonly onTime?: (now: number) => void;
}

/** Nothing but its database is asked for it. */
const DEADLINE_MS = 30_000;

/** So many are parsed within a time that the user does not notice; a project that has more takes more requests. */
const PAGE = 250;

/** Page by page, each as soon as it is there. A server that moves between two pages meanwhile comes twice. */
export async function* listServers(api: Api, options: ListOptions): AsyncGenerator<readonly Server[]> {
  const { subject, allProjects, signal, since, onTime } = options;
  const pages = readPages(`the servers of ${subject}`, async (marker) => {
    const query = {
      limit: PAGE,
      marker,
      all_tenants: allProjects ? 'True' : undefined,
      'changes-since': since === undefined ? undefined : new Date(since).toISOString(),
    };
    const more = { deadlineMs: DEADLINE_MS, ...(onTime ? { onTime } : {}) };
    const body = await api.get('/servers/detail', { signal, subject, query, ...more });
    return { items: asRows(body['servers'], subject), next: nextMarker(body, 'servers_links') };
  });
  for await (const page of pages) yield page.map(readServer);
}

/** The link's own host is not followed: it is what the service believes to be called, not how one gets there. */
export function nextMarker(body: Row, links: string): string | undefined {
  const href = rowsIn(body, links).find((link) => textOf(link, 'rel') === 'next')?.['href'];
  return typeof href === 'string' ? markerIn(href) : undefined;
}

export const markerIn = (href: string): string | undefined =>
  URL.parse(href, 'http://nova')?.searchParams.get('marker') ?? undefined;

/** Most that nova puts on a page unless it was told otherwise; a row has an id and a name here. */
const NAMES_PAGE = 1000;

/** Id -> name of every server, from the short list (GET /servers). */
export async function readServerNames(
  api: Api,
  { subject, allProjects, signal }: Pick<ListOptions, 'subject' | 'allProjects' | 'signal'>,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const pages = readPages(`the servers of ${subject}`, async (marker) => {
    const query = { limit: NAMES_PAGE, marker, all_tenants: allProjects ? 'True' : undefined };
    const body = await api.get('/servers', { signal, subject, query, deadlineMs: DEADLINE_MS });
    return { items: rowsIn(body, 'servers'), next: nextMarker(body, 'servers_links') };
  });
  for await (const page of pages) {
    for (const row of page) {
      const [id, name] = [textOf(row, 'id'), textOf(row, 'name')];
      if (id !== undefined && name !== undefined) names.set(id, name);
    }
  }
  return names;
}
