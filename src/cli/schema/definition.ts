import { SYNC_STATES } from '../../actions/definitions/node-states.ts';
import { DEFINED_KINDS } from '../../state/config/definitions.ts';
import { definitionKeys } from '../definitions/show-commands.ts';
import { propertiesOf } from './listed.ts';
import { list, map, maybe, object, size, text, word } from './schema.ts';

export const definition = object(
  'definition',
  'A storage or network that is to be on every node of a pool.',
  propertiesOf(definitionKeys),
);

export const definitionInfo = object('definition info', 'A definition, with what each node of its pool has of it.', {
  pool: text('the pool for whose nodes it is'),
  name: text('what it is called on each node'),
  kind: word(DEFINED_KINDS, 'what it is'),
  description: text('what it is for'),
  values: map(text('a value'), 'what it says, by the options of `storage create` and `network create`'),
  nodes: list(
    object('definition node', 'What one node of the pool has.', {
      node: text('the endpoint of the node'),
      state: word(SYNC_STATES, 'whether it has what is defined'),
      detail: maybe(text('how it differs, or why it is not known, for people')),
      size: maybe(size('what a storage holds')),
      used: maybe(size('what of it is in use')),
      users: maybe(text('which VMs use it there, for people')),
    }),
    'every node of the pool, or those that `-C` names',
  ),
});
