/** VPCs are the networks of a region. */
import type { Vpc } from '@aws-sdk/client-ec2';
import { FleetError } from '../../../errors.ts';
import { networkId } from '../../../ids.ts';
import type { LossPlan, Network, NetworkOps, NetworkSpec } from '../../contract.ts';
import { overlapping, refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import { type Made, takeBack } from '../../lib/take-back.ts';
import type { About } from '../api.ts';
import {
  type AwsRegion,
  aboutRegion,
  accepted,
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

const PAGE = 500;

/** Those with a gateway to the internet reach it, and are reached. */
export async function listNetworks(region: AwsRegion, about: About): Promise<readonly Network[]> {
  const { api, endpoint } = region;
  const [vpcs, open] = await Promise.all([
    readAll('DescribeVpcs', async (marker) => {
      const answer = await api.read('DescribeVpcs', pageOf(PAGE, marker), about);
      return { items: answer.Vpcs ?? [], next: answer.NextToken || undefined };
    }),
    readAll('DescribeInternetGateways', async (marker) => {
      const answer = await api.read('DescribeInternetGateways', pageOf(PAGE, marker), about);
      const attached = (answer.InternetGateways ?? []).flatMap(({ Attachments = [] }) => Attachments);
      return { items: attached.map(({ VpcId }) => VpcId), next: answer.NextToken || undefined };
    }),
  ]);
  return vpcs.map((vpc) => networkOf(endpoint, vpc, open.includes(vpc.VpcId)));
}

function networkOf(endpoint: AwsRegion['endpoint'], vpc: Vpc, isOpen: boolean): Network {
  const { VpcId: id = '', CidrBlock, CidrBlockAssociationSet = [], Ipv6CidrBlockAssociationSet = [], Tags } = vpc;
  const cidrs = [
    CidrBlock,
    ...CidrBlockAssociationSet.map((one) => one.CidrBlock),
    ...Ipv6CidrBlockAssociationSet.map((one) => one.Ipv6CidrBlock),
  ].filter((cidr) => cidr !== undefined && cidr !== '');
  return {
    id: networkId(endpoint, id),
    name: nameOf(Tags, vpc.IsDefault === true ? 'default' : id),
    type: 'vpc',
    mode: isOpen ? 'routed' : 'isolated',
    node: undefined,
    active: vpc.State === 'available',
    cidrs: [...new Set(cidrs)] as readonly string[],
    dhcp: true,
    device: undefined,
    vlan: undefined,
    mtu: undefined,
    domain: undefined,
    ...planOf(Tags),
  };
}

export function createNetworkOps(region: AwsRegion): Pick<NetworkOps, 'list' | 'create' | 'planDelete' | 'delete'> {
  const { api } = region;
  const found = async (id: string, about: About): Promise<Network> =>
    present(
      'network',
      id,
      (await listNetworks(region, about)).find((one) => one.id === id),
    );

  return {
    list: (_of, signal) => listNetworks(region, aboutRegion(region, signal)),
    async create(_of, spec, signal) {
      const about = aboutRegion(region, signal);
      refuseImpossible(spec);
      const all = await listNetworks(region, about);
      refuseTakenName('network', region.endpoint, all, spec.name);
      // Two VPCs may have the same addresses, and then never be joined.
      const other = overlapping(spec.cidr, all);
      if (other) throw new FleetError('op.conflict', `${spec.cidr} overlaps the network ${other.name}`);
      const made: Made[] = [];
      try {
        return await makeVpc(region, spec, made, about);
      } catch (error) {
        throw await takeBack(error, made);
      }
    },
    planDelete: async (id, signal) => {
      const about = aboutRegion(region, signal);
      return planOfVpc(region, await found(id, about), about);
    },
    async delete(id, signal) {
      const about = aboutRegion(region, signal);
      const network = await found(id, about);
      refusePlanned(await planOfVpc(region, network, about));
      await emptyVpc(region, nativeId(network.id), about);
      await api.change('DeleteVpc', { VpcId: nativeId(network.id) }, { ...about, subject: network.name });
      return accepted;
    },
  };
}

/** Throws for what a VPC has not. */
function refuseImpossible(spec: NetworkSpec) {
  const { name, mode, cidr, device, domain, mtu, vlans = [], portGroups = [], range } = spec;
  const no = (what: string) => new FleetError('op.unsupported', `${name}: a VPC has ${what}`);
  if (cidr === '' || !cidr.includes('.')) throw new FleetError('op.refused', `${name}: a VPC needs addresses of IPv4`);
  if (mode === 'bridge' || mode === 'macvtap') throw no('no bridge or interface of a node');
  if (device !== '') throw no('no device');
  if (domain !== '') throw no('no domain: that is of a zone of Route 53');
  if (mtu !== undefined) throw no('no MTU that can be set');
  if (vlans.length + portGroups.length > 0) throw no('no VLANs');
  if (range !== undefined) throw no('no range of DHCP');
  if (spec.inbound ?? spec.outbound) throw no('no rates that can be set');
}

async function makeVpc(region: AwsRegion, spec: NetworkSpec, made: Made[], about: About) {
  const { api, endpoint } = region;
  const tags = tagsOf(spec.name, spec.plan);
  const { Vpc: vpc } = await api.change(
    'CreateVpc',
    {
      CidrBlock: spec.cidr,
      ...(spec.dualCidr === undefined ? {} : { AmazonProvidedIpv6CidrBlock: true }),
      ...tagged('vpc', tags),
    },
    about,
  );
  const VpcId = vpc?.VpcId ?? '';
  const id = networkId(endpoint, VpcId);
  made.push({
    what: `the VPC ${VpcId}`,
    command: `aws ec2 delete-vpc --vpc-id ${VpcId}`,
    undo: () => api.change('DeleteVpc', { VpcId }, about),
  });
  if (spec.mode === 'isolated') return { ...accepted, id };
  const { InternetGateway: gateway } = await api.change(
    'CreateInternetGateway',
    tagged('internet-gateway', tags),
    about,
  );
  const InternetGatewayId = gateway?.InternetGatewayId ?? '';
  made.push({
    what: `the gateway ${InternetGatewayId}`,
    command: `aws ec2 delete-internet-gateway --internet-gateway-id ${InternetGatewayId}`,
    undo: () => api.change('DeleteInternetGateway', { InternetGatewayId }, about),
  });
  await api.change('AttachInternetGateway', { InternetGatewayId, VpcId }, about);
  made.push({
    what: `the gateway ${InternetGatewayId} in ${VpcId}`,
    command: `aws ec2 detach-internet-gateway --internet-gateway-id ${InternetGatewayId} --vpc-id ${VpcId}`,
    undo: () => api.change('DetachInternetGateway', { InternetGatewayId, VpcId }, about),
  });
  const { RouteTables = [] } = await api.read('DescribeRouteTables', { Filters: [where('vpc-id', VpcId)] }, about);
  const RouteTableId = RouteTables[0]?.RouteTableId;
  if (RouteTableId === undefined) throw new FleetError('op.failed', `${spec.name} has no table of routes`);
  const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: InternetGatewayId };
  await api.change('CreateRoute', route, about);
  return { ...accepted, id };
}

/** What goes with a VPC: subnets, gateways and groups of its own. */
async function partsOf({ api }: AwsRegion, VpcId: string, about: About) {
  const inVpc = { Filters: [where('vpc-id', VpcId)] };
  const attached = { Filters: [where('attachment.vpc-id', VpcId)] };
  const [{ Subnets = [] }, { InternetGateways = [] }, { SecurityGroups = [] }] = await Promise.all([
    api.read('DescribeSubnets', inVpc, about),
    api.read('DescribeInternetGateways', attached, about),
    api.read('DescribeSecurityGroups', inVpc, about),
  ]);
  return { Subnets, InternetGateways, groups: SecurityGroups.filter(({ GroupName }) => GroupName !== 'default') };
}

async function planOfVpc(region: AwsRegion, { id, name, cidrs }: Network, about: About): Promise<LossPlan> {
  const VpcId = nativeId(id);
  const users = await usersOf(region, await readCards(region, where('vpc-id', VpcId), about), about);
  const { Subnets, InternetGateways, groups } = await partsOf(region, VpcId, about);
  return {
    goes: [
      `the VPC ${name} (${[VpcId, ...cidrs].join(', ')})`,
      ...Subnets.map(({ SubnetId = '', Tags }) => `the subnet ${nameOf(Tags, SubnetId)}`),
      ...InternetGateways.map(({ InternetGatewayId }) => `the internet gateway ${InternetGatewayId}`),
      ...groups.map(({ GroupName }) => `the security group ${GroupName}`),
    ],
    stays: [],
    ...(users.length > 0 && { refused: usedBy(name, users) }),
  };
}

async function emptyVpc(region: AwsRegion, VpcId: string, about: About): Promise<void> {
  const { api } = region;
  const { Subnets, InternetGateways, groups } = await partsOf(region, VpcId, about);
  for (const { SubnetId } of Subnets) await api.change('DeleteSubnet', { SubnetId }, about);
  for (const { InternetGatewayId } of InternetGateways) {
    await api.change('DetachInternetGateway', { InternetGatewayId, VpcId }, about);
    await api.change('DeleteInternetGateway', { InternetGatewayId }, about);
  }
  for (const { GroupId } of groups) await api.change('DeleteSecurityGroup', { GroupId }, about);
}
