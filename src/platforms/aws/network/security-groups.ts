import type { SecurityGroup as Ec2Group } from '@aws-sdk/client-ec2';
import { FleetError } from '../../../errors.ts';
import { networkId, securityGroupId } from '../../../ids.ts';
import type { LossPlan, Network, SecurityGroup, SecurityGroupOps } from '../../contract.ts';
import { refusePlanned, usedBy } from '../../lib/listed.ts';
import type { About } from '../api.ts';
import {
  type AwsRegion,
  aboutRegion,
  accepted,
  meant,
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

export const readGroups = ({ api }: AwsRegion, about: About): Promise<readonly Ec2Group[]> =>
  readAll('DescribeSecurityGroups', async (marker) => {
    const answer = await api.read('DescribeSecurityGroups', pageOf(PAGE, marker), about);
    return { items: answer.SecurityGroups ?? [], next: answer.NextToken || undefined };
  });

async function listGroups(region: AwsRegion, about: About): Promise<readonly SecurityGroup[]> {
  const [groups, networks] = await Promise.all([readGroups(region, about), listNetworks(region, about)]);
  return groups.map((group) => groupOf(region.endpoint, group, networks));
}

const groupOf = (endpoint: AwsRegion['endpoint'], group: Ec2Group, networks: readonly Network[]): SecurityGroup => ({
  id: securityGroupId(endpoint, group.GroupId ?? ''),
  name: group.GroupName ?? group.GroupId ?? '',
  network: networks.find(({ id }) => id === networkId(endpoint, group.VpcId ?? ''))?.name ?? group.VpcId,
  description: group.Description || undefined,
  rules: countOf(group),
  ...planOf(group.Tags),
});

/** A permission is as many rules as it has peers. */
const countOf = ({ IpPermissions = [], IpPermissionsEgress = [] }: Ec2Group): number =>
  [...IpPermissions, ...IpPermissionsEgress].reduce(
    (sum, { IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = [] }) =>
      sum + IpRanges.length + Ipv6Ranges.length + PrefixListIds.length + UserIdGroupPairs.length,
    0,
  );

/** Groups with a rule that names this one. */
const namingOf = (groups: readonly Ec2Group[], id: string): readonly string[] =>
  groups.flatMap(({ GroupId, GroupName = '', IpPermissions = [], IpPermissionsEgress = [] }) => {
    const pairs = [...IpPermissions, ...IpPermissionsEgress].flatMap(({ UserIdGroupPairs = [] }) => UserIdGroupPairs);
    return GroupId !== id && pairs.some((pair) => pair.GroupId === id) ? [`a rule of ${GroupName}`] : [];
  });

export function createSecurityGroupOps(region: AwsRegion): Required<SecurityGroupOps> {
  const { api, endpoint } = region;
  const found = async (id: string, about: About): Promise<SecurityGroup> =>
    present(
      'securitygroup',
      id,
      (await listGroups(region, about)).find((one) => one.id === id),
    );
  const plan = async ({ id, name }: SecurityGroup, about: About): Promise<LossPlan> => {
    const cards = await readCards(region, where('group-id', nativeId(id)), about);
    const users = [
      ...(await usersOf(region, cards, about)),
      ...namingOf(await readGroups(region, about), nativeId(id)),
    ];
    const why = name === 'default' ? `${name}: a VPC always has this group` : undefined;
    return {
      goes: [`the security group ${name} with its rules`],
      stays: [],
      ...(why !== undefined && { refused: why }),
      ...(users.length > 0 && { refused: usedBy(name, users) }),
    };
  };

  return {
    list: (_of, signal) => listGroups(region, aboutRegion(region, signal)),
    async create(_of, spec, signal) {
      const about = aboutRegion(region, signal);
      const networks = await listNetworks(region, about);
      const network =
        spec.network === ''
          ? (networks.find(({ name }) => name === 'default') ?? networks[0])
          : meant('network', endpoint, networks, spec.network);
      if (!network) throw new FleetError('network.not-found', `${endpoint} has no VPC`);
      const groups = await readGroups(region, about);
      if (groups.some(({ GroupName, VpcId }) => GroupName === spec.name && VpcId === nativeId(network.id)))
        throw new FleetError('op.conflict', `${network.name} has a security group ${spec.name} already`, {
          fix: 'choose another name',
        });
      const { GroupId } = await api.change(
        'CreateSecurityGroup',
        {
          GroupName: spec.name,
          // EC2 wants one.
          Description: spec.description || spec.name,
          VpcId: nativeId(network.id),
          ...tagged('security-group', tagsOf(spec.name, spec.plan)),
        },
        about,
      );
      return { ...accepted, ...(GroupId !== undefined && { id: securityGroupId(endpoint, GroupId) }) };
    },
    planDelete: async (id, signal) => {
      const about = aboutRegion(region, signal);
      return plan(await found(id, about), about);
    },
    async delete(id, signal) {
      const about = aboutRegion(region, signal);
      const group = await found(id, about);
      refusePlanned(await plan(group, about));
      await api.change('DeleteSecurityGroup', { GroupId: nativeId(id) }, { ...about, subject: group.name });
      return accepted;
    },
  };
}
