/** Glance, Neutron and Cinder, pretended, as far as they are asked: rows as in the samples of their API references. */
import { PROJECT, type Session } from './keystone.ts';
import { pageOf } from './pages.ts';
import { novaRefusal, Refusal } from './refusal.ts';
import { spellTime, type World } from './world.ts';

export interface ServiceRequest {
  /** Below the service, with its version. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly session: Session;
  /** `http://host/image`. */
  readonly base: string;
  readonly pageSize: number;
}

const MADE = spellTime(Date.UTC(2026, 0, 1));

/** `GET /v2/images`, with the filters that are used. */
export function answerGlance({ images }: World, { path, query, pageSize }: ServiceRequest): object {
  if (path !== '/v2/images') throw new Refusal(404, '<html><body><h1>404 Not Found</h1></body></html>');
  takes(query, 'limit', 'marker', 'id', 'instance_uuid', 'sort');
  const ids = query.get('id')?.replace(/^in:/, '').split(',');
  const of = query.get('instance_uuid');
  const found = [...images].filter(([id, image]) => (of === null ? (ids?.includes(id) ?? true) : image.of === of));
  const rows = found.map(([id, { name, of: server }]) => ({
    id,
    name,
    status: 'active',
    visibility: server === undefined ? 'public' : 'private',
    owner: PROJECT.id,
    disk_format: 'qcow2',
    container_format: 'bare',
    size: 13_167_616,
    virtual_size: null,
    os_distro: 'debian',
    os_version: '13',
    architecture: 'x86_64',
    created_at: MADE,
    updated_at: MADE,
    ...(server === undefined ? {} : { instance_uuid: server }),
  }));
  const body = pageOf(rows, 'images', query, { size: pageSize, url: '/v2/images', links: 'links' }) as {
    readonly images: object;
    readonly links?: readonly { readonly href: string }[];
  };
  const next = body.links?.[0]?.href;
  return { images: body.images, first: '/v2/images', schema: '/v2/schemas/images', ...(next && { next }) };
}

const LAN = 'd32019d3-bc6e-4319-9c1d-6722fc136a22';
const OUTSIDE = 'db193ab3-96e3-4cb3-8fc5-05f4296d0324';

/** `GET /v2.0/networks` and `/v2.0/subnets`. */
export function answerNeutron(_world: World, { path, query, session, base, pageSize }: ServiceRequest): object {
  const key = path.replace('/v2.0/', '');
  if (key !== 'networks' && key !== 'subnets') throw novaRefusal(404, 'The resource could not be found.');
  takes(query, 'limit', 'marker');
  const rows = key === 'networks' ? networks(session.admin) : SUBNETS;
  return pageOf(rows, key, query, { size: pageSize, url: `${base}${path}` });
}

function networks(admin: boolean) {
  const network = (id: string, name: string, subnets: readonly string[], vlan: number) => ({
    id,
    name,
    subnets,
    status: 'ACTIVE',
    admin_state_up: true,
    mtu: 1450,
    dns_domain: '',
    shared: false,
    'router:external': id === OUTSIDE,
    project_id: PROJECT.id,
    tenant_id: PROJECT.id,
    created_at: MADE,
    updated_at: MADE,
    ...(admin
      ? {
          'provider:network_type': 'vlan',
          'provider:physical_network': 'physnet1',
          'provider:segmentation_id': vlan,
        }
      : {}),
  });
  return [network(LAN, 'lan', ['sub-lan', 'sub-lan-6'], 117), network(OUTSIDE, 'outside', ['sub-outside'], 9)];
}

const subnet = (id: string, network: string, cidr: string, dhcp: boolean) => ({
  id,
  name: '',
  network_id: network,
  cidr,
  enable_dhcp: dhcp,
  ip_version: cidr.includes(':') ? 6 : 4,
});
const SUBNETS = [
  subnet('sub-lan', LAN, '10.0.0.0/24', true),
  subnet('sub-lan-6', LAN, 'fd00:1::/64', false),
  subnet('sub-outside', OUTSIDE, '203.0.113.0/24', false),
];

/** Below `/v3/<project>`: `/volumes/<id>`, `/volumes/detail` and `/types`. */
export function answerCinder(world: World, { path, query, base, pageSize, session }: ServiceRequest): object {
  const [, , , noun = '', id = ''] = path.split('/');
  const url = `${base}${path}`;
  if (noun === 'types') {
    takes(query, 'limit', 'marker', 'is_public');
    return pageOf(TYPES, 'volume_types', query, { size: pageSize, url, links: 'volume_type_links' });
  }
  if (noun === 'volumes' && id === 'detail') {
    takes(query, 'limit', 'marker', 'all_tenants');
    if (query.has('all_tenants') && !session.admin) throw novaRefusal(403, 'Policy does not allow it');
    const rows = [...world.volumes].map(([volume, size]) => volumeView(world, volume, size));
    return pageOf(rows, 'volumes', query, { size: pageSize, url });
  }
  const size = world.volumes.get(id);
  if (noun === 'volumes' && size !== undefined) return { volume: volumeView(world, id, size) };
  throw novaRefusal(404, `Volume ${id} could not be found.`);
}

const type = (id: string, name: string) => ({ id, name, is_public: true, description: null });
const TYPES = [
  type('5fed9d7c-401d-46e2-8e80-f30c70cb7e1d', '__DEFAULT__'),
  type('6685584b-1eac-4da6-b5c3-555430cf68ff', 'fast'),
];

function volumeView({ servers }: World, id: string, size: number) {
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
    name: `data-${size}`,
    size,
    status: attachments.length > 0 ? 'in-use' : 'available',
    attachments,
    volume_type: '__DEFAULT__',
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
