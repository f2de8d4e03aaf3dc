/** An image from the web: POST /nodes/{node}/storage/{storage}/download-url, which begins a task (PVE::API2::Storage::Status). */
import { FleetError } from '../../../errors.ts';
import { type ImageId, imageId } from '../../../ids.ts';
import type { Accepted, ImageSpec } from '../../contract.ts';
import { refuseTakenName } from '../../lib/listed.ts';
import type { Api } from '../api.ts';
import { type ListContext, readCatalog } from '../catalog.ts';
import { contentPath } from '../contents.ts';
import { imagesIn } from '../images.ts';
import { acceptedTask } from '../tasks.ts';
import { chooseStorage } from './choose.ts';

/** What a file becomes, by the end of its name (ISO_EXT_RE_0, VZTMPL_EXT_RE_1 and UPLOAD_IMPORT_EXT_RE_1 of PVE::Storage). */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/.\.(?:iso|img)$/i, 'iso'],
  [/.\.tar(?:\.(?:gz|xz|zst|bz2))?$/i, 'vztmpl'],
  [/.\.(?:ova|qcow2|raw|vmdk)$/, 'import'],
];
const ENDINGS = '.iso, .img, .tar (.gz, .xz, .zst, .bz2), .ova, .qcow2, .raw or .vmdk';
/** `maxLength` of `filename` in the published schema. */
const LONGEST = 255;

/**
 * The name is that of the file, and unique among the images of all storages. `storage`: its name, or `pve1/local` where several
 * nodes have one of that name; without one the first that takes such a file. Rejects with op.conflict, op.refused,
 * storage.not-found or name.ambiguous before anything is sent.
 */
export async function downloadImage(
  context: ListContext,
  control: Api,
  { name, url, storage: wanted }: ImageSpec,
  signal: AbortSignal,
): Promise<Accepted & { readonly id: ImageId }> {
  const content = contentOf(name);
  const catalog = await readCatalog(context, signal);
  const target = chooseStorage(catalog.storages, { endpoint: context.endpoint, wanted, content });
  const [node = ''] = target.through;
  refuseTakenName('image', context.endpoint, await imagesIn(context, catalog, signal), name);
  const form = { content, filename: name, url };
  const answer = await control.post(`${contentPath(node, target.name)}/download-url`, { signal, subject: name, form });
  const accepted = await acceptedTask(answer, { api: control, clock: context.clock, signal, subject: name });
  const volid = `${target.name}:${content}/${name}`;
  return { ...accepted, id: imageId(context.endpoint, target.node === undefined ? volid : `${target.node}/${volid}`) };
}

/** Also refused is what the server would give another name (normalize_content_filename of PVE::Storage). */
export function contentOf(name: string): string {
  const said = JSON.stringify(name);
  if (!/^[A-Za-z0-9_.-]+$/.test(name) || name.length > LONGEST) {
    throw new FleetError('op.refused', `${said} can't be the name of a file of Proxmox VE`, {
      fix: `take letters, digits, _, . and -, ${LONGEST} at most`,
    });
  }
  const kind = KINDS.find(([ending]) => ending.test(name))?.[1];
  if (kind !== undefined) return kind;
  throw new FleetError('op.refused', `Proxmox VE can't tell from the name ${said} what kind of image it is`, {
    fix: `let it end in ${ENDINGS}`,
  });
}
