/** Neutron and Cinder, pretended, as far as they are asked: rows as in the samples of their API references. */
import { randomUUID } from 'node:crypto';
import { isRow, type Row } from '../../lib/json.ts';
import { rowIn } from '../json.ts';
import { answerTransfer, answerType, typeView } from './cinder-types.ts';
import type { Session } from './keystone.ts';
import { LAN, passes } from './neutron-store.ts';
import { pageOf } from './pages.ts';
import { forbidden, novaRefusal } from './refusal.ts';
import type { World, WorldVolumeSnapshot } from './world.ts';

export interface ServiceAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly content?: Buffer;
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
  /** What was sent, as it came. */
  readonly content: Buffer;
  /** Of bytes that are asked for. */
  readonly range: string | undefined;
}

/** Neutron: lists with filters, and what is made, changed and deleted. What a network is made of only administrators are told. */
export function answerNeutron({ neutron }: World, request: ServiceRequest): ServiceAnswer {
  const { path, query, session, base, pageSize, method, body } = request;
  const [, version, ...segments] = path.split('/');
  if (version !== 'v2.0') throw novaRefusal(404, 'The resource could not be found.');
  const [noun = '', id] = segments.map(decodeURIComponent);
  if (noun === 'quotas') return { status: 200, body: { quota: neutron.quotas() } };
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
  if (noun === 'limits') return { status: 200, body: limitsOf(world) };
  if (noun === 'types' && (id !== '' || method !== 'GET')) return answerType(world, method, id, body);
  if (noun === 'types') {
    takes(query, 'limit', 'marker', 'is_public');
    return page([...world.volumeTypes].map(typeView), 'volume_types', 'volume_type_links');
  }
  // As Cinder does, which takes every word behind the question mark for a filter.
  if (noun === 'os-volume-transfer' && query.size > 0) return { status: 200, body: { transfers: [] } };
  if (noun === 'os-volume-transfer') return answerTransfer(world, method, [id, verb], body);
  if (noun === 'snapshots' && method === 'POST') return { status: 202, body: takeSnapshot(world, body) };
  if (noun === 'snapshots' && (id === '' || id === 'detail')) {
    takes(query, 'limit', 'marker', 'all_tenants', 'name', 'volume_id');
    const rows = [...world.volumeSnapshots].map(([native, snapshot]) => snapshotView(native, snapshot));
    const wanted = ['name', 'volume_id'] as const;
    return page(
      rows.filter((row) => wanted.every((key) => (query.get(key) ?? row[key]) === row[key])),
      'snapshots',
    );
  }
  if (noun === 'snapshots') {
    const found = world.volumeSnapshots.get(id);
    if (!found) throw novaRefusal(404, `Snapshot ${id} could not be found.`);
    if (method === 'GET') return { status: 200, body: { snapshot: snapshotView(id, found) } };
    world.volumeSnapshots.delete(id);
    return { status: 202 };
  }
  if (noun === 'volumes' && (id === 'detail' || (id === '' && method === 'GET'))) {
    takes(query, 'limit', 'marker', 'all_tenants', 'name');
    if (query.has('all_tenants') && !session.admin) throw novaRefusal(403, 'Policy does not allow it');
    const rows = [...world.volumes].map(([volume, size]) => volumeView(world, volume, size));
    return page(
      rows.filter(({ name }) => (query.get('name') ?? name) === name),
      'volumes',
    );
  }
  if (noun === 'volumes' && method === 'POST' && id === '') {
    const row = only(rowIn(isRow(body) ? body : {}, 'volume'), [
      'name',
      'size',
      'volume_type',
      'imageRef',
      'snapshot_id',
    ]);
    const source = world.volumeSnapshots.get(String(row['snapshot_id']))?.volume ?? '';
    const made = randomUUID();
    world.volumes.set(made, Number(row['size']));
    world.volumeWords.set(made, {
      name: String(row['name']),
      type: String(row['volume_type'] ?? world.volumeWords.get(source)?.type ?? '__DEFAULT__'),
    });
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

function takeSnapshot(world: World, body: unknown) {
  const row = only(rowIn(isRow(body) ? body : {}, 'snapshot'), ['name', 'description', 'volume_id', 'force']);
  const volume = String(row['volume_id']);
  const size = world.volumes.get(volume);
  if (size === undefined) throw novaRefusal(404, `Volume ${volume} could not be found.`);
  if (volumeView(world, volume, size).status === 'in-use' && row['force'] !== true)
    throw novaRefusal(400, 'Invalid volume: status must be available, but current status is: in-use.');
  const native = randomUUID();
  const taken = {
    name: String(row['name']),
    volume,
    size,
    description: String(row['description']),
    status: 'available',
  };
  world.volumeSnapshots.set(native, taken);
  return { snapshot: snapshotView(native, { ...taken, status: 'creating' }) };
}

const snapshotView = (id: string, { name, volume, size, description, status }: WorldVolumeSnapshot) => ({
  ...{ id, name, volume_id: volume, size, description, status, metadata: {} },
  created_at: '2026-01-01T00:00:00.000000',
  updated_at: null,
});

const limitsOf = ({ volumes }: World) => ({
  limits: {
    rate: [],
    absolute: {
      ...{ maxTotalVolumes: 20, totalVolumesUsed: volumes.size, maxTotalSnapshots: 10, totalSnapshotsUsed: 0 },
      maxTotalVolumeGigabytes: 1000,
      totalGigabytesUsed: [...volumes.values()].reduce((sum, size) => sum + size, 0),
    },
  },
});

function volumeView({ servers, volumeWords, transfers }: World, id: string, size: number) {
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
    status: attachments.length > 0 ? 'in-use' : transfers.has(id) ? 'awaiting-transfer' : 'available',
    attachments,
    volume_type: words?.type ?? '__DEFAULT__',
    bootable: 'false',
    multiattach: false,
    created_at: '2026-01-01T00:00:00.000000',
    updated_at: null,
  };
}

export function takes(query: URLSearchParams, ...keys: readonly string[]): void {
  for (const key of query.keys()) {
    if (!keys.includes(key)) throw novaRefusal(400, `Invalid filters ${key} are found in query options.`);
  }
}

export function only(row: Row, keys: readonly string[]): Row {
  const strange = Object.keys(row).find((key) => !keys.includes(key));
  if (strange === undefined) return row;
  throw novaRefusal(400, `Additional properties are not allowed ('${strange}' was unexpected)`);
}
