/**
 * Rules of a security group: /cluster/firewall/groups/{group} (PVE::API2::Firewall::Rules). The server knows them by their place,
 * which changes when another one goes: here they are known by what they say.
 */
import { FleetError } from '../../../errors.ts';
import { nativeOfListed, ownerOf, type SecurityGroupId, securityRuleId } from '../../../ids.ts';
import { type SecurityRule, type SecurityRuleOps, spelledPorts } from '../../contract.ts';
import { cidrOf, readCidr } from '../../lib/cidr.ts';
import { asRows, type Row, textOf } from '../../lib/json.ts';
import { noListed } from '../../lib/listed.ts';
import { nameOfRule } from '../../lib/security-rules.ts';
import type { Api } from '../api.ts';
import type { ListContext } from '../catalog.ts';
import { numberOf } from '../json.ts';
import { placePath } from '../read-each.ts';

export interface PlacedRule extends SecurityRule {
  /** Its number among the rules of its group, from 0. */
  readonly place: number;
  readonly digest: string | undefined;
}

const pathOf = (group: SecurityGroupId): string => `/cluster/firewall/groups${placePath(nativeOfListed(group))}`;

export async function readRules(
  { api }: ListContext,
  group: SecurityGroupId,
  signal: AbortSignal,
): Promise<readonly PlacedRule[]> {
  const subject = nativeOfListed(group);
  const rows = asRows(
    await api.get(pathOf(group), { signal, subject }).catch((error: unknown) => {
      throw isNoGroup(error) ? noListed('securitygroup', group) : error;
    }),
    subject,
  );
  const seen = new Map<string, number>();
  return rows.map((row, at): PlacedRule => {
    const words = wordsOf(row);
    const said = nameOfRule(words);
    const action = textOf(row, 'action') ?? 'ACCEPT';
    // what drops packets must not look like what lets them through
    const name = [
      said,
      ...(action === 'ACCEPT' ? [] : [action]),
      ...(numberOf(row, 'enable') === 0 ? ['off'] : []),
    ].join(' ');
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return {
      ...words,
      id: securityRuleId(group, times === 1 ? name : `${name} ${times}`),
      name,
      group: subject,
      description: textOf(row, 'comment'),
      place: numberOf(row, 'pos') ?? at,
      digest: textOf(row, 'digest'),
    };
  });
}

/** `no such security group 'web'`, as PVE::Firewall says it with a status of 500. */
const isNoGroup = (error: unknown): boolean =>
  error instanceof FleetError && /no such security group/i.test(error.message);

const ANY = '0.0.0.0/0';

function wordsOf(row: Row): Pick<SecurityRule, 'direction' | 'protocol' | 'ports' | 'peer'> {
  const direction = row['type'] === 'out' ? 'out' : 'in';
  const protocol = textOf(row, 'proto') ?? textOf(row, 'macro') ?? 'any';
  return {
    direction,
    protocol: protocol === 'ipv6-icmp' ? 'icmpv6' : protocol,
    ports: textOf(row, 'dport')?.replaceAll(':', '-'),
    peer: textOf(row, direction === 'in' ? 'source' : 'dest') ?? ANY,
  };
}

export function createRuleOps(context: ListContext, control: Api): Required<SecurityRuleOps> {
  return {
    list: async (of, signal) =>
      (await readRules(context, of, signal)).map(({ place: _place, digest: _digest, ...rule }) => rule),
    async create(of, { direction, protocol, ports, peer, description }, signal) {
      const subject = nativeOfListed(of);
      const isAddress =
        peer === '' || readCidr(peer) !== undefined || cidrOf(peer, peer.includes(':') ? 128 : 32) !== undefined;
      if (!isAddress)
        throw new FleetError('op.refused', `rules of Proxmox VE are for addresses: ${JSON.stringify(peer)} is none`, {
          fix: 'write addresses with a length, as 10.0.0.0/8',
        });
      const other = peer === '' ? ANY : peer;
      const words = { direction, protocol, ports: spelledPorts(ports), peer: other };
      const all = await readRules(context, of, signal);
      const name = nameOfRule(words);
      if (all.some((rule) => rule.name === name))
        throw new FleetError('op.conflict', `${subject} has the rule ${name} already`);
      const proto = protocol === 'icmpv6' ? 'ipv6-icmp' : protocol;
      const form = {
        type: direction,
        action: 'ACCEPT',
        enable: '1',
        ...(proto !== 'any' && { proto }),
        ...(ports && { dport: ports[0] === ports[1] ? String(ports[0]) : ports.join(':') }),
        ...(other !== ANY && other !== '::/0' && { [direction === 'in' ? 'source' : 'dest']: other }),
        ...(description !== '' && { comment: description }),
      };
      await control.post(pathOf(of), { signal, subject, form });
      return { warnings: [], id: securityRuleId(of, name) };
    },
    async delete(id, signal) {
      const of = ownerOf(id) as SecurityGroupId;
      const subject = nativeOfListed(of);
      const rule = (await readRules(context, of, signal)).find((one) => one.id === id);
      if (!rule) throw noListed('securityrule', id);
      const query = rule.digest === undefined ? {} : { digest: rule.digest };
      await control.delete(`${pathOf(of)}/${rule.place}`, { signal, subject, query });
      return { warnings: [] };
    },
  };
}
