/** All servers, or those that changed, page by page. */

import { asRows, type Row, textOf } from '../lib/json.ts';
import { unlessRefused } from '../lib/unless-refused.ts';
import { readPages } from '../transport/http/rest-pages.ts';
import type { Api } from './api.ts';
import { rowIn, rowsIn } from './json.ts';
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
  {
    subject,
    allProjects,
    signal,
    keyName,
  }: Pick<ListOptions, 'subject' | 'allProjects' | 'signal'> & {
    /** Only those that were made with this key pair. */
    readonly keyName?: string;
  },
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const pages = readPages(`the servers of ${subject}`, async (marker) => {
    const all = allProjects ? 'True' : undefined;
    const query = { limit: NAMES_PAGE, marker, all_tenants: all, key_name: keyName };
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

/** Names of these servers, in their order; the id of one that this login does not see. One request for each. */
export async function namesOfServers(
  nova: Api,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  return Promise.all(
    ids.map(async (id) => {
      const read = nova.get(`/servers/${encodeURIComponent(id)}`, { signal, subject: id });
      const body = await unlessRefused(read, ['vm.not-found', 'auth.forbidden']);
      return textOf(rowIn(body ?? {}, 'server'), 'name') ?? id;
    }),
  );
}

/** Names of the servers that were made of this image. */
export async function namesMadeOf(nova: Api, image: string, signal: AbortSignal): Promise<readonly string[]> {
  const query = { image, limit: NAMES_PAGE };
  const body = await nova.get('/servers', { signal, subject: 'the servers', query, deadlineMs: DEADLINE_MS });
  return rowsIn(body, 'servers').flatMap((row) => textOf(row, 'name') ?? []);
}

/** Whether there is a server of this very name. Nova takes an expression, which matches anywhere. */
export async function isNameTaken(nova: Api, name: string, signal: AbortSignal): Promise<boolean> {
  const query = { name: `^${name.replaceAll(/[^\w-]/g, '.')}$`, limit: NAMES_PAGE };
  const body = await nova.get('/servers', { signal, subject: name, query, deadlineMs: DEADLINE_MS });
  return rowsIn(body, 'servers').some((row) => textOf(row, 'name') === name);
}
