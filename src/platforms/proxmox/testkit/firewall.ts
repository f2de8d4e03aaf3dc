/** Security groups of a pretended cluster (PVE::API2::Firewall::Groups, PVE::API2::Firewall::Rules). */
import { refusal } from './refusal.ts';
import type { World } from './world.ts';

type Values = Readonly<Record<string, string>>;

export function answerGroups({ groups }: World, method: string, below: readonly string[], values: Values): unknown {
  const [name, place] = below;
  if (name === undefined) {
    if (method === 'GET')
      return [...groups].map(([group, { comment }]) => ({
        group,
        digest: 'd1',
        ...(comment !== undefined && { comment }),
      }));
    const { group = '', comment } = values;
    if (groups.has(group)) throw refusal(500, `Security group '${group}' already exists`);
    groups.set(group, { comment, rules: [] });
    return null;
  }
  const group = groups.get(name);
  if (!group) throw refusal(500, `no such security group '${name}'`);
  if (place !== undefined) {
    if (!group.rules[Number(place)]) throw refusal(500, `no rule at position ${place}`);
    group.rules.splice(Number(place), 1);
    return null;
  }
  if (method === 'GET')
    return group.rules.map((rule, pos) => ({
      ...rule,
      pos,
      digest: 'd1',
      ...(rule['enable'] && { enable: Number(rule['enable']) }),
    }));
  if (method === 'POST') {
    const { group: _group, ...rule } = values;
    // a new rule is the first one
    group.rules.unshift(rule);
    return null;
  }
  if (group.rules.length > 0) throw refusal(500, `Security group '${name}' is not empty`);
  groups.delete(name);
  return null;
}
