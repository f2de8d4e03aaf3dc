/** From what EC2 tells of instances and zones to rows. */
import type { Instance } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { mib } from '../../units.ts';
import type { Change } from '../contract.ts';
import { createCatalog } from './catalog.ts';
import { type Machine, machinesIn, readMachine } from './machine.ts';
import { createRoster } from './roster.ts';
import { CLOUD, ID, scriptedApi } from './testkit/scripted-calls.ts';
import { rowOf } from './vm-row.ts';
import { createZoneList } from './zone-list.ts';

const PLACE = { endpoint: CLOUD, region: 'eu-test-1' };
const { signal } = new AbortController();
const about = { subject: 'cloud', signal };
const LAUNCHED = new Date('2026-03-01T10:00:00Z');

let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
});

function machine(instance: Instance = {}): Machine {
  const read = readMachine({ InstanceId: ID, State: { Name: 'running' }, ...instance });
  if (!read) throw new Error('no machine');
  return read;
}
const NO_SIZES = { of: () => ({}) };
const emptyCatalog = () => createCatalog(scriptedApi({}).api);

describe('an instance', () => {
  it('is kept by what drover shows of it', () => {
    const { print, ...kept } = machine({
      Tags: [{ Key: 'Name', Value: 'web1' }, { Key: 'env' }, { Value: 'x' }],
      Placement: { AvailabilityZone: 'eu-test-1a' },
      InstanceType: 't3.micro',
      ImageId: 'ami-1',
      CpuOptions: { CoreCount: 2, ThreadsPerCore: 3 },
      LaunchTime: LAUNCHED,
      Monitoring: { State: 'enabled' },
      HibernationOptions: { Configured: true },
      RootDeviceType: 'instance-store',
      InstanceLifecycle: 'spot',
      StateReason: { Code: 'Server.InternalError', Message: 'broken' },
    });
    expect(kept).toEqual({
      id: ID,
      name: 'web1',
      state: 'running',
      rawState: 'running',
      gone: false,
      zone: 'eu-test-1a',
      type: 't3.micro',
      image: 'ami-1',
      cpus: 6,
      ips: [],
      launchedAt: LAUNCHED.getTime(),
      tags: new Map([
        ['Name', 'web1'],
        ['env', ''],
        ['', 'x'],
      ]),
      detailedMonitoring: true,
      hibernates: true,
      instanceStore: true,
      spot: true,
      failure: 'broken',
      reason: 'broken',
    });
    expect(machine({ Tags: [{ Key: 'a', Value: 'b' }] }).print).not.toBe(machine().print);
    expect(machine({ ImageId: 'x' }).print).not.toBe(machine().print);
    expect(machine().print).toBe(machine().print);
    expect(print).not.toBe('');
  });

  it('may be one of which little is reported', () => {
    const { print: _print, ...kept } = machine({ State: undefined, CpuOptions: { CoreCount: 2 } });
    expect(kept).toEqual({
      id: ID,
      name: ID,
      state: 'unknown',
      rawState: 'no state',
      gone: false,
      zone: '',
      type: '',
      image: undefined,
      cpus: undefined,
      ips: [],
      launchedAt: undefined,
      tags: new Map(),
      detailedMonitoring: false,
      hibernates: false,
      instanceStore: false,
      spot: false,
      failure: undefined,
      reason: undefined,
    });
    expect(machine({ CpuOptions: { ThreadsPerCore: 2 } }).cpus).toBeUndefined();
    expect(readMachine({})).toBeUndefined();
    expect(machine({ State: { Name: 'terminated' } }).gone).toBe(true);
    expect(machine({ Tags: [{ Key: 'Name', Value: '' }] }).name).toBe(ID);
  });

  it.each([
    ['Server.InsufficientInstanceCapacity', true],
    ['Server.InternalError', true],
    ['Server.ScheduledStop', true],
    ['Server.SpotInstanceShutdown', true],
    ['Server.SpotInstanceTermination', true],
    ['Client.InternalError', true],
    ['Client.InvalidSnapshot.NotFound', true],
    ['Client.VolumeLimitExceeded', true],
    ['Client.UserInitiatedShutdown', false],
    [undefined, false],
  ])('that stopped for %s has failed: %s', (Code, failed) => {
    const { failure, reason } = machine({ StateReason: { ...(Code ? { Code } : {}), Message: 'why' } });
    expect([failure, reason]).toEqual([failed ? 'why' : undefined, 'why']);
  });

  it('has its public address first, and each once', () => {
    const NetworkInterfaces = [
      {
        PrivateIpAddresses: [
          { PrivateIpAddress: '10.0.0.5', Association: { PublicIp: '198.51.100.7' } },
          { PrivateIpAddress: '10.0.0.6' },
        ],
        Ipv6Addresses: [{ Ipv6Address: '2001:db8::5' }, {}],
      },
      {},
    ];
    const { ips } = machine({ PublicIpAddress: '198.51.100.7', PrivateIpAddress: '10.0.0.5', NetworkInterfaces });
    expect(ips).toEqual(['198.51.100.7', '10.0.0.5', '10.0.0.6', '2001:db8::5']);
    expect(machine({ PublicIpAddress: '', PrivateIpAddress: '10.0.0.5' }).ips).toEqual(['10.0.0.5']);
  });

  it('stands in a page of reservations', () => {
    const Reservations = [{ Instances: [{ InstanceId: 'i-1' }, {}] }, {}, { Instances: [{ InstanceId: 'i-2' }] }];
    const { items, next } = machinesIn({ Reservations, NextToken: 'more' });
    expect([items.map(({ id }) => id), next]).toEqual([['i-1', 'i-2'], 'more']);
    expect(machinesIn({ NextToken: '' })).toEqual({ items: [], next: undefined });
  });
});

