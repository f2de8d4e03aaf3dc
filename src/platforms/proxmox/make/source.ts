/** What a new guest is made of, by the name that a user gave. */
import { FleetError } from '../../../errors.ts';
import type { Catalog, ListContext } from '../catalog.ts';
import { type Entry, readContents } from '../contents.ts';
import type { Guest } from '../guests.ts';
import { type Ova, readOva } from '../ova/read-ova.ts';

export type Source =
  | { readonly kind: 'nothing' }
  /** A template, which is cloned. */
  | { readonly kind: 'template'; readonly guest: Guest }
  /** A disk image that is imported. */
  | { readonly kind: 'import'; readonly entry: Entry }
  /** An appliance, whose disks are imported. */
  | { readonly kind: 'ova'; readonly entry: Entry; readonly ova: Ova }
  /** A template of containers. */
  | { readonly kind: 'container'; readonly entry: Entry };

const ENDING = /\.(?:qcow2|raw|vmdk|ova|img|iso|tar(?:\.(?:gz|xz|zst|bz2))?)$/i;

/**
 * By name, volume id, or name without its ending; of several with one name that on `node`, else the first that all nodes share.
 * Rejects with image.not-found and name.ambiguous, and as `readOva` does.
 */
export async function findSource(
  context: ListContext,
  { resources, storages }: Catalog,
  image: string,
  node: string,
  signal: AbortSignal,
): Promise<Source> {
  if (image === '') return { kind: 'nothing' };
  const templates = [...resources.guests.values()].filter(
    (guest) => guest.template && (guest.name === image || String(guest.vmid) === image),
  );
  const template = oneOf(image, templates, node, (guest) => [guest.node, guest.key]);
  if (template) return { kind: 'template', guest: template };
  const able = storages.filter(({ content }) => content.includes('import') || content.includes('vztmpl'));
  const { entries } = await readContents(context, able, signal);
  const called = entries.filter(
    ({ kind, name, volid, key }) =>
      (kind === 'import' || kind === 'vztmpl') &&
      (name === image || volid === image || key === image || name.replace(ENDING, '') === image),
  );
  const shared = called.filter(({ storage }) => storage.node === undefined);
  const entry = oneOf(image, shared.length > 0 ? shared.slice(0, 1) : called, node, (one) => [
    one.storage.node,
    one.key,
  ]);
  if (!entry)
    throw new FleetError('image.not-found', `${context.endpoint} has no image ${JSON.stringify(image)}`, {
      fix: 'take a template, a disk image (content import) or a container template; image create fetches one',
    });
  if (entry.kind === 'vztmpl') return { kind: 'container', entry };
  if (/\.ova$/i.test(entry.name)) return { kind: 'ova', entry, ova: await readOva(context, entry, signal) };
  return { kind: 'import', entry };
}

function oneOf<T>(
  image: string,
  all: readonly T[],
  node: string,
  placeOf: (one: T) => readonly [node: string | undefined, key: string],
): T | undefined {
  const near = all.filter((one) => node === '' || placeOf(one)[0] === undefined || placeOf(one)[0] === node);
  const [first, second] = near.length > 0 ? near : all;
  if (first === undefined || second === undefined) return first;
  throw new FleetError(
    'name.ambiguous',
    `there are several images ${image}: ${all.map((one) => placeOf(one)[1]).join(', ')}`,
    {
      fix: 'say on which node',
    },
  );
}

/** The file of a medium, by name or volume id, as `node` can read it. Rejects with image.not-found. */
export async function findIso(
  context: ListContext,
  { storages }: Catalog,
  iso: string,
  node: string,
  signal: AbortSignal,
): Promise<string> {
  const able = storages.filter(
    (one) => one.content.includes('iso') && (one.node === undefined || one.node === node) && one.through.length > 0,
  );
  const { entries } = await readContents(context, able, signal);
  const isNamed = ({ kind, name, volid, key }: Entry) =>
    kind === 'iso' && (name === iso || volid === iso || key === iso || name.replace(ENDING, '') === iso);
  const found = entries.find(isNamed);
  if (found) return found.volid;
  throw new FleetError('image.not-found', `${node} has no ISO file ${JSON.stringify(iso)}`);
}
