import type { Flag } from './flags.ts';

/** What a list of VMs or nodes can be asked for; `view` says what its views are. */
export const listFlags = (view: string): readonly Flag[] => [
  {
    key: 'columns',
    label: 'Columns',
    help: 'Only these columns, in this order: drover help columns lists them.',
    kind: 'text',
    examples: ['name,state,cpu'],
  },
  {
    key: 'sort',
    label: 'Sort',
    help: 'Sort by this column; with :asc or :desc behind it, that way.',
    kind: 'text',
    examples: ['COLUMN'],
  },
  { key: 'view', label: 'View', help: view, kind: 'text', examples: ['NAME'] },
];
