/** What VMs are made of: images, and the sizes that they come in. */
import { endpointOf } from '../ids.ts';
import { bytes } from '../units.ts';
import type { ListAction, ObjectAction } from './action.ts';
import { hasChanges, IMAGE_CHANGES, imageChangesIn } from './image-changes.ts';
import { imageUrl } from './image-keywords.ts';
import { fileFor, RECEIVES, receiveFile, SENT_FILE, sendFile } from './local-file.ts';
import { objectAction } from './object-action.ts';
import { isGone, seenByName, seenInList } from './seen-in-list.ts';
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
    aliases: ['image.add'],
    options: [
      { key: 'name', label: 'Name', help: 'Name of the image.', kind: 'text', required: true, pattern: NAME },
      {
        key: 'url',
        label: 'URL',
        help: 'Where it is fetched from, or a word as debian12 and ubuntu2404; left empty, its name is that word.',
        kind: 'text',
        default: '',
        examples: ['debian12', 'https://images.example/tiny.qcow2'],
        pattern: {
          source: '^([a-z0-9]*|https?://[^\\s/]+/\\S+)$',
          complaint: 'an address that begins with http:// or https://, or a word for an image',
        },
      },
      {
        key: 'storage',
        label: 'Storage',
        help: 'The storage that it is kept in.',
        kind: 'object',
        of: 'storage',
        default: '',
      },
      {
        key: 'arch',
        label: 'Architecture',
        help: 'Of an image that a word stands for.',
        kind: 'choice',
        options: ['x86_64', 'aarch64'],
        default: 'x86_64',
        advanced: true,
      },
      {
        key: 'checksum',
        label: 'Checksum',
        help: 'What the file must be, as its web server says it.',
        kind: 'text',
        default: '',
        examples: ['sha256:0123…'],
        pattern: {
          source: '^(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128})?$',
          complaint: 'sha256: with 64 hexadecimal digits, or sha512: with 128',
        },
        advanced: true,
      },
      {
        key: 'format',
        label: 'Format',
        help: 'What it is converted to; left empty, it stays as it comes.',
        kind: 'choice',
        options: ['qcow2', 'raw'],
        advanced: true,
      },
      {
        key: 'size',
        label: 'Size',
        help: 'What a guest sees, where that is to be larger than it comes.',
        kind: 'bytes',
        min: 2 ** 20,
        advanced: true,
      },
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seenByName('image', args, endpoint.id, FETCH_LIMIT_MS),
    async send(create, { id }, args, signal) {
      const [checksum, format] = ['checksum', 'format'].map((key) => textIn(args, key));
      const { size } = args;
      const name = textIn(args, 'name');
      const url = imageUrl(textIn(args, 'url') || name, textIn(args, 'arch') || 'x86_64');
      const spec = { name, url, storage: textIn(args, 'storage') };
      return create(
        id,
        {
          ...spec,
          ...(checksum && { checksum }),
          ...(format && { format }),
          ...(typeof size === 'number' && { size: bytes(size) }),
        },
        signal,
      );
    },
  }),
  objectAction({
    id: 'image.upload',
    noun: 'image',
    on: 'endpoint',
    title: 'Upload image',
    help: 'Send a file of this machine as an image.',
    keys: ['U'],
    danger: 'none',
    needs: 'image.upload',
    options: [
      { key: 'name', label: 'Name', help: 'Name of the image.', kind: 'text', required: true, pattern: NAME },
      SENT_FILE,
      {
        key: 'storage',
        label: 'Storage',
        help: 'The storage that it is kept in, where images are in storages.',
        kind: 'object',
        of: 'storage',
        default: '',
      },
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seenByName('image', args, endpoint.id, LIMIT_MS),
    send: (upload, { id }, args, signal, report) =>
      sendFile(args, report, (source) =>
        upload(id, { name: textIn(args, 'name'), storage: textIn(args, 'storage') }, source, signal),
      ),
  }),
  objectAction({
    id: 'image.download',
    noun: 'image',
    on: 'image',
    title: 'Download image',
    help: 'Receive the file of an image; what broke off is gone on with.',
    keys: ['D'],
    danger: 'none',
    needs: 'image.download',
    ...RECEIVES,
    send: (download, { id, name }, args, signal, report) =>
      receiveFile(fileFor(name, args), args, report, (to) => download(id, to, signal)),
  }),
  objectAction({
    id: 'image.update',
    noun: 'image',
    on: 'image',
    title: 'Change image',
    help: 'Change the name of an image, who may use it, and what is said of it.',
    keys: ['E'],
    danger: 'none',
    needs: 'image.update',
    aliases: ['image.edit'],
    options: IMAGE_CHANGES,
    fits: () => true,
    outcome: (args, image) =>
      image &&
      seenInList({
        kind: 'image',
        of: endpointOf(image.id),
        words: 'is changed',
        limitMs: LIMIT_MS,
        holds: (all) =>
          all.some((one) => one.id === image.id && hasChanges(one, imageChangesIn(args))) || 'is not changed yet',
      }),
    send: (update, { id }, args, signal) => update(id, imageChangesIn(args), signal),
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
