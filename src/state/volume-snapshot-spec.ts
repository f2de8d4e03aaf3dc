import { instant } from './fleet/object-rows.ts';
import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

export const volumeSnapshotSpec: KindSpec<'volumesnapshot'> = {
  under: 'endpoint',
  help: 'A state of a volume that new volumes can be made of.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'volume', type: 'text', help: 'the name of its volume', title: 'VOLUME', shrinksTo: 8 },
    { id: 'size', type: 'size', help: 'the size of its volume when it was taken', title: 'SIZE' },
    { id: 'status', type: 'text', help: "its state, in its platform's word", title: 'STATUS' },
    { id: 'created', type: 'instant', help: 'when it was taken', title: 'CREATED' },
    { id: 'description', type: 'text', help: 'what was written about it', title: 'DESCRIPTION', shrinksTo: 8 },
    errorKey,
    endpointKey,
    idKey,
  ],
  row: ({ id, trouble, name, volume, size, status, created, description }) => ({
    name,
    volume,
    size,
    status,
    created: instant(created),
    description,
    ...listedRow({ id, trouble }),
  }),
};
