/** The names that lead to a file: its own and those of the folders above it, and of what links on the way lead to. */
import { FleetError, sentence } from '../../../errors.ts';
import type { SftpFiles } from '../../../sftp/files.ts';

export interface Way {
  /** Absolute, each in a folder that is reached by no link. */
  readonly names: readonly string[];
  readonly isThere: boolean;
  /** Why it is not known where it leads. */
  readonly unclear: string | undefined;
}

type Place = { readonly is: 'there' | 'missing' | 'link'; readonly target: string } | { readonly unclear: string };

/** As the kernel has it. */
const MOST_LINKS = 40;

/** What has been looked at is not looked at again. */
export function createWays(files: Pick<SftpFiles, 'lookAt' | 'readLink'>): (path: string) => Promise<Way> {
  const seen = new Map<string, Promise<Place>>();
  const placeAt = (path: string): Promise<Place> => {
    const known = seen.get(path) ?? lookAt(files, path);
    seen.set(path, known);
    return known;
  };
  return async (path) => {
    const names: string[] = [];
    const rest = partsOf(path);
    let folder = '';
    let isThere = true;
    let followed = 0;
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
      if (name === '..') {
        folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
        continue;
      }
      const at = `${folder}/${name}`;
      names.push(at);
      const place: Place = isThere ? await placeAt(at) : { is: 'missing', target: '' };
      if ('unclear' in place) return { names: [...names, ...below(at, rest)], isThere, unclear: place.unclear };
      if (place.is !== 'link') {
        isThere = place.is === 'there';
        folder = at;
        continue;
      }
      followed += 1;
      if (followed > MOST_LINKS) return { names, isThere, unclear: 'too many links' };
      rest.unshift(...partsOf(place.target));
      if (place.target.startsWith('/')) folder = '';
    }
    return { names, isThere, unclear: undefined };
  };
}

const partsOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');

/** As they are written. */
const below = (folder: string, names: readonly string[]): readonly string[] =>
  names.map((_, i) => [folder, ...names.slice(0, i + 1)].join('/'));

async function lookAt(files: Pick<SftpFiles, 'lookAt' | 'readLink'>, path: string): Promise<Place> {
  try {
    const is = await files.lookAt(path);
    if (is?.kind === 'link') return { is: 'link', target: await files.readLink(path) };
    return { is: is ? 'there' : 'missing', target: '' };
  } catch (error) {
    if (error instanceof FleetError && UNREAD.has(error.code)) return { unclear: sentence(error) };
    throw error;
  }
}

/** What a server refuses about one path; that the link is lost is no answer. */
const UNREAD: ReadonlySet<string> = new Set(['auth.forbidden', 'op.failed', 'op.refused']);
