/** Servers that are made and changed beyond their power: locks, rescue, rebuilding, new sizes, images, volumes, ports. */
import { randomUUID } from 'node:crypto';
import { isRow, type Row, textOf } from '../../lib/json.ts';
import { numberOf, rowIn, rowsIn } from '../json.ts';
import { LAN } from './neutron-store.ts';
import { novaRefusal, Refusal } from './refusal.ts';
import { HOSTS, spellTime, type World, type WorldServer } from './world.ts';

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

function onlyKeys(row: Row, keys: readonly string[]): Row {
  const strange = Object.keys(row).find((key) => !keys.includes(key));
  if (strange === undefined) return row;
  const message = `Additional properties are not allowed ('${strange}' was unexpected)`;
  throw new Refusal(400, JSON.stringify({ badRequest: { code: 400, message } }));
}

const FLAVORS: Readonly<Record<string, { readonly name: string; readonly disk: number }>> = {
  1: { name: 'm1.small', disk: 8 },
  2: { name: 'm1.volume', disk: 0 },
};

const SERVER = [
  ...['name', 'flavorRef', 'imageRef', 'block_device_mapping_v2', 'networks', 'security_groups', 'key_name'],
  ...['availability_zone', 'description', 'tags', 'user_data', 'config_drive', 'metadata'],
];

/** `POST /servers`. */
export function createServer(world: World, body: unknown, request: string): Answer {
  const given = onlyKeys(isRow(body) ? body : {}, ['server', 'os:scheduler_hints']);
  const row = onlyKeys(rowIn(given, 'server'), SERVER);
  const flavor = FLAVORS[String(row['flavorRef'])];
  if (!flavor) throw novaRefusal(400, 'Invalid flavorRef provided.');
  const disks = rowsIn(row, 'block_device_mapping_v2').flatMap((disk, at) => {
    const id = textOf(disk, 'source_type') === 'volume' ? (textOf(disk, 'uuid') ?? '') : randomUUID();
    if (!world.volumes.has(id)) {
      world.volumes.set(id, numberOf(disk, 'volume_size') ?? 1);
      world.volumeWords.set(id, { name: '', type: textOf(disk, 'volume_type') ?? '__DEFAULT__' });
    }
    const device = `/dev/vd${String.fromCharCode(97 + at)}`;
    return { id, device, deleteOnTermination: disk['delete_on_termination'] === true };
  });
  const server = world.add({
    name: String(row['name']),
    vmState: 'building',
    powerState: 0,
    imageId: textOf(row, 'imageRef') ?? '',
    flavor: flavor.name,
    metadata: Object.fromEntries(Object.entries(rowIn(row, 'metadata')).map(([key, value]) => [key, String(value)])),
    description: textOf(row, 'description') ?? null,
    keyName: textOf(row, 'key_name') ?? null,
    tags: Array.isArray(row['tags']) ? row['tags'].map(String) : [],
    volumes: disks,
    addresses: {},
    host: HOSTS[0],
  });
  world.neutron.unplug(server);
  for (const nic of rowsIn(row, 'networks')) plug(world, server, String(nic['uuid']));
  const ends = () => void Object.assign(server, { vmState: 'active', powerState: 1 });
  const fails = (message: string) =>
    void Object.assign(server, { vmState: 'error', fault: { code: 500, created: spellTime(0), message } });
  world.begin(server, 'create', request, 'spawning', ends, fails);
  return { status: 202, body: { server: { id: server.id, links: [], adminPass: 'x', 'OS-DCF:diskConfig': 'AUTO' } } };
}

function plug(world: World, server: WorldServer, network: string, mac?: string): string {
  const port = world.neutron.addPort(network, server, mac);
  return addAddress(world, server, port);
}

function addAddress(world: World, server: WorldServer, port: Row): string {
  const name = String(world.neutron.rows('networks').find(({ id }) => id === port['network_id'])?.['name'] ?? 'lan');
  const mac = String(port['mac_address']);
  const [fixed] = rowsIn(port, 'fixed_ips');
  const entry = {
    ...{ version: 4, addr: fixed?.['ip_address'] ?? '10.0.9.9' },
    'OS-EXT-IPS:type': 'fixed',
    'OS-EXT-IPS-MAC:mac_addr': mac,
  };
  server.addresses = { ...server.addresses, [name]: [...(server.addresses[name] ?? []), entry] };
  return mac;
}

