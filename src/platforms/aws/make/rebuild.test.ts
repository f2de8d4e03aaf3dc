/** What a user is told of a root disk that is replaced, while it is and when it could not be. */
import type { Instance } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { FleetError } from '../../../errors.ts';
import { type Answers, changesIn, ID, scriptedInstance, WEB1 } from '../testkit/scripted-calls.ts';
import { createRebuild } from './rebuild.ts';

const { signal } = new AbortController();
const RUNS: Instance = {
  State: { Name: 'running' },
  Architecture: 'arm64',
  RootDeviceName: '/dev/xvda',
  BlockDeviceMappings: [
    { DeviceName: '/dev/xvda', Ebs: { VolumeId: 'vol-root' } },
    { DeviceName: '/dev/sdf', Ebs: { VolumeId: 'vol-data' } },
  ],
};
const task = (TaskState: string) => ({ ReplaceRootVolumeTasks: [{ TaskState }] });

function open(instance: Instance, answers: Answers = {}) {
  const scripted = scriptedInstance(
    { Tags: [{ Key: 'Name', Value: 'web1' }], ...instance },
    {
      DescribeImages: { Images: [{ ImageId: 'ami-9', Name: 'debian-13' }] },
      CreateReplaceRootVolumeTask: { ReplaceRootVolumeTask: { ReplaceRootVolumeTaskId: 'replacevol-1' } },
      DescribeReplaceRootVolumeTasks: task('succeeded'),
      ...answers,
    },
  );
  const clock = createTestClock();
  const { planRebuild, rebuild } = createRebuild({ ...scripted.calls, clock });
  return {
    scripted,
    clock,
    plan: (image: string) => planRebuild(WEB1, { image }, signal),
    rebuild: (image: string) => rebuild(WEB1, { image }, signal),
  };
}

describe('a new root disk', () => {
  it('is made of an image for the same processor; the old one and all others stay', async () => {
    const { scripted, plan, rebuild } = open(RUNS);
    const { stays } = await plan('debian-13');
    expect(stays[0]).toMatch(/^vol-root \(its root disk until now/);
    expect(stays[1]).toBe('vol-data');
    const { warnings } = await rebuild('debian-13');
    expect(warnings.map(({ detail }) => detail)).toEqual([
      'vol-root, its root disk until now, stays and costs money: drover volume delete vol-root',
    ]);
    const [filters] = scripted.asked.flatMap(([name, input]) => (name === 'DescribeImages' ? [input] : []));
    expect(JSON.stringify(filters)).toContain('arm64');
    expect(changesIn(scripted)).toEqual([
      [
        'CreateReplaceRootVolumeTask',
        { InstanceId: ID, ClientToken: expect.any(String), DeleteReplacedRootVolume: false, ImageId: 'ami-9' },
      ],
      ['CreateTags', { Resources: [ID], Tags: [{ Key: 'image', Value: 'debian-13' }] }],
    ]);
  });

  it('is as at the launch where no image is named', async () => {
    const { scripted, rebuild } = open(RUNS);
    await rebuild('');
    expect(changesIn(scripted)).toHaveLength(1);
    expect(changesIn(scripted)[0]?.[1]).not.toHaveProperty('ImageId');
  });

  it('is said to be on its way while EC2 works on it', async () => {
    const { clock, rebuild } = open(RUNS, { DescribeReplaceRootVolumeTasks: task('in-progress') });
    const done = rebuild('');
    for (let second = 0; second < 45; second++) await clock.pass(1_000);
    expect((await done).warnings[0]?.detail).toContain('--replace-root-volume-task-ids replacevol-1');
  });

  it('is accepted all the same when its tag is refused, or when how far it is is not told', async () => {
    const refusedOnce = new FleetError('auth.forbidden', 'not allowed');
    const untagged = (await open(RUNS, { CreateTags: refusedOnce }).rebuild('debian-13')).warnings;
    expect(untagged.map(({ detail }) => detail).join()).toMatch(
      /vol-root.*its tag image is not debian-13.*not allowed/,
    );
    const untold = (await open(RUNS, { DescribeReplaceRootVolumeTasks: refusedOnce }).rebuild('debian-13')).warnings;
    expect(untold.map(({ detail }) => detail).join()).toMatch(/not allowed.*task-ids replacevol-1.*vol-root/);
  });

  it.each(['failing', 'failed', 'failed-detached'])(
    'that is %s is a failure, with the disk that there was',
    async (state) => {
      const error = await refusal(open(RUNS, { DescribeReplaceRootVolumeTasks: task(state) }).rebuild(''));
      expect(error).toMatchObject({ code: 'op.failed', message: `web1: its root disk was not replaced (${state})` });
      expect(error.fix).toContain('vol-root');
    },
  );

  it('is refused where the instance is off, and where its root is a part of the host', async () => {
    const off = open({ ...RUNS, State: { Name: 'stopped' } });
    expect((await off.plan('')).refused).toContain('web1 is not running');
    expect((await refusal(off.rebuild(''))).code).toBe('op.conflict');
    expect((await refusal(open({ State: { Name: 'running' } }).rebuild(''))).code).toBe('op.unsupported');
    expect(changesIn(off.scripted)).toEqual([]);
  });
});
