import type { Subnet as Ec2Subnet } from '@aws-sdk/client-ec2';
import { FleetError } from '../../../errors.ts';
import { networkId, subnetId } from '../../../ids.ts';
import type { LossPlan, Network, Subnet, SubnetOps, SubnetSpec } from '../../contract.ts';
import { overlapping, refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import type { About } from '../api.ts';
import {
  type AwsRegion,
  aboutRegion,
  accepted,
  meant,
  nameOf,
  nativeId,
  pageOf,
  planOf,
  present,
  readAll,
  tagged,
  tagsOf,
  where,
} from '../region.ts';
import { readCards, usersOf } from './cards.ts';
import { listNetworks } from './vpcs.ts';

const PAGE = 500;

export async function listSubnets(
  region: AwsRegion,
  about: About,
  networks?: readonly Network[],
): Promise<readonly Subnet[]> {
  const { api, endpoint } = region;
  const [all, known] = await Promise.all([
    readAll('DescribeSubnets', async (marker) => {
      const answer = await api.read('DescribeSubnets', pageOf(PAGE, marker), about);
      return { items: answer.Subnets ?? [], next: answer.NextToken || undefined };
    }),
    networks ?? listNetworks(region, about),
  ]);
  const nameOfVpc = (id = '') => known.find((one) => one.id === networkId(endpoint, id))?.name ?? id;
  return all.map((one) => subnetOf(endpoint, one, nameOfVpc(one.VpcId)));
}

const subnetOf = (endpoint: AwsRegion['endpoint'], subnet: Ec2Subnet, network: string): Subnet => ({
  id: subnetId(endpoint, subnet.SubnetId ?? ''),
  name: nameOf(subnet.Tags, subnet.SubnetId ?? ''),
  network,
  cidr: subnet.CidrBlock ?? subnet.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? '',
  gateway: undefined,
  dhcp: true,
  zone: subnet.AvailabilityZone,
  public: subnet.MapPublicIpOnLaunch,
  free: subnet.AvailableIpAddressCount,
  nameServers: [],
  ...planOf(subnet.Tags),
});

export function createSubnetOps(region: AwsRegion): Required<SubnetOps> {
  const { api, endpoint } = region;
  const found = async (id: string, about: About): Promise<Subnet> =>
    present(
      'subnet',
      id,
      (await listSubnets(region, about)).find((one) => one.id === id),
    );
  const plan = async ({ id, name, cidr }: Subnet, about: About): Promise<LossPlan> => {
    const users = await usersOf(region, await readCards(region, where('subnet-id', nativeId(id)), about), about);
    return {
      goes: [`the subnet ${name} (${cidr})`],
      stays: [],
      ...(users.length > 0 && { refused: usedBy(name, users) }),
    };
  };

  return {
    list: (_of, signal) => listSubnets(region, aboutRegion(region, signal)),
    async create(_of, spec, signal) {
      const about = aboutRegion(region, signal);
      refuseImpossible(spec);
      const networks = await listNetworks(region, about);
      const network = meant('network', endpoint, networks, spec.network);
      const all = await listSubnets(region, about, networks);
      refuseTakenName('subnet', endpoint, all, spec.name);
      const beside = all.filter((one) => one.network === network.name).map((one) => ({ ...one, cidrs: [one.cidr] }));
      const other = overlapping(spec.cidr, beside);
      if (other) throw new FleetError('op.conflict', `${spec.cidr} overlaps the subnet ${other.name}`);
      const { Subnet: made } = await api.change(
        'CreateSubnet',
        {
          VpcId: nativeId(network.id),
          CidrBlock: spec.cidr,
          ...(spec.zone === '' ? {} : { AvailabilityZone: spec.zone }),
          ...tagged('subnet', tagsOf(spec.name, spec.plan)),
        },
        about,
      );
      return { ...accepted, ...(made?.SubnetId !== undefined && { id: subnetId(endpoint, made.SubnetId) }) };
    },
    async update(id, { public: isPublic, dhcp, nameServers }, signal) {
      const about = aboutRegion(region, signal);
      const { name } = await found(id, about);
      if (dhcp === false) throw new FleetError('op.unsupported', `${name}: AWS hands addresses out in each subnet`);
      if (nameServers !== undefined)
        throw new FleetError('op.unsupported', `${name}: name servers are of a whole VPC at AWS, by its DHCP options`);
      if (isPublic !== undefined)
        await api.change(
          'ModifySubnetAttribute',
          { SubnetId: nativeId(id), MapPublicIpOnLaunch: { Value: isPublic } },
          { ...about, subject: name },
        );
      return accepted;
    },
    planDelete: async (id, signal) => {
      const about = aboutRegion(region, signal);
      return plan(await found(id, about), about);
    },
    async delete(id, signal) {
      const about = aboutRegion(region, signal);
      const subnet = await found(id, about);
      refusePlanned(await plan(subnet, about));
      await api.change('DeleteSubnet', { SubnetId: nativeId(id) }, { ...about, subject: subnet.name });
      return accepted;
    },
  };
}

/** Throws op.unsupported for what a subnet of a VPC has not. */
function refuseImpossible({ name, gateway, dhcp, nameServers }: SubnetSpec): void {
  const no = (why: string) => new FleetError('op.unsupported', `${name}: ${why}`);
  if (gateway !== '') throw no('the gateway of a subnet is its first address at AWS');
  if (!dhcp) throw no('AWS hands addresses out in each subnet');
  if (nameServers.length > 0) throw no('name servers are of a whole VPC at AWS, by its DHCP options');
}
