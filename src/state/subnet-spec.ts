import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

/** `cidr`, `network` and `az` are what kcli calls them; the last is `zone` here. */
export const subnetSpec: KindSpec<'subnet'> = {
  under: 'endpoint',
  help: 'A range of addresses in a network.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'network', type: 'text', help: 'the network that it is in', always: true, title: 'NETWORK', shrinksTo: 8 },
    { id: 'cidr', type: 'text', help: 'its addresses', always: true, title: 'CIDR' },
    { id: 'zone', type: 'text', help: 'the availability zone that it is in', title: 'ZONE' },
    { id: 'gateway', type: 'text', help: 'the address of its gateway', title: 'GATEWAY' },
    { id: 'dhcp', type: 'flag', help: 'whether addresses are handed out in it', title: 'DHCP' },
    { id: 'public', type: 'flag', help: 'whether new VMs in it get a public address too', title: 'PUBLIC' },
    { id: 'free', type: 'count', help: 'how many of its addresses are not in use', title: 'FREE' },
    errorKey,
    endpointKey,
    {
      id: 'nameServers',
      type: 'texts',
      help: 'name servers that its VMs get',
      always: true,
      title: 'NAME SERVERS',
      shrinksTo: 8,
    },
    { id: 'plan', type: 'text', help: 'the plan that it belongs to', title: 'PLAN', shrinksTo: 6 },
    idKey,
  ],
  row: ({ id, trouble, name, network, cidr, zone, gateway, dhcp, public: isPublic, free, nameServers, plan }) => ({
    name,
    network,
    cidr,
    zone,
    gateway,
    dhcp,
    public: isPublic,
    free,
    ...listedRow({ id, trouble }),
    nameServers,
    plan,
  }),
};
