import { inCloud } from './cloud.ts';
import { internalUrl, logIn, publicUrl, type Session, serviceTypes, untilCloud } from './cloud-api.ts';
import { PASSWORD, PEOPLE, PROJECTS, REGION, ROOT, SERVICES } from './people.ts';
import { COMPUTE_HOSTS } from './services.ts';
import type { Site } from './site.ts';

type Command = readonly [string, ...string[]];

const NOVA = [
  'nova-manage',
  '--config-file',
  '/etc/nova/nova.conf',
  '--config-file',
  '/etc/nova/databases.conf',
] as const;
const NEUTRON = ['neutron-db-manage', '--config-file', '/etc/neutron/neutron.conf'] as const;
const AS_ROOT = ['--keystone-user', 'root', '--keystone-group', 'root'] as const;

/** Three rows of commands, side by side: each waits for the one before it. */
const SCHEMAS: readonly (readonly Command[])[] = [
  [
    ['keystone-manage', 'db_sync'],
    ['mkdir', '--parents', '/etc/keystone/fernet-keys', '/etc/keystone/credential-keys'],
    ['keystone-manage', 'fernet_setup', ...AS_ROOT],
    ['keystone-manage', 'credential_setup', ...AS_ROOT],
    ['keystone-manage', 'bootstrap', '--bootstrap-password', PASSWORD, '--bootstrap-region-id', REGION],
    ['glance-manage', 'db_sync'],
    ['cinder-manage', '--config-file', '/etc/cinder/cinder.conf', 'db', 'sync'],
  ],
  [
    ['placement-manage', 'db', 'sync'],
    [...NOVA, 'api_db', 'sync'],
    [...NOVA, 'cell_v2', 'map_cell0'],
    [...NOVA, 'cell_v2', 'create_cell', '--name', 'cell1'],
    [...NOVA, 'db', 'sync'],
  ],
  [[...NEUTRON, 'upgrade', 'heads']],
];

const DATABASES = ['keystone', 'placement', 'nova_api', 'nova_cell0', 'nova', 'glance', 'neutron', 'cinder'];

/** Before MariaDB starts for the first time. */
export async function layDatabase(site: Site): Promise<void> {
  await inCloud(site, 'mariadb-install-db');
}

export async function createSchemas(site: Site): Promise<void> {
  const create = DATABASES.map((name) => `CREATE DATABASE ${name};`).join('');
  await inCloud(site, 'mariadb', '--execute', create);
  const rows = SCHEMAS.map(async (commands) => {
    for (const command of commands) await inCloud(site, ...command);
  });
  await Promise.allSettled(rows);
  await Promise.all(rows);
}

/** The address of whoever has the snapshot now. */
export async function moveCatalog(site: Site): Promise<void> {
  const sql = `UPDATE keystone.endpoint SET url = REGEXP_REPLACE(url, '^https://[^:]+', 'https://${site.address}')`;
  await inCloud(site, 'mariadb', '--execute', sql);
}

const post = <T>(root: Session, path: string, json: unknown): Promise<T> =>
  root.ask<T>('identity', path, { method: 'POST', json });

interface Thing {
  readonly id: string;
}

async function roleIds(root: Session): Promise<ReadonlyMap<string, string>> {
  const { roles } = await root.ask<{ roles: readonly (Thing & { name: string })[] }>('identity', '/roles');
  return new Map(roles.map(({ id, name }) => [name, id]));
}

async function newProject(root: Session, name: string): Promise<string> {
  return (await post<{ project: Thing }>(root, '/projects', { project: { name, domain_id: 'default' } })).project.id;
}

async function newUser(root: Session, name: string): Promise<string> {
  const user = { name, password: PASSWORD, domain_id: 'default' };
  return (await post<{ user: Thing }>(root, '/users', { user })).user.id;
}

async function createCatalog(site: Site, root: Session): Promise<void> {
  const { services } = await root.ask<{ services: readonly (Thing & { type: string })[] }>('identity', '/services');
  for (const type of serviceTypes) {
    const known = services.find((service) => service.type === type);
    const service =
      known ?? (await post<{ service: Thing }>(root, '/services', { service: { type, name: type } })).service;
    // Cinder is told the project by its address.
    const end = type === 'volumev3' ? '/%(project_id)s' : '';
    const [outside, inside] = [`${publicUrl(site, type)}${end}`, `${internalUrl(type)}${end}`];
    const urls = { public: outside, internal: inside, admin: inside };
    for (const [kind, url] of Object.entries(urls)) {
      await post(root, '/endpoints', { endpoint: { interface: kind, url, region_id: REGION, service_id: service.id } });
    }
  }
}

/** Needs keystone. The services' own user comes first, for none of them can check a token before. */
export async function createPeople(site: Site): Promise<void> {
  const root = await untilCloud('keystone answers', 60_000, () => logIn(site, ROOT).catch(() => undefined));
  const roles = await roleIds(root);
  const grant = async (projectId: string, userId: string, role: string) => {
    const path = `/projects/${projectId}/users/${userId}/roles/${roles.get(role)}`;
    await root.ask('identity', path, { method: 'PUT' });
  };
  await createCatalog(site, root);
  await grant(await newProject(root, SERVICES.project), await newUser(root, SERVICES.user), 'admin');
  const [fleet, annex] = await Promise.all(PROJECTS.map((name) => newProject(root, name)));
  for (const [name, role] of Object.entries(PEOPLE)) {
    const id = await newUser(root, name);
    for (const project of [fleet, name === 'drover' && annex]) if (project) await grant(project, id, role);
  }
}

/** Needs both hosts to have reported to nova once. A zone each, as racks have. */
export async function createHosts(site: Site): Promise<void> {
  await inCloud(site, ...NOVA, 'cell_v2', 'discover_hosts');
  const root = await logIn(site, ROOT);
  for (const [place, host] of COMPUTE_HOSTS.entries()) {
    const zone = `rack-${place + 1}`;
    const asked = { aggregate: { name: zone, availability_zone: zone } };
    const { aggregate } = await root.ask<{ aggregate: Thing }>('compute', '/os-aggregates', {
      method: 'POST',
      json: asked,
    });
    const path = `/os-aggregates/${aggregate.id}/action`;
    await root.ask('compute', path, { method: 'POST', json: { add_host: { host } } });
  }
}
