/** Security groups of the cluster's firewall: /cluster/firewall/groups (PVE::API2::Firewall::Groups). */
import { FleetError } from '../../../errors.ts';
import { nativeOfListed, type SecurityGroupId, securityGroupId } from '../../../ids.ts';
import type { LossPlan, SecurityGroup, SecurityGroupOps } from '../../contract.ts';
import { asRows, textOf } from '../../lib/json.ts';
import { noListed, refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import type { Api } from '../api.ts';
import type { ListContext } from '../catalog.ts';
import { placePath } from '../read-each.ts';
import { readRules } from './rules.ts';
import { whoHasGroup } from './who-has-group.ts';

export const GROUPS = '/cluster/firewall/groups';
/** `pattern` of the published schema. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{1,17}$/;

export function createGroupOps(context: ListContext, control: Api): Required<SecurityGroupOps> {
  const { api, endpoint, cluster } = context;

  async function list(signal: AbortSignal): Promise<readonly SecurityGroup[]> {
    const rows = asRows(await api.get(GROUPS, { signal, subject: cluster }), 'the security groups');
    return rows.flatMap((row) => {
      const name = textOf(row, 'group');
      if (name === undefined) return [];
      const rest = { network: undefined, description: textOf(row, 'comment'), rules: undefined };
      return [{ id: securityGroupId(endpoint, name), name, ...rest }];
    });
  }
  async function find(id: SecurityGroupId, signal: AbortSignal): Promise<SecurityGroup> {
    const found = (await list(signal)).find((one) => one.id === id);
    if (!found) throw noListed('securitygroup', id);
    return found;
  }
  /** The server asks only whether it is empty: who has a rule for a group that is gone lets everything in. */
  async function plan({ id, name }: SecurityGroup, signal: AbortSignal): Promise<LossPlan> {
    const rules = await readRules(context, id as SecurityGroupId, signal);
    const goes = [`the security group ${name}`, ...rules.map((rule) => `the rule ${rule.name}`)];
    const refused = await whoHasGroup(context, name, signal);
    return { goes, stays: [], ...(refused !== undefined && { refused }) };
  }

  return {
    list: (_of, signal) => list(signal),
    async create(_of, { name, description, network }, signal) {
      if (network !== '')
        throw new FleetError('op.refused', 'security groups of Proxmox VE are of the whole cluster', {
          fix: 'name no network',
        });
      if (!NAME.test(name))
        throw new FleetError('op.refused', `${JSON.stringify(name)} is no name of a security group of Proxmox VE`, {
          fix: 'take 2 to 18 letters, digits, - and _, the first one a letter',
        });
      refuseTakenName('securitygroup', endpoint, await list(signal), name);
      const form = { group: name, ...(description !== '' && { comment: description }) };
      await control.post(GROUPS, { signal, subject: name, form });
      return { warnings: [], id: securityGroupId(endpoint, name) };
    },
    planDelete: async (id, signal) => plan(await find(id, signal), signal),
    async delete(id, signal) {
      const group = await find(id, signal);
      refusePlanned(await plan(group, signal));
      const path = `${GROUPS}${placePath(nativeOfListed(id))}`;
      // the last one first: the places of the others stay as they are
      for (const { place } of (await readRules(context, id, signal)).toReversed())
        await control.delete(`${path}/${place}`, { signal, subject: group.name });
      await control.delete(path, { signal, subject: group.name });
      return { warnings: [] };
    },
  };
}
