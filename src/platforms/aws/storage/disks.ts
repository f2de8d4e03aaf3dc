/** Volumes of EBS as disks of instances. */
import { FleetError } from '../../../errors.ts';
import { type DiskId, diskId, nativeOfListed, nativeOfPart, vmOf } from '../../../ids.ts';
import { gib } from '../../../units.ts';
import type { DiskOps, DiskSpec, VmOps } from '../../contract.ts';
import { refuseImage } from '../../lib/empty-disks.ts';
import { listDisks, noPart } from '../../lib/parts.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import { type AwsRegion, aboutRegion, accepted, meant, tagged, tagsOf } from '../region.ts';
import { untilSo } from '../until.ts';
import { conflict, onInstance, type VmCall } from '../vm-call.ts';
import { changeType } from './volume-type.ts';
import { gibOf, grow, listVolumes, speedOf, typeOf } from './volumes.ts';

const READY_MS = 60_000;
/** A guest that runs lets go of a volume when it is not mounted any more. */
const DETACHED_MS = 120_000;

/** For volumes beside that of the root (EC2 user guide, "Device names for volumes on Amazon EC2 instances"). */
const DEVICES = [...'fghijklmnop'].map((letter) => `/dev/sd${letter}`);

interface Attached {
  readonly call: VmCall;
  readonly device: string;
  readonly volume: string;
  readonly isRoot: boolean;
}

export function createDiskOps(region: AwsRegion, info: VmOps['info']): Omit<Required<DiskOps>, 'insert'> {
  const { api } = region;
  const onDisk = <T>(id: DiskId, signal: AbortSignal, work: (disk: Attached) => Promise<T>): Promise<T> =>
    onInstance(region, vmOf(id), signal, async (call) => {
      const device = nativeOfPart(id);
      const mapping = call.instance.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === device);
      const volume = mapping?.Ebs?.VolumeId;
      if (volume === undefined) throw noPart('disk', call.name, id);
      return work({ call, device, volume, isRoot: device === call.instance.RootDeviceName });
    });
  const isFree = async (volume: string, signal: AbortSignal): Promise<boolean> => {
    const { Volumes = [] } = await api.read('DescribeVolumes', { VolumeIds: [volume] }, aboutRegion(region, signal));
    return Volumes[0]?.State === 'available';
  };
  async function detach({ call, volume, device, isRoot }: Attached, signal: AbortSignal): Promise<void> {
    const { machine, name, change } = call;
    if (isRoot && machine.state !== 'stopped')
      throw conflict(name, `is ${machine.rawState}: its root disk ${device} comes off only while it is off`, 'stop it');
    await change('DetachVolume', { VolumeId: volume, InstanceId: machine.id });
    await untilSo(region, `${volume} of ${name} is detached`, DETACHED_MS, signal, () => isFree(volume, signal));
  }

  return {
    list: listDisks(info),
    create: (vm, spec, signal) =>
      onInstance(region, vm, signal, async (call) => {
        refuseImage(spec, 'AWS');
        const used = new Set(call.instance.BlockDeviceMappings?.map(({ DeviceName }) => DeviceName));
        const device = DEVICES.find((one) => !used.has(one));
        if (device === undefined) throw new FleetError('op.refused', `${call.name} has no room for another disk`);
        const made: Made[] = [];
        try {
          const volume =
            spec.volume === ''
              ? await makeFor(region, call, spec, made, signal)
              : await usable(region, call, spec, signal);
          await untilSo(region, `${volume} is ready`, READY_MS, signal, () => isFree(volume, signal));
          await call.change('AttachVolume', { VolumeId: volume, InstanceId: call.machine.id, Device: device });
        } catch (error) {
          throw await takeBack(error, made);
        }
        return { ...accepted, id: diskId(vm, device) };
      }),
    detach: (id, signal) =>
      onDisk(id, signal, async (disk) => {
        await detach(disk, signal);
        return accepted;
      }),
    planDelete: (id, signal) =>
      onDisk(id, signal, async ({ call, volume, isRoot }) => ({
        goes: [volume],
        stays: [],
        ...(isRoot && { refused: `${volume} is the root disk of ${call.name}: it goes with the VM` }),
      })),
    delete: (id, signal) =>
      onDisk(id, signal, async (disk) => {
        const { call, volume, isRoot } = disk;
        if (isRoot) throw new FleetError('op.refused', `${volume} is the root disk of ${call.name}`);
        await detach(disk, signal);
        await call.change('DeleteVolume', { VolumeId: volume });
        return accepted;
      }),
    resize: (id, size, signal) =>
      onDisk(id, signal, async ({ call, volume, device }) => {
        const about = aboutRegion(region, signal);
        const { Volumes = [] } = await api.read('DescribeVolumes', { VolumeIds: [volume] }, about);
        const now = Volumes[0]?.Size === undefined ? undefined : gib(Volumes[0].Size);
        await grow(region, { name: `${device} of ${call.name}`, volume, now, size }, about);
        return accepted;
      }),
    move: (id, spec, signal) =>
      onDisk(id, signal, ({ call, volume, device }) =>
        changeType(region, { name: `${device} of ${call.name}`, volume, spec }, signal),
      ),
  };
}

/** A new volume in the zone of the instance. */
async function makeFor(
  region: AwsRegion,
  { machine, name }: VmCall,
  { size, storage, format, bus, shareable }: DiskSpec,
  made: Made[],
  signal: AbortSignal,
): Promise<string> {
  const about = { subject: name, signal };
  if (format !== '' && format !== 'raw') throw new FleetError('op.unsupported', `${name}: EBS has no format ${format}`);
  if (bus !== '') throw new FleetError('op.unsupported', `${name}: how a disk is attached is decided by EC2`);
  const { type, zone } = typeOf(name, storage);
  if (zone !== undefined && zone !== machine.zone)
    throw new FleetError('op.refused', `${name} is in ${machine.zone}: a volume of ${zone} can't be attached to it`);
  const count = gibOf(name, size);
  const { VolumeId = '' } = await region.api.change(
    'CreateVolume',
    {
      AvailabilityZone: machine.zone,
      Size: count,
      VolumeType: type,
      ...speedOf(type, count),
      ...(shareable ? { MultiAttachEnabled: true } : {}),
      ...tagged('volume', tagsOf(`${name}-disk`)),
    },
    about,
  );
  made.push({
    what: `the volume ${VolumeId}`,
    command: `aws ec2 delete-volume --volume-id ${VolumeId}`,
    undo: () => region.api.change('DeleteVolume', { VolumeId }, about),
  });
  return VolumeId;
}

/** Rejects with op.conflict for a volume that another instance has. */
async function usable(region: AwsRegion, { name }: VmCall, spec: DiskSpec, signal: AbortSignal): Promise<string> {
  const all = await listVolumes(region, aboutRegion(region, signal));
  const volume = meant('volume', region.endpoint, all, spec.volume);
  const [user] = volume.users ?? [];
  if (user !== undefined)
    throw new FleetError('op.conflict', `${volume.name} is a disk of ${user}: it can't be one of ${name} too`);
  return nativeOfListed(volume.id);
}
