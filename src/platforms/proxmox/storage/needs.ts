/**
 * Which guests need a volume, so that none is taken away from them: the server itself deletes what a guest has in its settings
 * without a word. The API has no list for that, so the settings of each guest are read that could have it.
 */
import { sentence } from '../../../errors.ts';
import { asRow, asRows, type Row, textOf } from '../../lib/json.ts';
import type { Catalog, ListContext } from '../catalog.ts';
import type { Entry } from '../contents.ts';
import { pathOf } from '../guest-call.ts';
import type { Guest } from '../guests.ts';
import { numberOf } from '../json.ts';
import { readEach } from '../read-each.ts';
import { maySeeAll } from '../rights.ts';

const MOST_NAMED = 5;

/**
 * Why it can't be deleted: guests that have it in their settings, now or with changes that wait, or in a snapshot; or that this
 * could not be found out. Undefined when none needs it. An `unused0` of a guest does not count.
 */
export async function whoNeeds(
  context: ListContext,
  catalog: Catalog,
  { storage, volid, kind, row }: Entry,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (kind === 'backup') return undefined;
  const owner = numberOf(row, 'vmid');
  return findNeeds(context, catalog, { volid, node: storage.node, isOwner: ({ vmid }) => vmid === owner }, signal);
}

/** The same for a disk of a guest, by what it is there: its owner alone does not count with that. */
export async function whoNeedsVolume(
  context: ListContext,
  catalog: Catalog,
  { volid, owner, device }: { readonly volid: string; readonly owner: Guest; readonly device: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const [name = ''] = volid.split(':');
  const shared = catalog.storages.some((one) => one.name === name && one.shared);
  const wanted = {
    volid,
    node: shared ? undefined : owner.node,
    isOwner: ({ key }: Guest) => key === owner.key,
    device,
  };
  return findNeeds(context, catalog, wanted, signal);
}

interface Wanted {
  readonly volid: string;
  /** Whose guests alone can use it. */
  readonly node: string | undefined;
  readonly isOwner: (guest: Guest) => boolean;
  /** Of its owner, where that does not count. */
  readonly device?: string;
}

async function findNeeds(
  context: ListContext,
  { resources }: Catalog,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { volid, node: home, isOwner } = wanted;
  const untold = `whether a guest needs ${volid} can't be found out`;
  if (!maySeeAll(context.permissions)) return `${untold}: this login may not see all guests (VM.Audit on /vms)`;
  // What lies on a node can be used by the guests of that node only. But it may be a replica of what its owner has elsewhere.
  const able = [...resources.guests.values()].filter(
    (guest) => home === undefined || guest.node === home || isOwner(guest),
  );
  const away = able.filter(({ node }) => resources.nodes.get(node)?.online === false);
  if (away.length > 0) return `${untold}: the nodes of ${namesOf(away.map(({ name }) => name))} are offline`;
  const parts = await readEach(able, signal, (guest) => usesOf(context, guest, wanted, signal));
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
  { volid, isOwner, device }: Wanted,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { name } = guest;
  const isTheDisk = (key: string) => key === device && isOwner(guest);
  const read = (below: string, query = {}) => api.get(`${pathOf(guest)}${below}`, { signal, subject: name, query });
  const settings = asRows(await read('/pending'), name).flatMap((row) => {
    const key = textOf(row, 'key') ?? '';
    return [textOf(row, 'value'), textOf(row, 'pending')].map((value) => [key, value] as const);
  });
  const users = settings.some(([key, value]) => !isTheDisk(key) && uses(key, value, volid)) ? [name] : [];
  if (!isOwner(guest)) return users;
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
  value
    .split(',')
    .some((part) => part === volid || part.slice(part.indexOf('=') + 1) === volid || isBasedOn(part, volid));

/** `local-lvm:base-900-disk-0/vm-105-disk-0`: a linked clone is named with what it is based on. */
const isBasedOn = (part: string, volid: string): boolean =>
  part.startsWith(`${volid}/`) && /:(?:.*\/)?base(?:vol)?-\d+-/.test(volid);
