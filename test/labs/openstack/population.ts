import { logIn, type Session, untilCloud } from './cloud-api.ts';
import { APPLICATION, loginOf, PROJECTS, type Project, ROOT } from './people.ts';
import { type Deed, FLAVORS, IMAGES, SERVERS, type ServerPlan, VOLUME_TYPES } from './servers.ts';
import type { Site } from './site.ts';

interface Thing {
  readonly id: string;
}

async function createFlavors(root: Session): Promise<void> {
  for (const [name, size] of Object.entries(FLAVORS)) {
    await root.ask('compute', '/flavors', { method: 'POST', json: { flavor: { name, ...size } } });
  }
}

async function createImages(root: Session): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const name of IMAGES) {
    const image = { name, visibility: 'public', disk_format: 'raw', container_format: 'bare', min_disk: 1 };
    const { id } = await root.ask<Thing>('image', '/v2/images', { method: 'POST', json: image });
    await root.ask('image', `/v2/images/${id}/file`, { method: 'PUT', bytes: Buffer.alloc(64 * 1024) });
    ids.set(name, id);
  }
  return ids;
}

/** Kinds of storage that users choose from, of which Cinder has none by itself. */
async function createVolumeTypes(root: Session): Promise<void> {
  for (const name of VOLUME_TYPES) {
    await root.ask('volumev3', `/${root.projectId}/types`, { method: 'POST', json: { volume_type: { name } } });
  }
}

interface Network {
  readonly id: string;
  readonly subnetId: string;
}

async function createNetwork(session: Session, network: object, subnet: object): Promise<Network> {
  const made = await session.ask<{ network: Thing }>('network', '/v2.0/networks', {
    method: 'POST',
    json: { network },
  });
  const { id } = made.network;
  const json = { subnet: { network_id: id, ip_version: 4, ...subnet } };
  const inside = await session.ask<{ subnet: Thing }>('network', '/v2.0/subnets', { method: 'POST', json });
  return { id, subnetId: inside.subnet.id };
}

/** The world outside, which belongs to everybody. */
const createOutside = (root: Session): Promise<Network> =>
  createNetwork(
    root,
    {
      name: 'outside',
      'router:external': true,
      shared: true,
      'provider:network_type': 'flat',
      'provider:physical_network': 'outside',
    },
    { name: 'outside', cidr: '203.0.113.0/24', enable_dhcp: false },
  );

/** A network of the project, with a router to the outside. */
async function createInside(session: Session, outside: Network): Promise<Network> {
  const lan = await createNetwork(session, { name: 'lan' }, { name: 'lan', cidr: '192.168.50.0/24' });
  const router = { name: 'gate', external_gateway_info: { network_id: outside.id } };
  const made = await session.ask<{ router: Thing }>('network', '/v2.0/routers', { method: 'POST', json: { router } });
  const path = `/v2.0/routers/${made.router.id}/add_router_interface`;
  await session.ask('network', path, { method: 'PUT', json: { subnet_id: lan.subnetId } });
  return lan;
}

/** name -> id */
async function flavorIds(session: Session): Promise<ReadonlyMap<string, string>> {
  const { flavors } = await session.ask<{ flavors: readonly (Thing & { name: string })[] }>('compute', '/flavors');
  return new Map(flavors.map(({ id, name }) => [name, id]));
}

/** What a deed is to nova, and what the server is after it; undefined where it is what it was. */
const DEEDS: Readonly<Record<Deed, { readonly action: object; readonly becomes: string | undefined }>> = {
  stop: { action: { 'os-stop': null }, becomes: 'SHUTOFF' },
  pause: { action: { pause: null }, becomes: 'PAUSED' },
  suspend: { action: { suspend: null }, becomes: 'SUSPENDED' },
  shelve: { action: { shelve: null }, becomes: 'SHELVED_OFFLOADED' },
  rescue: { action: { rescue: null }, becomes: 'RESCUE' },
  lock: { action: { lock: { locked_reason: 'month end, ask the accountants' } }, becomes: undefined },
  resize: { action: { resize: {} }, becomes: 'VERIFY_RESIZE' },
};

const BIRTH_MS = 300_000;
const DEED_MS = 180_000;

/** Their ids. nova asks neutron for nothing here, which it does for each server that is shown in detail. */
async function idsOf(session: Session, status: string): Promise<readonly string[]> {
  const { servers } = await session.ask<{ servers: readonly Thing[] }>('compute', `/servers?status=${status}`);
  return servers.map(({ id }) => id);
}

/** Resolves when nova has taken the order. */
async function doTo(session: Session, ground: Ground, { id, deed }: Done): Promise<void> {
  const json = deed === 'resize' ? { resize: { flavorRef: ground.flavorIds.get('small') } } : DEEDS[deed].action;
  await session.ask('compute', `/servers/${id}/action`, { method: 'POST', json });
}

