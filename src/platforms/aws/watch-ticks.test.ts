/** What is asked at which tick, and what is told of it: a region on the test's clock. */
import type { Instance } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { gib } from '../../units.ts';
import type { Change, Feed } from '../contract.ts';
import { createCatalog } from './catalog.ts';
import { CLOUD, ID, instancesAnswer, type ScriptedApi, scriptedApi } from './testkit/scripted-calls.ts';
import { watchRegion } from './watch.ts';

let clock: TestClock;
let ending: AbortController;
let answers: Record<string, unknown>;
let scripted: ScriptedApi;
let feeds: Feed[];
let touch: (id: string) => void;
let everyMs: number;

const OTHER = 'i-0000000000000000f';
const is = (Name: 'running' | 'stopped' | 'pending' | 'stopping', InstanceId = ID, more: Instance = {}): Instance => ({
  InstanceId,
  State: { Name },
  Placement: { AvailabilityZone: 'a' },
  ...more,
});

beforeEach(() => {
  clock = createTestClock();
  ending = new AbortController();
  answers = {
    DescribeInstances: instancesAnswer(is('running')),
    DescribeAvailabilityZones: { AvailabilityZones: [{ ZoneName: 'a', State: 'available' }] },
    DescribeInstanceTypes: {},
    DescribeImages: {},
    GetMetricData: {},
  };
  [feeds, everyMs] = [[], 30_000];
});

function watch(metricsEveryMs?: number): Promise<unknown> {
  scripted = scriptedApi(answers);
  const { api } = scripted;
  const onTouched = (listen: (id: string) => void) => {
    touch = listen;
  };
  const place = { endpoint: CLOUD, region: 'eu-test-1' };
  return watchRegion(
    { api, clock, place, catalog: createCatalog(api), metricsEveryMs, onTouched },
    { sink: (feed) => void feeds.push(feed), signal: ending.signal, interest: () => [], everyMs: () => everyMs },
  ).catch((error: unknown) => error);
}
/** The ids that were asked for since the last call; `all` for the list. */
function looks(): readonly string[] {
  const asked = scripted.asked as (readonly [string, object])[];
  return asked.splice(0).flatMap(([name, input]) => {
    if (name !== 'DescribeInstances') return [];
    const { Filters } = input as { readonly Filters?: readonly { readonly Values: readonly string[] }[] };
    return [Filters?.[0]?.Values.join() ?? 'all'];
  });
}
const changes = (since = 0): readonly Change[] =>
  feeds.slice(since).flatMap((feed) => (feed.kind === 'changes' ? feed.changes : []));
const end = async (work: Promise<unknown>) => {
  ending.abort();
  expect(await work).toBeUndefined();
};

