import { FleetError } from '../../../errors.ts';
import { ownerOf, type SecurityGroupId, securityGroupId, securityRuleId } from '../../../ids.ts';
import {
  type LossPlan,
  type SecurityGroup,
  type SecurityGroupOps,
  type SecurityRuleOps,
  spelledPorts,
} from '../../contract.ts';
import { refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import { nameOfRule } from '../../lib/security-rules.ts';
import type { Calls } from '../call.ts';
import { planFor } from '../listed-plans.ts';
import { networkUsers } from '../network-users.ts';
import { accepted } from '../power.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import type { FakeServer } from '../server.ts';

const groupOf = ({ collections }: FakeServer, id: SecurityGroupId): SecurityGroup => {
  const found = collections.securitygroup.one(id);
  const rules = collections.securityrule.all().filter((rule) => ownerOf(rule.id) === id).length;
  return { ...found, rules };
};

export function createSecurityGroupOps(server: FakeServer, calls: Calls): Required<SecurityGroupOps> {
  const { collections, endpoint } = server;
  /** Every NIC is in the group `default` of its network, and in no other. */
  const plan = ({ name, network }: SecurityGroup): LossPlan =>
    planFor(name, name === 'default' && network !== undefined ? networkUsers(server, network) : [], [
      `the security group ${name} with its rules`,
    ]);

  return {
    list: (_of, signal) =>
      calls.endpoint('securitygroup.list', signal, () =>
        collections.securitygroup.all().map(({ id }) => groupOf(server, id as SecurityGroupId)),
      ),
    create: (_of, { name, description, network: wanted, plan: ofPlan }, signal) =>
      calls.endpoint('securitygroup.create', signal, () => {
        const network = wanted === '' ? 'lan' : wanted;
        refuseUnknown(server, 'network', network);
        const all = collections.securitygroup.all().filter((one) => one.network === network);
        refuseTakenName('securitygroup', endpoint, all, name);
        const id = securityGroupId(endpoint, `${network}/${name}`);
        collections.securitygroup.put({
          id,
          name,
          network,
          description: description === '' ? undefined : description,
          rules: 0,
          ...(ofPlan !== undefined && { plan: ofPlan }),
        });
        return { ...accepted(), id };
      }),
    planDelete: (id, signal) => calls.endpoint('securitygroup.planDelete', signal, () => plan(groupOf(server, id))),
    delete: (id, signal) =>
      calls.endpoint('securitygroup.delete', signal, () => {
        refusePlanned(plan(groupOf(server, id)));
        for (const rule of collections.securityrule.all())
          if (ownerOf(rule.id) === id) collections.securityrule.remove(rule.id);
        collections.securitygroup.remove(id);
        return accepted();
      }),
  };
}

export function createSecurityRuleOps(server: FakeServer, calls: Calls): Required<SecurityRuleOps> {
  const { collections, endpoint } = server;
  const rulesOf = (of: SecurityGroupId) => collections.securityrule.all().filter(({ id }) => ownerOf(id) === of);

  return {
    list: (of, signal) =>
      calls.endpoint('securityrule.list', signal, () => {
        groupOf(server, of);
        return rulesOf(of);
      }),
    create: (of, { direction, protocol, ports: range, peer, description }, signal) =>
      calls.endpoint('securityrule.create', signal, () => {
        const { name: group } = groupOf(server, of);
        if (!peer.includes('/') && !collections.securitygroup.all().some(({ name }) => name === peer))
          throw new FleetError('securitygroup.not-found', `${endpoint} has no security group ${JSON.stringify(peer)}`);
        const ports = spelledPorts(range);
        const name = nameOfRule({ direction, protocol, ports, peer });
        if (rulesOf(of).some((one) => one.name === name))
          throw new FleetError('op.conflict', `${group} has the rule ${name} already`);
        const id = securityRuleId(of, name);
        const said = description === '' ? undefined : description;
        collections.securityrule.put({ id, name, group, direction, protocol, ports, peer, description: said });
        return { ...accepted(), id };
      }),
    delete: (id, signal) =>
      calls.endpoint('securityrule.delete', signal, () => {
        collections.securityrule.remove(collections.securityrule.one(id).id);
        return accepted();
      }),
  };
}
