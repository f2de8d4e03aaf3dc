/** Deleting what lies in a storage: DELETE /nodes/{node}/storage/{storage}/content/{volume}, which begins a task. */
import { FleetError } from '../../../errors.ts';
import type { Id } from '../../../ids.ts';
import type { Accepted, LossPlan } from '../../contract.ts';
import type { Api } from '../api.ts';
import type { Catalog, ListContext } from '../catalog.ts';
import { type Entry, isImage } from '../contents.ts';
import { flagOf } from '../json.ts';
import { deleteEntry, findEntry } from './find-entry.ts';
import { whoNeeds } from './needs.ts';

export interface Removal {
  planDelete(id: Id, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused for what a guest needs, or where that can't be found out. */
  delete(id: Id, signal: AbortSignal): Promise<Accepted>;
}

/** Of volumes or of images. `control`: where changes are sent. */
export function createRemoval(kind: 'volume' | 'image', context: ListContext, control: Api): Removal {
  const find = (id: Id, signal: AbortSignal) =>
    findEntry(context, kind, id, (entry) => kind === 'volume' || isImage(entry.kind), signal);

  async function refusalOf(entry: Entry, catalog: Catalog, signal: AbortSignal): Promise<string | undefined> {
    if (flagOf(entry.row, 'protected')) return `${entry.volid} is protected against being deleted`;
    return whoNeeds(context, catalog, entry, signal);
  }

  return {
    async planDelete(id, signal) {
      const { entry, catalog } = await find(id, signal);
      const refused = await refusalOf(entry, catalog, signal);
      return { goes: [entry.volid], stays: [], ...(refused !== undefined && { refused }) };
    },
    async delete(id, signal) {
      const { entry, catalog } = await find(id, signal);
      const refused = await refusalOf(entry, catalog, signal);
      if (refused !== undefined) throw new FleetError('op.refused', refused);
      return deleteEntry(entry, { api: control, clock: context.clock, signal });
    },
  };
}
