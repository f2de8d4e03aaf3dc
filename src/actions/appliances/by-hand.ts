import type { Appliance } from '../../state/appliances/appliance.ts';
import { absolute } from '../../state/files/absolute.ts';

/** An appliance that the user names by its address or its path; undefined for the name of one in a catalog. */
export function namedByHand(word: string, checksum: string | undefined): Appliance | undefined {
  const isAddress = /^https?:\/\//.test(word);
  if (!isAddress && !/^(\/|\.\.?\/|~\/)/.test(word)) return undefined;
  const file = (word.split(/[?#]/, 1)[0] ?? '').split('/').at(-1) ?? '';
  const name = file
    .replace(/(\.(qcow2|qc2|img|raw|vmdk|iso|ova|xva|tar|tgz|zip|gz|zst))+$/i, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48);
  return {
    catalog: '',
    name: name || 'appliance',
    title: file || word,
    provider: '',
    version: '',
    arch: '',
    description: '',
    location: isAddress ? word : absolute(word),
    ...(checksum !== undefined && { checksum }),
  };
}
