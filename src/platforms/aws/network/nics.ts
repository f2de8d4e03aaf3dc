/** Network interfaces of instances. */
import { FleetError } from '../../../errors.ts';
import { type NicId, nativeOfListed, nativeOfPart, nicId, vmOf } from '../../../ids.ts';
import type { NicOps, VmOps } from '../../contract.ts';
import { listNics, noPart } from '../../lib/parts.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import { type AwsRegion, aboutRegion, accepted, meant, tagged, tagsOf } from '../region.ts';
import { untilSo } from '../until.ts';
import { onInstance } from '../vm-call.ts';
import { listSubnets } from './subnets.ts';

const DETACHED_MS = 60_000;

export function createNicOps(
  region: AwsRegion,
  info: VmOps['info'],
): Pick<Required<NicOps>, 'list' | 'create' | 'delete'> {
  const { api } = region;
  const isFree = async (card: string, signal: AbortSignal): Promise<boolean> => {
    const asked = { NetworkInterfaceIds: [card] };
    const { NetworkInterfaces = [] } = await api.read('DescribeNetworkInterfaces', asked, aboutRegion(region, signal));
    return NetworkInterfaces[0]?.Status === 'available';
  };
  return {
    list: listNics(info),
    /** `network` is a subnet here, by name or id: a VPC does not say where in it an address is. */
    create: (vm, { network, model, mac }, signal) =>
      onInstance(region, vm, signal, async ({ machine, instance, name, change }) => {
        if (model !== '' || mac !== '')
          throw new FleetError('op.unsupported', `${name}: EC2 chooses models and addresses of NICs itself`);
        const about = { subject: name, signal };
        const subnets = await listSubnets(region, about);
        const subnet = await subnetMeant(region, subnets, network);
        if (subnet.zone !== machine.zone)
          throw new FleetError('op.refused', `${subnet.name} is in ${subnet.zone}, and ${name} in ${machine.zone}`);
        const { NetworkInterface: card } = await change('CreateNetworkInterface', {
          SubnetId: nativeOfListed(subnet.id),
          ...tagged('network-interface', tagsOf(`${name}-nic`)),
        });
        const NetworkInterfaceId = card?.NetworkInterfaceId ?? '';
        const made: Made[] = [
          {
            what: `the network interface ${NetworkInterfaceId}`,
            command: `aws ec2 delete-network-interface --network-interface-id ${NetworkInterfaceId}`,
            undo: () => api.change('DeleteNetworkInterface', { NetworkInterfaceId }, about),
          },
        ];
        const used = instance.NetworkInterfaces?.map(({ Attachment }) => Attachment?.DeviceIndex ?? 0) ?? [];
        const DeviceIndex = Math.max(0, ...used) + 1;
        try {
          await change('AttachNetworkInterface', { NetworkInterfaceId, InstanceId: machine.id, DeviceIndex });
        } catch (error) {
          throw await takeBack(error, made);
        }
        return { ...accepted, id: nicId(vm, card?.MacAddress ?? '') };
      }),
    delete: (id, signal) =>
      onInstance(region, vmOf(id), signal, async ({ instance, name, change }) => {
        const card = instance.NetworkInterfaces?.find(({ MacAddress }) => MacAddress === macOf(id));
        const NetworkInterfaceId = card?.NetworkInterfaceId;
        if (NetworkInterfaceId === undefined) throw noPart('nic', name, id);
        if (card?.Attachment?.DeviceIndex === 0)
          throw new FleetError(
            'op.refused',
            `${NetworkInterfaceId} is the first NIC of ${name}, which it can't be without`,
          );
        await change('DetachNetworkInterface', { AttachmentId: card?.Attachment?.AttachmentId });
        await untilSo(region, `${NetworkInterfaceId} is detached`, DETACHED_MS, signal, () =>
          isFree(NetworkInterfaceId, signal),
        );
        await change('DeleteNetworkInterface', { NetworkInterfaceId });
        return accepted;
      }),
  };
}

const macOf = (id: NicId): string => nativeOfPart(id).replace(/\/\d+$/, '');

/** Rejects with network.not-found, which is what it is asked for. */
async function subnetMeant(
  { endpoint }: AwsRegion,
  subnets: Awaited<ReturnType<typeof listSubnets>>,
  word: string,
): Promise<(typeof subnets)[number]> {
  try {
    return meant('subnet', endpoint, subnets, word);
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== 'subnet.not-found') throw error;
    throw new FleetError('network.not-found', `${endpoint} has no subnet ${JSON.stringify(word)}`);
  }
}
