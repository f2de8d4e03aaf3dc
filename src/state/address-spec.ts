import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

export const addressSpec: KindSpec<'address'> = {
  under: 'endpoint',
  help: 'A public address that is kept for VMs.',
  keys: [
    { id: 'name', type: 'text', help: 'its name, or the address', always: true, title: 'NAME', shrinksTo: 8 },
    { id: 'ip', type: 'text', help: 'the address', always: true, title: 'IP' },
    { id: 'user', type: 'text', help: 'the VM that it leads to, or what else has it', title: 'USED BY', shrinksTo: 8 },
    { id: 'privateIp', type: 'text', help: 'the address of the NIC that it leads to', title: 'PRIVATE IP' },
    { id: 'network', type: 'text', help: 'the network or pool that it is of', title: 'NETWORK', shrinksTo: 8 },
    errorKey,
    endpointKey,
    { id: 'plan', type: 'text', help: 'the plan that it belongs to', title: 'PLAN', shrinksTo: 6 },
    idKey,
  ],
  row: ({ id, trouble, name, ip, user, privateIp, network, plan }) => ({
    name,
    ip,
    user,
    privateIp,
    network,
    ...listedRow({ id, trouble }),
    plan,
  }),
};
