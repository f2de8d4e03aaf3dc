/** Volumes of Cinder that hang on no server: made, grown and deleted. */
import { FleetError } from '../../../errors.ts';
import { nativeOfListed, type VolumeId, volumeId } from '../../../ids.ts';
import { bytes, gib } from '../../../units.ts';
import type { LossPlan, VolumeOps, Warning } from '../../contract.ts';
import { refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import { pickOne } from '../find.ts';
import { findImage } from '../image/find-image.ts';
import { bytesOf } from '../json.ts';
import { readListed } from '../listed-rows.ts';
import { needed, type Project } from '../project.ts';
import { namesOfServers } from '../server-list.ts';
import { type CinderVolume, deleteVolume, gibOf, growVolume, makeVolume, spellVolume, theVolume } from './cinder.ts';

const GIB = gib(1);
const ONE = bytes(1);

type Changes = Required<Pick<VolumeOps, 'create' | 'planDelete' | 'delete' | 'resize'>>;

export function createVolumeOps(project: Project): Changes {
  const { cloud } = project;
  const of = (id: VolumeId, signal: AbortSignal) => theVolume(project, nativeOfListed(id), signal);

  async function plan(volume: CinderVolume, signal: AbortSignal): Promise<LossPlan> {
    const goes = [spellVolume(volume.id, volume.name)];
    const [users, snapshots] = await Promise.all([
      namesOfServers(project.nova, volume.servers, signal),
      snapshotsOf(project, volume, signal),
    ]);
    if (users.length > 0) return { goes, stays: [], refused: `${usedBy(volume.name, users)}: detach it first` };
    if (snapshots.length === 0) return { goes, stays: [] };
    return { goes, stays: [], refused: `${volume.name} has snapshots (${snapshots.join(', ')}): delete them first` };
  }

  return {
    async create(_of, spec, signal) {
      const cinder = needed(project.cinder, 'Cinder');
      if (spec.format !== '' && spec.format !== 'raw')
        throw new FleetError('op.refused', `volumes of Cinder have no format: ${spec.format} is one of images`, {
          fix: 'say raw: --format raw',
        });
      if (spec.linked)
        throw new FleetError(
          'op.refused',
          'whether a volume shares blocks with its image is up to the storage of Cinder',
        );
      const subject = `the volumes of ${cloud.name}`;
      const [all, type] = await Promise.all([
        readListed(cinder, '/volumes/detail', 'volumes', { subject, signal, query: { name: spec.name } }),
        spec.storage === '' ? '' : typeNamed(project, spec.storage, signal),
      ]);
      refuseTakenName('volume', cloud.name, all, spec.name);
      const size = gibOf(spec.size);
      const image = spec.image === undefined ? undefined : await findImage(project.glance, cloud, spec.image, signal);
      const least = image && Math.max(bytesOf(image.row, 'min_disk', GIB) ?? 0, bytesOf(image.row, 'size', ONE) ?? 0);
      if (image && least !== undefined && spec.size < least)
        throw new FleetError('op.refused', `the image ${image.name} does not fit into ${size} GiB`);
      const imageRef = image && { imageRef: image.id };
      const id = await makeVolume(project, { name: spec.name, size, type, ...imageRef }, signal);
      return { warnings: roundedUp(spec.size, size), id: volumeId(cloud.endpoint, id) };
    },
    planDelete: async (id, signal) => plan(await of(id, signal), signal),
    async delete(id, signal) {
      const volume = await of(id, signal);
      refusePlanned(await plan(volume, signal));
      await deleteVolume(needed(project.cinder, 'Cinder'), volume.id, signal);
      return { warnings: [] };
    },
    async resize(id, size, signal) {
      await growVolume(project, await of(id, signal), size, signal);
      return { warnings: [] };
    },
  };
}

const roundedUp = (asked: number, size: number): readonly Warning[] =>
  asked === size * GIB
    ? []
    : [{ feature: 'volume.create', detail: `Cinder makes volumes of whole GiB: it has ${size}` }];

/** The name of a volume type. Rejects with storage.not-found. */
export async function typeNamed(project: Project, asked: string, signal: AbortSignal): Promise<string> {
  const { cloud } = project;
  const cinder = needed(project.cinder, 'Cinder');
  const subject = `the volume types of ${cloud.name}`;
  const all = await readListed(cinder, '/types', 'volume_types', { subject, signal, links: 'volume_type_links' });
  return pickOne(all, asked, cloud, 'storage').name;
}

async function snapshotsOf({ cinder, cloud }: Project, volume: CinderVolume, signal: AbortSignal) {
  const subject = `the snapshots of ${volume.name} in ${cloud.name}`;
  const query = { volume_id: volume.id };
  return (await readListed(needed(cinder, 'Cinder'), '/snapshots', 'snapshots', { subject, signal, query })).map(
    ({ name }) => name,
  );
}
