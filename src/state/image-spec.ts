import { instant } from './fleet/object-rows.ts';
import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow, whole } from './listed-keys.ts';

export const imageSpec: KindSpec<'image'> = {
  under: 'endpoint',
  help: 'What a VM can be made of, or boot from.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    {
      id: 'type',
      type: 'text',
      help: "`disk`, `iso`, `container`, or its platform's own word",
      always: true,
      title: 'TYPE',
    },
    { id: 'size', type: 'size', help: 'its size', title: 'SIZE' },
    { id: 'format', type: 'text', help: 'the format of its file', title: 'FORMAT' },
    { id: 'status', type: 'text', help: "its state, in its platform's word", title: 'STATUS' },
    { id: 'os', type: 'text', help: 'the system in it', title: 'OS', shrinksTo: 6 },
    { id: 'arch', type: 'text', help: 'the processor that it is for', title: 'ARCH' },
    { id: 'storage', type: 'text', help: 'the name of the storage that it is in', title: 'STORAGE', shrinksTo: 6 },
    { id: 'visibility', type: 'text', help: 'who may use it', title: 'VISIBILITY' },
    { id: 'created', type: 'instant', help: 'when it was made', title: 'CREATED' },
    { id: 'protected', type: 'flag', help: 'whether it can not be deleted', forPrograms: true },
    { id: 'properties', type: 'texts', help: 'what its makers have said of it, `KEY=VALUE`', forPrograms: true },
    errorKey,
    endpointKey,
    { id: 'path', type: 'text', help: 'where it is', title: 'PATH', shrinksTo: 8 },
    idKey,
  ],
  row: ({ id, trouble, created, properties, name, type, size, format, status, os, arch, storage, ...image }) => ({
    name,
    type,
    size,
    format,
    status,
    os,
    arch,
    storage,
    visibility: image.visibility,
    created: instant(created),
    protected: image.protected,
    properties: properties && Object.entries(properties).map(([key, value]) => `${key}=${value}`),
    ...listedRow({ id, trouble }),
    path: image.path,
  }),
};

export const flavorSpec: KindSpec<'flavor'> = {
  under: 'endpoint',
  help: 'A size that VMs come in.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'cpus', type: 'count', help: 'virtual CPUs', title: 'CPUS' },
    { id: 'memory', type: 'size', help: 'memory', title: 'MEMORY' },
    { id: 'disk', type: 'size', help: 'the disk that comes with it', title: 'DISK' },
    { id: 'arch', type: 'text', help: 'its processor', title: 'ARCH' },
    errorKey,
    endpointKey,
    { id: 'description', type: 'text', help: 'what its platform says of it', title: 'DESCRIPTION', shrinksTo: 8 },
    idKey,
  ],
  row: ({ id, trouble, name, cpus, memory, disk, arch, description }) => ({
    name,
    cpus: whole(cpus),
    memory: whole(memory),
    disk,
    arch,
    ...listedRow({ id, trouble }),
    description,
  }),
};
