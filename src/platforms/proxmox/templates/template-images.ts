/** Templates among the images: guests that others are made of. Their numbers are given out again, so their ids are not all that they are. */
import { FleetError } from '../../../errors.ts';
import { endpointOf, type Id, imageId, nativeOfListed, type VmId, vmId } from '../../../ids.ts';
import type { Image, VmOps } from '../../contract.ts';
import { noListed } from '../../lib/listed.ts';
import type { ListContext } from '../catalog.ts';
import type { Guest, Resources } from '../guests.ts';
import type { GuestIndex } from '../index-of-guests.ts';
import type { Removal } from '../storage/removal.ts';

export const templateImages = ({ endpoint }: ListContext, { guests }: Resources): readonly Image[] =>
  [...guests.values()].flatMap((guest) => (guest.template ? [rowOf(imageId(endpoint, guest.key), guest)] : []));

const rowOf = (id: Image['id'], { name, kind }: Guest): Image => ({
  id,
  // one of another name is another one
  identity: name,
  name,
  type: kind === 'qemu' ? 'template' : 'container template',
  storage: undefined,
  path: undefined,
  format: undefined,
  size: undefined,
  created: undefined,
  os: undefined,
  arch: undefined,
  status: undefined,
  visibility: undefined,
});

const GUEST = /^(?:qemu|lxc)\/\d{1,9}$/;

/** Of files by `files`; a template goes as the guest that it is. */
export function createImageRemoval(
  files: Removal,
  index: GuestIndex,
  vm: Required<Pick<VmOps, 'planDelete' | 'delete'>>,
): Removal {
  /** Undefined for a file. Rejects with image.not-found for a guest that is no template. */
  async function findTemplate(
    id: Id,
    signal: AbortSignal,
  ): Promise<{ readonly of: VmId; readonly name: string } | undefined> {
    const key = nativeOfListed(id);
    if (!GUEST.test(key)) return undefined;
    const guest = await index.refreshed(key, signal).catch((error: unknown) => {
      throw error instanceof FleetError && error.code === 'vm.not-found' ? noListed('image', id) : error;
    });
    if (!guest.template) throw noListed('image', id);
    return { of: vmId(endpointOf(id), key), name: guest.name };
  }
  return {
    async planDelete(id, signal) {
      const template = await findTemplate(id, signal);
      if (!template) return files.planDelete(id, signal);
      const { goes, stays, refused } = await vm.planDelete(template.of, signal);
      return { goes: [`the template ${template.name}`, ...goes], stays, ...(refused !== undefined && { refused }) };
    },
    async delete(id, signal) {
      const template = await findTemplate(id, signal);
      if (!template) return files.delete(id, signal);
      return vm.delete(template.of, { keepDisks: false, snapshots: false }, signal);
    },
  };
}
