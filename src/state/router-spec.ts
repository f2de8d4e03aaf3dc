import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

export const routerSpec: KindSpec<'router'> = {
  under: 'endpoint',
  help: 'A router: it leads from networks to each other, and outside.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'active', type: 'flag', help: 'whether it passes anything on now', always: true, title: 'ACTIVE' },
    { id: 'outside', type: 'text', help: 'the network that it leads outside by', title: 'OUTSIDE', shrinksTo: 8 },
    { id: 'address', type: 'text', help: 'its own address outside', title: 'ADDRESS' },
    {
      id: 'networks',
      type: 'texts',
      help: 'the networks that hang on it',
      always: true,
      title: 'NETWORKS',
      shrinksTo: 12,
    },
    errorKey,
    endpointKey,
    idKey,
  ],
  row: ({ id, trouble, name, active, outside, address, networks }) => ({
    name,
    active,
    outside,
    address,
    networks,
    ...listedRow({ id, trouble }),
  }),
};
