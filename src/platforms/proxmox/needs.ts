/**
 * Which guests need a volume, so that none is taken away from them: the server itself deletes what a guest has in its settings
 * without a word. The API has no list for that, so the settings of each guest are read that could have it.
 */
import { sentence } from '../../errors.ts';
import { asRow, asRows, type Row, textOf } from '../lib/json.ts';
import type { Catalog, ListContext } from './catalog.ts';
import type { Entry } from './contents.ts';
import { pathOf } from './guest-call.ts';
import type { Guest } from './guests.ts';
import { numberOf } from './json.ts';
import { readEach } from './read-each.ts';
import { maySeeAll } from './rights.ts';

const MOST_NAMED = 5;

/**
 * Why it can't be deleted: guests that have it in their settings, now or with changes that wait, or in a snapshot; or that this
 * could not be found out. Undefined when none needs it. An `unused0` of a guest does not count.
 */
export async function whoNeeds(
  context: ListContext,
  { resources }: Catalog,
  { storage, volid, kind, row }: Entry,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (kind === 'backup') return undefined;
  const untold = `whether a guest needs ${volid} can't be found out`;
  if (!maySeeAll(context.permissions)) return `${untold}: this login may not see all guests (VM.Audit on /vms)`;
  const owner = numberOf(row, 'vmid');
  // What lies on a node can be used by the guests of that node only. But it may be a replica of what its owner has elsewhere.
  const able = [...resources.guests.values()].filter(
    ({ node, vmid }) => storage.node === undefined || node === storage.node || vmid === owner,
  );
  const away = able.filter(({ node }) => resources.nodes.get(node)?.online === false);
  if (away.length > 0) return `${untold}: the nodes of ${namesOf(away.map(({ name }) => name))} are offline`;
  const parts = await readEach(able, signal, (guest) => usesOf(context, guest, volid, guest.vmid === owner, signal));
  const users = parts.flatMap(({ value }) => value ?? []);
  if (users.length > 0) return `${volid} is used by ${namesOf(users)}`;
  const failed = parts.find(({ error }) => error !== undefined);
  return failed && `${untold}: ${sentence(failed.error)}`;
}

function namesOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more guests` : ''}`;
}

/** The guest, once for its settings and once for each snapshot that has it; only its owner's are looked at. */
async function usesOf(
  { api }: ListContext,
  guest: Guest,
  volid: string,
  isOwner: boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { name } = guest;
  const read = (below: string, query = {}) => api.get(`${pathOf(guest)}${below}`, { signal, subject: name, query });
  const settings = asRows(await read('/pending'), name).flatMap((row) => {
    const key = textOf(row, 'key') ?? '';
    return [textOf(row, 'value'), textOf(row, 'pending')].map((value) => [key, value] as const);
  });
  const users = settings.some(([key, value]) => uses(key, value, volid)) ? [name] : [];
  if (!isOwner) return users;
  const snapshots = asRows(await read('/snapshot'), name).flatMap((row) => textOf(row, 'name') ?? []);
  for (const snapshot of snapshots.filter((one) => one !== 'current')) {
    const config: Row = asRow(await read('/config', { snapshot }), name);
    if (Object.keys(config).some((key) => uses(key, textOf(config, key), volid)))
      users.push(`${name} in its snapshot ${snapshot}`);
  }
  return users;
}

const IS_NO_USE = /^(?:unused\d+|description)$/;

/** `scsi0: local-lvm:vm-100-disk-0,size=8G`, `cicustom: user=local:snippets/web.yml`. */
const uses = (key: string, value: string | undefined, volid: string): boolean =>
  value !== undefined &&
  !IS_NO_USE.test(key) &&
  value.split(',').some((part) => part === volid || part.slice(part.indexOf('=') + 1) === volid);
