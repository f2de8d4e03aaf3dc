import { flavorId, imageId } from '../../ids.ts';
import { bytes, gib, mib } from '../../units.ts';
import type { Flavor, FlavorOps, Image, ImageOps, LossPlan } from '../contract.ts';
import { refusePlanned, refuseTakenName } from '../lib/listed.ts';
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

export function createImageOps(
  { collections, contents, agenda, clock, endpoint }: FakeServer,
  calls: Calls,
): Required<ImageOps> {
  const imageOf = (id: string): Image => collections.image.one(id);
  /** The medium in a drive is needed; the disk of a VM is a copy of its own. */
  const plan = (id: string): LossPlan => {
    const image = imageOf(id);
    if (image.protected)
      return { goes: [image.name], stays: [], refused: `${image.name} is protected: take that off first` };
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
    upload: (_of, { name, storage: wanted }, source, signal) =>
      calls.endpoint('image.upload', signal, async () => {
        refuseTakenName('image', endpoint, collections.image.all(), name);
        const storage = wanted === '' ? USUAL_STORAGE : wanted;
        const path = `${folderOf(collections, endpoint, storage)}/${name}`;
        const id = imageId(endpoint, name);
        contents.forget(id);
        await contents.fill(id, source, signal);
        const size = bytes(contents.sizeOf(id));
        collections.image.put({
          ...{ id, name, type: 'disk', format: 'raw', size, storage, path, os: undefined, arch: undefined },
          ...{ created: clock.now(), status: 'active', visibility: 'private' },
        });
        return { ...accepted(), id };
      }),
    download: (id, to, signal) =>
      calls.endpoint('image.download', signal, async () => {
        const { name, storage = USUAL_STORAGE } = imageOf(id);
        await contents.copyTo({ id, name, storage }, to, signal);
        return accepted();
      }),
    update: (id, { name, properties = {}, ...changes }, signal) =>
      calls.endpoint('image.update', signal, () => {
        const image = imageOf(id);
        const said = Object.entries({ ...image.properties, ...properties }).filter(([, value]) => value !== '');
        collections.image.put({
          ...image,
          name: name ?? image.name,
          protected: changes.protected ?? image.protected ?? false,
          visibility: changes.public === undefined ? image.visibility : changes.public ? 'public' : 'private',
          properties: Object.fromEntries(said),
        });
        return accepted();
      }),
    planDelete: (id, signal) => calls.endpoint('image.planDelete', signal, () => plan(id)),
    delete: (id, signal) =>
      calls.endpoint('image.delete', signal, () => {
        refusePlanned(plan(id));
        collections.image.remove(id);
        contents.forget(id);
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
