/** What drover keeps of an instance, of the hundred things that EC2 tells. */
import type { DescribeInstancesCommandOutput, Instance } from '@aws-sdk/client-ec2';
import { isGone, type StateWords, stateOf } from './states.ts';

export interface Machine extends StateWords {
  /** `i-0123456789abcdef0`. */
  readonly id: string;
  readonly name: string;
  readonly gone: boolean;
  readonly zone: string;
  readonly type: string;
  readonly image: string | undefined;
  /** What is billed for: `Linux/UNIX`, `Red Hat Enterprise Linux`, `Windows`. */
  readonly system: string | undefined;
  readonly cpus: number | undefined;
  readonly ips: readonly string[];
  /** Epoch, ms: the last launch or start (API reference, Instance: LaunchTime); a reboot leaves it as it was. */
  readonly launchedAt: number | undefined;
  readonly tags: ReadonlyMap<string, string>;
  /** Ids of what EBS lends it; what its host has for it is not reported. */
  readonly volumes: readonly string[] | undefined;
  readonly nicCount: number | undefined;
  readonly detailedMonitoring: boolean;
  readonly hibernates: boolean;
  /** The root disk is part of its host: it can't be stopped, and what it holds goes with it. */
  readonly instanceStore: boolean;
  readonly spot: boolean;
  /** Why it is as it is, where no user has asked for it. */
  readonly failure: string | undefined;
  /** AWS' sentence for the last change of its state. */
  readonly reason: string | undefined;
  /** The same as long as all of the above is: made where it takes no time from keys. */
  readonly print: string;
}

/** No user asked for these (API reference, StateReason). */
const FAILURES = new Set([
  'Server.InsufficientInstanceCapacity',
  'Server.InternalError',
  'Server.ScheduledStop',
  'Server.SpotInstanceShutdown',
  'Server.SpotInstanceTermination',
  'Client.InternalError',
  'Client.InvalidSnapshot.NotFound',
  'Client.VolumeLimitExceeded',
]);

export const GROUP_TAG = 'aws:autoscaling:groupName';

/** Undefined for what has no id: nothing could be done with it. */
export function readMachine(instance: Instance): Machine | undefined {
  const { InstanceId: id, State, StateReason, CpuOptions, Placement } = instance;
  if (id === undefined) return undefined;
  const tags = new Map((instance.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const { CoreCount, ThreadsPerCore } = CpuOptions ?? {};
  const failure = StateReason?.Code !== undefined && FAILURES.has(StateReason.Code) ? StateReason.Message : undefined;
  const machine = {
    id,
    name: tags.get('Name') || id,
    ...stateOf(State?.Name, StateReason?.Code),
    gone: isGone(State?.Name),
    zone: Placement?.AvailabilityZone ?? '',
    type: instance.InstanceType ?? '',
    image: instance.ImageId,
    system: instance.PlatformDetails || instance.Platform,
    cpus: CoreCount !== undefined && ThreadsPerCore !== undefined ? CoreCount * ThreadsPerCore : undefined,
    ips: ipsOf(instance),
    launchedAt: instance.LaunchTime?.getTime(),
    tags,
    volumes: instance.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeId ?? ''),
    nicCount: instance.NetworkInterfaces?.length,
    detailedMonitoring: instance.Monitoring?.State === 'enabled',
    hibernates: instance.HibernationOptions?.Configured === true,
    instanceStore: instance.RootDeviceType === 'instance-store',
    spot: instance.InstanceLifecycle === 'spot',
    failure,
    reason: StateReason?.Message,
  };
  return { ...machine, print: JSON.stringify([machine, ...tags]) };
}

/** Epoch, ms: since when it runs. A stopped instance keeps the time of its last start. */
export const bootTimeOf = ({ state, launchedAt = Number.NaN }: Machine): number | undefined =>
  state === 'running' && launchedAt > 0 ? launchedAt : undefined;

/** The public one first: it is the one that is reached from elsewhere. */
function ipsOf({ PublicIpAddress, PrivateIpAddress, NetworkInterfaces = [] }: Instance): readonly string[] {
  const further = NetworkInterfaces.flatMap(({ PrivateIpAddresses = [], Ipv6Addresses = [] }) => [
    ...PrivateIpAddresses.flatMap(({ Association, PrivateIpAddress: own }) => [Association?.PublicIp, own]),
    ...Ipv6Addresses.map(({ Ipv6Address }) => Ipv6Address),
  ]);
  const known = [PublicIpAddress, PrivateIpAddress, ...further].filter((ip) => ip !== undefined && ip !== '');
  return [...new Set(known)] as readonly string[];
}

export interface MachinePage {
  readonly items: readonly Machine[];
  readonly next: string | undefined;
}

/** A reservation is what was launched together: there may be many in one. */
export const machinesIn = ({ Reservations = [], NextToken }: Partial<DescribeInstancesCommandOutput>): MachinePage => ({
  items: Reservations.flatMap(({ Instances = [] }) => Instances.flatMap((instance) => readMachine(instance) ?? [])),
  next: NextToken || undefined,
});