describe('a watch', () => {
  it('tells the whole inventory first, then what types and images are, then that all has come', async () => {
    answers['DescribeInstances'] = instancesAnswer(
      is('running', ID, { ImageId: 'ami-1', InstanceType: 't3.micro' }),
      is('running', OTHER, { ImageId: 'ami-2', Tags: [{ Key: 'image', Value: 'mine' }], Placement: {} }),
    );
    answers['DescribeImages'] = { Images: [{ ImageId: 'ami-1', Name: 'debian' }] };
    const work = watch();
    await clock.pass(0);
    expect(feeds).toMatchObject([
      {
        kind: 'inventory',
        at: clock.now(),
        inventory: {
          pools: [{ id: 'cloud/eu-test-1', name: 'eu-test-1', parent: undefined }],
          nodes: [{ name: 'a' }],
          vms: [{ uuid: ID, image: 'ami-1' }, { uuid: OTHER }],
        },
      },
      { kind: 'changes', changes: [{ vm: { image: 'debian' } }] },
      { kind: 'complete', at: clock.now() },
    ]);
    expect(scripted.asked.find(([name]) => name === 'DescribeImages')?.[1]).toMatchObject({
      Filters: [{ Values: ['ami-1'] }],
    });
    await end(work);
  });

  it('F-113 F-126 F-415 has in its rows how many disks and cards there are, and sizes of volumes, of one list', async () => {
    const volumes = (...ids: readonly string[]) => ids.map((VolumeId) => ({ Ebs: { VolumeId } }));
    answers['DescribeInstances'] = instancesAnswer(
      is('running', ID, { BlockDeviceMappings: volumes('vol-1', 'vol-2'), NetworkInterfaces: [{}] }),
      is('stopped', OTHER, { BlockDeviceMappings: volumes('vol-3') }),
    );
    const sizes = { 'vol-1': 8, 'vol-2': 20, 'vol-3': 5 };
    answers['DescribeVolumes'] = { Volumes: Object.entries(sizes).map(([VolumeId, Size]) => ({ VolumeId, Size })) };
    const work = watch();
    await clock.pass(0);
    expect(changes()).toMatchObject([
      { vm: { uuid: ID, storage: gib(28), diskCount: 2, nicCount: 1 } },
      { vm: { uuid: OTHER, storage: gib(5), diskCount: 1 } },
    ]);
    const lists = () => scripted.asked.filter(([name]) => name === 'DescribeVolumes').length;
    await clock.pass(60_000);
    expect(lists()).toBe(1);
    answers['DescribeVolumes'] = { Volumes: [{ VolumeId: 'vol-3', Size: 50 }] };
    const before = feeds.length;
    touch('vol-3');
    await clock.pass(10_000);
    expect(changes(before)).toMatchObject([{ vm: { uuid: OTHER, storage: gib(50) } }]);
    await end(work);
  });

  it('goes on without sizes of volumes while EC2 is too busy for them, and waits for none at a tick', async () => {
    answers['DescribeInstances'] = instancesAnswer(
      is('running', ID, { BlockDeviceMappings: [{ Ebs: { VolumeId: 'vol-1' } }] }),
    );
    answers['DescribeVolumes'] = new FleetError('host.unreachable', 'busy', { retry: true });
    const work = watch();
    await clock.pass(0);
    expect(feeds.map(({ kind }) => kind)).toEqual(['inventory', 'complete']);
    answers['DescribeVolumes'] = () => new Promise(() => {});
    await clock.pass(120_000);
    expect(looks()).toHaveLength(5);
    expect(feeds.at(-1)).toEqual({ kind: 'alive', at: clock.now() });
    await end(work);
  });

  it('asks for the list at each tick, as far apart as was asked', async () => {
    const work = watch();
    await clock.pass(29_999);
    expect(looks()).toEqual(['all']);
    await clock.pass(1);
    expect(looks()).toEqual(['all']);
    expect(feeds.at(-1)).toEqual({ kind: 'alive', at: clock.now() });
    everyMs = 60_000;
    await clock.pass(30_000);
    looks();
    await clock.pass(59_999);
    expect(looks()).toEqual([]);
    await clock.pass(1);
    expect(looks()).toEqual(['all']);
    await end(work);
  });

  it('lets the service rest a moment, however often it is to be asked', async () => {
    everyMs = 0;
    const work = watch();
    await clock.pass(0);
    looks();
    await clock.pass(1_000);
    expect(looks()).toHaveLength(5);
    await end(work);
  });

  it('looks each two seconds at those that are on their way, and at them alone', async () => {
    answers['DescribeInstances'] = instancesAnswer(is('pending'), is('running', OTHER));
    const work = watch();
    await clock.pass(1_999);
    expect(looks()).toEqual(['all']);
    answers['DescribeInstances'] = instancesAnswer(is('running'));
    const before = feeds.length;
    await clock.pass(1);
    expect(looks()).toEqual([ID]);
    expect(changes(before)).toMatchObject([{ kind: 'vm-upsert', vm: { uuid: ID, state: 'running' } }]);
    expect(feeds.at(-1)).toMatchObject({ kind: 'events', events: [{ text: 'Running', subject: `cloud/${ID}` }] });
    await clock.pass(20_000);
    expect(looks()).toEqual([]);
    await end(work);
  });

  it('tells of a zone that comes with an instance, and of types that are new', async () => {
    const work = watch();
    await clock.pass(0);
    answers['DescribeInstances'] = instancesAnswer(
      is('running'),
      is('running', OTHER, { Placement: { AvailabilityZone: 'b' } }),
    );
    const before = feeds.length;
    await clock.pass(30_000);
    expect(changes(before).map(({ kind }) => kind)).toEqual(['node-upsert', 'vm-upsert']);
    await end(work);
  });

  it('ends with what the service says, unless it is ended', async () => {
    const work = watch();
    await clock.pass(0);
    const cut = new FleetError('host.unreachable', 'cut', { retry: true });
    answers['DescribeInstances'] = cut;
    await clock.pass(30_000);
    expect(await work).toBe(cut);
    looks();
    await clock.pass(60_000);
    expect(looks()).toEqual([]);
  });

  it('asks for metrics only where they are wanted', async () => {
    const figures = () => scripted.asked.filter(([name]) => name === 'GetMetricData');
    const plain = watch();
    await clock.pass(60_000);
    expect(figures()).toEqual([]);
    await end(plain);
    ending = new AbortController();
    answers['DescribeInstances'] = instancesAnswer(is('running'), is('stopped', OTHER));
    const work = watch(60_000);
    await clock.pass(0);
    expect(figures()).toHaveLength(1);
    expect(JSON.stringify(figures())).toContain(ID);
    expect(JSON.stringify(figures())).not.toContain(OTHER);
    await clock.pass(60_000);
    expect(figures()).toHaveLength(2);
    await end(work);
  });
});

describe('an instance that was changed here', () => {
  it('is looked at at once, and each two seconds for a third of a minute', async () => {
    const work = watch();
    await clock.pass(1_000);
    looks();
    touch(ID);
    await clock.pass(0);
    expect(looks()).toEqual([ID]);
    await clock.pass(20_000);
    expect(looks().length).toBeGreaterThanOrEqual(9);
    await clock.pass(4_000);
    expect(looks()).toEqual([]);
    await end(work);
  });

  it('is gone when EC2 does not tell of it any more', async () => {
    const work = watch();
    await clock.pass(0);
    answers['DescribeInstances'] = {};
    const before = feeds.length;
    touch(ID);
    await clock.pass(0);
    expect(changes(before)).toEqual([{ kind: 'vm-remove', id: `cloud/${ID}` }]);
    await end(work);
  });
});
