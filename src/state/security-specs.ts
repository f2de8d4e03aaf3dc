import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

export const securityGroupSpec: KindSpec<'securitygroup'> = {
  under: 'endpoint',
  help: 'A group of rules for packets, which NICs are in.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'network', type: 'text', help: 'the network that it is for', title: 'NETWORK', shrinksTo: 8 },
    { id: 'rules', type: 'count', help: 'how many rules it has', title: 'RULES' },
    { id: 'description', type: 'text', help: 'what it is for', title: 'DESCRIPTION', shrinksTo: 10 },
    errorKey,
    endpointKey,
    { id: 'plan', type: 'text', help: 'the plan that it belongs to', title: 'PLAN', shrinksTo: 6 },
    idKey,
  ],
  holds: { kind: 'securityrule' },
  row: ({ id, trouble, name, network, rules, description, plan }) => ({
    name,
    network,
    rules,
    description,
    ...listedRow({ id, trouble }),
    plan,
  }),
};

export const securityRuleSpec: KindSpec<'securityrule'> = {
  under: 'securitygroup',
  help: 'What a security group lets through.',
  keys: [
    { id: 'name', type: 'text', help: 'what it lets through, in short', always: true, title: 'NAME', shrinksTo: 20 },
    { id: 'group', type: 'text', help: 'the name of its security group', always: true, title: 'GROUP', shrinksTo: 8 },
    {
      id: 'direction',
      type: 'text',
      help: 'to the VMs, or from them',
      words: ['in', 'out'],
      always: true,
      title: 'DIRECTION',
    },
    {
      id: 'protocol',
      type: 'text',
      help: '`tcp`, `udp`, `icmp`, `any` or a number',
      always: true,
      title: 'PROTOCOL',
    },
    { id: 'ports', type: 'text', help: 'its ports; null for all', title: 'PORTS' },
    {
      id: 'peer',
      type: 'text',
      help: 'addresses or security group on the other side',
      always: true,
      title: 'PEER',
      shrinksTo: 10,
    },
    { id: 'description', type: 'text', help: 'what it is for', title: 'DESCRIPTION', shrinksTo: 10 },
    errorKey,
    endpointKey,
    idKey,
  ],
  row: ({ id, trouble, name, group, direction, protocol, ports, peer, description }) => ({
    name,
    group,
    direction,
    protocol,
    ports,
    peer,
    description,
    ...listedRow({ id, trouble }),
  }),
};
