/** Files in buckets: sent, received, shared and deleted. */
import { basename } from 'node:path';
import type { Args, ObjectAction } from '../action.ts';
import { deleteAction, LIMIT_MS, listAction } from '../listed-verbs.ts';
import { fileFor, RECEIVES, receiveFile, SENT_FILE, sendFile } from '../local-file.ts';
import { objectAction } from '../object-action.ts';
import { seenInList } from '../seen-in-list.ts';
import { pairsIn, textIn } from '../text-in.ts';

/** As kcli's links. */
const LINK_SECONDS = 600;
/** What S3 signs at most. */
const MOST_SECONDS = 604_800;

export const fileListAction = listAction('file', 'Files', 'List the files in a bucket.', 'bucket');

/** As it is called in the bucket. */
const nameIn = (args: Args): string => textIn(args, 'name') || basename(textIn(args, 'file'));

/** A name in a bucket is a path. */
const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

export const fileActions: readonly ObjectAction[] = [
  objectAction({
    id: 'file.upload',
    noun: 'file',
    on: 'bucket',
    title: 'Upload file',
    phrase: 'Upload file to …',
    help: 'Send a file of this machine to a bucket.',
    keys: ['U'],
    danger: 'none',
    needs: 'file.upload',
    aliases: ['bucket.upload'],
    options: [
      SENT_FILE,
      {
        key: 'name',
        label: 'Name',
        help: 'Its path in the bucket; left empty, its name here.',
        kind: 'text',
        default: '',
      },
      { key: 'public', label: 'Public', help: 'Let anyone read it.', kind: 'flag', default: false },
      { key: 'overwrite', label: 'Overwrite', help: 'Overwrite one that is there.', kind: 'flag', default: false },
      {
        key: 'metadata',
        label: 'Metadata',
        help: 'Words that are kept with it.',
        kind: 'pairs',
        one: 'word',
        many: 'words',
        default: {},
        examples: ['owner=web'],
        advanced: true,
      },
    ],
    fits: () => true,
    outcome: (args, bucket) =>
      bucket &&
      seenInList({
        kind: 'file',
        of: bucket.id,
        words: `has the file ${nameIn(args)}`,
        limitMs: LIMIT_MS,
        holds: (all) =>
          all.some(({ name }) => name === nameIn(args)) ||
          (all.some(({ unread }) => unread) ? 'has more files than are listed' : `has no file ${nameIn(args)} yet`),
      }),
    send(upload, { id }, args, signal, report) {
      const spec = {
        name: nameIn(args),
        public: args['public'] === true,
        overwrite: args['overwrite'] === true,
        metadata: pairsIn(args, 'metadata'),
      };
      return sendFile(args, report, (source) => upload(id, spec, source, signal));
    },
  }),
  objectAction({
    id: 'file.download',
    noun: 'file',
    on: 'file',
    title: 'Download file',
    help: 'Receive a file of a bucket; what broke off is gone on with.',
    keys: ['D'],
    danger: 'none',
    needs: 'file.download',
    aliases: ['bucket.download'],
    ...RECEIVES,
    send: (download, { id, name }, args, signal, report) =>
      receiveFile(fileFor(name, args, lastPart(name)), args, report, (to) => download(id, to, signal)),
  }),
  objectAction({
    id: 'file.link',
    noun: 'file',
    on: 'file',
    title: 'Link to file',
    phrase: 'Make link to …',
    help: 'Make an address by which anyone can read a file for a while.',
    keys: ['p'],
    danger: 'none',
    needs: 'file.link',
    options: [
      {
        key: 'seconds',
        label: 'Seconds',
        help: 'How long it can be read.',
        kind: 'count',
        min: 1,
        max: MOST_SECONDS,
        default: LINK_SECONDS,
      },
    ],
    fits: () => true,
    asked: () => 'has a link',
    send: (link, { id }, args, signal) =>
      link(id, { seconds: typeof args['seconds'] === 'number' ? args['seconds'] : LINK_SECONDS }, signal),
  }),
  deleteAction({ noun: 'file', title: 'Delete file', help: 'Delete a file of a bucket.' }),
];
