import { type NetworkId, nativeOfListed } from '../../../ids.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { noListed } from '../../lib/listed.ts';
import type { Api } from '../api.ts';
import { findOne } from '../find.ts';
import { rowIn } from '../json.ts';
import type { ListedRow } from '../listed-rows.ts';
import { isMissing, needed, type Project } from '../project.ts';
import { isSeen } from './networks.ts';

/** By name or id, among those that the project may plug into. Rejects with network.not-found. */
export const findNetwork = ({ cloud, neutron }: Project, asked: string, signal: AbortSignal): Promise<ListedRow> =>
  findOne(needed(neutron, 'Neutron'), ['/networks', 'networks'], asked, {
    ...{ cloud, kind: 'network', signal },
    counts: (row) => isSeen(cloud, row),
  });

export interface FoundNetwork {
  readonly neutron: Api;
  readonly native: string;
  readonly row: Row;
  readonly name: string;
}

/** Rejects with network.not-found. */
export async function findById(project: Project, id: NetworkId, signal: AbortSignal): Promise<FoundNetwork> {
  const neutron = needed(project.neutron, 'Neutron');
  const native = nativeOfListed(id);
  try {
    const body = await neutron.get(`/networks/${encodeURIComponent(native)}`, { signal, subject: 'the network' });
    const row = rowIn(body, 'network');
    return { neutron, native, row, name: textOf(row, 'name') ?? native };
  } catch (error) {
    throw isMissing(error) ? noListed('network', id) : error;
  }
}
