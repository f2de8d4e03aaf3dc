import { endpointOf, vmOf } from '../ids.ts';
import { instant } from './fleet/object-rows.ts';
import type { KindSpec } from './kind-spec.ts';

/** `snapshot` and `current` are what kcli calls them. */
export const snapshotSpec: KindSpec<'snapshot'> = {
  under: 'vm',
  help: 'A snapshot of a VM. Its children are those whose `parent` is its `id`.',
  keys: [
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'current', type: 'flag', help: 'whether the VM continues from it', always: true, title: 'CURRENT' },
    { id: 'memory', type: 'flag', help: 'whether it holds the memory of the running VM', title: 'MEMORY' },
    { id: 'external', type: 'flag', help: 'whether its disks are files of their own', title: 'EXTERNAL' },
    { id: 'created', type: 'instant', help: 'when it was taken', title: 'CREATED' },
    { id: 'vm', type: 'text', help: 'the name of its VM', title: 'VM', shrinksTo: 8 },
    { id: 'description', type: 'text', help: 'what was written about it', title: 'DESCRIPTION', shrinksTo: 8 },
    { id: 'snapshot', type: 'text', help: 'its name, as kcli calls it', always: true, forPrograms: true },
    { id: 'parent', type: 'text', help: 'the `id` of the snapshot that it was made on top of' },
    { id: 'id', type: 'text', help: 'its id: that of its VM, `#`, and what the platform calls it', always: true },
    { id: 'vmId', type: 'text', help: 'the id of its VM', always: true, forPrograms: true },
    { id: 'endpoint', type: 'text', help: 'the endpoint that it is seen through', always: true },
  ],
  row({ id, name, parent, created, current, memory, external, description }, fleet) {
    const vm = vmOf(id);
    return {
      name,
      current,
      memory,
      external,
      created: instant(created),
      vm: fleet.vms.get(vm)?.name,
      description,
      snapshot: name,
      parent,
      id,
      vmId: vm,
      endpoint: endpointOf(id),
    };
  },
  parent: ({ parent }) => parent,
};
