import { instant } from './fleet/object-rows.ts';
import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

export const backupSpec: KindSpec<'backup'> = {
  under: 'endpoint',
  help: 'A whole copy of a VM, that one can be made of again.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 16 },
    { id: 'vm', type: 'text', help: 'the VM that it is of', title: 'VM', shrinksTo: 8 },
    { id: 'created', type: 'instant', help: 'when it was made', title: 'CREATED' },
    { id: 'size', type: 'size', help: 'what it takes', title: 'SIZE' },
    { id: 'storage', type: 'text', help: 'the storage that it is in', title: 'STORAGE' },
    { id: 'format', type: 'text', help: "the platform's own word", title: 'FORMAT' },
    { id: 'protected', type: 'flag', help: 'whether it can not be deleted', title: 'PROTECTED' },
    { id: 'description', type: 'text', help: 'what was written about it', title: 'DESCRIPTION', shrinksTo: 12 },
    { id: 'path', type: 'text', help: 'where it is, as its platform says it' },
    errorKey,
    endpointKey,
    idKey,
  ],
  row: ({ id, trouble, name, vm, created, size, storage, format, protected: isProtected, description, path }) => ({
    name,
    vm,
    created: instant(created),
    size,
    storage,
    format,
    protected: isProtected,
    description,
    path,
    ...listedRow({ id, trouble }),
  }),
};