describe('the row of an instance', () => {
  const catalog = async () => {
    const { api } = scriptedApi({
      DescribeInstanceTypes: {
        InstanceTypes: [{ InstanceType: 't3.micro', VCpuInfo: { DefaultVCpus: 2 }, MemoryInfo: { SizeInMiB: 1024 } }],
      },
      DescribeImages: { Images: [{ ImageId: 'ami-1', Name: 'debian-13' }] },
    });
    const known = createCatalog(api);
    await known.learn(['t3.micro'], ['ami-1'], about);
    return known;
  };

  it('has the size of its type and the name of its image', async () => {
    const one = machine({
      Tags: [
        { Key: 'Name', Value: 'web1' },
        { Key: 'plan', Value: 'shop' },
        { Key: 'profile', Value: 'small' },
        { Key: 'env', Value: 'prod' },
        { Key: 'a' },
      ],
      Placement: { AvailabilityZone: 'eu-test-1a' },
      InstanceType: 't3.micro',
      PlatformDetails: 'Linux/UNIX',
      ImageId: 'ami-1',
      PrivateIpAddress: '10.0.0.5',
      LaunchTime: LAUNCHED,
      HibernationOptions: { Configured: true },
    });
    const trouble = { message: 'broken', since: 1 };
    expect(rowOf(PLACE, one, await catalog(), trouble)).toEqual({
      os: 'Linux/UNIX',
      flavor: 't3.micro',
      id: `cloud/${ID}`,
      name: 'web1',
      uuid: ID,
      node: 'cloud/eu-test-1a',
      pool: 'cloud/eu-test-1',
      state: 'running',
      rawState: 'running',
      cpus: 2,
      memory: mib(1024),
      ips: ['10.0.0.5'],
      autostart: undefined,
      plan: 'shop',
      profile: 'small',
      image: 'debian-13',
      tags: ['env=prod', 'a'],
      bootedAt: LAUNCHED.getTime(),
      disabled: {},
      trouble,
    });
  });

  it('has what is reported where the rest is not', () => {
    const row = rowOf(
      PLACE,
      machine({ ImageId: 'ami-9', RootDeviceType: 'instance-store' }),
      emptyCatalog(),
      undefined,
    );
    expect(row).toMatchObject({ node: undefined, cpus: 0, memory: 0, image: 'ami-9', plan: undefined });
    expect(row).not.toHaveProperty('trouble');
    expect(row.disabled).toEqual({
      'vm.suspend': 'it was not launched with hibernation enabled, and that can not be changed later',
      'vm.stop': 'its root disk is an instance store, which is lost when it stops: it can only be terminated',
    });
    const CpuOptions = { CoreCount: 1, ThreadsPerCore: 1 };
    expect(rowOf(PLACE, machine({ CpuOptions }), emptyCatalog(), undefined)).toMatchObject({
      cpus: 1,
      image: undefined,
    });
    const Tags = [{ Key: 'image', Value: 'mine' }];
    expect(rowOf(PLACE, machine({ ImageId: 'ami-1', Tags }), emptyCatalog(), undefined).image).toBe('mine');
  });
});

