/** Security groups of Neutron and their rules (API reference of Networking v2.0). */
import { FleetError } from '../../../errors.ts';
import {
  nativeOfListed,
  ownerOf,
  type SecurityGroupId,
  type SecurityRuleId,
  securityGroupId,
  securityRuleId,
} from '../../../ids.ts';
import {
  type LossPlan,
  type SecurityGroupOps,
  type SecurityRule,
  type SecurityRuleOps,
  type SecurityRuleSpec,
  spelledPorts,
} from '../../contract.ts';
import { asRow, type Row, textOf } from '../../lib/json.ts';
import { noListed, refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import { nameOfRule } from '../../lib/security-rules.ts';
import { numberOf, rowIn, rowsIn } from '../json.ts';
import { readListed } from '../listed-rows.ts';
import { isMissing, needed, type Project } from '../project.ts';
import { namesOfServers } from '../server-list.ts';
import { lacks, readOwn, type Thing, theThing } from './neutron-thing.ts';

const GROUPS = ['/security-groups', 'security_groups'] as const;
const RULES = '/security-group-rules';

const find = (project: Project, id: SecurityGroupId, signal: AbortSignal): Promise<Thing> =>
  theThing(project, 'securitygroup', ['/security-groups', 'security_group'], id, signal);

export function createSecurityGroupOps(project: Project): Required<SecurityGroupOps> {
  const { cloud } = project;
  return {
    list: async (_of, signal) =>
      (await readOwn(project, GROUPS, signal)).map(({ id, name, row, trouble }) => ({
        id: securityGroupId(cloud.endpoint, id),
        name,
        network: undefined,
        description: textOf(row, 'description'),
        rules: Array.isArray(row['security_group_rules']) ? rowsIn(row, 'security_group_rules').length : undefined,
        ...(trouble && { trouble }),
      })),
    async create(_of, { name, description, network, plan }, signal) {
      if (network !== '') throw lacks('security groups of Neutron are of no network');
      if ((plan ?? '') !== '') throw lacks('security groups of Neutron are of no plan');
      refuseTakenName('securitygroup', cloud.name, await readOwn(project, GROUPS, signal, { name }), name);
      const json = { security_group: { name, description } };
      const neutron = needed(project.neutron, 'Neutron');
      const { body } = await neutron.change('POST', GROUPS[0], { signal, subject: name, json });
      const id = textOf(rowIn(asRow(body, name), 'security_group'), 'id');
      return { warnings: [], ...(id !== undefined && { id: securityGroupId(cloud.endpoint, id) }) };
    },
    planDelete: async (id, signal) => planOf(project, await find(project, id, signal), signal),
    async delete(id, signal) {
      const found = await find(project, id, signal);
      refusePlanned(await planOf(project, found, signal));
      await found.neutron.change('DELETE', found.path, { signal, subject: found.name });
      return { warnings: [] };
    },
  };
}

async function planOf(project: Project, { neutron, native, name, row }: Thing, signal: AbortSignal): Promise<LossPlan> {
  const subject = `what is in ${name}`;
  const [ports, rules] = await Promise.all([
    readListed(neutron, '/ports', 'ports', { subject, signal, query: { security_groups: native } }),
    readListed(neutron, RULES, 'security_group_rules', { subject, signal, query: { remote_group_id: native } }),
  ]);
  const goes = [`the security group ${name}`, `its ${rowsIn(row, 'security_group_rules').length} rules`];
  const plan = (refused?: string): LossPlan => ({ goes, stays: [], ...(refused !== undefined && { refused }) });
  if (name === 'default') return plan('the default group of a project stays with it');
  const ids = [...new Set(ports.map((port) => textOf(port.row, 'device_id') ?? ''))].filter(Boolean);
  const users = await namesOfServers(project.nova, ids, signal);
  if (users.length > 0) return plan(`${usedBy(name, users)}: take it off their NICs first`);
  if (ports.length > 0) return plan(`${name} is on ${ports.length} ports that no server has: delete them first`);
  const others = rules.filter((rule) => textOf(rule.row, 'security_group_id') !== native);
  const groups = new Set(others.map((rule) => textOf(rule.row, 'security_group_id') ?? ''));
  return groups.size === 0 ? plan() : plan(`rules of ${[...groups].join(', ')} name it: remove them first`);
}

export function createSecurityRuleOps(project: Project): Required<SecurityRuleOps> {
  return {
    async list(of, signal) {
      const group = await find(project, of, signal);
      const rows = rowsIn(group.row, 'security_group_rules');
      const isPeer = rows.some((row) => textOf(row, 'remote_group_id') !== undefined);
      const groups = isPeer ? await readOwn(project, GROUPS, signal) : [];
      const names = new Map([[group.native, group.name], ...groups.map(({ id, name }) => [id, name] as const)]);
      return rows.map((row) => ruleOf(of, group.name, row, names));
    },
    async create(of, spec, signal) {
      const { neutron, native, name } = await find(project, of, signal);
      const rule = await rowOf(project, native, spec, signal);
      const json = { security_group_rule: rule };
      const { body } = await neutron.change('POST', RULES, { signal, subject: name, json });
      const id = textOf(rowIn(asRow(body, name), 'security_group_rule'), 'id');
      return { warnings: [], ...(id !== undefined && { id: securityRuleId(of, id) }) };
    },
    async delete(id, signal) {
      const { neutron, name } = await find(project, groupOf(id), signal);
      const path = `${RULES}/${encodeURIComponent(nativeOfListed(id))}`;
      try {
        await neutron.change('DELETE', path, { signal, subject: name });
      } catch (error) {
        throw isMissing(error) ? noListed('securityrule', id) : error;
      }
      return { warnings: [] };
    },
  };
}

const groupOf = (id: SecurityRuleId): SecurityGroupId => ownerOf(id) as SecurityGroupId;

/** Neutron's own word, where it has another one (neutron-lib, constants). */
const PROTOCOLS: Readonly<Record<string, string>> = { 'ipv6-icmp': 'icmpv6', icmpv6: 'icmpv6' };

function ruleOf(of: SecurityGroupId, group: string, row: Row, names: ReadonlyMap<string, string>): SecurityRule {
  const [least, most] = [numberOf(row, 'port_range_min'), numberOf(row, 'port_range_max')];
  const given = textOf(row, 'protocol') ?? 'any';
  const remote = textOf(row, 'remote_group_id');
  const everyone = textOf(row, 'ethertype') === 'IPv6' ? '::/0' : '0.0.0.0/0';
  const words = {
    direction: textOf(row, 'direction') === 'egress' ? ('out' as const) : ('in' as const),
    protocol: PROTOCOLS[given] ?? given,
    ports: spelledPorts(least === undefined ? undefined : [least, most ?? least]),
    peer: remote === undefined ? (textOf(row, 'remote_ip_prefix') ?? everyone) : (names.get(remote) ?? remote),
  };
  return {
    ...{ id: securityRuleId(of, textOf(row, 'id') ?? ''), name: nameOfRule(words), group },
    ...words,
    description: textOf(row, 'description'),
  };
}

/** As Neutron takes it. Rejects with securitygroup.not-found for a peer that is none. */
async function rowOf(project: Project, group: string, spec: SecurityRuleSpec, signal: AbortSignal): Promise<Row> {
  const { direction, protocol, ports, peer, description } = spec;
  const isRange = peer.includes('/');
  const isV6 = (isRange && peer.includes(':')) || protocol === 'icmpv6';
  const remote = isRange ? undefined : await groupCalled(project, peer, signal);
  return {
    security_group_id: group,
    direction: direction === 'in' ? 'ingress' : 'egress',
    ethertype: isV6 ? 'IPv6' : 'IPv4',
    ...(protocol !== 'any' && { protocol: protocol === 'icmpv6' ? 'ipv6-icmp' : protocol }),
    ...(ports && { port_range_min: ports[0], port_range_max: ports[1] }),
    ...(remote === undefined ? { remote_ip_prefix: peer } : { remote_group_id: remote }),
    description,
  };
}

async function groupCalled(project: Project, name: string, signal: AbortSignal): Promise<string> {
  const [found] = await readOwn(project, GROUPS, signal, { name });
  if (found) return found.id;
  const { endpoint } = project.cloud;
  throw new FleetError('securitygroup.not-found', `${endpoint} has no security group ${JSON.stringify(name)}`);
}
