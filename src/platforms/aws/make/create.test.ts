/** What EC2 is asked for a new instance, and what is taken back when the rest fails. */
import type { Instance } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { refusal } from '../../../../test/contract/refusal.ts';
import { FleetError } from '../../../errors.ts';
import { createCatalog } from '../catalog.ts';
import { type Answers, CLOUD, changesIn, ID, instancesAnswer, scriptedApi } from '../testkit/scripted-calls.ts';
import { createMaker } from './create.ts';

const { signal } = new AbortController();
const AMI = 'ami-0123456789abcdef0';
const SPEC = { name: 'web', image: AMI, type: 't3.micro' };

function open(answers: Answers = {}) {
  const scripted = scriptedApi({
    DescribeInstances: {},
    DescribeImages: {
      Images: [{ ImageId: AMI, Name: 'debian-12', RootDeviceName: '/dev/sda1', Architecture: 'x86_64' }],
    },
    DescribeVpcs: { Vpcs: [{ VpcId: 'vpc-1' }] },
    DescribeInternetGateways: {},
    DescribeSubnets: {
      Subnets: [
        { SubnetId: 'subnet-1', VpcId: 'vpc-1' },
        { SubnetId: 'subnet-2', VpcId: 'vpc-1' },
      ],
    },
    DescribeSecurityGroups: { SecurityGroups: [{ GroupId: 'sg-1', GroupName: 'ssh' }] },
    DescribeKeyPairs: { KeyPairs: [{ KeyName: 'ada' }] },
    RunInstances: { Instances: [{ InstanceId: ID }] },
    TerminateInstances: {},
    ...answers,
  });
  const { api } = scripted;
  const region = { api, catalog: createCatalog(api), touched: () => {}, clock: createTestClock() };
  const create = createMaker({ ...region, endpoint: CLOUD, region: 'eu-test-1' });
  return { scripted, create };
}
const launched = async (spec: object) => {
  const { scripted, create } = open();
  await create(CLOUD, { ...SPEC, ...spec }, signal);
  return changesIn(scripted).find(([name]) => name === 'RunInstances')?.[1];
};

describe('a new instance', () => {
  it('is one of spot, in a zone and a placement group, with an instance profile and protection, where that was asked', async () => {
    const spec = { zone: 'eu-test-1b', 'placement-group': 'near', spot: true, 'termination-protection': true };
    expect(await launched({ ...spec, 'instance-profile': 'reader', keypair: 'ada' })).toMatchObject({
      ImageId: AMI,
      InstanceType: 't3.micro',
      InstanceMarketOptions: { MarketType: 'spot' },
      Placement: { AvailabilityZone: 'eu-test-1b', GroupName: 'near' },
      IamInstanceProfile: { Name: 'reader' },
      DisableApiTermination: true,
      KeyName: 'ada',
    });
    const arn = 'arn:aws:iam::123456789012:instance-profile/reader';
    expect(await launched({ 'instance-profile': arn })).toMatchObject({ IamInstanceProfile: { Arn: arn } });
    const plain = await launched({});
    for (const key of ['InstanceMarketOptions', 'Placement', 'IamInstanceProfile', 'DisableApiTermination', 'KeyName'])
      expect(plain).not.toHaveProperty(key);
  });

  it('has NICs that go when it goes', async () => {
    const nic = [{ network: 'subnet-1', ip: '10.0.0.9' }, { network: 'subnet-2' }];
    const common = { DeleteOnTermination: true, Groups: ['sg-1'] };
    expect(await launched({ nic, securitygroups: 'ssh' })).toMatchObject({
      NetworkInterfaces: [
        { DeviceIndex: 0, SubnetId: 'subnet-1', PrivateIpAddress: '10.0.0.9', ...common },
        { DeviceIndex: 1, SubnetId: 'subnet-2', ...common },
      ],
    });
    expect(await launched({ 'public-ip': 'yes' })).toMatchObject({
      NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: true, DeleteOnTermination: true }],
    });
  });

  it.each([
    ['the image', { image: 'ami-0' }, { DescribeImages: {} }, 'image.not-found'],
    ['the key pair', { keypair: 'bob' }, {}, 'keypair.not-found'],
    ['a subnet', { nic: [{ network: 'dmz' }] }, {}, 'network.not-found'],
    ['a group', { securitygroups: 'mail' }, {}, 'securitygroup.not-found'],
    [
      'its own name',
      {},
      { DescribeInstances: instancesAnswer({ InstanceId: ID, State: { Name: 'stopped' } }) },
      'op.conflict',
    ],
  ])('is not launched when %s is not as it should be', async (_what, spec, answers, code) => {
    const { scripted, create } = open(answers);
    expect((await refusal(create(CLOUD, { ...SPEC, ...spec }, signal))).code).toBe(code);
    expect(changesIn(scripted)).toEqual([]);
  });

  it('is terminated when it can not be stopped, and named with the command that does it where that fails too', async () => {
    const failed: Instance = {
      InstanceId: ID,
      State: { Name: 'terminated' },
      StateReason: { Code: 'Server.InternalError', Message: 'broken' },
    };
    // the name is free, and what was launched breaks
    const looks = [{}, instancesAnswer(failed)];
    const look = () => looks.shift() ?? instancesAnswer(failed);
    const broken = { DescribeInstances: look };
    const { scripted, create } = open(broken);
    const error = await refusal(create(CLOUD, { ...SPEC, start: false }, signal));
    expect(error).toMatchObject({ code: 'op.failed', message: expect.stringContaining('broken') });
    expect(changesIn(scripted).at(-1)).toEqual(['TerminateInstances', { InstanceIds: [ID] }]);

    looks.unshift({});
    const stays = open({ ...broken, TerminateInstances: new FleetError('auth.forbidden', 'not allowed') });
    const told = await refusal(stays.create(CLOUD, { ...SPEC, start: false }, signal));
    expect(`${told.message} ${told.fix}`).toContain(`aws ec2 terminate-instances --instance-ids ${ID}`);
  });
});
