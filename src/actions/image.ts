/** What VMs are made of: images, and the sizes that they come in. */
import { endpointOf } from '../ids.ts';
import type { ListAction, ObjectAction } from './action.ts';
import { objectAction } from './object-action.ts';
import { isGone, seenInList } from './seen-in-list.ts';
import { textIn } from './text-in.ts';

const LIMIT_MS = 60_000;
/** As long as a large image takes to be fetched. */
const FETCH_LIMIT_MS = 1_800_000;
const NAME = {
  source: '^[A-Za-z0-9][A-Za-z0-9_. -]{0,99}$',
  complaint: 'a letter or digit, then letters, digits, blanks, - . or _',
};

export const imageListAction: ListAction = {
  kind: 'list',
  id: 'image.list',
  noun: 'image',
  on: 'endpoint',
  title: 'Images',
  help: 'List what VMs of an endpoint can be made of.',
  keys: [],
  danger: 'none',
  needs: 'image.list',
  aliases: ['image.ls'],
};

export const flavorListAction: ListAction = {
  kind: 'list',
  id: 'flavor.list',
  noun: 'flavor',
  on: 'endpoint',
  title: 'Flavors',
  help: 'List the sizes that VMs of an endpoint come in.',
  keys: [],
  danger: 'none',
  needs: 'flavor.list',
  aliases: ['flavor.ls'],
};

export const imageActions: readonly ObjectAction[] = [
  objectAction({
    id: 'image.create',
    noun: 'image',
    on: 'endpoint',
    title: 'Add image',
    help: 'Fetch an image from a web server.',
    keys: ['a'],
    danger: 'none',
    needs: 'image.create',
    aliases: ['image.add', 'image.download'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the image.', kind: 'text', required: true, pattern: NAME },
      {
        key: 'url',
        label: 'URL',
        help: 'Where its platform gets it.',
        kind: 'text',
        required: true,
        examples: ['https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2'],
        pattern: { source: '^https?://[^\\s/]+/\\S+$', complaint: 'an address that begins with http:// or https://' },
      },
      {
        key: 'storage',
        label: 'Storage',
        help: 'The storage that it is kept in.',
        kind: 'object',
        of: 'storage',
        default: '',
      },
    ],
    fits: () => true,
    outcome: (args, endpoint) =>
      endpoint &&
      seenInList({
        kind: 'image',
        of: endpoint.id,
        words: `has the image ${textIn(args, 'name')}`,
        limitMs: FETCH_LIMIT_MS,
        holds: (all) => all.some(({ name }) => name === args['name']) || `has no image ${textIn(args, 'name')} yet`,
      }),
    send: (create, { id }, args, signal) =>
      create(id, { name: textIn(args, 'name'), url: textIn(args, 'url'), storage: textIn(args, 'storage') }, signal),
  }),
  objectAction({
    id: 'image.delete',
    noun: 'image',
    on: 'image',
    title: 'Delete image',
    help: 'Delete an image that no VM needs.',
    keys: ['X'],
    danger: 'destroys',
    needs: 'image.delete',
    aliases: ['image.remove', 'image.rm'],
    fits: () => true,
    plan: (connection, { id }, _args, signal) => connection.image?.planDelete?.(id, signal),
    outcome: (_args, image) =>
      image &&
      seenInList({
        kind: 'image',
        of: endpointOf(image.id),
        words: 'is deleted',
        limitMs: LIMIT_MS,
        holds: isGone<'image'>(image.id),
      }),
    send: (remove, { id }, _args, signal) => remove(id, signal),
  }),
];
