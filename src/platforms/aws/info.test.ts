import type { Instance } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { vmId } from '../../ids.ts';
import { gib, mib } from '../../units.ts';
import { readConsoleOutput } from './console/output.ts';
import { readInfo } from './info.ts';
import { type Answers, CLOUD, ID, instancesAnswer, scriptedInstance, WEB1 } from './testkit/scripted-calls.ts';
import { done, onInstance } from './vm-call.ts';

const { signal } = new AbortController();
const LAUNCHED = new Date('2026-03-01T10:00:00Z');
const ATTACHED = new Date('2026-02-01T10:00:00Z');
const TYPES: Answers = {
  DescribeInstanceTypes: {
    InstanceTypes: [
      { InstanceType: 't3.micro', VCpuInfo: { DefaultVCpus: 2 }, MemoryInfo: { SizeInMiB: 1024 }, Hypervisor: 'nitro' },
    ],
  },
  DescribeImages: { Images: [{ ImageId: 'ami-1', Name: 'debian-13' }] },
};
const PLACE = { region: 'eu-test-1', profile: 'ops team' };
const read = (instance: Instance, answers: Answers = {}) =>
  readInfo(scriptedInstance(instance, { ...TYPES, ...answers }).calls, PLACE, WEB1, signal, {});

describe('the details of an instance', () => {
  it('have its cards, its volumes and what its type and image are', async () => {
    const info = await read(
      {
        State: { Name: 'running' },
        InstanceType: 't3.micro',
        ImageId: 'ami-1',
        LaunchTime: LAUNCHED,
        RootDeviceName: '/dev/xvda',
        BlockDeviceMappings: [
          { DeviceName: '/dev/sdf', Ebs: { VolumeId: 'vol-2', AttachTime: LAUNCHED } },
          { DeviceName: '/dev/xvda', Ebs: { VolumeId: 'vol-1', AttachTime: ATTACHED } },
          {},
        ],
        NetworkInterfaces: [
          {
            NetworkInterfaceId: 'eni-1',
            MacAddress: '06:00',
            SubnetId: 'subnet-1',
            InterfaceType: 'interface',
            PrivateIpAddress: '10.0.0.5',
            Association: { PublicIp: '198.51.100.7' },
          },
          { Attachment: { DeviceIndex: 5 }, InterfaceType: '' },
          {},
        ],
      },
      {
        DescribeVolumes: { Volumes: [{ VolumeId: 'vol-1', Size: 8, VolumeType: 'gp3', MultiAttachEnabled: false }] },
      },
    );
    const disk = { type: 'disk', format: undefined, bus: undefined, readOnly: false };
    const unknown = { ...disk, size: undefined, storage: 'ebs', shareable: undefined };
    expect(info).toMatchObject({
      state: 'running',
      created: ATTACHED.getTime(),
      started: LAUNCHED.getTime(),
      snapshots: [],
      description: undefined,
      row: { cpus: 2, memory: mib(1024), image: 'debian-13' },
    });
    expect(info.disks).toEqual([
      { ...unknown, device: '/dev/sdf', path: 'vol-2' },
      { ...disk, device: '/dev/xvda', path: 'vol-1', size: gib(8), storage: 'gp3', shareable: false },
      { ...unknown, device: '', path: '' },
    ]);
    expect(info.nics).toEqual([
      {
        device: 'eni-1',
        mac: '06:00',
        net: 'subnet-1',
        type: 'interface',
        ips: ['10.0.0.5', '198.51.100.7'],
      },
      { device: 'eth5', mac: '', net: '', type: undefined, ips: [] },
      { device: 'eth2', mac: '', net: '', type: undefined, ips: [] },
    ]);
  });

  it('leave out what the services do not tell', async () => {
    const secret = {
      DescribeVolumes: new FleetError('auth.forbidden', 'no'),
      DescribeInstanceTypes: {},
      DescribeImages: {},
    };
    expect(await read({ State: { Name: 'stopped' }, LaunchTime: LAUNCHED }, secret)).toEqual({
      state: 'stopped',
      created: LAUNCHED.getTime(),
      nics: [],
      disks: [],
      snapshots: [],
      description: undefined,
      row: {},
      more: [],
    });
    const CpuOptions = { CoreCount: 2, ThreadsPerCore: 2 };
    expect((await read({ CpuOptions, InstanceType: 't3.micro' })).row).toMatchObject({ cpus: 4 });
    await expect(read({}, { DescribeVolumes: new FleetError('host.unreachable', 'cut') })).rejects.toThrow('cut');
  });

  it('tell what only EC2 has', async () => {
    const { more } = await read({
      InstanceType: 't3.micro',
      ImageId: 'ami-1',
      StateReason: { Code: 'Server.InternalError', Message: 'broken' },
      StateTransitionReason: 'unread',
      InstanceLifecycle: 'spot',
      Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'shop' }],
      PlatformDetails: 'Linux/UNIX',
      Architecture: 'x86_64',
      CurrentInstanceBootMode: 'uefi',
      BootMode: 'uefi-preferred',
      HibernationOptions: { Configured: true },
      Monitoring: { State: 'enabled' },
      PublicDnsName: 'public',
      PrivateDnsName: 'private',
      VpcId: 'vpc-1',
      SubnetId: 'subnet-1',
      SecurityGroups: [
        { GroupName: 'web', GroupId: 'sg-1' },
        { GroupName: 'ssh', GroupId: 'sg-2' },
      ],
      KeyName: 'ada',
      IamInstanceProfile: { Arn: 'arn:x' },
      Placement: { Tenancy: 'default', GroupName: 'near' },
      MetadataOptions: { HttpTokens: 'optional' },
    });
    expect(more).toEqual([
      ['Instance type', 't3.micro'],
      ['AMI', 'ami-1'],
      ['State since', 'broken'],
      ['Trouble', 'broken'],
      ['Lifecycle', 'spot: AWS may take it back at any time'],
      ['Auto Scaling group', 'shop: replaces it when it stops or goes'],
      ['Platform', 'Linux/UNIX'],
      ['Architecture', 'x86_64'],
      ['Boot mode', 'uefi'],
      ['Hibernation', 'enabled'],
      ['Detailed monitoring', 'enabled'],
      ['Public name', 'public'],
      ['Private name', 'private'],
      ['VPC', 'vpc-1'],
      ['Subnet', 'subnet-1'],
      ['Security groups', 'web (sg-1), ssh (sg-2)'],
      ['Key pair', 'ada'],
      ['Instance profile', 'arn:x'],
      ['Placement group', 'near'],
      ['Tenancy', 'default'],
      ['Metadata service', 'IMDSv1 allowed'],
    ]);
    const other = await read({
      StateTransitionReason: 'User initiated',
      InstanceLifecycle: 'scheduled',
      BootMode: 'legacy-bios',
      MetadataOptions: { HttpTokens: 'required' },
    });
    expect(other.more).toEqual([
      ['State since', 'User initiated'],
      ['Lifecycle', 'scheduled'],
      ['Boot mode', 'legacy-bios'],
    ]);
  });

  it('are asked for by the id of the instance', async () => {
    const scripted = scriptedInstance({ InstanceType: 't3.micro', ImageId: 'ami-1' }, TYPES);
    await readInfo(scripted.calls, PLACE, WEB1, signal, {});
    const byId = (Name: string, id = ID) => [{ Name, Values: [id] }];
    expect(scripted.asked).toEqual([
      ['DescribeInstances', { InstanceIds: [ID] }],
      ['DescribeVolumes', { Filters: byId('attachment.instance-id'), MaxResults: 500 }],
      ['DescribeInstanceTypes', { Filters: byId('instance-type', 't3.micro'), MaxResults: 100 }],
      ['DescribeImages', { Filters: byId('image-id', 'ami-1'), IncludeDeprecated: true, MaxResults: 100 }],
    ]);
  });
});

