/** One object of Neutron by its id, and names of networks and servers for lists of others. */
import { FleetError } from '../../../errors.ts';
import type { Id } from '../../../ids.ts';
import { nativeOfListed } from '../../../ids.ts';
import type { ListedKind } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { noListed } from '../../lib/listed.ts';
import type { Api } from '../api.ts';
import { rowIn } from '../json.ts';
import { isOfProject, type ListedRow, readListed } from '../listed-rows.ts';
import { isSeen } from '../network/networks.ts';
import { isMissing, needed, type Project } from '../project.ts';

export interface Thing {
  readonly neutron: Api;
  readonly native: string;
  /** `/subnets/ID`. */
  readonly path: string;
  readonly row: Row;
  /** Its id where it has no name. */
  readonly name: string;
}

/** Rejects with KIND.not-found. `noun`: `subnet`, below `/subnets`. */
export async function theThing(
  project: Project,
  kind: ListedKind,
  [path, noun]: readonly [path: string, noun: string],
  id: Id,
  signal: AbortSignal,
): Promise<Thing> {
  const neutron = needed(project.neutron, 'Neutron');
  const native = nativeOfListed(id);
  const own = `${path}/${encodeURIComponent(native)}`;
  try {
    const row = rowIn(await neutron.get(own, { signal, subject: native }), noun);
    return { neutron, native, path: own, row, name: textOf(row, 'name') ?? native };
  } catch (error) {
    throw isMissing(error) ? noListed(kind, id) : error;
  }
}

/** For what Neutron has no word for. */
export const lacks = (why: string): FleetError => new FleetError('op.unsupported', why, { fix: 'leave it out' });

/** Those of the project, unless all projects are shown. */
export async function readOwn(
  { cloud, neutron }: Project,
  [path, key]: readonly [path: string, key: string],
  signal: AbortSignal,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly ListedRow[]> {
  const subject = `the ${key.replaceAll('_', ' ')} of ${cloud.name}`;
  const rows = await readListed(needed(neutron, 'Neutron'), path, key, { subject, signal, query });
  return rows.filter(({ row }) => isOfProject(cloud, textOf(row, 'project_id') ?? textOf(row, 'tenant_id'), false));
}

/** Id -> name of the networks that the project may use. */
export async function networkNames(
  { cloud, neutron }: Project,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const subject = `the networks of ${cloud.name}`;
  const rows = await readListed(needed(neutron, 'Neutron'), '/networks', 'networks', { subject, signal });
  return new Map(rows.filter(({ row }) => isSeen(cloud, row)).map(({ id, name }) => [id, name]));
}
