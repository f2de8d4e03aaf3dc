/** The account as its owner works in it, past drover and past the proxy. */
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { KEYS } from '../../../src/platforms/aws/testkit/access.ts';
import { REGION } from './region.ts';

/** An Ubuntu image that moto knows from the start. */
const IMAGE = 'ami-785db401';
const ZONE = `${REGION}a`;

export interface MachineRoom {
  /** Ids of what was launched, in one reservation. */
  launch(name: string, count: number, more?: Partial<RunInstancesCommandInput>): Promise<readonly string[]>;
  power(id: string, state: 'running' | 'stopped'): Promise<void>;
  terminate(ids: readonly string[]): Promise<void>;
  /** A second volume that stays when the instance goes, and an Elastic IP. */
  giveHeirlooms(id: string): Promise<void>;
  /** Whether there is a volume or an address of this id. */
  has(id: string): Promise<boolean>;
  count(): Promise<number>;
  close(): void;
}

export function openMachineRoom(endpoint: string): MachineRoom {
  const ec2 = new EC2Client({ region: REGION, endpoint, credentials: KEYS, maxAttempts: 1 });
  return {
    async launch(name, count, more = {}) {
      const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: IMAGE,
          InstanceType: 't3.micro',
          MinCount: count,
          MaxCount: count,
          TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: name }] }],
          ...more,
        }),
      );
      return Instances.flatMap(({ InstanceId }) => InstanceId ?? []);
    },
    async power(id, state) {
      const which = { InstanceIds: [id] };
      if (state === 'running') await ec2.send(new StartInstancesCommand(which));
      else await ec2.send(new StopInstancesCommand(which));
    },
    async terminate(ids) {
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [...ids] }));
    },
    async giveHeirlooms(id) {
      const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: ZONE, Size: 4 }));
      await ec2.send(new AttachVolumeCommand({ InstanceId: id, VolumeId, Device: '/dev/sdf' }));
      const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
      await ec2.send(new AssociateAddressCommand({ InstanceId: id, AllocationId }));
    },
    async has(id) {
      const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
      const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand({}));
      return (
        Volumes.some(({ VolumeId }) => VolumeId === id) || Addresses.some(({ AllocationId }) => AllocationId === id)
      );
    },
    async count() {
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
      return Reservations.flatMap(({ Instances = [] }) => Instances).length;
    },
    close: () => ec2.destroy(),
  };
}
