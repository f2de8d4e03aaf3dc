import type { Instance } from '@aws-sdk/client-ec2';
import { FleetError } from '../../errors.ts';
import type { Accepted, DeletePlan, VmOps } from '../contract.ts';
import { readAddresses, readProtection } from './attachments.ts';
import { GROUP_TAG } from './machine.ts';
import { lookForName, type ReservedName, releaseName } from './names/reserved-name.ts';
import type { AwsRegion } from './region.ts';
import { conflict, done, onInstance, type VmCall } from './vm-call.ts';

const DISKS_GO = 'its root disk is an instance store, which is a part of its host: it can not be kept';

/** It may be shutting down for some minutes. */
const TERMINATE_MS = 300_000;

/** Terminating an instance, and saying beforehand what that destroys. */
export function createDelete(region: AwsRegion): Required<Pick<VmOps, 'planDelete' | 'delete'>> {
  return {
    planDelete: (id, signal) =>
      onInstance(region, id, signal, async (call) => {
        const reserved = await lookForName(region, call.machine, { subject: call.name, signal });
        return lossesOf(call, reserved);
      }),
    delete: (id, { keepDisks }, signal) =>
      onInstance(region, id, signal, async (call) => {
        const { machine, name } = call;
        if (machine.state === 'running') throw conflict(name, 'is running', 'stop it first');
        if (machine.state === 'stopping' && machine.rawState === 'stopping') {
          throw conflict(name, 'is not off yet: its guest is shutting down', 'wait until it is, or stop it by force');
        }
        if (keepDisks && machine.instanceStore) throw new FleetError('op.unsupported', `${name}: ${DISKS_GO}`);
        if ((await readProtection(call)) === true) {
          throw new FleetError('op.refused', `${name} is protected against termination (DisableApiTermination)`, {
            fix: 'switch termination-protection off in its settings',
          });
        }
        const reserved = await lookForName(region, machine, { subject: name, signal });
        const accepted = await (keepDisks ? terminateAlone(call) : terminate(call));
        if (reserved === undefined) return accepted;
        const stays =
          typeof reserved === 'string'
            ? `${reserved} stays`
            : await releaseName(region, reserved, { subject: name, signal });
        if (stays === undefined) return accepted;
        return { ...accepted, warnings: [...accepted.warnings, { feature: 'dns', detail: stays }] };
      }),
  };
}

async function terminate({ change, machine, name }: VmCall): Promise<Accepted> {
  await change('TerminateInstances', { InstanceIds: [machine.id] });
  const group = machine.tags.get(GROUP_TAG);
  const detail = `the Auto Scaling group ${group} makes another one in place of ${name}`;
  const accepted = group === undefined ? done() : done({ feature: 'vm.delete', detail });
  return { ...accepted, takesUpToMs: TERMINATE_MS };
}

/** EC2 deletes volumes by a mark that each has; taking it away is a change of its own, before. */
async function terminateAlone(call: VmCall): Promise<Accepted> {
  const { change, machine, instance, name } = call;
  const doomed = volumesOf(instance).filter(({ goes }) => goes);
  if (doomed.length > 0) {
    await change('ModifyInstanceAttribute', {
      InstanceId: machine.id,
      BlockDeviceMappings: doomed.map(({ device }) => ({ DeviceName: device, Ebs: { DeleteOnTermination: false } })),
    });
  }
  await assertKept(call);
  const accepted = await terminate(call);
  const kept = volumesOf(instance).map(({ volume }) => volume);
  if (kept.length === 0) return accepted;
  const detail = `${kept.join(', ')} of ${name} ${kept.length === 1 ? 'stays and goes' : 'stay and go'} on to cost money`;
  return { ...accepted, warnings: [...accepted.warnings, { feature: 'disks', detail }] };
}

/** What is terminated is gone for good: looked at once more, since EC2 takes its time and others may mark volumes too. */
async function assertKept({ machine, name, read }: VmCall): Promise<void> {
  const { Reservations = [] } = await read('DescribeInstances', { InstanceIds: [machine.id] });
  const [now] = Reservations.flatMap(({ Instances = [] }) => Instances);
  const doomed = now ? volumesOf(now).filter(({ goes }) => goes) : [];
  if (now && doomed.length === 0) return;
  const which = doomed.map(({ volume }) => volume).join(', ') || 'its volumes';
  throw conflict(name, `was not terminated: ${which} would have gone with it still`, 'try it again in a moment');
}

interface AttachedVolume {
  readonly device: string;
  readonly volume: string;
  readonly goes: boolean;
}

const volumesOf = ({ BlockDeviceMappings = [] }: Instance): readonly AttachedVolume[] =>
  BlockDeviceMappings.flatMap(({ DeviceName: device, Ebs }) => {
    const { VolumeId: volume, DeleteOnTermination } = Ebs ?? {};
    return device === undefined || volume === undefined ? [] : { device, volume, goes: DeleteOnTermination === true };
  });

async function lossesOf(call: VmCall, reserved: ReservedName | string | undefined): Promise<DeletePlan> {
  const { machine, instance } = call;
  const volumes = volumesOf(instance);
  const addresses = await readAddresses(call);
  const cards = (instance.NetworkInterfaces ?? []).flatMap(({ NetworkInterfaceId, Attachment }) =>
    NetworkInterfaceId !== undefined && Attachment?.DeleteOnTermination === false ? NetworkInterfaceId : [],
  );
  return {
    goes: [
      ...volumes.filter(({ goes }) => goes).map(({ volume }) => volume),
      ...(typeof reserved === 'object' ? [`the DNS entry ${reserved.entry}`] : []),
    ],
    stays: [
      ...volumes.filter(({ goes }) => !goes).map(({ volume }) => `${volume} (marked to be kept)`),
      ...addresses.map(
        ({ AllocationId, PublicIp }) =>
          `${AllocationId ?? PublicIp} (Elastic IP ${PublicIp}: costs until it is released)`,
      ),
      ...cards.map((card) => `${card} (network interface, marked to be kept)`),
      ...(typeof reserved === 'string' ? [reserved] : []),
    ],
    // Snapshots of volumes stand on their own feet: they stay, whatever becomes of the instance.
    snapshots: [],
    ...(machine.state === 'suspended' ? { savedMemory: true } : {}),
    ...(machine.instanceStore ? { keepDisksRefused: DISKS_GO } : {}),
  };
}
