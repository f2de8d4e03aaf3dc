/** Elastic IPs. */
import type { Address as Ec2Address } from '@aws-sdk/client-ec2';
import { FleetError } from '../../../errors.ts';
import { addressId, nativeOfListed } from '../../../ids.ts';
import type { Address, AddressOps, LossPlan } from '../../contract.ts';
import { refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import type { About } from '../api.ts';
import {
  type AwsRegion,
  aboutRegion,
  accepted,
  nameOf,
  namesOf,
  nativeId,
  planOf,
  present,
  tagged,
  tagsOf,
} from '../region.ts';
import { onInstance } from '../vm-call.ts';

interface Both {
  readonly row: Address;
  readonly told: Ec2Address;
}

async function readAddresses(region: AwsRegion, about: About): Promise<readonly Both[]> {
  // EC2 tells them all at once.
  const { Addresses = [] } = await region.api.read('DescribeAddresses', {}, about);
  const names = await namesOf(
    region,
    Addresses.map(({ InstanceId }) => InstanceId || undefined),
    about,
  );
  return Addresses.map((told) => ({ told, row: rowOf(region.endpoint, told, names) }));
}

function rowOf(endpoint: AwsRegion['endpoint'], told: Ec2Address, names: ReadonlyMap<string, string>): Address {
  const { PublicIp: ip = '', AllocationId, InstanceId, NetworkInterfaceId, Tags, PrivateIpAddress } = told;
  const user = InstanceId ? (names.get(InstanceId) ?? InstanceId) : NetworkInterfaceId || undefined;
  return {
    id: addressId(endpoint, AllocationId ?? ip),
    name: nameOf(Tags, ip),
    ip,
    network: told.PublicIpv4Pool || undefined,
    user,
    privateIp: PrivateIpAddress || undefined,
    ...planOf(Tags),
  };
}

export function createAddressOps(region: AwsRegion): Required<AddressOps> {
  const { api, endpoint } = region;
  const found = async (id: string, about: About): Promise<Both> =>
    present(
      'address',
      id,
      (await readAddresses(region, about)).find(({ row }) => row.id === id),
    );
  const plan = ({ ip, user }: Address): LossPlan => ({
    goes: [`the address ${ip}`],
    stays: [],
    ...(user !== undefined && { refused: usedBy(ip, [user]) }),
  });

  return {
    list: async (_of, signal) => (await readAddresses(region, aboutRegion(region, signal))).map(({ row }) => row),
    async create(_of, { name, network, plan: ofPlan }, signal) {
      const about = aboutRegion(region, signal);
      const all = (await readAddresses(region, about)).map(({ row }) => row);
      if (name !== '') refuseTakenName('address', endpoint, all, name);
      const { PublicIp, AllocationId } = await api.change(
        'AllocateAddress',
        {
          Domain: 'vpc',
          ...(network === '' ? {} : { PublicIpv4Pool: network }),
          ...tagged('elastic-ip', tagsOf(name, ofPlan)),
        },
        about,
      );
      return {
        ...accepted,
        ...(AllocationId !== undefined && { id: addressId(endpoint, AllocationId) }),
        ...(PublicIp !== undefined && { answer: PublicIp }),
      };
    },
    associate: (vm, { address: wanted, privateIp }, signal) =>
      onInstance(region, vm, signal, async ({ machine, name, change }) => {
        const all = await readAddresses(region, aboutRegion(region, signal));
        const one = all.find(({ row }) => [row.ip, row.name, nativeOfListed(row.id)].includes(wanted));
        if (!one) throw new FleetError('address.not-found', `${endpoint} has no address ${JSON.stringify(wanted)}`);
        const { told, row } = one;
        if (row.user !== undefined && told.InstanceId !== machine.id)
          throw new FleetError('op.conflict', `${row.ip} leads to ${row.user}`, { fix: 'disassociate it first' });
        if (told.InstanceId === machine.id)
          return { warnings: [{ feature: 'address.associate', detail: `${row.ip} leads to ${name} already` }] };
        await change('AssociateAddress', {
          AllocationId: told.AllocationId,
          InstanceId: machine.id,
          AllowReassociation: false,
          ...(privateIp === '' ? {} : { PrivateIpAddress: privateIp }),
        });
        return accepted;
      }),
    async disassociate(id, signal) {
      const about = aboutRegion(region, signal);
      const { told, row } = await found(id, about);
      if (told.AssociationId === undefined) throw new FleetError('op.refused', `${row.ip} leads nowhere`);
      await api.change('DisassociateAddress', { AssociationId: told.AssociationId }, { ...about, subject: row.ip });
      if (told.InstanceId) region.touched(told.InstanceId);
      return accepted;
    },
    planDelete: async (id, signal) => plan((await found(id, aboutRegion(region, signal))).row),
    async delete(id, signal) {
      const about = aboutRegion(region, signal);
      const { row } = await found(id, about);
      refusePlanned(plan(row));
      await api.change('ReleaseAddress', { AllocationId: nativeId(id) }, { ...about, subject: row.ip });
      return accepted;
    },
  };
}
