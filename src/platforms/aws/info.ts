import type { Instance, InstanceBlockDeviceMapping, Volume } from '@aws-sdk/client-ec2';
import type { VmId } from '../../ids.ts';
import { gib } from '../../units.ts';
import type { Disk, Nic, VmInfo } from '../contract.ts';
import { readVolumes } from './attachments.ts';
import { hasSessionManager, type SessionPlace, sessionCommand } from './console/session-manager.ts';
import { bootTimeOf, GROUP_TAG } from './machine.ts';
import { zoneIn } from './tags.ts';
import { onInstance, type VmCall, type VmCalls } from './vm-call.ts';
import { imageOf } from './vm-row.ts';

export const readInfo = (
  calls: VmCalls,
  place: SessionPlace,
  id: VmId,
  signal: AbortSignal,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<VmInfo> =>
  onInstance(calls, id, signal, async (call) => {
    const { machine, instance, name } = call;
    const started = bootTimeOf(machine);
    const images = machine.image === undefined ? [] : [machine.image];
    const [volumes, hasSessions] = await Promise.all([
      readVolumes(call),
      hasSessionManager(env),
      calls.catalog.learn([machine.type], images, { subject: name, signal }),
    ]);
    const type = calls.catalog.type(machine.type);
    const cpus = machine.cpus ?? type?.cpus;
    const image = imageOf(machine, calls.catalog);
    return {
      state: machine.state,
      created: createdAt(instance),
      ...(started === undefined ? {} : { started }),
      nics: nicsOf(instance),
      disks: (instance.BlockDeviceMappings ?? []).map((mapping) => diskOf(mapping, volumes)),
      snapshots: [],
      description: undefined,
      // The catalogue of types and images is asked for what is on the screen first.
      row: {
        ...(cpus === undefined ? {} : { cpus }),
        ...(type === undefined ? {} : { memory: type.memory }),
        ...(image === undefined ? {} : { image }),
      },
      more: [
        ...moreOf(call),
        ...(hasSessions && machine.state === 'running'
          ? [['Session Manager', sessionCommand(machine.id, place)] as const]
          : []),
      ],
    };
  });

/** The launch time is that of the last start: the root volume remembers when it was attached, which is when it began. */
function createdAt({ RootDeviceName, BlockDeviceMappings = [], LaunchTime }: Instance): number | undefined {
  const root = BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName);
  return (root?.Ebs?.AttachTime ?? LaunchTime)?.getTime();
}

const nicsOf = ({ NetworkInterfaces = [] }: Instance): readonly Nic[] =>
  NetworkInterfaces.map((nic, index) => ({
    device: nic.NetworkInterfaceId ?? `eth${nic.Attachment?.DeviceIndex ?? index}`,
    mac: nic.MacAddress ?? '',
    net: nic.SubnetId ?? '',
    type: nic.InterfaceType || undefined,
    ips: [nic.PrivateIpAddress, nic.Association?.PublicIp].filter((ip) => ip !== undefined),
  }));

function diskOf({ DeviceName, Ebs }: InstanceBlockDeviceMapping, volumes: readonly Volume[]): Disk {
  const volume = volumes.find(({ VolumeId }) => VolumeId === Ebs?.VolumeId);
  return {
    device: DeviceName ?? '',
    path: Ebs?.VolumeId ?? '',
    size: volume?.Size === undefined ? undefined : gib(volume.Size),
    type: 'disk',
    format: undefined,
    bus: undefined,
    storage: volume?.VolumeType ?? 'ebs',
    readOnly: false,
    shareable: volume?.MultiAttachEnabled,
  };
}

function moreOf({ machine, instance }: VmCall): VmInfo['more'] {
  const group = machine.tags.get(GROUP_TAG);
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Instance type', machine.type],
    ['AMI', machine.image],
    ['State since', machine.reason ?? (instance.StateTransitionReason || undefined)],
    ['Trouble', machine.failure],
    ['Lifecycle', machine.spot ? 'spot: AWS may take it back at any time' : instance.InstanceLifecycle],
    ['Auto Scaling group', group === undefined ? undefined : `${group}: replaces it when it stops or goes`],
    ['Platform', instance.PlatformDetails],
    ['Architecture', instance.Architecture],
    ['Boot mode', instance.CurrentInstanceBootMode ?? instance.BootMode],
    ['Hibernation', machine.hibernates ? 'enabled' : undefined],
    ['Detailed monitoring', machine.detailedMonitoring ? 'enabled' : undefined],
    ['Public name', instance.PublicDnsName],
    ['Private name', instance.PrivateDnsName],
    ['VPC', instance.VpcId],
    ['Subnet', instance.SubnetId],
    [
      'Security groups',
      instance.SecurityGroups?.map(({ GroupName, GroupId }) => `${GroupName} (${GroupId})`).join(', '),
    ],
    ['Key pair', instance.KeyName],
    ['Instance profile', instance.IamInstanceProfile?.Arn],
    ['Name reserved in', zoneIn(machine.tags)],
    ['Placement group', instance.Placement?.GroupName],
    ['Tenancy', instance.Placement?.Tenancy],
    ['Metadata service', instance.MetadataOptions?.HttpTokens === 'optional' ? 'IMDSv1 allowed' : undefined],
  ];
  return lines.flatMap(([label, value]) => (value ? [[label, value] as const] : []));
}
