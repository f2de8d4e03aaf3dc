/** All servers, or those that changed, page by page. */
import { readPages } from '../transport/http/rest-pages.ts';
import type { Api } from './api.ts';
import { asRows, type Row, rowsIn, textOf } from './json.ts';
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

/** So many are parsed within the time that nobody notices; a project that has more takes more requests. */
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
  if (typeof href !== 'string') return undefined;
  return URL.parse(href, 'http://nova')?.searchParams.get('marker') ?? undefined;
}
