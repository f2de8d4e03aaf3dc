import { instant } from './fleet/object-rows.ts';
import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

export const bucketSpec: KindSpec<'bucket'> = {
  under: 'endpoint',
  help: 'A place for files beside VMs.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'public', type: 'flag', help: 'whether anyone can read its files', title: 'PUBLIC' },
    { id: 'files', type: 'count', help: 'how many files are in it', title: 'FILES' },
    { id: 'size', type: 'size', help: 'what they take', title: 'SIZE' },
    { id: 'region', type: 'text', help: 'where it is', title: 'REGION' },
    { id: 'created', type: 'instant', help: 'when it was made', title: 'CREATED' },
    errorKey,
    endpointKey,
    idKey,
  ],
  holds: { kind: 'file' },
  row: ({ id, trouble, name, public: isPublic, files, size, region, created }) => ({
    name,
    public: isPublic,
    files,
    size,
    region,
    created: instant(created),
    ...listedRow({ id, trouble }),
  }),
};

export const fileSpec: KindSpec<'file'> = {
  under: 'bucket',
  help: 'A file in a bucket.',
  keys: [
    { id: 'name', type: 'text', help: 'its path in the bucket', always: true, title: 'NAME', shrinksTo: 20 },
    { id: 'size', type: 'size', help: 'how long it is', title: 'SIZE' },
    { id: 'modified', type: 'instant', help: 'when it was written last', title: 'MODIFIED' },
    { id: 'type', type: 'text', help: "what it is, in its platform's word", title: 'TYPE' },
    { id: 'bucket', type: 'text', help: 'the name of its bucket', always: true, title: 'BUCKET', shrinksTo: 8 },
    errorKey,
    endpointKey,
    idKey,
  ],
  row: ({ id, trouble, name, size, modified, type, bucket }) => ({
    name,
    size,
    modified: instant(modified),
    type,
    bucket,
    ...listedRow({ id, trouble }),
  }),
};
