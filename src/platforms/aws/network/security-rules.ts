import type { IpPermission, SecurityGroupRule } from '@aws-sdk/client-ec2';
import { FleetError } from '../../../errors.ts';
import { nativeOfPart, ownerOf, type PartId, type SecurityGroupId, securityRuleId } from '../../../ids.ts';
import { type SecurityRule, type SecurityRuleOps, type SecurityRuleSpec, spelledPorts } from '../../contract.ts';
import { noListed } from '../../lib/listed.ts';
import { nameOfRule } from '../../lib/security-rules.ts';
import type { About } from '../api.ts';
import { type AwsRegion, aboutRegion, accepted, nativeId, pageOf, readAll, where } from '../region.ts';
import { readGroups } from './security-groups.ts';

const PAGE = 500;
/** EC2's word for all protocols. */
const ANY = '-1';

const ofGroup = ({ api }: AwsRegion, group: string, about: About): Promise<readonly SecurityGroupRule[]> =>
  readAll('DescribeSecurityGroupRules', async (marker) => {
    const Filters = [where('group-id', group)];
    const answer = await api.read('DescribeSecurityGroupRules', { ...pageOf(PAGE, marker), Filters }, about);
    return { items: answer.SecurityGroupRules ?? [], next: answer.NextToken || undefined };
  });

async function listRules(region: AwsRegion, of: SecurityGroupId, about: About): Promise<readonly SecurityRule[]> {
  const [rules, groups] = await Promise.all([ofGroup(region, nativeId(of), about), readGroups(region, about)]);
  const names = new Map(groups.map(({ GroupId = '', GroupName = '' }) => [GroupId, GroupName]));
  const group = names.get(nativeId(of));
  if (group === undefined) throw noListed('securitygroup', of);
  return rules.map((rule) => ruleOf(of, group, rule, names));
}

function ruleOf(
  of: SecurityGroupId,
  group: string,
  rule: SecurityGroupRule,
  names: ReadonlyMap<string, string>,
): SecurityRule {
  const { FromPort: first, ToPort: last, IpProtocol = ANY, ReferencedGroupInfo } = rule;
  const other = ReferencedGroupInfo?.GroupId;
  const hasPorts = /^(tcp|udp|6|17)$/.test(IpProtocol) && first !== undefined && last !== undefined && first >= 0;
  const words = {
    direction: rule.IsEgress === true ? 'out' : 'in',
    protocol: IpProtocol === ANY ? 'any' : IpProtocol,
    ports: hasPorts && !(first === 0 && last === 65_535) ? spelledPorts([first, last]) : undefined,
    peer:
      rule.CidrIpv4 ??
      rule.CidrIpv6 ??
      (other === undefined ? undefined : (names.get(other) ?? other)) ??
      rule.PrefixListId ??
      'any',
  } as const;
  return {
    ...words,
    id: securityRuleId(of, rule.SecurityGroupRuleId ?? ''),
    name: nameOfRule(words),
    group,
    description: rule.Description || undefined,
  };
}

export function createSecurityRuleOps(region: AwsRegion): Required<SecurityRuleOps> {
  const { api } = region;
  return {
    list: (of, signal) => listRules(region, of, aboutRegion(region, signal)),
    async create(of, spec, signal) {
      const about = aboutRegion(region, signal);
      const all = await listRules(region, of, about);
      const ports = spelledPorts(spec.ports);
      const { direction, protocol, peer } = spec;
      if (all.some((one) => one.name === nameOfRule({ direction, protocol, ports, peer })))
        throw new FleetError('op.conflict', `that rule is there already: ${protocol} ${ports ?? ''} ${peer}`);
      const input = { GroupId: nativeId(of), IpPermissions: [await permissionOf(region, of, spec, about)] };
      const { SecurityGroupRules = [] } =
        direction === 'in'
          ? await api.change('AuthorizeSecurityGroupIngress', input, about)
          : await api.change('AuthorizeSecurityGroupEgress', input, about);
      const made = SecurityGroupRules[0]?.SecurityGroupRuleId;
      return { ...accepted, ...(made !== undefined && { id: securityRuleId(of, made) }) };
    },
    async delete(id, signal) {
      const about = aboutRegion(region, signal);
      const of = ownerOf(id) as SecurityGroupId;
      const native = nativeOfPart(id as unknown as PartId);
      const rule = (await ofGroup(region, nativeId(of), about)).find((one) => one.SecurityGroupRuleId === native);
      if (!rule) throw noListed('securityrule', id);
      const input = { GroupId: nativeId(of), SecurityGroupRuleIds: [native] };
      if (rule.IsEgress === true) await api.change('RevokeSecurityGroupEgress', input, about);
      else await api.change('RevokeSecurityGroupIngress', input, about);
      return accepted;
    },
  };
}

/** Rejects with securitygroup.not-found for a peer that is neither addresses nor a group of the same VPC. */
async function permissionOf(
  region: AwsRegion,
  of: SecurityGroupId,
  { protocol, ports, peer, description }: SecurityRuleSpec,
  about: About,
): Promise<IpPermission> {
  const Description = description === '' ? {} : { Description: description };
  const range = ports ?? (/^icmp/.test(protocol) ? [-1, -1] : protocol === 'any' ? undefined : [0, 65_535]);
  const what = {
    IpProtocol: protocol === 'any' ? ANY : protocol,
    ...(range === undefined ? {} : { FromPort: range[0], ToPort: range[1] }),
  };
  if (/^[0-9.]+\/\d+$/.test(peer)) return { ...what, IpRanges: [{ CidrIp: peer, ...Description }] };
  if (peer.includes('/')) return { ...what, Ipv6Ranges: [{ CidrIpv6: peer, ...Description }] };
  const groups = await readGroups(region, about);
  const vpc = groups.find(({ GroupId }) => GroupId === nativeId(of))?.VpcId;
  const other = groups.find(
    ({ GroupId, GroupName, VpcId }) => GroupId === peer || (GroupName === peer && VpcId === vpc),
  );
  if (other?.GroupId === undefined)
    throw new FleetError('securitygroup.not-found', `${region.endpoint} has no security group ${JSON.stringify(peer)}`);
  return { ...what, UserIdGroupPairs: [{ GroupId: other.GroupId, ...Description }] };
}
