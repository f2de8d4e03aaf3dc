import { readyViews, spellView } from '../../state/config/views.ts';
import { nodeColumns } from '../../state/query/node-columns.ts';
import { vmColumns } from '../../state/query/vm-columns.ts';
import { example, type Topic, terms, text } from './topic.ts';

export const columnsTopic: Topic = {
  name: 'columns',
  help: 'What can be shown of VMs, sorted by and exported; saved views.',
  async blocks() {
    return [
      text(
        'These are the words for --columns and --sort of drover vm list, and for views. Loads and sizes are sorted from the largest down, all else upwards; :asc or :desc behind the word says otherwise. What is unknown comes last.',
      ),
      example('drover vm list --sort cpu --columns name,state,cpu,mem,node', 'drover vm list -o wide'),
      terms(vmColumns.map(({ id, help, drawn }) => [id, drawn ? `${help}; on the screen only` : help] as const)),
      text(
        'On the screen F (or F6) asks what to sort by, I turns it round, < and > go to the next column; w chooses the columns and their widths, f puts all VMs into one list, 3 shows the busiest. W keeps filter, columns and order under a name. Views are kept in the configuration, so that they can be shared:',
      ),
      example(
        'views:',
        '  busy:',
        '    filter: state:running cpu>50',
        '    sort: cpu',
        '    columns: [state, cpu, mem, node]',
        '    flat: yes',
        '  full-nodes:',
        '    nodes: yes',
        '    filter: used>80',
        '    sort: mem',
      ),
      example('drover vm list --view busy', 'drover node list --view full-nodes'),
      text(
        `Nodes have some of these columns, in their list on the screen and for drover node list: ${nodeColumns.map(({ id }) => id).join(', ')}. Rates are sums of their VMs.`,
      ),
      text('These are there without that:'),
      terms([...readyViews].map(([name, view]) => [name, spellView(view)] as const)),
    ];
  },
};
