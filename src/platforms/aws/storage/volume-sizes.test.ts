import { beforeEach, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../../test/clock.ts';
import { FleetError } from '../../../errors.ts';
import { diskId, volumeId } from '../../../ids.ts';
import { gib } from '../../../units.ts';
import { CLOUD, type ScriptedApi, scriptedApi, scriptedInstance, WEB1 } from '../testkit/scripted-calls.ts';
import { createDiskOps } from './disks.ts';
import { createVolumeSizes, type VolumeSizes } from './volume-sizes.ts';
import { createVolumeOps } from './volumes.ts';

let clock: TestClock;
let scripted: ScriptedApi;
let answers: { DescribeVolumes: unknown };
let sizes: VolumeSizes;
const about = { subject: 'cloud', signal: new AbortController().signal };
const machine = (...volumes: readonly string[]) => ({ volumes, instanceStore: false, state: 'running' as const });
const learn = (...ids: readonly string[]) => sizes.learn([machine(...ids)], about);
const sumOf = (...ids: readonly string[]) => sizes.of(machine(...ids)).storage;

beforeEach(() => {
  clock = createTestClock();
  answers = { DescribeVolumes: { Volumes: [{ VolumeId: 'vol-1', Size: 8 }, { VolumeId: 'vol-2', Size: 20 }, {}] } };
  scripted = scriptedApi(answers);
  sizes = createVolumeSizes(scripted.api, clock);
});

/** What was asked for since the last call: ids of volumes, or `all`. */
const asked = (): readonly string[] =>
  (scripted.asked as (readonly [string, object])[]).splice(0).map(([, input]) => {
    const { Filters } = input as { readonly Filters?: readonly { readonly Values: readonly string[] }[] };
    return Filters?.[0]?.Values.join() ?? 'all';
  });

it('F-126 F-415 are listed once for all instances and after five minutes, and of new volumes these alone are asked for', async () => {
  expect([await learn(), asked()]).toEqual([false, []]);
  expect([await learn('vol-1', 'vol-2'), asked()]).toEqual([true, ['all']]);
  expect([sumOf('vol-1', 'vol-2'), sumOf('vol-2')]).toEqual([gib(28), gib(20)]);
  expect([await learn('vol-1', 'vol-2'), asked()]).toEqual([false, []]);
  answers.DescribeVolumes = { Volumes: [{ VolumeId: 'vol-3', Size: 1 }] };
  expect([await learn('vol-1', 'vol-3', 'vol-9'), asked()]).toEqual([true, ['vol-3,vol-9']]);
  expect([sumOf('vol-1', 'vol-3'), sumOf('vol-9')]).toEqual([gib(9), undefined]);
  expect([await learn('vol-1', 'vol-9'), asked()]).toEqual([false, []]);
  answers.DescribeVolumes = { Volumes: [{ VolumeId: 'vol-1', Size: 90 }] };
  await clock.pass(300_001);
  expect([await learn('vol-1'), sumOf('vol-1'), asked()]).toEqual([true, gib(90), ['all']]);
});

it('are asked for again for a minute when a volume was made larger, also while a list is under way', async () => {
  const gate = Promise.withResolvers<unknown>();
  answers.DescribeVolumes = () => gate.promise;
  const listing = learn('vol-1', 'vol-2');
  sizes.expire('vol-1');
  gate.resolve({ Volumes: [{ VolumeId: 'vol-1', Size: 8 }] });
  expect([await listing, sumOf('vol-1'), asked()]).toEqual([true, gib(8), ['all']]);
  answers.DescribeVolumes = { Volumes: [{ VolumeId: 'vol-1', Size: 80 }] };
  expect([await learn('vol-1', 'vol-2'), sumOf('vol-1'), asked()]).toEqual([true, gib(80), ['vol-1']]);
  await clock.pass(60_001);
  expect([await learn('vol-1', 'vol-2'), asked()]).toEqual([false, []]);
});

it('are asked for again of what drover itself made larger, as a disk or as a volume', async () => {
  const disk = { BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeId: 'vol-1' } }] };
  const volumes = { Volumes: [{ VolumeId: 'vol-1', Size: 8 }] };
  const { calls, touched } = scriptedInstance(disk, { DescribeVolumes: volumes, ModifyVolume: {} });
  const info = () => Promise.reject(new Error('not asked'));
  await createDiskOps(calls, info).resize(diskId(WEB1, '/dev/sdf'), gib(20), about.signal);
  await createVolumeOps(calls).resize(volumeId(CLOUD, 'vol-1'), gib(20), about.signal);
  expect(touched).toEqual(['vol-1', 'vol-1']);
});

it('are unknown as long as one of them is, and for who may not see volumes', async () => {
  await learn('vol-1', 'vol-9');
  expect(sizes.of(machine('vol-1', 'vol-9'))).toEqual({ diskCount: 2 });
  expect(sizes.of({ ...machine('vol-1'), instanceStore: true })).toEqual({});
  expect(sizes.of({ ...machine(), volumes: undefined })).toEqual({});
  answers.DescribeVolumes = new FleetError('auth.forbidden', 'no');
  await clock.pass(300_001);
  expect([await learn('vol-1'), sumOf('vol-1')]).toEqual([true, undefined]);
});

it('are none of an instance without a volume, but unknown while it is being made', () => {
  expect(sizes.of(machine())).toEqual({ diskCount: 0, storage: 0 });
  expect(sizes.of({ ...machine(), state: 'starting' })).toEqual({});
});

it('stay as they were while the service is busy, and are asked for again a minute later', async () => {
  await learn('vol-1');
  answers.DescribeVolumes = new FleetError('host.unreachable', 'busy', { retry: true });
  await clock.pass(300_001);
  asked();
  expect([await learn('vol-1'), sumOf('vol-1'), asked()]).toEqual([false, gib(8), ['all']]);
  expect([await learn('vol-1'), asked()]).toEqual([false, []]);
  answers.DescribeVolumes = { Volumes: [{ VolumeId: 'vol-1', Size: 90 }] };
  await clock.pass(60_000);
  expect([await learn('vol-1'), sumOf('vol-1')]).toEqual([true, gib(90)]);
  answers.DescribeVolumes = new TypeError('bug');
  await expect(learn('vol-2')).rejects.toThrow('bug');
});
