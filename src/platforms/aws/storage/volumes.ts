/** EBS volumes. */
import type { Volume as Ec2Volume, Filter, VolumeType } from '@aws-sdk/client-ec2';
import { FleetError } from '../../../errors.ts';
import { volumeId } from '../../../ids.ts';
import { type Bytes, gib } from '../../../units.ts';
import type { LossPlan, Volume, VolumeOps, VolumeSpec } from '../../contract.ts';
import { refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import type { About, Api } from '../api.ts';
import {
  type AwsRegion,
  aboutRegion,
  accepted,
  nameOf,
  namesOf,
  nativeId,
  pageOf,
  present,
  readAll,
  tagged,
  tagsOf,
} from '../region.ts';
import { readZones } from '../zones.ts';

const PAGE = 500;
const VOLUME_TYPES = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const satisfies readonly VolumeType[];
const USUAL_TYPE = 'gp3';
/** These have no other speed than the one that is asked for. */
const NEEDS_IOPS: readonly string[] = ['io1', 'io2'];
/** The least that both take for a gibibyte. */
const IOPS = 100;

export const readVolumes = ({ api }: AwsRegion, about: About): Promise<readonly Ec2Volume[]> =>
  readAllVolumes(api, about);

/** All volumes of the region that the filters let through. */
export const readAllVolumes = (
  api: Api,
  about: About,
  filters: readonly Filter[] = [],
): Promise<readonly Ec2Volume[]> =>
  readAll('DescribeVolumes', async (marker) => {
    const which = filters.length === 0 ? {} : { Filters: [...filters] };
    const answer = await api.read('DescribeVolumes', { ...pageOf(PAGE, marker), ...which }, about);
    return { items: answer.Volumes ?? [], next: answer.NextToken || undefined };
  });

export async function listVolumes(region: AwsRegion, about: About): Promise<readonly Volume[]> {
  const all = await readVolumes(region, about);
  const names = await namesOf(
    region,
    all.flatMap(({ Attachments = [] }) => Attachments.map(({ InstanceId }) => InstanceId)),
    about,
  );
  return all.map((volume) => volumeOf(region.endpoint, volume, names));
}

function volumeOf(
  endpoint: AwsRegion['endpoint'],
  { VolumeId = '', Tags, VolumeType, Size, Attachments = [] }: Ec2Volume,
  names: ReadonlyMap<string, string>,
): Volume {
  return {
    id: volumeId(endpoint, VolumeId),
    name: nameOf(Tags, VolumeId),
    storage: VolumeType ?? '',
    type: undefined,
    format: undefined,
    size: Size === undefined ? undefined : gib(Size),
    used: undefined,
    path: VolumeId,
    users: Attachments.flatMap(({ InstanceId }) =>
      InstanceId === undefined ? [] : (names.get(InstanceId) ?? InstanceId),
    ),
  };
}

/** EBS counts in whole gibibytes. Throws op.refused for what is none. */
export function gibOf(name: string, size: Bytes): number {
  const count = size / gib(1);
  if (Number.isInteger(count) && count > 0) return count;
  throw new FleetError('op.refused', `${name}: volumes of EBS are whole gibibytes`, { fix: 'say 10GiB, not 10GB' });
}

/** `gp3`, or `gp3@eu-central-1a` for the zone too. Throws storage.not-found for a type that EBS has not. */
export function typeOf(
  name: string,
  storage: string,
): { readonly type: VolumeType; readonly zone: string | undefined } {
  const [word = '', zone] = storage.split('@');
  const wanted = word || USUAL_TYPE;
  const type = VOLUME_TYPES.find((one) => one === wanted);
  if (!type)
    throw new FleetError('storage.not-found', `${name}: EBS has no volumes of type ${JSON.stringify(word)}`, {
      fix: `use one of ${VOLUME_TYPES.join(', ')}`,
    });
  return { type, zone };
}

/** What a volume of this type and size is asked with. */
export const speedOf = (type: string, size: number): { readonly Iops?: number } =>
  NEEDS_IOPS.includes(type) ? { Iops: Math.max(IOPS, Math.min(16_000, size * 3)) } : {};

/** What a volume of this type has when nothing more is said; undefined for types that are not measured by it. */
export function iopsOf(type: string, size: number): number | undefined {
  if (type === 'gp3') return 3_000;
  if (type === 'gp2') return Math.max(IOPS, Math.min(16_000, size * 3));
  return speedOf(type, size).Iops;
}

export function createVolumeOps(
  region: AwsRegion,
): Pick<Required<VolumeOps>, 'list' | 'create' | 'planDelete' | 'delete' | 'resize'> {
  const { api, endpoint } = region;
  const found = async (id: string, about: About): Promise<Volume> =>
    present(
      'volume',
      id,
      (await listVolumes(region, about)).find((one) => one.id === id),
    );
  const plan = ({ name, path, users = [] }: Volume): LossPlan => ({
    goes: [path === name ? name : `${name} (${path})`],
    stays: [],
    ...(users.length > 0 && { refused: usedBy(name, users) }),
  });

  return {
    list: (_of, signal) => listVolumes(region, aboutRegion(region, signal)),
    async create(_of, spec: VolumeSpec, signal) {
      const about = aboutRegion(region, signal);
      const { name, size, storage, format, image } = spec;
      if (image !== undefined)
        throw new FleetError('op.unsupported', `${name}: a volume of EBS is made of a snapshot, not of an image`, {
          fix: 'make an instance of the image (vm create --image): its volume comes with it',
        });
      if (format !== '' && format !== 'raw')
        throw new FleetError('op.unsupported', `${name}: volumes of EBS have no format ${format}`);
      const { type, zone } = typeOf(name, storage);
      const count = gibOf(name, size);
      refuseTakenName('volume', endpoint, await listVolumes(region, about), name);
      const AvailabilityZone = zone ?? (await readZones(api, about))[0]?.ZoneName;
      const { VolumeId } = await api.change(
        'CreateVolume',
        {
          AvailabilityZone,
          Size: count,
          VolumeType: type,
          ...speedOf(type, count),
          ...tagged('volume', tagsOf(name)),
        },
        about,
      );
      return { ...accepted, ...(VolumeId !== undefined && { id: volumeId(endpoint, VolumeId) }) };
    },
    planDelete: async (id, signal) => plan(await found(id, aboutRegion(region, signal))),
    async delete(id, signal) {
      const about = aboutRegion(region, signal);
      const volume = await found(id, about);
      refusePlanned(plan(volume));
      await api.change('DeleteVolume', { VolumeId: nativeId(id) }, { ...about, subject: volume.name });
      return accepted;
    },
    async resize(id, size, signal) {
      const about = aboutRegion(region, signal);
      const { name, size: now } = await found(id, about);
      await grow(region, { name, volume: nativeId(id), now, size }, about);
      return accepted;
    },
  };
}

export interface Growth {
  readonly name: string;
  readonly volume: string;
  readonly now: Bytes | undefined;
  readonly size: Bytes;
}

/** Rejects with op.refused for what would cut it off. */
export async function grow(
  { api, touched }: AwsRegion,
  { name, volume, now, size }: Growth,
  about: About,
): Promise<void> {
  if (now !== undefined && size < now)
    throw new FleetError('op.refused', `${name} would be cut off: volumes of EBS can only grow`);
  if (size === now) return;
  try {
    await api.change('ModifyVolume', { VolumeId: volume, Size: gibOf(name, size) }, { ...about, subject: name });
  } finally {
    touched(volume);
  }
}
