import { nodeNameOf } from './fleet/object-rows.ts';
import type { KindSpec } from './kind-spec.ts';
import { endpointKey, errorKey, idKey, listedRow } from './listed-keys.ts';

/** `path` is what kcli calls it. */
export const storageSpec: KindSpec<'storage'> = {
  under: 'endpoint',
  followed: true,
  help: 'A place where disks and images are kept.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'active', type: 'flag', help: 'whether it can be used now', always: true, title: 'ACTIVE' },
    { id: 'type', type: 'text', help: "what it is, in its platform's word", always: true, title: 'TYPE', shrinksTo: 6 },
    { id: 'size', type: 'size', help: 'what it holds', title: 'SIZE' },
    { id: 'used', type: 'size', help: 'what of it is in use', title: 'USED' },
    { id: 'free', type: 'size', help: 'what of it is free', title: 'FREE' },
    { id: 'shared', type: 'flag', help: 'whether several nodes use it', title: 'SHARED' },
    {
      id: 'node',
      type: 'text',
      help: 'the node whose it is; null where it is not of one alone',
      title: 'NODE',
      shrinksTo: 6,
    },
    errorKey,
    endpointKey,
    {
      id: 'path',
      type: 'text',
      help: 'the directory, volume group, dataset or URL that it is',
      title: 'PATH',
      shrinksTo: 8,
    },
    {
      id: 'content',
      type: 'texts',
      help: "what it takes, in its platform's words; none where it does not say",
      always: true,
      title: 'CONTENT',
      shrinksTo: 8,
    },
    idKey,
  ],
  holds: { kind: 'volume', filter: ({ name }) => `storage:${name}` },
  row: ({ id, trouble, name, active, type, size, used, shared, node, path, content }, fleet) => ({
    name,
    active,
    type,
    size,
    used,
    free: size === undefined || used === undefined ? undefined : Math.max(0, size - used),
    shared,
    node: nodeNameOf(node, fleet),
    ...listedRow({ id, trouble }),
    path,
    content,
  }),
};

export const volumeSpec: KindSpec<'volume'> = {
  under: 'endpoint',
  help: 'A disk or file in a storage, whether or not a VM uses it.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    {
      id: 'storage',
      type: 'text',
      help: 'the name of the storage that it is in',
      always: true,
      title: 'STORAGE',
      shrinksTo: 6,
    },
    { id: 'type', type: 'text', help: "what it is, in its platform's word", title: 'TYPE' },
    { id: 'format', type: 'text', help: 'the format of its file', title: 'FORMAT' },
    { id: 'size', type: 'size', help: 'what a guest sees', title: 'SIZE' },
    { id: 'used', type: 'size', help: 'what it takes of its storage', title: 'USED' },
    { id: 'users', type: 'texts', help: 'names of the VMs that have it as a disk', title: 'USED BY', shrinksTo: 8 },
    errorKey,
    endpointKey,
    { id: 'path', type: 'text', help: 'where it is', title: 'PATH', shrinksTo: 8 },
    idKey,
  ],
  row: ({ id, trouble, name, storage, type, format, size, used, users, path }) => ({
    name,
    storage,
    type,
    format,
    size,
    used,
    users,
    ...listedRow({ id, trouble }),
    path,
  }),
};
