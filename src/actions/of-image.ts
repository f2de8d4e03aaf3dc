import type { Field } from '../platforms/contract.ts';
import type { Args } from './action.ts';
import { textIn } from './text-in.ts';

/** Options of what a new volume is made of: a new disk, and a volume by itself. */
export const OF_IMAGE: readonly Field[] = [
  {
    key: 'image',
    label: 'Image',
    help: 'The image that a new one is a copy of; left empty, it is empty.',
    kind: 'object',
    of: 'image',
    default: '',
  },
  {
    key: 'linked',
    label: 'Linked',
    help: 'Hold only what differs from the image, which must stay as it is then.',
    kind: 'flag',
    default: false,
    advanced: true,
  },
];

/** What these options ask for, for a spec. */
export const ofImageIn = (args: Args): { readonly image?: string; readonly linked?: true } => ({
  ...(textIn(args, 'image') !== '' && { image: textIn(args, 'image') }),
  ...(args['linked'] === true && { linked: true }),
});
