import type { NetworkId } from '../../../ids.ts';
import { type Thing, theThing } from '../cloud-nouns/neutron-thing.ts';
import { findOne } from '../find.ts';
import type { ListedRow } from '../listed-rows.ts';
import { needed, type Project } from '../project.ts';
import { isSeen } from './networks.ts';

/** By name or id, among those that the project may plug into. Rejects with network.not-found. */
export const findNetwork = ({ cloud, neutron }: Project, asked: string, signal: AbortSignal): Promise<ListedRow> =>
  findOne(needed(neutron, 'Neutron'), ['/networks', 'networks'], asked, {
    ...{ cloud, kind: 'network', signal },
    counts: (row) => isSeen(cloud, row),
  });

/** Rejects with network.not-found. */
export const findById = (project: Project, id: NetworkId, signal: AbortSignal): Promise<Thing> =>
  theThing(project, 'network', ['/networks', 'network'], id, signal);