async function untilDone(session: Session, { id, deed }: Done): Promise<void> {
  const { becomes } = DEEDS[deed];
  if (becomes === undefined) return;
  await untilCloud(`${id} is ${becomes}`, DEED_MS, async () => (await idsOf(session, becomes)).includes(id));
}

/** A server, and what is to be done to it. */
interface Done extends Thing {
  readonly deed: Deed;
}

interface Ground {
  readonly networkId: string;
  readonly imageIds: ReadonlyMap<string, string>;
  readonly flavorIds: ReadonlyMap<string, string>;
}

/** Gives the ids, of one server or of `count`. */
async function order(session: Session, ground: Ground, plan: ServerPlan): Promise<readonly string[]> {
  const { name, flavor = 'nano', image = 'debian-12', zone, description, metadata, count } = plan;
  const server = {
    name,
    imageRef: ground.imageIds.get(image),
    flavorRef: ground.flavorIds.get(flavor),
    networks: [{ uuid: ground.networkId }],
    ...(zone !== undefined && { availability_zone: zone }),
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata }),
    ...(count !== undefined && { min_count: count, return_reservation_id: true }),
  };
  type Said = { readonly server?: Thing; readonly reservation_id?: string };
  const said = await session.ask<Said>('compute', '/servers', { method: 'POST', json: { server } });
  if (said.server !== undefined) return [said.server.id];
  const path = `/servers?reservation_id=${said.reservation_id}`;
  return (await session.ask<{ servers: readonly Thing[] }>('compute', path)).servers.map(({ id }) => id);
}

async function populateProject(session: Session, ground: Ground, project: Project): Promise<void> {
  const plans = SERVERS.filter((plan) => (plan.project ?? 'fleet') === project);
  const done: Done[] = [];
  for (const plan of plans) {
    const { deed } = plan;
    for (const id of await order(session, ground, plan)) if (deed !== undefined) done.push({ id, deed });
  }
  await untilCloud('the servers are made', BIRTH_MS, async () => (await idsOf(session, 'BUILD')).length === 0);
  for (const one of done) await doTo(session, ground, one);
  for (const one of done) await untilDone(session, one);
}

/** web1 is to be found from the outside. */
async function giveFloatingIp(session: Session, outside: Network): Promise<void> {
  const { servers } = await session.ask<{ servers: readonly Thing[] }>('compute', '/servers?name=^web1$');
  const path = `/v2.0/ports?device_id=${servers[0]?.id}`;
  const { ports } = await session.ask<{ ports: readonly Thing[] }>('network', path);
  const floatingip = { floating_network_id: outside.id, port_id: ports[0]?.id };
  await session.ask('network', '/v2.0/floatingips', { method: 'POST', json: { floatingip } });
}

/** web2 keeps its data in a volume of its own. */
async function attachVolume(session: Session): Promise<void> {
  const volumes = `/${session.projectId}/volumes`;
  const json = { volume: { name: 'data-20', size: 20, volume_type: 'fast' } };
  const { volume } = await session.ask<{ volume: Thing }>('volumev3', volumes, { method: 'POST', json });
  const untilIs = (wanted: string) =>
    untilCloud(`the volume is ${wanted}`, DEED_MS, async () => {
      const said = await session.ask<{ volume: { status: string } }>('volumev3', `${volumes}/${volume.id}`);
      return said.volume.status === wanted;
    });
  await untilIs('available');
  const { servers } = await session.ask<{ servers: readonly Thing[] }>('compute', '/servers?name=^web2$');
  const path = `/servers/${servers[0]?.id}/os-volume_attachments`;
  await session.ask('compute', path, { method: 'POST', json: { volumeAttachment: { volumeId: volume.id } } });
  await untilIs('in-use');
}

/** For machines that log in without drover's password. */
async function createApplication(drover: Session): Promise<void> {
  const path = `/users/${drover.userId}/application_credentials`;
  await drover.ask('identity', path, { method: 'POST', json: { application_credential: APPLICATION } });
}

/** All that is in the cloud, as its users made it. */
export async function populate(site: Site): Promise<void> {
  const root = await logIn(site, ROOT);
  await createFlavors(root);
  await createVolumeTypes(root);
  const imageIds = await createImages(root);
  const outside = await createOutside(root);
  for (const project of PROJECTS) {
    const session = await logIn(site, loginOf('drover', project));
    const inside = await createInside(session, outside);
    const ground = { networkId: inside.id, imageIds, flavorIds: await flavorIds(session) };
    await populateProject(session, ground, project);
    if (project !== 'fleet') continue;
    await giveFloatingIp(session, outside);
    await attachVolume(session);
    await createApplication(session);
  }
}
