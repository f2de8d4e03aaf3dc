/** Deleting what lies in a storage: DELETE /nodes/{node}/storage/{storage}/content/{volume}, which begins a task. */
import { FleetError } from '../../../errors.ts';
import { type Id, nativeOfListed } from '../../../ids.ts';
import type { Accepted, LossPlan } from '../../contract.ts';
import { noListed } from '../../lib/listed.ts';
import type { Api } from '../api.ts';
import { type Catalog, type ListContext, readCatalog } from '../catalog.ts';
import { type Entry, isImage, readStorage } from '../contents.ts';
import { flagOf } from '../json.ts';
import { placePath } from '../read-each.ts';
import { acceptedTask } from '../tasks.ts';
import { whoNeeds } from './needs.ts';

export interface Removal {
  planDelete(id: Id, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused for what a guest needs, or where that can't be found out. */
  delete(id: Id, signal: AbortSignal): Promise<Accepted>;
}

/** Of volumes or of images. `control`: where changes are sent. */
export function createRemoval(kind: 'volume' | 'image', context: ListContext, control: Api): Removal {
  async function find(id: Id, signal: AbortSignal): Promise<{ readonly entry: Entry; readonly catalog: Catalog }> {
    const catalog = await readCatalog(context, signal);
    const native = nativeOfListed(id);
    const storage = catalog.storages.find(({ key }) => native.startsWith(`${key}:`));
    if (!storage) throw noListed(kind, id);
    if (storage.through.length === 0)
      throw new FleetError('op.conflict', `${storage.key} can't be used now: ${storage.offline ?? 'it is not active'}`);
    const { entries } = await readStorage(context, storage, signal);
    const entry = entries.find((one) => one.key === native && (kind === 'volume' || isImage(one.kind)));
    if (!entry) throw noListed(kind, id);
    return { entry, catalog };
  }

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
      const { node, storage, volid } = entry;
      const path = placePath('nodes', node, 'storage', storage.name, 'content', volid);
      const answer = await control.delete(path, { signal, subject: volid });
      return acceptedTask(answer, { api: control, clock: context.clock, signal, subject: volid });
    },
  };
}