/** `os-interface` and `os-volume_attachments` below a server; undefined for another part. */
export function changeParts(
  world: World,
  server: WorldServer,
  said: string,
  key: string,
  body: unknown,
): Answer | undefined {
  const ports = () => world.neutron.rows('ports').filter((port) => port['device_id'] === server.id);
  if (said === 'GET os-interface') {
    const view = ports().map((port) => ({
      port_id: port.id,
      net_id: port['network_id'],
      mac_addr: port['mac_address'],
    }));
    return { status: 200, body: { interfaceAttachments: view } };
  }
  if (said === 'POST os-interface') {
    const row = onlyKeys(rowIn(isRow(body) ? body : {}, 'interfaceAttachment'), ['net_id', 'port_id']);
    const id = textOf(row, 'port_id');
    const port = id === undefined ? undefined : world.neutron.rows('ports').find((one) => one.id === id);
    if (port) Object.assign(port, { device_id: server.id, device_owner: 'compute:nova' });
    const mac = port ? addAddress(world, server, port) : plug(world, server, String(row['net_id'] ?? LAN));
    world.touch(server);
    return { status: 200, body: { interfaceAttachment: { mac_addr: mac, port_id: id ?? '' } } };
  }
  if (said === 'DELETE os-interface') {
    const port = ports().find(({ id }) => id === key);
    if (!port) throw novaRefusal(404, `Port ${key} not attached to ${server.id}`);
    const isOther = (entry: unknown) => !isRow(entry) || entry['OS-EXT-IPS-MAC:mac_addr'] !== port['mac_address'];
    server.addresses = Object.fromEntries(
      Object.entries(server.addresses).map(([name, entries]) => [name, entries.filter(isOther)]),
    );
    if (port['description'] === undefined) world.neutron.change('DELETE', ['ports', key], undefined);
    else Object.assign(port, { device_id: '', device_owner: '' });
    world.touch(server);
    return { status: 202 };
  }
  if (said === 'POST os-volume_attachments') {
    const { volumeId } = onlyKeys(rowIn(isRow(body) ? body : {}, 'volumeAttachment'), ['volumeId']);
    if (!world.volumes.has(String(volumeId))) throw novaRefusal(404, `Volume ${volumeId} could not be found.`);
    const device = `/dev/vd${String.fromCharCode(98 + server.volumes.length)}`;
    server.volumes.push({ id: String(volumeId), device, deleteOnTermination: false });
    world.touch(server);
    return { status: 200, body: { volumeAttachment: { device, id: volumeId, serverId: server.id, volumeId } } };
  }
  if (said === 'DELETE os-volume_attachments') {
    const at = server.volumes.findIndex(({ id }) => id === key);
    if (at < 0) throw novaRefusal(404, `volume_id not found: ${key}`);
    server.volumes.splice(at, 1);
    world.touch(server);
    return { status: 202 };
  }
  return undefined;
}

interface Deed {
  /** By vm_state (nova/compute/api.py). */
  readonly from: readonly string[];
  readonly task: string;
  readonly keys: readonly string[];
  ends(world: World, server: WorldServer, value: Row): void;
}