describe('the instances of a region', () => {
  const told = (changes: readonly Change[]) =>
    changes.map((one) => (one.kind === 'vm-upsert' ? one.vm.state : one.kind));
  const is = (Name: 'running' | 'stopped' | 'pending' | 'stopping' | 'terminated', more: Instance = {}) =>
    machine({ State: { Name }, ...more });

  it('are reported when they come, change and go, and not when they are as they were', () => {
    const roster = createRoster(PLACE, emptyCatalog(), NO_SIZES, clock);
    expect(roster.tell([is('running')])).toMatchObject({ changes: [{ kind: 'vm-upsert' }], events: [] });
    expect(roster.tell([is('running')])).toEqual({ changes: [], events: [] });
    // Of an instance more is kept than its row shows.
    expect(roster.tell([is('running', { Monitoring: { State: 'enabled' } })]).changes).toEqual([]);
    expect(roster.machines()[0]?.detailedMonitoring).toBe(true);
    expect(roster.rows()).toHaveLength(1);
    expect(told(roster.tell([], ['i-other']).changes)).toEqual([]);
    expect(told(roster.tell([is('terminated')]).changes)).toEqual(['vm-remove']);
    expect(roster.tell([]).changes).toEqual([]);
    roster.tell([is('running')]);
    expect(roster.tell([], [ID]).changes).toEqual([{ kind: 'vm-remove', id: `cloud/${ID}` }]);
  });

  it('say what has become of them, and why where it is reported', () => {
    const roster = createRoster(PLACE, emptyCatalog(), NO_SIZES, clock);
    const reason = { Code: 'Client.UserInitiatedShutdown', Message: 'User initiated shutdown' };
    roster.tell([is('running')]);
    const event = { at: clock.now(), subject: `cloud/${ID}` };
    expect(roster.tell([is('stopping', { StateReason: reason })]).events).toEqual([
      { ...event, text: 'Stopping: User initiated shutdown' },
    ]);
    expect(roster.tell([is('running', { StateReason: reason })]).events).toEqual([{ ...event, text: 'Running' }]);
    expect(roster.tell([is('running', { ImageId: 'x' })]).events).toEqual([]);
    expect(roster.tell([is('stopped')]).events).toEqual([{ ...event, text: 'Stopped' }]);
  });

  it('are under way between two states', () => {
    const roster = createRoster(PLACE, emptyCatalog(), NO_SIZES, clock);
    roster.tell([is('pending')]);
    expect(roster.underWay()).toEqual([ID]);
    roster.tell([is('running')]);
    expect(roster.underWay()).toEqual([]);
  });

  it('have trouble since they failed, until they run again', async () => {
    const roster = createRoster(PLACE, emptyCatalog(), NO_SIZES, clock);
    const broken = (Message: string) => ({ StateReason: { Code: 'Server.InternalError', Message } });
    const trouble = () => roster.rows()[0]?.trouble;
    roster.tell([is('stopped', broken('a'))]);
    const since = clock.now();
    await clock.pass(1_000);
    roster.tell([is('stopped', { ...broken('a'), ImageId: 'x' })]);
    expect(trouble()).toEqual({ message: 'a', since });
    roster.tell([is('stopped', broken('b'))]);
    expect(trouble()).toEqual({ message: 'b', since: since + 1_000 });
    roster.tell([is('running', broken('b'))]);
    expect(trouble()).toBeUndefined();
  });

  it('are drawn again when the catalog knows more', async () => {
    const { api } = scriptedApi({
      DescribeInstanceTypes: {},
      DescribeImages: { Images: [{ ImageId: 'ami-1', Name: 'debian' }] },
    });
    const catalog = createCatalog(api);
    const roster = createRoster(PLACE, catalog, NO_SIZES, clock);
    roster.tell([is('running', { ImageId: 'ami-1' })]);
    expect(roster.redraw()).toEqual([]);
    await catalog.learn([], ['ami-1'], about);
    expect(roster.redraw()).toMatchObject([{ vm: { image: 'debian' } }]);
  });
});

