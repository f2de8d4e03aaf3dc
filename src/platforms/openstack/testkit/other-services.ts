/** Glance, Neutron and Cinder, pretended, as far as they are asked: rows as in the samples of their API references. */
import { randomUUID } from 'node:crypto';
import { isRow, type Row } from '../../lib/json.ts';
import { rowIn } from '../json.ts';
import { PROJECT, type Session } from './keystone.ts';
import { LAN, passes } from './neutron-store.ts';
import { pageOf } from './pages.ts';
import { forbidden, novaRefusal, Refusal } from './refusal.ts';
import { spellTime, type World } from './world.ts';

export interface ServiceAnswer {
  readonly status: number;
  readonly body?: unknown;
}

export interface ServiceRequest {
  readonly method: string;
  readonly body: unknown;
  /** Below the service, with its version. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly session: Session;
  /** `http://host/image`. */
  readonly base: string;
  readonly pageSize: number;
}

type WorldImage = NonNullable<ReturnType<World['images']['get']>>;

const MADE = spellTime(Date.UTC(2026, 0, 1));

/** `GET /v2/images` with the filters that are used, images that are fetched from the web, and deleted. */
export function answerGlance(world: World, request: ServiceRequest): ServiceAnswer {
  const { path, query, pageSize, method, body, session } = request;
  const [, version, noun, id, verb] = path.split('/');
  const noPage = new Refusal(404, '<html><body><h1>404 Not Found</h1></body></html>');
  if (version !== 'v2' || noun !== 'images') throw noPage;
  if (method !== 'GET' && !session.account.roles.includes('member')) throw forbidden('add_image');
  const rows = [...world.images].map(([native, image]) => imageView(native, image));
  if (method === 'POST' && id === undefined) {
    const row = only(isRow(body) ? body : {}, ['name', 'disk_format', 'container_format', 'visibility']);
    const made = randomUUID();
    world.images.set(made, { name: String(row['name']) });
    return { status: 201, body: { ...imageView(made, { name: String(row['name']) }), status: 'queued' } };
  }
  if (id !== undefined) {
    const found = rows.find((row) => row.id === id);
    if (!found) throw noPage;
    if (method === 'GET') return { status: 200, body: found };
    if (method === 'POST' && verb === 'import') {
      const { uri } = rowIn(only(isRow(body) ? body : {}, ['method']), 'method');
      // What can't be fetched is an image for ever in the queue.
      if (String(uri).includes('missing')) world.images.set(id, { name: found.name, failed: true });
      return { status: 202 };
    }
    if (method === 'DELETE') world.images.delete(id);
    return { status: 204 };
  }
  takes(query, 'limit', 'marker', 'id', 'name', 'instance_uuid', 'sort');
  const ids = query.get('id')?.replace(/^in:/, '').split(',');
  const [of, name] = [query.get('instance_uuid'), query.get('name')];
  const found = rows.filter(
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

const imageView = (id: string, { name, of, description, failed }: WorldImage) => ({
  id,
  name,
  status: failed ? 'queued' : 'active',
  ...(failed && { os_glance_failed_import: 'file' }),
  visibility: of === undefined ? 'public' : 'private',
  owner: PROJECT.id,
  disk_format: 'qcow2',
  container_format: 'bare',
  size: 13_167_616,
  virtual_size: null,
  min_disk: 1,
  os_distro: 'debian',
  os_version: '13',
  architecture: 'x86_64',
  created_at: MADE,
  updated_at: MADE,
  ...(of === undefined ? {} : { instance_uuid: of }),
  ...(description === undefined ? {} : { description }),
});

/** Neutron: lists with filters, and what is made, changed and deleted. What a network is made of only administrators are told. */
export function answerNeutron({ neutron }: World, request: ServiceRequest): ServiceAnswer {
  const { path, query, session, base, pageSize, method, body } = request;
  const [, version, ...segments] = path.split('/');
  if (version !== 'v2.0') throw novaRefusal(404, 'The resource could not be found.');
  const [noun = '', id] = segments.map(decodeURIComponent);
  if (method !== 'GET' && !session.account.roles.includes('member')) throw forbidden(`neutron:${noun}`);
  if (method !== 'GET' || id !== undefined) return neutron.change(method, [noun, id ?? '', segments[2] ?? ''], body);
  const all = neutron.rows(noun).filter((row) => passes(row, query));
  const provider = (row: { readonly id: string }, at: number) => ({
    ...row,
    'provider:network_type': 'vlan',
    'provider:physical_network': 'physnet1',
    'provider:segmentation_id': row.id === LAN ? 117 : 9 + at,
  });
  const rows = noun === 'networks' && session.admin ? all.map(provider) : all;
  const key = noun.replaceAll('-', '_');
  return { status: 200, body: pageOf(rows, key, query, { size: pageSize, url: `${base}${path}` }) };
}

/** Below `/v3/<project>`: volumes, their types, and their snapshots, of which there are none. */
export function answerCinder(world: World, request: ServiceRequest): ServiceAnswer {
  const { path, query, base, pageSize, session, method, body } = request;
  const [, , , noun = '', id = '', verb = ''] = path.split('/');
  const url = `${base}${path}`;
  const page = (rows: readonly { readonly id: string }[], key: string, links = `${key}_links`): ServiceAnswer => ({
    status: 200,
    body: pageOf(rows, key, query, { size: pageSize, url, links }),
  });
  if (method !== 'GET' && !session.account.roles.includes('member')) throw forbidden('volume:create');
  if (noun === 'types') {
    takes(query, 'limit', 'marker', 'is_public');
    return page(TYPES, 'volume_types', 'volume_type_links');
  }
  if (noun === 'snapshots') return page([], 'snapshots');
  if (noun === 'volumes' && id === 'detail') {
    takes(query, 'limit', 'marker', 'all_tenants', 'name');
    if (query.has('all_tenants') && !session.admin) throw novaRefusal(403, 'Policy does not allow it');
    const rows = [...world.volumes].map(([volume, size]) => volumeView(world, volume, size));
    return page(
      rows.filter(({ name }) => (query.get('name') ?? name) === name),
      'volumes',
    );
  }
  if (noun === 'volumes' && method === 'POST' && id === '') {
    const row = only(rowIn(isRow(body) ? body : {}, 'volume'), ['name', 'size', 'volume_type', 'imageRef']);
    const made = randomUUID();
    world.volumes.set(made, Number(row['size']));
    world.volumeWords.set(made, { name: String(row['name']), type: String(row['volume_type'] ?? '__DEFAULT__') });
    return { status: 202, body: { volume: volumeView(world, made, Number(row['size'])) } };
  }
  const size = world.volumes.get(id);
  if (noun !== 'volumes' || size === undefined) throw novaRefusal(404, `Volume ${id} could not be found.`);
  if (method === 'GET') return { status: 200, body: { volume: volumeView(world, id, size) } };
  if (method === 'DELETE') {
    if (volumeView(world, id, size).status === 'in-use')
      throw novaRefusal(400, 'Invalid volume: Volume status must be available or error.');
    world.volumes.delete(id);
    return { status: 202 };
  }
  if (verb !== 'action') throw novaRefusal(404, 'The resource could not be found.');
  const { new_size } = rowIn(only(isRow(body) ? body : {}, ['os-extend']), 'os-extend');
  if (Number(new_size) <= size) throw novaRefusal(400, 'New size for extend must be greater than current size.');
  world.volumes.set(id, Number(new_size));
  return { status: 202 };
}

const type = (id: string, name: string) => ({ id, name, is_public: true, description: null });
const TYPES = [
  type('5fed9d7c-401d-46e2-8e80-f30c70cb7e1d', '__DEFAULT__'),
  type('6685584b-1eac-4da6-b5c3-555430cf68ff', 'fast'),
];

function volumeView({ servers, volumeWords }: World, id: string, size: number) {
  const words = volumeWords.get(id);
  const attachments = [...servers.values()].flatMap((server) =>
    server.volumes
      .filter((volume) => volume.id === id && !server.deleted)
      .map(({ device }) => ({
        id,
        volume_id: id,
        attachment_id: `${id.slice(0, -1)}f`,
        server_id: server.id,
        host_name: null,
        device,
        attached_at: '2026-01-01T00:00:00.000000',
      })),
  );
  return {
    id,
    name: words?.name ?? `data-${size}`,
    size,
    status: attachments.length > 0 ? 'in-use' : 'available',
    attachments,
    volume_type: words?.type ?? '__DEFAULT__',
    bootable: 'false',
    multiattach: false,
    created_at: '2026-01-01T00:00:00.000000',
    updated_at: null,
  };
}

function takes(query: URLSearchParams, ...keys: readonly string[]): void {
  for (const key of query.keys()) {
    if (!keys.includes(key)) throw novaRefusal(400, `Invalid filters ${key} are found in query options.`);
  }
}

function only(row: Row, keys: readonly string[]): Row {
  const strange = Object.keys(row).find((key) => !keys.includes(key));
  if (strange === undefined) return row;
  throw novaRefusal(400, `Additional properties are not allowed ('${strange}' was unexpected)`);
}
