import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

export const balancerSpec: KindSpec<'balancer'> = {
  under: 'endpoint',
  help: 'A load balancer: one address for several VMs.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'status', type: 'text', help: "its state, in its platform's word", title: 'STATUS' },
    { id: 'type', type: 'text', help: "what it is, in its platform's word", title: 'TYPE' },
    { id: 'ports', type: 'texts', help: 'the ports that it is reached at', always: true, title: 'PORTS' },
    { id: 'address', type: 'text', help: 'the name or address that it is reached by', title: 'ADDRESS', shrinksTo: 12 },
    { id: 'members', type: 'texts', help: 'the VMs behind it', title: 'MEMBERS', shrinksTo: 8 },
    { id: 'internal', type: 'flag', help: 'whether it has no public address', title: 'INTERNAL' },
    { id: 'network', type: 'text', help: 'the network that it is in', title: 'NETWORK', shrinksTo: 8 },
    errorKey,
    endpointKey,
    { id: 'plan', type: 'text', help: 'the plan that it belongs to', title: 'PLAN', shrinksTo: 6 },
    idKey,
  ],
  row: ({ id, trouble, name, status, type, ports, address, members, internal, network, plan }) => ({
    name,
    status,
    type,
    ports: ports.map(String),
    address,
    members,
    internal,
    network,
    ...listedRow({ id, trouble }),
    plan,
  }),
};
