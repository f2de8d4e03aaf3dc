/**
 * Volumes of Cinder, and the types that they are of (API reference of Block Storage v3: GET /v3/PROJECT/volumes/detail,
 * GET /v3/PROJECT/types). A user chooses a type where others choose a storage: back ends are hidden behind it.
 */
import { FleetError } from '../../../errors.ts';
import { storageId, volumeId } from '../../../ids.ts';
import { gib } from '../../../units.ts';
import type { Storage, Trouble, Volume } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import type { Cloud } from '../cloud.ts';
import { bytesOf, rowsIn, timeOf } from '../json.ts';
import { type ListedRow, readListed } from '../listed-rows.ts';
import { readServerNames } from '../server-list.ts';
import { spellVolume } from './cinder.ts';

/** Where a volume is that has no type, which Cinder had until Train (2019). */
const UNTYPED = 'default';

const storageOf = (row: Row): string => textOf(row, 'volume_type') ?? UNTYPED;

/**
 * The volume types that the project may use, and those that its volumes are of all the same: a type may have become private
 * since, and old volumes have none. How large a back end is, its administrator knows.
 */
export async function listStorages(cinder: Api, cloud: Cloud, signal: AbortSignal): Promise<readonly Storage[]> {
  const [types, volumes] = await Promise.all([
    readTypes(cinder, cloud, signal),
    unlessFailed(readVolumes(cinder, cloud, signal), signal),
  ]);
  const names = new Set(types.map(({ name }) => name));
  const others = new Set(volumes?.map(({ row }) => storageOf(row)).filter((name) => !names.has(name)));
  return [
    ...types.map(({ id, name, trouble }) => storage(cloud, id, name, trouble)),
    ...[...others].map((name) => storage(cloud, `name/${name}`, name, undefined)),
  ];
}

export const readTypes = (cinder: Api, { name, address }: Cloud, signal: AbortSignal): Promise<readonly ListedRow[]> =>
  readListed(cinder, '/types', 'volume_types', {
    subject: `the volume types of ${name}`,
    signal,
    // `None` is both public and private ones, which only administrators may ask for.
    query: { is_public: address.allProjects ? 'None' : undefined },
    links: 'volume_type_links',
  });

/** Names of the volumes of a type, of all projects: only administrators may ask. Cinder's own filter knows no names of types. */
export async function volumesOfType(
  cinder: Api,
  { name }: Cloud,
  type: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const query = { all_tenants: 'True' };
  const subject = `the volumes of ${name}`;
  const rows = await readListed(cinder, '/volumes/detail', 'volumes', { subject, signal, query });
  return rows.filter(({ row }) => storageOf(row) === type).map((one) => one.name);
}

const storage = ({ endpoint }: Cloud, native: string, name: string, trouble: Trouble | undefined): Storage => ({
  id: storageId(endpoint, native),
  name,
  type: 'volume type',
  node: undefined,
  shared: undefined,
  active: true,
  size: undefined,
  used: undefined,
  path: undefined,
  content: [],
  ...(trouble ? { trouble } : {}),
});

/** Every volume, with the names of the servers that it is attached to as far as Nova tells them. */
export async function listVolumes(
  cinder: Api,
  nova: Api,
  cloud: Cloud,
  signal: AbortSignal,
): Promise<readonly Volume[]> {
  const rows = await readVolumes(cinder, cloud, signal);
  const attached = rows.some(({ row }) => serversOf(row).length > 0);
  const { name: subject, address } = cloud;
  const names = attached
    ? await unlessFailed(readServerNames(nova, { subject, allProjects: address.allProjects, signal }), signal)
    : undefined;
  return rows.map((listed) => volumeOf(cloud, listed, names));
}

const readVolumes = (cinder: Api, { name, address }: Cloud, signal: AbortSignal): Promise<readonly ListedRow[]> =>
  readListed(cinder, '/volumes/detail', 'volumes', {
    subject: `the volumes of ${name}`,
    signal,
    query: { all_tenants: address.allProjects ? 'True' : undefined },
  });

function volumeOf(
  { endpoint }: Cloud,
  { id, name, row, trouble }: ListedRow,
  names: ReadonlyMap<string, string> | undefined,
): Volume {
  const users = serversOf(row).map((server) => names?.get(server));
  const wrong = trouble ?? troubleOf(row);
  return {
    id: volumeId(endpoint, id),
    name,
    storage: storageOf(row),
    type: textOf(row, 'volume_type'),
    format: undefined,
    size: bytesOf(row, 'size', gib(1)),
    used: undefined,
    path: spellVolume(id, name),
    users: users.every((user) => user !== undefined) ? users : undefined,
    ...(wrong ? { trouble: wrong } : {}),
  };
}

/** Some are attached to a host alone, without a server. */
const serversOf = (row: Row): readonly string[] =>
  rowsIn(row, 'attachments').flatMap((attachment) => textOf(attachment, 'server_id') ?? []);

/** `error`, `error_deleting`, `error_extending` … */
function troubleOf(row: Row): Trouble | undefined {
  const status = textOf(row, 'status');
  if (!status?.startsWith('error')) return undefined;
  const since = timeOf(row, 'updated_at') ?? timeOf(row, 'created_at') ?? 0;
  return { message: `Cinder says of it: ${status}`, since };
}

/** The rest is shown without it. */
async function unlessFailed<Answer>(asked: Promise<Answer>, signal: AbortSignal): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof FleetError && !signal.aborted) return undefined;
    throw error;
  }
}
