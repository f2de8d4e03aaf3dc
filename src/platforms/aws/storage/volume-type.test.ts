/** What becomes of a volume that is to have another type. */
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { FleetError } from '../../../errors.ts';
import { createCatalog } from '../catalog.ts';
import { CLOUD, changesIn, scriptedApi } from '../testkit/scripted-calls.ts';
import { changeType } from './volume-type.ts';

const { signal } = new AbortController();

function open(state: string, ...later: readonly string[]) {
  return openWith({}, state, ...later);
}

function openWith(volume: object, ...states: readonly string[]) {
  let look = 0;
  const told = () => ({
    VolumesModifications: [
      { TargetVolumeType: 'st1', ModificationState: 'completed' },
      {
        TargetVolumeType: 'io2',
        ModificationState: states[Math.min(look++, states.length - 1)],
        StatusMessage: 'no',
      },
    ],
  });
  const scripted = scriptedApi({
    DescribeVolumes: {
      Volumes: [{ VolumeId: 'vol-1', VolumeType: 'gp2', Size: 10, AvailabilityZone: 'eu-test-1a', ...volume }],
    },
    ModifyVolume: {},
    DescribeVolumesModifications: told,
  });
  const clock = createTestClock();
  const { api } = scripted;
  const region = { api, catalog: createCatalog(api), touched: () => {}, clock, endpoint: CLOUD, region: 'eu-test-1' };
  const change = (storage: string, more = {}, until = signal) =>
    changeType(
      region,
      { name: 'sdf of web1', volume: 'vol-1', spec: { storage, format: '', keep: false, ...more } },
      until,
    );
  return { scripted, clock, change };
}

describe('another type of a volume', () => {
  it('is asked for with the speed that it needs, and is there when EC2 says so', async () => {
    const { scripted, clock, change } = open('modifying', 'modifying', 'optimizing');
    const done = change('io2');
    await clock.pass(3_000);
    expect((await done).warnings[0]?.detail).toContain('no faster than before');
    expect(changesIn(scripted)).toEqual([['ModifyVolume', { VolumeId: 'vol-1', VolumeType: 'io2', Iops: 100 }]]);
  });

  it('has nothing to say when it is whole, and why when it could not be', async () => {
    expect(await open('completed').change('io2')).toEqual({ warnings: [] });
    expect(await refusal(open('failed').change('io2'))).toMatchObject({
      code: 'op.failed',
      message: 'sdf of web1: no',
    });
  });

  it('may have fewer IOPS than it had, which is said', async () => {
    const { warnings } = await openWith({ VolumeType: 'gp3', Iops: 9_000 }, 'completed').change('io2');
    expect(warnings.map(({ detail }) => detail).join()).toContain('sdf of web1 had 9000 IOPS, and has 100 as io2');
    expect((await openWith({ VolumeType: 'gp3', Iops: 100 }, 'completed').change('io2')).warnings).toEqual([]);
  });

  it('comes all the same when it is given up behind the request, which is said', async () => {
    const { clock, change } = open('modifying');
    const user = new AbortController();
    const refused = refusal(change('io2', {}, user.signal));
    await clock.pass(1_000);
    user.abort(new FleetError('op.cancelled', 'cancelled'));
    expect(await refused).toMatchObject({
      code: 'outcome.unknown',
      message: 'sdf of web1: given up, but EC2 takes no change back: it becomes of type io2',
    });
  });

  it.each([
    ['the type that it has', 'gp2', {}, 'op.refused'],
    ['another zone', 'io2@eu-test-1b', {}, 'op.refused'],
    ['its own zone', 'io2@eu-test-1a', {}, 'op.refused'],
    ['a type that EBS has not', 'fast', {}, 'storage.not-found'],
    ['a copy', 'io2', { keep: true }, 'op.unsupported'],
    ['a format', 'io2', { format: 'qcow2' }, 'op.unsupported'],
  ])('is not asked for where that is %s', async (_what, storage, more, code) => {
    const { scripted, change } = open('completed');
    expect((await refusal(change(storage, more))).code).toBe(code);
    expect(changesIn(scripted)).toEqual([]);
  });
});