const run = { vmState: 'active', powerState: 1 };
const DEEDS: Readonly<Record<string, Deed>> = {
  shelve: {
    from: ['active', 'stopped', 'paused', 'suspended'],
    task: 'shelving',
    keys: [],
    ends: (_world, server) => void Object.assign(server, { vmState: 'shelved_offloaded', powerState: 4 }),
  },
  rescue: {
    from: ['active', 'stopped', 'error'],
    task: 'rescuing',
    keys: ['rescue_image_ref', 'adminPass'],
    ends: (_world, server) => void Object.assign(server, { vmState: 'rescued', powerState: 1 }),
  },
  unrescue: {
    from: ['rescued'],
    task: 'unrescuing',
    keys: [],
    ends: (_world, server) => void Object.assign(server, run),
  },
  rebuild: {
    from: ['active', 'stopped', 'error', 'paused', 'suspended'],
    task: 'rebuilding',
    keys: ['imageRef'],
    ends(_world, server, value) {
      server.imageId = String(value['imageRef']);
    },
  },
  resize: {
    from: ['active', 'stopped'],
    task: 'resize_prep',
    keys: ['flavorRef'],
    ends(_world, server, value) {
      server.formerFlavor = server.flavor;
      server.flavor = FLAVORS[String(value['flavorRef'])]?.name ?? server.flavor;
      server.vmState = 'resized';
    },
  },
  confirmResize: {
    from: ['resized'],
    task: 'resize_confirming',
    keys: [],
    ends: (_world, server) => void Object.assign(server, run),
  },
  revertResize: {
    from: ['resized'],
    task: 'resize_reverting',
    keys: [],
    ends: (_world, server) => void Object.assign(server, run, { flavor: server.formerFlavor ?? server.flavor }),
  },
  'os-migrateLive': {
    from: ['active', 'paused'],
    task: 'migrating',
    keys: ['host', 'block_migration'],
    ends(_world, server, { host }) {
      server.host = typeof host === 'string' ? host : (HOSTS.find((one) => one !== server.host) ?? server.host);
    },
  },
  evacuate: {
    from: ['active', 'stopped'],
    task: 'rebuilding',
    keys: ['host'],
    ends(_world, server, { host }) {
      server.host = typeof host === 'string' ? host : (HOSTS.find((one) => one !== server.host) ?? server.host);
    },
  },
  migrate: {
    from: ['active', 'stopped'],
    task: 'resize_prep',
    keys: ['host'],
    ends(_world, server, { host }) {
      server.host = typeof host === 'string' ? host : (HOSTS.find((one) => one !== server.host) ?? server.host);
      server.vmState = 'resized';
    },
  },
};

const SIMPLE = new Set(['lock', 'unlock', 'createImage']);

export const isChange = (name: string): boolean => SIMPLE.has(name) || Object.hasOwn(DEEDS, name);

/** What is done to a server by an action of these; undefined for another one. */
export function change(
  world: World,
  server: WorldServer,
  name: string,
  body: Row,
  { admin, request }: { readonly admin: boolean; readonly request: string },
): Answer | undefined {
  if (name === 'lock' || name === 'unlock') {
    server.locked = name === 'lock';
    server.lockedReason = server.locked ? (textOf(rowIn(body, name), 'locked_reason') ?? null) : null;
    world.touch(server);
    return { status: 202 };
  }
  const deed = DEEDS[name];
  if (!deed && name !== 'createImage') return undefined;
  if (server.locked && !admin) throw novaRefusal(409, `Instance ${server.id} is locked`);
  const value = rowIn(body, name);
  if (name === 'createImage') {
    const { name: called, metadata } = onlyKeys(value, ['name', 'metadata']);
    const id = randomUUID();
    const description = isRow(metadata) ? textOf(metadata, 'description') : undefined;
    world.images.set(id, { name: String(called), of: server.id, ...(description !== undefined && { description }) });
    return { status: 202, body: { image_id: id } };
  }
  if (!deed) return undefined;
  onlyKeys(value, deed.keys);
  const cannot = (what: string) => novaRefusal(409, `Cannot '${name}' instance ${server.id} while it is in ${what}`);
  if (!deed.from.includes(server.vmState)) throw cannot(`vm_state ${server.vmState}`);
  if (server.taskState !== null) throw cannot(`task_state ${server.taskState}`);
  world.begin(server, name, request, deed.task, () => deed.ends(world, server, value));
  return { status: name === 'evacuate' ? 200 : 202 };
}

/** `os-keypairs`. */
export function keyPairs(world: World, method: string, name: string, body: unknown): Answer {
  const view = (called: string) => ({
    keypair: { name: called, fingerprint: 'aa:bb', type: 'ssh', public_key: world.keyPairs.get(called) },
  });
  if (method === 'POST') {
    const row = onlyKeys(rowIn(isRow(body) ? body : {}, 'keypair'), ['name', 'public_key', 'type']);
    world.keyPairs.set(String(row['name']), String(row['public_key']));
    return { status: 201, body: view(String(row['name'])) };
  }
  if (name === '') return { status: 200, body: { keypairs: [...world.keyPairs.keys()].map(view) } };
  if (!world.keyPairs.has(name)) throw novaRefusal(404, `Keypair ${name} not found for user`);
  if (method === 'GET') return { status: 200, body: view(name) };
  world.keyPairs.delete(name);
  return { status: 204 };
}
