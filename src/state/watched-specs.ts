/** Nodes and pools, as lists for programs and on the command line have them; on the screen they are rows of the tree. */
import type { Fleet } from './fleet/fleet.ts';
import { nodeRow, poolRows } from './fleet/object-rows.ts';
import type { KindKey, KindRow } from './kind-spec.ts';

/** A kind whose objects are watched: lists of it come out of the fleet. */
export interface WatchedSpec {
  /** One sentence for docs/json.md. */
  readonly help: string;
  /** In the order of the columns. */
  readonly keys: readonly KindKey[];
  rows(fleet: Fleet): readonly KindRow[];
}

export const nodeSpec: WatchedSpec = {
  help: 'A node in a list: a host, or a zone of a cloud.',
  keys: [
    { id: 'id', type: 'text', help: 'drover’s own id, `ENDPOINT/ID`: every command takes it', always: true },
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    {
      id: 'state',
      type: 'text',
      words: ['up', 'down', 'maintenance', 'unknown'],
      help: 'its state',
      always: true,
      title: 'STATE',
    },
    { id: 'endpoint', type: 'text', help: 'the endpoint that it is seen through', always: true, title: 'ENDPOINT' },
    { id: 'pool', type: 'text', help: 'the pool that it is in', title: 'POOL' },
    { id: 'platform', type: 'text', help: 'the platform of its endpoint' },
    { id: 'address', type: 'text', help: 'the address that it is reached at' },
    { id: 'cpus', type: 'count', help: 'CPUs that it has', title: 'CPUS' },
    { id: 'memory', type: 'size', help: 'memory that it has', title: 'MEMORY' },
    { id: 'vms', type: 'count', help: 'VMs that it has', always: true, title: 'VMS' },
    { id: 'running', type: 'count', help: 'VMs that run', always: true, title: 'RUNNING' },
    { id: 'vcpus', type: 'count', help: 'virtual CPUs of the VMs that are on', always: true },
    {
      id: 'version',
      type: 'text',
      help: 'what runs the VMs, with its version',
      always: true,
      title: 'VERSION',
      shrinksTo: 12,
    },
    { id: 'os', type: 'text', help: 'its operating system, where that is known' },
    { id: 'note', type: 'text', help: 'what people have noted about it' },
    { id: 'error', type: 'text', help: 'what is wrong with it' },
    { id: 'staleSince', type: 'instant', help: 'when its endpoint stopped answering' },
  ],
  rows: (fleet) =>
    [...fleet.nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((node) => nodeRow(node, fleet)),
};

export const poolSpec: WatchedSpec = {
  help: 'A pool: one of the configuration, or one that a platform reports.',
  keys: [
    { id: 'id', type: 'text', help: 'drover’s own id', always: true },
    { id: 'name', type: 'text', help: 'its name', always: true, title: 'NAME', shrinksTo: 12 },
    { id: 'kind', type: 'text', words: ['user', 'platform'], help: 'who made it', always: true, title: 'KIND' },
    { id: 'parent', type: 'text', help: 'the pool that it is in', title: 'IN' },
    { id: 'readOnly', type: 'flag', help: 'whether changes in it are refused', always: true },
    { id: 'nodes', type: 'texts', help: 'names of its nodes', always: true, title: 'NODES', shrinksTo: 12 },
    { id: 'vms', type: 'count', help: 'VMs in it', always: true, title: 'VMS' },
    { id: 'running', type: 'count', help: 'VMs that run', always: true, title: 'RUNNING' },
  ],
  rows: poolRows,
};
