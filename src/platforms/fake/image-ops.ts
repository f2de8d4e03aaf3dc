import { flavorId, imageId } from '../../ids.ts';
import { gib, mib } from '../../units.ts';
import type { Flavor, FlavorOps, ImageOps, LossPlan } from '../contract.ts';
import { noListed, refusePlanned, refuseTakenName } from '../lib/listed.ts';
import type { Calls } from './call.ts';
import { planFor } from './listed-plans.ts';
import { ROLES } from './names.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';
import { folderOf } from './volume-ops.ts';

/** An image comes from the web. */
const FETCH_MS = 2_000;
/** Where images are kept when no storage is named. */
const USUAL_STORAGE = 'vms';

export function createImageOps({ collections, agenda, clock, endpoint }: FakeServer, calls: Calls): Required<ImageOps> {
  /** The medium in a drive is needed; the disk of a VM is a copy of its own. */
  const plan = (id: string): LossPlan => {
    const image = collections.image.all().find((one) => one.id === id);
    if (!image) throw noListed('image', id);
    const users = collections.volume.all().find(({ path }) => path === image.path)?.users ?? [];
    return planFor(image.name, users, [image.path ?? image.name]);
  };

  return {
    list: (_of, signal) => calls.endpoint('image.list', signal, () => collections.image.all()),
    create: (_of, { name, url, storage: wanted, format, size }, signal) =>
      calls.endpoint('image.create', signal, () => {
        refuseTakenName('image', endpoint, collections.image.all(), name);
        const storage = wanted === '' ? USUAL_STORAGE : wanted;
        const path = `${folderOf(collections, endpoint, storage)}/${name}`;
        const id = imageId(endpoint, name);
        const isIso = /\.iso$/i.test(url);
        agenda.plan(FETCH_MS, () =>
          collections.image.put({
            id,
            name,
            type: isIso ? 'iso' : 'disk',
            format: format ?? (isIso ? 'raw' : 'qcow2'),
            size: size ?? mib(500),
            storage,
            path,
            os: undefined,
            arch: undefined,
            created: clock.now(),
            status: 'active',
            visibility: 'private',
          }),
        );
        return { ...accepted(), id };
      }),
    planDelete: (id, signal) => calls.endpoint('image.planDelete', signal, () => plan(id)),
    delete: (id, signal) =>
      calls.endpoint('image.delete', signal, () => {
        refusePlanned(plan(id));
        collections.image.remove(id);
        return accepted();
      }),
  };
}

export const createFlavorOps = ({ endpoint }: FakeServer, calls: Calls): Required<FlavorOps> => ({
  list: (_of, signal) => calls.endpoint('flavor.list', signal, () => flavors(endpoint)),
});

/** The sizes of the machines of the demo, each once. */
function flavors(endpoint: FakeServer['endpoint']): readonly Flavor[] {
  const byProfile = new Map(ROLES.map((role) => [role.profile, role]));
  return Array.from(byProfile.values(), ({ profile, cpus, memoryGib }) => ({
    id: flavorId(endpoint, profile),
    name: profile,
    cpus,
    memory: gib(memoryGib),
    disk: gib(10),
    arch: 'x86_64',
    description: undefined,
  }));
}
