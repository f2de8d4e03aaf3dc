import { nodeNameOf } from './fleet/object-rows.ts';
import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

/** `cidr`, `dhcp`, `domain`, `type`, `mode` and `plan` are what kcli calls them. */
export const networkSpec: KindSpec<'network'> = {
  under: 'endpoint',
  followed: true,
  help: 'A network that NICs of VMs are plugged into.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'active', type: 'flag', help: 'whether it can be used now', always: true, title: 'ACTIVE' },
    { id: 'type', type: 'text', help: "what it is, in its platform's word", always: true, title: 'TYPE', shrinksTo: 6 },
    { id: 'mode', type: 'text', help: 'how it reaches other networks', title: 'MODE' },
    { id: 'cidr', type: 'text', help: 'its addresses, the first range of them', title: 'CIDR' },
    { id: 'dhcp', type: 'flag', help: 'whether it hands addresses out', title: 'DHCP' },
    { id: 'vlan', type: 'count', help: 'its VLAN', title: 'VLAN' },
    { id: 'device', type: 'text', help: 'the bridge or switch behind it', title: 'DEVICE', shrinksTo: 6 },
    {
      id: 'node',
      type: 'text',
      help: 'the node whose it is; null where it is not of one alone',
      title: 'NODE',
      shrinksTo: 6,
    },
    errorKey,
    endpointKey,
    { id: 'domain', type: 'text', help: 'the DNS domain of its addresses', title: 'DOMAIN', shrinksTo: 6 },
    { id: 'mtu', type: 'count', help: 'the largest packet, in bytes', title: 'MTU' },
    { id: 'plan', type: 'text', help: 'the plan that it belongs to', title: 'PLAN', shrinksTo: 6 },
    { id: 'cidrs', type: 'texts', help: 'all ranges of its addresses', always: true },
    idKey,
  ],
  holds: { kind: 'nic', filter: ({ name }) => `net:${name}` },
  row: ({ id, trouble, name, active, type, mode, cidrs, dhcp, vlan, device, node, domain, mtu, plan }, fleet) => ({
    name,
    active,
    type,
    mode,
    cidr: cidrs[0],
    dhcp,
    vlan,
    device,
    node: nodeNameOf(node, fleet),
    ...listedRow({ id, trouble }),
    domain,
    mtu,
    plan,
    cidrs,
  }),
};
