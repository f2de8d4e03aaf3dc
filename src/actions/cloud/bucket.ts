/** Places for files beside VMs. */
import { endpointOf } from '../../ids.ts';
import type { ObjectAction } from '../action.ts';
import { deleteAction, LIMIT_MS, listAction } from '../listed-verbs.ts';
import { objectAction } from '../object-action.ts';
import { PLAN } from '../plan-option.ts';
import { seenByName, seenInList } from '../seen-in-list.ts';
import { textIn } from '../text-in.ts';

/** What all platforms take; some take less. */
const NAME = {
  source: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
  complaint: '3 to 63 small letters, digits, - and ., a letter or digit at both ends',
};
const PUBLIC = 'Anyone can read its files then.';

export const bucketListAction = listAction('bucket', 'Buckets', 'List the buckets of an endpoint.');

export const bucketActions: readonly ObjectAction[] = [
  objectAction({
    id: 'bucket.create',
    noun: 'bucket',
    on: 'endpoint',
    title: 'Create bucket',
    help: 'Make a place for files.',
    keys: ['a'],
    danger: 'none',
    needs: 'bucket.create',
    aliases: ['bucket.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the bucket.', kind: 'text', required: true, pattern: NAME },
      { key: 'public', label: 'Public', help: 'Let anyone read its files.', kind: 'flag', default: false },
      PLAN,
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seenByName('bucket', args, endpoint.id, LIMIT_MS),
    send: (create, { id }, args, signal) =>
      create(
        id,
        {
          name: textIn(args, 'name'),
          public: args['public'] === true,
          ...(textIn(args, 'plan') !== '' && { plan: textIn(args, 'plan') }),
        },
        signal,
      ),
  }),
  objectAction({
    id: 'bucket.update',
    noun: 'bucket',
    on: 'bucket',
    title: 'Change bucket',
    help: 'Let anyone read the files of a bucket, or only those who may.',
    keys: ['E'],
    danger: 'interrupts',
    needs: 'bucket.update',
    aliases: ['bucket.edit'],
    options: [{ key: 'public', label: 'Public', help: 'Let anyone read its files.', kind: 'flag', default: false }],
    loses: (args) => (args['public'] === true ? PUBLIC : 'Only those who may can read its files then.'),
    fits: () => true,
    outcome: (args, bucket) =>
      bucket &&
      seenInList({
        kind: 'bucket',
        of: endpointOf(bucket.id),
        words: args['public'] === true ? 'is public' : 'is not public',
        limitMs: LIMIT_MS,
        holds: (all) =>
          all.some((one) => one.id === bucket.id && one.public === (args['public'] === true)) || 'is not changed yet',
      }),
    send: (update, { id }, args, signal) => update(id, { public: args['public'] === true }, signal),
  }),
  deleteAction({
    noun: 'bucket',
    title: 'Delete bucket',
    help: 'Delete a bucket, with its files where they are to go.',
    options: [{ key: 'files', label: 'Files', help: 'Delete what is in it, too.', kind: 'flag', default: false }],
    plannedBy: ['files'],
    rest: (args) => [{ files: args['files'] === true }],
  }),
];
