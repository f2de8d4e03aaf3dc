/** Tags of a VM: vSphere Automation API, `com.vmware.cis.tagging`. The tags themselves are an administrator's. */
import { FleetError } from '../../../errors.ts';
import { asRow, isRow, textOf } from '../../lib/json.ts';
import { refused } from '../../lib/spec-values.ts';
import { StatusError, statusError } from '../../transport/http/rest-error.ts';
import { plainLine } from '../../transport/http/wire.ts';
import type { Session } from '../session.ts';
import type { MoRef } from '../soap/envelope.ts';

/** The key of the setting. */
export const TAGS = 'tags';

export interface Tag {
  readonly id: string;
  readonly name: string;
  readonly category: string;
}

/** No Automation API, or not for this login. */
const WITHOUT: ReadonlySet<string> = new Set(['op.unsupported', 'auth.rejected', 'auth.forbidden']);

/** Whether this is why there are no tags here; after any other error it is not known which there are. */
export const isWithoutTags = (error: unknown): boolean => error instanceof FleetError && WITHOUT.has(error.code);

const TAGGING = '/rest/com/vmware/cis/tagging';
/** Questions at a time: there is none for the names of several tags. */
const AT_ONCE = 4;
const MOST_NAMED = 10;

/** `environment=prod`: how people write it, kcli too. */
const spelt = ({ name, category }: Tag): string => `${category}=${name}`;

/** All of them in their order, with commas between them. */
export const tagsText = (tags: readonly Tag[]): string => tags.map(spelt).toSorted().join(', ');

/** Those of one VM: a request, and one for each tag and each category. None on a single ESX host. Rejects with a FleetError. */
export async function tagsOf(session: Session, vm: MoRef, signal: AbortSignal): Promise<readonly Tag[]> {
  if (session.content.standalone) return [];
  const body = { object_id: objectOf(vm) };
  const ids = await idsFrom(session, `${TAGGING}/tag-association`, 'list-attached-tags', signal, body);
  const tags = await readTags(session, ids, signal);
  const names = await namesOfCategories(session, [...new Set(tags.map(({ category }) => category))], signal);
  return tags.map((tag) => ({ ...tag, category: names.get(tag.category) ?? tag.category }));
}

export interface TagChange {
  send(vm: MoRef): Promise<void>;
}

/**
 * What is to be sent so that a VM has `wanted`, as `tagsText` spells it, instead of `now`; a tag of which only one category has
 * the name may stand alone. Nothing is made. Throws op.refused for a tag that the vCenter has not, and where commas in names leave
 * open which tags are meant; and name.ambiguous.
 */
export async function tagChanges(
  session: Session,
  wanted: string,
  now: readonly Tag[],
  signal: AbortSignal,
): Promise<readonly TagChange[]> {
  const odd = now.find((tag) => spelt(tag).includes(','));
  if (odd)
    throw refused(
      `it has the tag ${JSON.stringify(spelt(odd))}, and commas are between tags here`,
      'change its tags with govc tags.attach and govc tags.detach',
    );
  const words = wanted
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  const isNow = (word: string) => now.find((tag) => spelt(tag) === word);
  if (words.length > 0 && session.content.standalone)
    throw new FleetError('op.unsupported', `${session.host} is a single ESX host, which has no tags`);
  const all = words.every(isNow) ? now : await everyTag(session, signal);
  const meant = words.map((word) => isNow(word) ?? tagCalled(session, word, all));
  const ids = new Set(meant.map(({ id }) => id));
  const had = new Set(now.map(({ id }) => id));
  const [gone, added] = [[...had].filter((id) => !ids.has(id)), [...ids].filter((id) => !had.has(id))];
  const change = (action: string, tags: readonly string[]): readonly TagChange[] =>
    tags.length === 0 ? [] : [{ send: (vm) => sendAll(session, action, vm, tags, signal) }];
  // a category may allow one tag alone: the old one goes first
  return [...change('detach-multiple-tags-from-object', gone), ...change('attach-multiple-tags-to-object', added)];
}

