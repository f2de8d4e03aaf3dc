import { instant } from './fleet/object-rows.ts';
import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

export const volumeSnapshotSpec: KindSpec<'volumesnapshot'> = {
  under: 'endpoint',
  help: 'What was on a volume at an instant, that new volumes are made of.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'volume', type: 'text', help: 'the volume that it is of', title: 'VOLUME', shrinksTo: 8 },
    { id: 'created', type: 'instant', help: 'when it was made', title: 'CREATED' },
    { id: 'size', type: 'size', help: 'what was the size of the volume', title: 'SIZE' },
    { id: 'status', type: 'text', help: "the platform's own word for its state", title: 'STATUS' },
    { id: 'description', type: 'text', help: 'what was written about it', title: 'DESCRIPTION', shrinksTo: 12 },
    errorKey,
    endpointKey,
    idKey,
  ],
  row: ({ id, trouble, name, volume, created, size, status, description }) => ({
    name,
    volume,
    created: instant(created),
    size,
    status,
    description,
    ...listedRow({ id, trouble }),
  }),
};
