import type { Snapshot, Volume } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { volumeId, volumeSnapshotId } from '../../../ids.ts';
import { gib } from '../../../units.ts';
import { createCatalog } from '../catalog.ts';
import { type Answers, CLOUD, changesIn, scriptedApi } from '../testkit/scripted-calls.ts';
import { createVolumeSnapshotOps } from './volume-snapshots.ts';

const { signal } = new AbortController();
const STARTED = new Date('2026-03-01T10:00:00Z');
const DATA: Volume = {
  VolumeId: 'vol-1',
  AvailabilityZone: 'eu-test-1b',
  Tags: [{ Key: 'Name', Value: 'data' }],
};
const KEPT: Snapshot = {
  SnapshotId: 'snap-1',
  VolumeId: 'vol-1',
  VolumeSize: 20,
  State: 'completed',
  StartTime: STARTED,
  Description: 'before the upgrade',
  Tags: [{ Key: 'Name', Value: 'kept' }],
};
const ID = volumeSnapshotId(CLOUD, 'snap-1');

function open(answers: Answers = {}, snapshots: readonly Snapshot[] = [KEPT]) {
  const scripted = scriptedApi({
    DescribeSnapshots: { Snapshots: snapshots },
    DescribeVolumes: { Volumes: [DATA] },
    DescribeImages: {},
    DescribeAvailabilityZones: { AvailabilityZones: [{ ZoneName: 'eu-test-1a' }] },
    CreateSnapshot: { SnapshotId: 'snap-2' },
    CreateVolume: { VolumeId: 'vol-2' },
    DeleteSnapshot: {},
    ...answers,
  });
  const { api } = scripted;
  const clock = createTestClock();
  const ops = createVolumeSnapshotOps({
    api,
    catalog: createCatalog(api),
    touched: () => {},
    clock,
    endpoint: CLOUD,
    region: 'eu-test-1',
  });
  return { scripted, ops, clock };
}

describe('snapshots of volumes of EBS', () => {
  it('are listed with the names of their volumes, those of other accounts left out', async () => {
    const broken: Snapshot = { SnapshotId: 'snap-3', VolumeId: 'vol-gone', State: 'error', StateMessage: 'no key' };
    const { ops, scripted, clock } = open({}, [KEPT, broken]);
    expect(await ops.list(CLOUD, signal)).toEqual([
      {
        id: 'cloud/snap-1',
        name: 'kept',
        volume: 'data',
        size: gib(20),
        created: STARTED.getTime(),
        status: 'completed',
        description: 'before the upgrade',
      },
      {
        id: 'cloud/snap-3',
        name: 'snap-3',
        volume: 'vol-gone',
        size: undefined,
        created: undefined,
        status: 'error',
        description: undefined,
        trouble: { message: 'no key', since: clock.now() },
      },
    ]);
    expect(scripted.asked).toContainEqual(['DescribeSnapshots', { OwnerIds: ['self'], MaxResults: 500 }]);
  });

  it('are taken of a volume that is there, under a name that no other has', async () => {
    const { ops, scripted } = open();
    const spec = { name: 'second', description: '' };
    expect(await ops.create(volumeId(CLOUD, 'vol-1'), spec, signal)).toEqual({ warnings: [], id: 'cloud/snap-2' });
    const TagSpecifications = [{ ResourceType: 'snapshot', Tags: [{ Key: 'Name', Value: 'second' }] }];
    expect(changesIn(scripted)).toEqual([['CreateSnapshot', { VolumeId: 'vol-1', TagSpecifications }]]);
    const taken = open();
    await expect(
      taken.ops.create(volumeId(CLOUD, 'vol-1'), { name: 'kept', description: '' }, signal),
    ).rejects.toMatchObject({ code: 'op.conflict' });
    await expect(taken.ops.create(volumeId(CLOUD, 'vol-9'), spec, signal)).rejects.toMatchObject({
      code: 'volume.not-found',
    });
    expect(changesIn(taken.scripted)).toEqual([]);
  });

  it.each([
    ['where the volume is that they are of', '', DATA, 'gp3', 'eu-test-1b'],
    ['in a zone that is named', 'io2@eu-test-1c', DATA, 'io2', 'eu-test-1c'],
    ['in the first zone when their volume is gone', 'st1', { VolumeId: 'vol-7' }, 'st1', 'eu-test-1a'],
  ])('are made a new volume of, %s', async (_where, storage, volume, VolumeType, AvailabilityZone) => {
    const { ops, scripted } = open({ DescribeVolumes: { Volumes: [volume] } });
    const made = await ops.restore(ID, { name: 'again', storage }, signal);
    expect(made).toEqual({ warnings: [], id: 'cloud/vol-2' });
    expect(changesIn(scripted)).toEqual([
      ['CreateVolume', expect.objectContaining({ SnapshotId: 'snap-1', VolumeType, AvailabilityZone })],
    ]);
  });

  it('are not made a volume of before they are whole, nor under the name of another', async () => {
    const { ops, scripted } = open({}, [{ ...KEPT, State: 'pending' }]);
    await expect(ops.restore(ID, { name: 'again', storage: '' }, signal)).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'snap-1 is pending: no volume can be made of it yet',
    });
    const named = open();
    await expect(named.ops.restore(ID, { name: 'data', storage: '' }, signal)).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'cloud has a volume data already',
    });
    expect([...changesIn(scripted), ...changesIn(named.scripted)]).toEqual([]);
  });

  it('are kept while an image is made of them, which is named', async () => {
    const image = { ImageId: 'ami-1', Name: 'golden', BlockDeviceMappings: [{ Ebs: { SnapshotId: 'snap-1' } }] };
    const used = open({ DescribeImages: { Images: [image] } });
    const refused = 'kept is what golden is made of: delete that first (image delete)';
    expect(await used.ops.planDelete(ID, signal)).toMatchObject({ refused });
    await expect(used.ops.delete(ID, signal)).rejects.toMatchObject({ code: 'op.refused', message: refused });
    expect(changesIn(used.scripted)).toEqual([]);

    const free = open();
    expect(await free.ops.planDelete(ID, signal)).toEqual({ goes: ['the snapshot kept (snap-1)'], stays: [] });
    expect(await free.ops.delete(ID, signal)).toEqual({ warnings: [] });
    expect(changesIn(free.scripted)).toEqual([['DeleteSnapshot', { SnapshotId: 'snap-1' }]]);
    await expect(free.ops.delete(volumeSnapshotId(CLOUD, 'snap-9'), signal)).rejects.toMatchObject({
      code: 'volumesnapshot.not-found',
    });
  });
});