function tagCalled({ host }: Session, word: string, all: readonly Tag[]): Tag {
  const [tag, second] = all.filter((one) => spelt(one) === word || one.name === word);
  if (tag && !second) return tag;
  if (tag)
    throw new FleetError('name.ambiguous', `several categories have a tag ${word}`, {
      fix: `take one of ${all
        .filter(({ name }) => name === word)
        .map(spelt)
        .join(', ')}`,
    });
  const more = all.length > MOST_NAMED ? ' …' : '';
  const there =
    all.length === 0 ? 'none at all' : `${all.map(spelt).toSorted().slice(0, MOST_NAMED).join(', ')}${more}`;
  const [category, name] = word.includes('=') ? word.split('=', 2) : ['CATEGORY', word];
  throw refused(
    `${host} has no tag ${JSON.stringify(word)}; there is ${there}`,
    `an administrator makes one: govc tags.create -c ${category} ${name}`,
  );
}

/** As many requests as there are tags and categories: the API finds none by its name. */
async function everyTag(session: Session, signal: AbortSignal): Promise<readonly Tag[]> {
  const tags = await readTags(session, await idsFrom(session, `${TAGGING}/tag`, undefined, signal), signal);
  const names = await namesOfCategories(session, [...new Set(tags.map(({ category }) => category))], signal);
  return tags.map((tag) => ({ ...tag, category: names.get(tag.category) ?? tag.category }));
}

/** With the ids of their categories; without those that went away meanwhile. */
async function readTags(session: Session, ids: readonly string[], signal: AbortSignal): Promise<readonly Tag[]> {
  const all = await eachOf(ids, async (id) => {
    const row = await detailsOf(session, `${TAGGING}/tag/${idPath(id)}`, signal);
    return row && { id, name: plainLine(textOf(row, 'name') ?? id), category: textOf(row, 'category_id') ?? '' };
  });
  return all.filter((tag) => tag !== undefined);
}

async function namesOfCategories(session: Session, ids: readonly string[], signal: AbortSignal) {
  const names = await eachOf(ids, async (id) => {
    const row = await detailsOf(session, `${TAGGING}/category/${idPath(id)}`, signal);
    return [id, plainLine((row && textOf(row, 'name')) ?? id)] as const;
  });
  return new Map(names);
}

/** In their order, some at a time. */
async function eachOf<From, To>(all: readonly From[], work: (one: From) => Promise<To>): Promise<readonly To[]> {
  const done: To[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE)
    done.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(work))));
  return done;
}

/** `urn:vmomi:InventoryServiceTag:…:GLOBAL`, whose colons stay as they are. */
const idPath = (id: string): string => `id:${encodeURIComponent(id).replaceAll('%3A', ':')}`;

const objectOf = ({ type, value }: MoRef) => ({ type, id: value });

/** Undefined for one that is not there: it was listed a moment ago. */
async function detailsOf(session: Session, path: string, signal: AbortSignal) {
  const answer = await asked(session, session.automation.read({ path, signal })).catch((error: unknown) => {
    if (error instanceof FleetError && error.cause instanceof StatusError && error.cause.status === 404)
      return undefined;
    throw error;
  });
  return answer && asRow(asRow(answer.body, path)['value'], path);
}

async function idsFrom(
  session: Session,
  path: string,
  action: string | undefined,
  signal: AbortSignal,
  json?: unknown,
): Promise<readonly string[]> {
  const { read, query } = session.automation;
  const request = { path, signal, ...(action !== undefined && { query: { '~action': action } }) };
  const { body } = await asked(session, json === undefined ? read(request) : query({ ...request, json }));
  const ids = asRow(body, path)['value'];
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}

/** Rejects with op.failed, and the server's words, where it has not done all of it. */
async function sendAll(session: Session, action: string, vm: MoRef, tags: readonly string[], signal: AbortSignal) {
  const path = `${TAGGING}/tag-association`;
  const json = { object_id: objectOf(vm), tag_ids: tags };
  const { change } = session.automation;
  const { body } = await asked(session, change('POST', { path, query: { '~action': action }, json, signal }));
  const value = asRow(asRow(body, path)['value'], path);
  if (value['success'] === true) return;
  const errors = Array.isArray(value['error_messages']) ? value['error_messages'].filter(isRow) : [];
  const words = errors.map((one) => textOf(one, 'default_message') ?? textOf(one, 'id') ?? '').filter(Boolean);
  throw new FleetError(
    'op.failed',
    `not all tags were changed: ${plainLine(words.join('; ') || 'no reason is given')}`,
  );
}

async function asked<Answer>({ host }: Session, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw error.status === 404
      ? new FleetError('op.unsupported', `${host} has no such tag, or no tags`, { cause: error })
      : statusError(error, `tags of ${host}`);
  }
}
