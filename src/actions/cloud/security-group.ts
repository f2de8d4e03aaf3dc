/** Groups of rules for packets, and their rules. */
import { ownerOf } from '../../ids.ts';
import {
  RULE_DIRECTIONS,
  type RuleDirection,
  type SecurityRule,
  type SecurityRuleSpec,
  spelledPorts,
} from '../../platforms/contract.ts';
import type { Args, ObjectAction } from '../action.ts';
import { deleteAction, LIMIT_MS, listAction } from '../listed-verbs.ts';
import { objectAction } from '../object-action.ts';
import { PLAN } from '../plan-option.ts';
import { isGone, seenInList } from '../seen-in-list.ts';
import { textIn } from '../text-in.ts';

const NAME = {
  source: '^[A-Za-z0-9][A-Za-z0-9_. -]{0,99}$',
  complaint: 'a letter or digit, then letters, digits, blanks, - . or _',
};
const PORTS = {
  source: '^((any|icmp|icmpv6|tcp|udp)|((tcp|udp)/)?[0-9]{1,5}(-[0-9]{1,5})?)$',
  complaint: 'ports as 22, tcp/8000-8100 or udp/53, or one of icmp, icmpv6, tcp, udp and any',
};
const PEER = {
  source: '^([0-9a-fA-F.:]+/[0-9]{1,3}|[A-Za-z0-9][A-Za-z0-9_. -]{0,254})$',
  complaint: 'addresses with a length, 10.0.0.0/8, or the name of a security group',
};

export const securityGroupListAction = listAction(
  'securitygroup',
  'Security groups',
  'List the security groups of an endpoint.',
);

export const securityRuleListAction = listAction(
  'securityrule',
  'Security rules',
  'List what a security group lets through.',
  'securitygroup',
);

const directionIn = (args: Args): RuleDirection =>
  RULE_DIRECTIONS.find((direction) => direction === args['direction']) ?? 'in';

/** `22`, `udp/53`, `tcp/8000-8100`, `icmp`: ports alone are those of TCP. */
function specIn(args: Args): SecurityRuleSpec {
  const text = textIn(args, 'ports');
  const [, protocol, first, last] = /^(?:([a-z]+[0-9]?)\/?)?(?:([0-9]+)(?:-([0-9]+))?)?$/.exec(text) ?? [];
  return {
    direction: directionIn(args),
    protocol: protocol ?? 'tcp',
    ports: first === undefined ? undefined : [Number(first), Number(last ?? first)],
    peer: textIn(args, 'peer'),
    description: textIn(args, 'description'),
  };
}

const isIt = (rule: SecurityRule, spec: SecurityRuleSpec): boolean =>
  rule.direction === spec.direction &&
  rule.protocol === spec.protocol &&
  rule.ports === spelledPorts(spec.ports) &&
  rule.peer === spec.peer;

export const securityActions: readonly ObjectAction[] = [
  objectAction({
    id: 'securitygroup.create',
    noun: 'securitygroup',
    on: 'endpoint',
    title: 'Create security group',
    help: 'Make a group of rules for packets.',
    keys: ['a'],
    danger: 'none',
    needs: 'securitygroup.create',
    aliases: ['securitygroup.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the group.', kind: 'text', required: true, pattern: NAME },
      { key: 'description', label: 'Description', help: 'What it is for.', kind: 'text', default: '' },
      {
        key: 'network',
        label: 'Network',
        help: 'The network that it is for, where groups are of networks; left empty, the usual one.',
        kind: 'object',
        of: 'network',
        default: '',
      },
      PLAN,
    ],
    fits: () => true,
    outcome: (args, endpoint) =>
      endpoint &&
      seenInList({
        kind: 'securitygroup',
        of: endpoint.id,
        words: `has the security group ${textIn(args, 'name')}`,
        limitMs: LIMIT_MS,
        holds: (all, made) =>
          all.some(({ id, name }) => (made === undefined ? name === textIn(args, 'name') : id === made)) ||
          `has no security group ${textIn(args, 'name')} yet`,
      }),
    send: (create, { id }, args, signal) =>
      create(
        id,
        {
          name: textIn(args, 'name'),
          description: textIn(args, 'description'),
          network: textIn(args, 'network'),
          ...(textIn(args, 'plan') !== '' && { plan: textIn(args, 'plan') }),
        },
        signal,
      ),
  }),
  deleteAction({
    noun: 'securitygroup',
    title: 'Delete security group',
    help: 'Delete a security group that nothing is in, with its rules.',
  }),
  objectAction({
    id: 'securityrule.create',
    noun: 'securityrule',
    on: 'securitygroup',
    title: 'Add rule',
    phrase: 'Add rule to …',
    help: 'Let packets through to the VMs of a security group, or from them.',
    keys: ['a'],
    danger: 'none',
    needs: 'securityrule.create',
    aliases: ['securityrule.add', 'securitygroup.allow'],
    options: [
      {
        key: 'ports',
        label: 'Ports',
        help: 'Ports, with their protocol where it is not TCP; or a protocol without ports.',
        kind: 'text',
        required: true,
        examples: ['22', 'udp/53', 'tcp/8000-8100', 'icmp', 'any'],
        pattern: PORTS,
      },
      {
        key: 'peer',
        label: 'Peer',
        help: 'The addresses on the other side, or the name of a security group.',
        kind: 'text',
        default: '0.0.0.0/0',
        pattern: PEER,
      },
      {
        key: 'direction',
        label: 'Direction',
        help: 'To the VMs, or from them.',
        kind: 'choice',
        options: RULE_DIRECTIONS,
        default: 'in',
      },
      { key: 'description', label: 'Description', help: 'What it is for.', kind: 'text', default: '' },
    ],
    fits: () => true,
    outcome: (args, group) =>
      group &&
      seenInList({
        kind: 'securityrule',
        of: group.id,
        words: `lets ${textIn(args, 'ports')} through`,
        limitMs: LIMIT_MS,
        holds: (all, made) =>
          all.some((one) => one.id === made || isIt(one, specIn(args))) || 'does not show the new rule yet',
      }),
    send: (create, { id }, args, signal) => create(id, specIn(args), signal),
  }),
  objectAction({
    id: 'securityrule.delete',
    noun: 'securityrule',
    on: 'securityrule',
    title: 'Remove rule',
    help: 'Let packets through no longer.',
    keys: ['X'],
    danger: 'interrupts',
    needs: 'securityrule.delete',
    aliases: ['securityrule.remove', 'securityrule.rm'],
    loses: () => 'New connections that it alone lets through are refused then.',
    fits: () => true,
    outcome: (_args, rule) =>
      rule &&
      seenInList({
        kind: 'securityrule',
        of: ownerOf(rule.id),
        words: 'is removed',
        limitMs: LIMIT_MS,
        holds: isGone<'securityrule'>(rule.id),
      }),
    send: (remove, { id }, _args, signal) => remove(id, signal),
  }),
];
