/** What becomes of a volume that is to have another type. */
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { createCatalog } from '../catalog.ts';
import { CLOUD, changesIn, scriptedApi } from '../testkit/scripted-calls.ts';
import { changeType } from './volume-type.ts';

const { signal } = new AbortController();

function open(...states: readonly string[]) {
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
    DescribeVolumes: { Volumes: [{ VolumeId: 'vol-1', VolumeType: 'gp2', Size: 10, AvailabilityZone: 'eu-test-1a' }] },
    ModifyVolume: {},
    DescribeVolumesModifications: told,
  });
  const clock = createTestClock();
  const { api } = scripted;
  const region = { api, catalog: createCatalog(api), touched: () => {}, clock, endpoint: CLOUD, region: 'eu-test-1' };
  const change = (storage: string, more = {}) =>
    changeType(
      region,
      { name: 'sdf of web1', volume: 'vol-1', spec: { storage, format: '', keep: false, ...more } },
      signal,
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

  it.each([
    ['the type that it has', 'gp2', {}, 'op.refused'],
    ['another zone', 'io2@eu-test-1b', {}, 'op.refused'],
    ['a type that EBS has not', 'fast', {}, 'storage.not-found'],
    ['a copy', 'io2', { keep: true }, 'op.unsupported'],
    ['a format', 'io2', { format: 'qcow2' }, 'op.unsupported'],
  ])('is not asked for where that is %s', async (_what, storage, more, code) => {
    const { scripted, change } = open('completed');
    expect((await refusal(change(storage, more))).code).toBe(code);
    expect(changesIn(scripted)).toEqual([]);
  });
});
