import { FleetError } from '../../../errors.ts';
import type { ImageSpec } from '../../contract.ts';

export interface Checksum {
  readonly algorithm: 'sha256' | 'sha512';
  /** Hexadecimal, in lower case. */
  readonly digest: string;
}

export interface WantedImage extends Omit<ImageSpec, 'url' | 'checksum' | 'format'> {
  readonly url: URL;
  readonly checksum: Checksum | undefined;
  readonly format: 'qcow2' | 'raw' | undefined;
}

const DIGITS = { sha256: 64, sha512: 128 } as const;

/** Throws op.refused for what can't be fetched or made. */
export function readImageSpec({ url: text, checksum, format, ...rest }: ImageSpec): WantedImage {
  const refused = (why: string, fix?: string) =>
    new FleetError('op.refused', `${rest.name}: ${why}`, fix === undefined ? {} : { fix });
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw refused('its address begins neither with http:// nor with https://');
  if (url.username !== '' || url.password !== '')
    throw refused('an address with a password would be kept in logs', 'leave user and password out of it');
  if (format !== undefined && format !== 'qcow2' && format !== 'raw')
    throw refused(`images are converted to qcow2 or raw, not to ${JSON.stringify(format)}`);
  return { ...rest, url, checksum: checksum === undefined ? undefined : readChecksum(checksum, refused), format };
}

function readChecksum(text: string, refused: (why: string) => FleetError): Checksum {
  const [, algorithm = '', digest = ''] = /^(sha256|sha512):([0-9a-f]+)$/i.exec(text) ?? [];
  const known = algorithm.toLowerCase();
  if ((known === 'sha256' || known === 'sha512') && digest.length === DIGITS[known])
    return { algorithm: known, digest: digest.toLowerCase() };
  throw refused('a checksum is sha256: or sha512: with all of its 64 or 128 hexadecimal digits');
}

/** Throws op.failed for a file that is not the one that was meant. */
export function refuseOther(name: string, { algorithm, digest }: Checksum, found: string): void {
  if (found === digest) return;
  throw new FleetError('op.failed', `${name}: the file that came is another one: its ${algorithm} is ${found}`, {
    fix: 'compare the checksum with the one that its makers publish',
  });
}

/** For sentences: what stands behind the question mark may be a secret. */
export const shown = ({ origin, pathname }: URL): string => `${origin}${pathname}`;
