/** Files of this machine that go to a storage, and volumes that come from one. */
import type { ObjectAction } from './action.ts';
import { fileFor, RECEIVES, receiveFile, SENT_FILE, sendFile } from './local-file.ts';
import { VOLUME_NAME } from './new-name.ts';
import { objectAction } from './object-action.ts';
import { seenVolume } from './seen-volume.ts';
import { textIn } from './text-in.ts';

const LIMIT_MS = 60_000;

export const transferActions: readonly ObjectAction[] = [
  objectAction({
    id: 'volume.upload',
    noun: 'volume',
    on: 'endpoint',
    title: 'Upload volume',
    help: 'Send a file of this machine to a storage.',
    keys: ['U'],
    danger: 'none',
    needs: 'volume.upload',
    options: [
      { key: 'name', label: 'Name', help: 'Name of the volume.', kind: 'text', required: true, pattern: VOLUME_NAME },
      SENT_FILE,
      {
        key: 'storage',
        label: 'Storage',
        help: 'The storage that it goes to.',
        kind: 'object',
        of: 'storage',
        required: true,
      },
      {
        key: 'resume',
        label: 'Resume',
        help: 'Go on with an upload that broke off.',
        kind: 'flag',
        default: false,
      },
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seenVolume(args, endpoint.id, LIMIT_MS),
    resumed: (args) => ({ ...args, resume: true }),
    send(upload, { id }, args, signal, report) {
      const spec = { name: textIn(args, 'name'), storage: textIn(args, 'storage'), resume: args['resume'] === true };
      return sendFile(args, report, (source) => upload(id, spec, source, signal));
    },
  }),
  objectAction({
    id: 'volume.download',
    noun: 'volume',
    on: 'volume',
    title: 'Download volume',
    help: 'Receive the file of a volume; what broke off is gone on with.',
    keys: ['D'],
    danger: 'none',
    needs: 'volume.download',
    ...RECEIVES,
    send: (download, { id, name }, args, signal, report) =>
      receiveFile(fileFor(name, args), args, report, (to) => download(id, to, signal)),
  }),
];
