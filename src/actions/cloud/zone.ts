/** DNS zones. */
import type { ObjectAction } from '../action.ts';
import { deleteAction, LIMIT_MS, listAction } from '../listed-verbs.ts';
import { objectAction } from '../object-action.ts';
import { seenByName } from '../seen-in-list.ts';
import { textIn } from '../text-in.ts';

const NAME = {
  source: '^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$',
  complaint: 'a domain: example.com',
};

export const zoneListAction = listAction('zone', 'DNS zones', 'List the DNS zones that an endpoint answers for.');

export const zoneActions: readonly ObjectAction[] = [
  objectAction({
    id: 'zone.create',
    noun: 'zone',
    on: 'endpoint',
    title: 'Create DNS zone',
    help: 'Answer for a domain.',
    keys: ['a'],
    danger: 'none',
    needs: 'zone.create',
    aliases: ['zone.add'],
    options: [
      { key: 'name', label: 'Name', help: 'The domain.', kind: 'text', required: true, pattern: NAME },
      {
        key: 'network',
        label: 'Network',
        help: 'The network that it is answered for in; left empty, all the world.',
        kind: 'object',
        of: 'network',
        default: '',
      },
      { key: 'description', label: 'Description', help: 'What it is for.', kind: 'text', default: '' },
      {
        key: 'email',
        label: 'Email',
        help: 'Of who answers for it, where the platform asks for that.',
        kind: 'text',
        default: '',
        advanced: true,
      },
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seenByName('zone', args, endpoint.id, LIMIT_MS),
    send: (create, { id }, args, signal) => {
      const [name = '', network = '', description = '', email = ''] = ['name', 'network', 'description', 'email'].map(
        (key) => textIn(args, key),
      );
      return create(id, { name, network, description, email }, signal);
    },
  }),
  deleteAction({
    noun: 'zone',
    title: 'Delete DNS zone',
    help: 'Answer for a domain no longer; its entries go where they are to.',
    options: [{ key: 'records', label: 'Records', help: 'Delete its entries, too.', kind: 'flag', default: false }],
    plannedBy: ['records'],
    rest: (args) => [{ records: args['records'] === true }],
  }),
];
