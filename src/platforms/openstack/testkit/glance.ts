/** Glance, pretended: images that are listed, made, filled with files, changed and deleted, as in its API reference. */
import { createHash, randomUUID } from 'node:crypto';
import { isRow, type Row, textOf } from '../../lib/json.ts';
import { rowIn } from '../json.ts';
import { PROJECT } from './keystone.ts';
import { only, type ServiceAnswer, type ServiceRequest, takes } from './other-services.ts';
import { pageOf } from './pages.ts';
import { forbidden, Refusal } from './refusal.ts';
import { ranged } from './swift.ts';
import { spellTime, type World, type WorldImage } from './world.ts';

const MADE = spellTime(Date.UTC(2026, 0, 1));
const NO_PAGE = '<html><body><h1>404 Not Found</h1></body></html>';
/** What Glance keeps itself: a change of these is refused with 403. */
const READ_ONLY = /^(id|size|status|owner|checksum|os_hash_.*|os_glance.*|created_at|updated_at)$/;

export function answerGlance(world: World, request: ServiceRequest): ServiceAnswer {
  const { path, query, pageSize, method, body, session } = request;
  const [, version, noun, id, verb] = path.split('/');
  if (version !== 'v2' || noun !== 'images') throw new Refusal(404, NO_PAGE);
  if (method !== 'GET' && !session.account.roles.includes('member')) throw forbidden('add_image');
  if (id !== undefined) return ofImage(world, request, id, verb);
  if (method === 'POST') {
    const row = only(isRow(body) ? body : {}, ['name', 'disk_format', 'container_format', 'visibility']);
    const made = randomUUID();
    const format = textOf(row, 'disk_format');
    const image: WorldImage = { name: String(row['name']), queued: true, ...(format !== undefined && { format }) };
    world.images.set(made, image);
    return { status: 201, body: imageView(made, image) };
  }
  takes(query, 'limit', 'marker', 'id', 'name', 'instance_uuid', 'sort');
  const ids = query.get('id')?.replace(/^in:/, '').split(',');
  const [of, name] = [query.get('instance_uuid'), query.get('name')];
  const found = [...world.images]
    .map(([native, image]) => imageView(native, image))
    .filter(
      (row) =>
        (of === null ? (ids?.includes(row.id) ?? true) : world.images.get(row.id)?.of === of) &&
        (name === null || row.name === name),
    );
  const said = pageOf(found, 'images', query, { size: pageSize, url: '/v2/images', links: 'links' }) as {
    readonly images: object;
    readonly links?: readonly { readonly href: string }[];
  };
  const next = said.links?.[0]?.href;
  const page = { images: said.images, first: '/v2/images', schema: '/v2/schemas/images', ...(next && { next }) };
  return { status: 200, body: page };
}

function ofImage(
  { images }: World,
  { method, body, content, range }: ServiceRequest,
  id: string,
  verb: string | undefined,
): ServiceAnswer {
  const found = images.get(id);
  if (!found) throw new Refusal(404, NO_PAGE);
  if (verb === 'file' && method === 'PUT') {
    if (!found.queued) throw new Refusal(409, '<h1>409 Conflict</h1> Image status transition is not allowed');
    const { queued: _, ...image } = found;
    images.set(id, { ...image, content: found.garbles ? Buffer.from('something else') : content });
    return { status: 204 };
  }
  if (verb === 'file') return found.content ? ranged(found.content, range) : { status: 204 };
  if (method === 'GET') return { status: 200, body: imageView(id, found) };
  if (method === 'PATCH') {
    images.set(id, changed(found, Array.isArray(body) ? body.filter(isRow) : []));
    return { status: 200, body: imageView(id, found) };
  }
  if (method === 'POST' && verb === 'import') {
    const { uri } = rowIn(only(isRow(body) ? body : {}, ['method']), 'method');
    // What can't be fetched is an image for ever in the queue.
    images.set(id, { name: found.name, ...(String(uri).includes('missing') && { failed: true }) });
    return { status: 202 };
  }
  if (found.protected) throw new Refusal(403, '<h1>403 Forbidden</h1> Image is protected and cannot be deleted.');
  if (method === 'DELETE') images.delete(id);
  return { status: 204 };
}

/** `application/openstack-images-v2.1-json-patch`: what is replaced or removed must be there. */
function changed(image: WorldImage, steps: readonly Row[]): WorldImage {
  let now = { ...image, properties: { ...image.properties } };
  for (const step of steps) {
    const key = String(step['path']).slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
    const value = step['value'];
    if (READ_ONLY.test(key)) throw new Refusal(403, `<h1>403 Forbidden</h1> Attribute '${key}' is read-only.`);
    if (key === 'name') now = { ...now, name: String(value) };
    else if (key === 'protected') now = { ...now, protected: value === true };
    else if (key === 'visibility') now = { ...now, visibility: String(value) };
    else {
      if (step['op'] !== 'add' && now.properties[key] === undefined)
        throw new Refusal(409, `<h1>409 Conflict</h1> Property ${key} does not exist.`);
      const { [key]: _, ...others } = now.properties;
      now = { ...now, properties: step['op'] === 'remove' ? others : { ...others, [key]: String(value) } };
    }
  }
  return now;
}

const imageView = (id: string, { name, of, description, failed, queued, content, ...image }: WorldImage) => ({
  id,
  name,
  status: failed || queued ? 'queued' : 'active',
  ...(failed && { os_glance_failed_import: 'file' }),
  visibility: image.visibility ?? (of === undefined ? 'public' : 'private'),
  owner: PROJECT.id,
  protected: image.protected ?? false,
  disk_format: image.format ?? 'qcow2',
  container_format: 'bare',
  size: queued ? null : (content?.length ?? 13_167_616),
  virtual_size: null,
  min_disk: 1,
  os_distro: 'debian',
  os_version: '13',
  architecture: 'x86_64',
  created_at: MADE,
  updated_at: MADE,
  ...image.properties,
  ...(content && { os_hash_algo: 'sha512', os_hash_value: createHash('sha512').update(content).digest('hex') }),
  ...(of === undefined ? {} : { instance_uuid: of }),
  ...(description === undefined ? {} : { description }),
});
