/** What the account has beside instances, made past drover and past the proxy. */
import {
  AllocateAddressCommand,
  CreateImageCommand,
  CreateKeyPairCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { KEYS } from '../../../src/platforms/aws/testkit/access.ts';
import { REGION } from './region.ts';

/** One of each kind. `subnets` gets the one that instances are in when none is named. */
export async function furnish(endpoint: string, instance: string, subnets: string[]): Promise<void> {
  const config = { region: REGION, endpoint, credentials: KEYS, maxAttempts: 1 };
  const ec2 = new EC2Client(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const route53 = new Route53Client(config);
  const elb = new ElasticLoadBalancingV2Client(config);
  await ec2.send(new CreateImageCommand({ InstanceId: instance, Name: 'contract-image' }));
  await ec2.send(new CreateKeyPairCommand({ KeyName: 'contract-key' }));
  await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instance] }));
  subnets.splice(0, subnets.length, Reservations[0]?.Instances?.[0]?.SubnetId ?? '');

  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await s3.send(new CreateBucketCommand({ Bucket: 'contract-bucket', CreateBucketConfiguration }));
  await s3.send(new PutObjectCommand({ Bucket: 'contract-bucket', Key: 'there.txt', Body: 'there' }));

  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: 'contract.example', CallerReference: 'contract' }),
  );
  const ResourceRecordSet = {
    Name: 'www.contract.example',
    Type: 'A' as const,
    TTL: 60,
    ResourceRecords: [{ Value: '192.0.2.1' }],
  };
  await route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: HostedZone?.Id,
      ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet }] },
    }),
  );

  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const [{ SubnetId = '', VpcId = '' } = {}] = Subnets;
  const { LoadBalancers = [] } = await elb.send(
    new CreateLoadBalancerCommand({ Name: 'contract-balancer', Type: 'network', Subnets: [SubnetId] }),
  );
  const { TargetGroups = [] } = await elb.send(
    new CreateTargetGroupCommand({
      Name: 'contract-targets',
      Protocol: 'TCP',
      Port: 80,
      VpcId,
      TargetType: 'instance',
    }),
  );
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
      Protocol: 'TCP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: TargetGroups[0]?.TargetGroupArn }],
    }),
  );
  for (const client of [ec2, s3, route53, elb]) client.destroy();
}
