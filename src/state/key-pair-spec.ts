import { instant } from './fleet/object-rows.ts';
import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

export const keyPairSpec: KindSpec<'keypair'> = {
  under: 'endpoint',
  help: 'An SSH key that new VMs are given.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'type', type: 'text', help: 'what kind of key it is', title: 'TYPE' },
    { id: 'created', type: 'instant', help: 'when it was made', title: 'CREATED' },
    { id: 'fingerprint', type: 'text', help: 'as its platform computes it', title: 'FINGERPRINT', shrinksTo: 16 },
    errorKey,
    endpointKey,
    idKey,
  ],
  row: ({ id, trouble, name, type, created, fingerprint }) => ({
    name,
    type,
    created: instant(created),
    fingerprint,
    ...listedRow({ id, trouble }),
  }),
};
