import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

export const zoneSpec: KindSpec<'zone'> = {
  under: 'endpoint',
  help: 'A DNS zone that a platform answers for.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'records', type: 'count', help: 'how many entries it has', title: 'RECORDS' },
    { id: 'private', type: 'flag', help: 'whether it is answered for inside of networks alone', title: 'PRIVATE' },
    { id: 'description', type: 'text', help: 'what it is for', title: 'DESCRIPTION', shrinksTo: 10 },
    errorKey,
    endpointKey,
    {
      id: 'nameServers',
      type: 'texts',
      help: 'what the zone above must name',
      always: true,
      title: 'NAME SERVERS',
      shrinksTo: 12,
    },
    {
      id: 'networks',
      type: 'texts',
      help: 'the networks that a private one is answered for in',
      always: true,
      title: 'NETWORKS',
      shrinksTo: 8,
    },
    idKey,
  ],
  holds: { kind: 'dns', filter: ({ name }) => `zone:${name}` },
  row: ({ id, trouble, name, records, private: isPrivate, description, nameServers, networks }) => ({
    name,
    records,
    private: isPrivate,
    description,
    ...listedRow({ id, trouble }),
    nameServers,
    networks,
  }),
};
