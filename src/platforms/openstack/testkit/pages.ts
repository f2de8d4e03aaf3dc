/** Pages as OpenStack's services make them: what comes behind a marker, and a link to what comes then. */
import { novaRefusal } from './refusal.ts';

export interface PageShape {
  /** Most on one page. */
  readonly size: number;
  /** Where the next page is: an address as the service knows itself. */
  readonly url: string;
  /** Of the links, where it is not `KEY_links`. */
  readonly links?: string;
}

/** Throws the 400 of a marker that is not in the list. */
export function pageOf(
  all: readonly { readonly id: string }[],
  key: string,
  query: URLSearchParams,
  { size, url, links = `${key}_links` }: PageShape,
): object {
  const marker = query.get('marker');
  const start = marker === null ? 0 : all.findIndex(({ id }) => id === marker) + 1;
  if (marker !== null && start === 0) throw novaRefusal(400, `marker [${marker}] not found`);
  const most = Math.min(size, Number(query.get('limit') ?? size));
  const page = all.slice(start, start + most);
  const last = page.at(-1);
  if (!last || start + most >= all.length) return { [key]: page };
  return { [key]: page, [links]: [{ rel: 'next', href: `${url}?limit=${most}&marker=${last.id}` }] };
}
