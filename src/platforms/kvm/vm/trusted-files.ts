import type { HostFiles, Look } from '../host/host-files.ts';
import { procedures } from '../rpc/protocol.ts';
import type { Search } from './other-domains.ts';
import type { Storage } from './storage.ts';

/** Volumes that are compared. */
const PROBES = 32;

/**
 * The login's view of the files, if it is the daemon's as well: either may be in a container, or a socket lead to another
 * machine, and the same path is another file then. Volumes that the daemon has just listed must be there, and be what it says.
 */
export async function trustedFiles(
  login: HostFiles,
  { client, signal }: Search,
  { volumes }: Storage,
): Promise<HostFiles | undefined> {
  const listed = [...volumes].filter(([, { isFile }]) => isFile).slice(0, PROBES);
  const paths = listed.map(([path]) => path);
  const looks = listed.length > 0 ? await login.look(paths, signal) : new Map<string, Look>();
  let same = 0;
  for (const [path, { changed = 0 }] of listed) {
    const look = looks.get(path);
    // A disk that is being written to has changed since it was listed.
    if (look?.is !== 'there' || look.changed < changed) return undefined;
    if (look.changed === changed) same += 1;
  }
  if (same > 0) return login;
  const [there, here] = await Promise.all([
    client.call(procedures.hostname, undefined, { signal }),
    login.hostname(signal),
  ]);
  const first = (name: string) => name.split('.')[0];
  return here !== '' && first(here) === first(there) ? login : undefined;
}
