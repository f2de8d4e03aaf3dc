/** Volume types of Cinder, which administrators make (API reference of Block Storage v3: /types). */
import { FleetError } from '../../../errors.ts';
import { nativeOfListed, type StorageId, storageId } from '../../../ids.ts';
import type { LossPlan, StorageDeleteOptions, StorageOps, StorageSpec } from '../../contract.ts';
import { asRow, textOf } from '../../lib/json.ts';
import { noListed, refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import { rowIn } from '../json.ts';
import { isMissing, needed, type Project } from '../project.ts';
import { readTypes, volumesOfType } from './volume-list.ts';

type Changes = Required<Pick<StorageOps, 'create' | 'planDelete' | 'delete'>>;

interface VolumeType {
  readonly path: string;
  readonly name: string;
}

const MOST_NAMED = 5;

export function createTypeOps(project: Project): Changes {
  const { cloud } = project;
  const cinder = () => needed(project.cinder, 'Cinder');

  /** Those that are known by volumes of theirs alone have no id (volume-list.ts). */
  async function find(id: StorageId, signal: AbortSignal): Promise<VolumeType> {
    const native = nativeOfListed(id);
    const path = `/types/${encodeURIComponent(native)}`;
    try {
      const row = rowIn(await cinder().get(path, { signal, subject: native }), 'volume_type');
      return { path, name: textOf(row, 'name') ?? native };
    } catch (error) {
      throw isMissing(error) ? noListed('storage', id) : error;
    }
  }

  async function plan({ name }: VolumeType, { volumes }: StorageDeleteOptions, signal: AbortSignal): Promise<LossPlan> {
    const goes = [`the volume type ${name}`];
    if (volumes) return { goes, stays: [], refused: 'volumes of a type are deleted one by one: drover volume delete' };
    const users = await volumesOfType(cinder(), cloud, name, signal);
    if (users.length === 0) return { goes, stays: [] };
    const more = users.length - MOST_NAMED;
    const named = users.toSorted().slice(0, MOST_NAMED).join(', ');
    const all = more > 0 ? `${named} and ${more} more` : named;
    return { goes, stays: [], refused: `${name} has volumes (${all}): delete them first` };
  }

  return {
    async create(_of, spec, signal) {
      const { name, source } = readSpec(spec);
      refuseTakenName('storage', cloud.name, await readTypes(cinder(), cloud, signal), name);
      const volume_type = { name, ...(source !== undefined && { extra_specs: { volume_backend_name: source } }) };
      const { body } = await cinder().change('POST', '/types', { signal, subject: name, json: { volume_type } });
      const id = textOf(rowIn(asRow(body, name), 'volume_type'), 'id');
      return { warnings: [], ...(id !== undefined && { id: storageId(cloud.endpoint, id) }) };
    },
    planDelete: async (id, options, signal) => plan(await find(id, signal), options, signal),
    async delete(id, options, signal) {
      const found = await find(id, signal);
      refusePlanned(await plan(found, options, signal));
      await cinder().change('DELETE', found.path, { signal, subject: found.name });
      return { warnings: [] };
    },
  };
}

/** Throws op.refused, by name, for what a volume type has not. */
function readSpec(spec: StorageSpec): Pick<StorageSpec, 'name' | 'source'> {
  const { name, type, path, source, hosts = [], format, initiator, login, thinPool } = spec;
  if (type !== 'volume-type')
    throw new FleetError('op.refused', `${name}: Cinder has no storages of the type ${type}`, {
      fix: 'say --type volume-type, and the name of its back end as --source',
    });
  const foreign: readonly (readonly [string, boolean])[] = [
    ['path', path !== ''],
    ['host', hosts.length > 0],
    ['format', format !== undefined],
    ['initiator', initiator !== undefined],
    ['user or secret', login !== undefined],
    ['thin pool', thinPool !== undefined],
  ];
  const [first] = foreign.filter(([, isAsked]) => isAsked);
  if (first) throw new FleetError('op.refused', `${name}: a volume type has no ${first[0]}`, { fix: 'leave it out' });
  return { name, ...(source !== undefined && { source }) };
}