describe('what an instance has written to its console', () => {
  const Output = Buffer.from('login: ä').toString('base64');
  const output = (instance: Instance, answer: object = { Output, Timestamp: LAUNCHED }) => {
    const scripted = scriptedInstance(
      { InstanceType: 't3.micro', ...instance },
      { ...TYPES, GetConsoleOutput: answer },
    );
    return { scripted, told: readConsoleOutput(scripted.calls, WEB1, signal) };
  };

  it.each<[string, Instance, object]>([
    ['now, of one that runs on Nitro', { State: { Name: 'running' } }, { Latest: true }],
    ['as of its stop, of one that is off', { State: { Name: 'stopped' } }, {}],
    [
      'as of its start, of one that does not run on Nitro',
      { State: { Name: 'running' }, InstanceType: 't2.micro' },
      {},
    ],
  ])('is read: %s', async (_what, instance, more) => {
    const { scripted, told } = output(instance);
    expect(await told).toEqual({ text: 'login: ä', at: LAUNCHED.getTime() });
    expect(scripted.asked.at(-1)).toEqual(['GetConsoleOutput', { InstanceId: ID, ...more }]);
  });

  it('may be nothing', async () => {
    expect(await output({}, {}).told).toEqual({ text: '', at: undefined });
  });
});

describe('an operation on an instance', () => {
  const missing = { code: 'vm.not-found', message: `cloud/${ID} is not in this region any more` };

  it.each<[string, object]>([
    ['that is not told', {}],
    ['that is another one', instancesAnswer({ InstanceId: 'i-0000000000000000f' })],
    ['that was terminated', instancesAnswer({ InstanceId: ID, State: { Name: 'terminated' } })],
    ['of an empty reservation', { Reservations: [{}] }],
  ])('is on none: one %s', async (_what, DescribeInstances) => {
    const { calls } = scriptedInstance({}, { DescribeInstances });
    await expect(onInstance(calls, WEB1, signal, async () => 0)).rejects.toMatchObject(missing);
  });

  it('sends no request for what can be no instance, nor for a caller that has given up', async () => {
    const { calls, asked } = scriptedInstance({});
    for (const native of ['i-1', 'vol-0123456789abcdef0', 'i-0123456789abcdef0f']) {
      const on = onInstance(calls, vmId(CLOUD, native), signal, async () => 0);
      await expect(on).rejects.toMatchObject({ code: 'vm.not-found' });
    }
    const gone = AbortSignal.abort(new Error('enough'));
    await expect(onInstance(calls, WEB1, gone, async () => 0)).rejects.toThrow('enough');
    expect(asked).toEqual([]);
    expect(done()).toEqual({ warnings: [] });
  });

  it('tells the watch of a change, also of one that failed', async () => {
    const { calls, touched } = scriptedInstance({}, { StartInstances: new FleetError('op.failed', 'no') });
    const start = onInstance(calls, WEB1, signal, ({ change }) => change('StartInstances', { InstanceIds: [ID] }));
    await expect(start).rejects.toThrow('no');
    expect(touched).toEqual([ID]);
  });
});
