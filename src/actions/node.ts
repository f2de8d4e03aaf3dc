import { FleetError } from '../errors.ts';
import { isEndpointName, type NodeId } from '../ids.ts';
import { operationOf } from '../platforms/contract.ts';
import type { BrowseAction, ConfigAction, NodeAttachAction, NodeInfoAction } from './action.ts';

export const shellAction: NodeAttachAction = {
  kind: 'attach',
  id: 'node.shell',
  noun: 'node',
  on: 'node',
  title: 'Shell',
  help: 'Open a login shell on the node; ctrl-] detaches.',
  keys: ['o'],
  danger: 'none',
  needs: 'node.shell',
  aliases: ['node.ssh'],
  open(connection, id, size, signal) {
    const shell = operationOf(connection, 'node.shell');
    if (!shell) throw new FleetError('op.unsupported', 'this platform has no shell on its nodes');
    return shell(id, size, signal);
  },
};

export const nodeInfoAction: NodeInfoAction = {
  kind: 'show',
  id: 'node.info',
  noun: 'node',
  on: 'node',
  title: 'Node information',
  help: 'Operating system, processors, memory, platform, disks and networks of a node.',
  keys: [],
  danger: 'none',
  needs: 'node.info',
};

export const browseAction: BrowseAction = {
  kind: 'browse',
  id: 'node.files',
  noun: 'node',
  on: 'node',
  title: 'Files',
  help: 'Go through the files of a node; edit, receive and send them.',
  keys: ['b'],
  danger: 'none',
  needs: 'node.files',
};

export const nodeActions: readonly ConfigAction[] = [
  {
    kind: 'config',
    id: 'node.move',
    noun: 'node',
    title: 'Move to pool',
    help: 'Put a node, or an endpoint with all its nodes, into a pool.',
    keys: ['m'],
    danger: 'none',
    onExisting: true,
    options: [
      { key: 'to', label: 'Pool', help: 'The pool; empty for none.', kind: 'text' },
      {
        key: 'keep',
        label: 'Keep',
        help: 'Leave on it what is defined for the pool that it is in.',
        kind: 'flag',
        default: false,
      },
    ],
    change: (subject, args) => ({
      kind: 'node-move',
      node: isEndpointName(subject) ? subject : (subject as NodeId),
      to: String(args['to'] ?? '') || undefined,
    }),
    said: (subject, args) => (args['to'] ? `${subject} is in pool ${args['to']} now` : `${subject} is in no pool now`),
  },
];
