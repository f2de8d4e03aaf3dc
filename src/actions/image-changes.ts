/** What can be changed of an image: the options, what they say, and whether a list shows it. */
import type { Field, Image, ImageChanges } from '../platforms/contract.ts';
import type { Args } from './action.ts';
import { pairsIn, textIn } from './text-in.ts';

export const IMAGE_CHANGES: readonly Field[] = [
  { key: 'name', label: 'Name', help: 'Another name; left empty, it keeps its own.', kind: 'text', default: '' },
  { key: 'public', label: 'Public', help: 'Let others than this project use it.', kind: 'flag' },
  { key: 'protected', label: 'Protected', help: 'Refuse to delete it.', kind: 'flag' },
  {
    key: 'properties',
    label: 'Properties',
    help: 'Words that are kept with it; one without a value is taken away.',
    kind: 'pairs',
    one: 'property',
    many: 'properties',
    default: {},
    examples: ['hw_disk_bus=scsi'],
  },
];

/** Only what was said. */
export function imageChangesIn(args: Args): ImageChanges {
  const { public: isPublic, protected: isProtected } = args;
  const properties = pairsIn(args, 'properties');
  return {
    ...(textIn(args, 'name') !== '' && { name: textIn(args, 'name') }),
    ...(typeof isPublic === 'boolean' && { public: isPublic }),
    ...(typeof isProtected === 'boolean' && { protected: isProtected }),
    ...(Object.keys(properties).length > 0 && { properties }),
  };
}

export const hasChanges = (image: Image, changes: ImageChanges): boolean =>
  image.name === (changes.name ?? image.name) &&
  (changes.public === undefined || (image.visibility === 'public') === changes.public) &&
  (changes.protected === undefined || image.protected === changes.protected) &&
  Object.entries(changes.properties ?? {}).every(([key, value]) => (image.properties?.[key] ?? '') === value);
