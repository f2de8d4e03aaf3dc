import { beforeEach, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../../test/clock.ts';
import { FleetError } from '../../../errors.ts';
import { gib } from '../../../units.ts';
import { type ScriptedApi, scriptedApi } from '../testkit/scripted-calls.ts';
import { createVolumeSizes, type VolumeSizes } from './volume-sizes.ts';

let clock: TestClock;
let scripted: ScriptedApi;
let answers: { DescribeVolumes: unknown };
let sizes: VolumeSizes;
const about = { subject: 'cloud', signal: new AbortController().signal };
const machine = (...volumes: readonly string[]) => ({ volumes, instanceStore: false });
const learn = (...ids: readonly string[]) => sizes.learn([machine(...ids)], about);
const sumOf = (...ids: readonly string[]) => sizes.of(machine(...ids)).storage;

beforeEach(() => {
  clock = createTestClock();
  answers = { DescribeVolumes: { Volumes: [{ VolumeId: 'vol-1', Size: 8 }, { VolumeId: 'vol-2', Size: 20 }, {}] } };
  scripted = scriptedApi(answers);
  sizes = createVolumeSizes(scripted.api, clock);
});

it('F-126 F-415 are listed once for all instances, and again for a new volume, after a change and after five minutes', async () => {
  expect([await learn(), scripted.asked.length]).toEqual([false, 0]);
  expect([await learn('vol-1', 'vol-2'), scripted.asked.length]).toEqual([true, 1]);
  expect([sumOf('vol-1', 'vol-2'), sumOf('vol-2')]).toEqual([gib(28), gib(20)]);
  expect([await learn('vol-1', 'vol-2'), scripted.asked.length]).toEqual([false, 1]);
  expect([await learn('vol-1', 'vol-9'), scripted.asked.length]).toEqual([false, 2]);
  expect([await learn('vol-1', 'vol-9'), scripted.asked.length]).toEqual([false, 2]);
  answers.DescribeVolumes = { Volumes: [{ VolumeId: 'vol-1', Size: 80 }] };
  sizes.expire();
  expect([await learn('vol-1'), sumOf('vol-1')]).toEqual([true, gib(80)]);
  answers.DescribeVolumes = { Volumes: [{ VolumeId: 'vol-1', Size: 90 }] };
  await clock.pass(300_001);
  expect([await learn('vol-1'), sumOf('vol-1')]).toEqual([true, gib(90)]);
});

it('are unknown as long as one of them is, and for who may not see volumes', async () => {
  await learn('vol-1', 'vol-9');
  expect(sizes.of(machine('vol-1', 'vol-9'))).toEqual({ diskCount: 2 });
  expect(sizes.of(machine())).toEqual({ diskCount: 0 });
  expect(sizes.of({ volumes: ['vol-1'], instanceStore: true })).toEqual({});
  expect(sizes.of({ volumes: undefined, instanceStore: false })).toEqual({});
  answers.DescribeVolumes = new FleetError('auth.forbidden', 'no');
  sizes.expire();
  expect([await learn('vol-1'), sumOf('vol-1')]).toEqual([true, undefined]);
  answers.DescribeVolumes = new FleetError('host.unreachable', 'cut');
  sizes.expire();
  await expect(learn('vol-1')).rejects.toThrow('cut');
});
