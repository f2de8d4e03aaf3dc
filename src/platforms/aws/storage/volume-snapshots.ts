/** Snapshots of EBS volumes. */
import type { Snapshot as Ec2Snapshot } from '@aws-sdk/client-ec2';
import { FleetError } from '../../../errors.ts';
import { type VolumeSnapshotId, volumeId, volumeSnapshotId } from '../../../ids.ts';
import { gib } from '../../../units.ts';
import type { LossPlan, VolumeSnapshot, VolumeSnapshotOps } from '../../contract.ts';
import { refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import type { About } from '../api.ts';
import { readImages } from '../image/images.ts';
import {
  type AwsRegion,
  aboutRegion,
  accepted,
  nameOf,
  nativeId,
  pageOf,
  present,
  readAll,
  tagged,
  tagsOf,
} from '../region.ts';
import { readZones } from '../zones.ts';
import { readVolumes, speedOf, typeOf } from './volumes.ts';

const PAGE = 500;
/** SnapshotState (EC2 API): all of it is in S3. */
const WHOLE = 'completed';
const BROKEN = 'error';

/** Those of this account. */
const readSnapshots = ({ api }: AwsRegion, about: About): Promise<readonly Ec2Snapshot[]> =>
  readAll('DescribeSnapshots', async (marker) => {
    const answer = await api.read('DescribeSnapshots', { OwnerIds: ['self'], ...pageOf(PAGE, marker) }, about);
    return { items: answer.Snapshots ?? [], next: answer.NextToken || undefined };
  });

function snapshotOf(
  endpoint: AwsRegion['endpoint'],
  snapshot: Ec2Snapshot,
  volumes: ReadonlyMap<string, string>,
  now: number,
): VolumeSnapshot {
  const { SnapshotId = '', VolumeId, VolumeSize, State, StateMessage, StartTime, Description, Tags } = snapshot;
  return {
    id: volumeSnapshotId(endpoint, SnapshotId),
    name: nameOf(Tags, SnapshotId),
    volume: VolumeId === undefined ? undefined : (volumes.get(VolumeId) ?? VolumeId),
    size: VolumeSize === undefined ? undefined : gib(VolumeSize),
    created: StartTime?.getTime(),
    status: State,
    description: Description || undefined,
    ...(State === BROKEN && { trouble: { message: StateMessage || 'it could not be copied', since: now } }),
  };
}

export function createVolumeSnapshotOps(region: AwsRegion): Required<VolumeSnapshotOps> {
  const { api, endpoint, clock } = region;
  async function list(about: About): Promise<readonly VolumeSnapshot[]> {
    const [snapshots, volumes] = await Promise.all([readSnapshots(region, about), readVolumes(region, about)]);
    const names = new Map(volumes.map(({ VolumeId = '', Tags }) => [VolumeId, nameOf(Tags, VolumeId)]));
    return snapshots.map((snapshot) => snapshotOf(endpoint, snapshot, names, clock.now()));
  }
  const found = async (id: VolumeSnapshotId, about: About): Promise<Ec2Snapshot> =>
    present(
      'volumesnapshot',
      id,
      (await readSnapshots(region, about)).find(({ SnapshotId }) => SnapshotId === nativeId(id)),
    );

  async function plan(id: VolumeSnapshotId, about: About): Promise<LossPlan> {
    const { SnapshotId = '', Tags } = await found(id, about);
    const name = nameOf(Tags, SnapshotId);
    const all = await readImages(region, { Owners: ['self'] }, about);
    const users = all.filter(({ BlockDeviceMappings = [] }) =>
      BlockDeviceMappings.some(({ Ebs }) => Ebs?.SnapshotId === SnapshotId),
    );
    const images = users.map(({ Name, ImageId }) => Name || ImageId).join(', ');
    return {
      goes: [name === SnapshotId ? `the snapshot ${name}` : `the snapshot ${name} (${SnapshotId})`],
      stays: [],
      ...(users.length > 0 && { refused: `${name} is what ${images} is made of: delete that first (image delete)` }),
    };
  }

  return {
    list: (_of, signal) => list(aboutRegion(region, signal)),
    async create(volume, { name, description }, signal) {
      const about = aboutRegion(region, signal);
      const [volumes, snapshots] = await Promise.all([readVolumes(region, about), list(about)]);
      const VolumeId = nativeId(volume);
      present(
        'volume',
        volume,
        volumes.find((one) => one.VolumeId === VolumeId),
      );
      refuseTakenName('volumesnapshot', endpoint, snapshots, name);
      const { SnapshotId } = await api.change(
        'CreateSnapshot',
        {
          VolumeId,
          ...(description !== '' && { Description: description }),
          ...tagged('snapshot', tagsOf(name)),
        },
        { ...about, subject: name },
      );
      return { ...accepted, ...(SnapshotId !== undefined && { id: volumeSnapshotId(endpoint, SnapshotId) }) };
    },
    async restore(id, { name, storage }, signal) {
      const about = { ...aboutRegion(region, signal), subject: name };
      const { SnapshotId, State, VolumeId: original, VolumeSize = 0 } = await found(id, about);
      if (State !== WHOLE)
        throw new FleetError('op.conflict', `${SnapshotId} is ${State}: no volume can be made of it yet`, {
          fix: 'wait until it is completed (volumesnapshot list)',
        });
      const volumes = await readVolumes(region, about);
      refuseTakenName(
        'volume',
        endpoint,
        volumes.map(({ Tags, VolumeId = '' }) => ({ name: nameOf(Tags, VolumeId) })),
        name,
      );
      const { type, zone } = typeOf(name, storage);
      const { VolumeId } = await api.change(
        'CreateVolume',
        {
          // Where its VM is, which it can be attached to then.
          AvailabilityZone:
            zone ??
            volumes.find((one) => one.VolumeId === original)?.AvailabilityZone ??
            (await readZones(api, about))[0]?.ZoneName,
          SnapshotId,
          VolumeType: type,
          ...speedOf(type, VolumeSize),
          ...tagged('volume', tagsOf(name)),
        },
        about,
      );
      return { ...accepted, ...(VolumeId !== undefined && { id: volumeId(endpoint, VolumeId) }) };
    },
    planDelete: (id, signal) => plan(id, aboutRegion(region, signal)),
    async delete(id, signal) {
      const about = aboutRegion(region, signal);
      refusePlanned(await plan(id, about));
      const SnapshotId = nativeId(id);
      await api.change('DeleteSnapshot', { SnapshotId }, { ...about, subject: SnapshotId });
      return accepted;
    },
  };
}