describe('the zones of a region', () => {
  const zone = (name: string, more: object = {}) => ({ ZoneName: name, State: 'available', ...more });

  it('are nodes without metrics, with the trouble that AWS tells', async () => {
    const { api } = scriptedApi({
      DescribeAvailabilityZones: {
        AvailabilityZones: [
          zone('a'),
          zone('b', { Messages: [{ Message: 'storm' }, { Message: '' }, {}] }),
          zone('c', { State: 'impaired' }),
          { ZoneName: 'd' },
          zone('e', { State: 'unavailable', Messages: [{ Message: 'x' }, { Message: 'y' }] }),
        ],
      },
    });
    const zones = createZoneList(api, PLACE, clock);
    expect(await zones.look(about)).toHaveLength(5);
    const plain = {
      pool: 'cloud/eu-test-1',
      address: undefined,
      cpus: Number.NaN,
      memory: Number.NaN,
      version: 'Amazon EC2',
    };
    const since = clock.now();
    expect(zones.nodes()).toEqual([
      { ...plain, id: 'cloud/a', name: 'a', state: 'up' },
      { ...plain, id: 'cloud/b', name: 'b', state: 'up', trouble: { message: 'available: storm', since } },
      { ...plain, id: 'cloud/c', name: 'c', state: 'up', trouble: { message: 'impaired', since } },
      { ...plain, id: 'cloud/d', name: 'd', state: 'unknown', trouble: { message: 'no state', since } },
      { ...plain, id: 'cloud/e', name: 'e', state: 'down', trouble: { message: 'unavailable: x: y', since } },
    ]);
  });

  it('are asked for every five minutes, and told when they change', async () => {
    let zones: readonly object[] = [zone('a')];
    const answer = () => ({ AvailabilityZones: zones });
    const { api, asked } = scriptedApi({ DescribeAvailabilityZones: answer });
    const list = createZoneList(api, PLACE, clock);
    expect(await list.look(about)).toMatchObject([{ kind: 'node-upsert', node: { name: 'a' } }]);
    await clock.pass(299_999);
    expect(await list.look(about)).toEqual([]);
    expect(asked).toHaveLength(1);
    await clock.pass(1);
    expect(await list.look(about)).toEqual([]);
    expect(asked).toHaveLength(2);
    for (const next of [
      zone('a', { State: 'unavailable' }),
      zone('a', { State: 'unavailable', Messages: [{ Message: 'x' }] }),
    ]) {
      zones = [next];
      await clock.pass(300_000);
      expect(await list.look(about)).toHaveLength(1);
    }
  });

  it('are known by their instances where the login may not list them', async () => {
    const { api } = scriptedApi({ DescribeAvailabilityZones: new FleetError('auth.forbidden', 'no') });
    const list = createZoneList(api, PLACE, clock);
    expect(await list.look(about)).toEqual([]);
    expect(list.ensure(['a', '', 'a'])).toMatchObject([{ node: { id: 'cloud/a', state: 'unknown' } }]);
    expect(list.ensure(['a'])).toEqual([]);
    expect(list.nodes()[0]).not.toHaveProperty('trouble');
    const broken = scriptedApi({ DescribeAvailabilityZones: new FleetError('host.unreachable', 'cut') });
    await expect(createZoneList(broken.api, PLACE, clock).look(about)).rejects.toThrow('cut');
  });
});
