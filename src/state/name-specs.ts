/** Which addresses and names machines have, as lists show them. */
import { instant } from './fleet/object-rows.ts';
import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

export const leaseSpec: KindSpec<'lease'> = {
  under: 'endpoint',
  help: 'An address that DHCP has given to a NIC, or keeps for one.',
  keys: [
    {
      id: 'name',
      type: 'text',
      help: 'the name of the host; its address where it has none',
      always: true,
      title: 'NAME',
      shrinksTo: 8,
    },
    { id: 'ip', type: 'text', help: 'the address', always: true, title: 'IP' },
    { id: 'mac', type: 'text', help: 'of the NIC', title: 'MAC' },
    { id: 'network', type: 'text', help: 'the name of its network', always: true, title: 'NETWORK', shrinksTo: 8 },
    { id: 'reserved', type: 'flag', help: 'whether it is kept for this NIC', always: true, title: 'RESERVED' },
    { id: 'until', type: 'instant', help: 'when it ends; null where it is only kept', title: 'UNTIL' },
    errorKey,
    endpointKey,
    idKey,
  ],
  row: ({ id, trouble, name, ip, mac, network, reserved, until }) => ({
    name,
    ip,
    mac,
    network,
    reserved,
    until: instant(until),
    ...listedRow({ id, trouble }),
  }),
};

/** `type`, `ttl` and `data` are what kcli calls them. */
export const dnsSpec: KindSpec<'dns'> = {
  under: 'endpoint',
  help: 'An entry of a name server.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 8 },
    { id: 'type', type: 'text', help: '`A`, `AAAA`, `CNAME` …', always: true, title: 'TYPE' },
    { id: 'data', type: 'text', help: 'what it answers', always: true, title: 'DATA', shrinksTo: 8 },
    { id: 'ttl', type: 'count', help: 'how long others may remember it, in seconds', title: 'TTL' },
    {
      id: 'zone',
      type: 'text',
      help: 'the zone that it is in; on libvirt a network',
      always: true,
      title: 'ZONE',
      shrinksTo: 8,
    },
    errorKey,
    endpointKey,
    idKey,
  ],
  row: ({ id, trouble, name, type, data, ttl, zone }) => ({
    name,
    type,
    data,
    ttl,
    zone,
    ...listedRow({ id, trouble }),
  }),
};
