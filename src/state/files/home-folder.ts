import { userInfo } from 'node:os';

/** The home directory: HOME where it is an absolute path, else what the password database says; undefined where neither does. */
export function findHome(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = env['HOME'];
  const home = given?.startsWith('/') ? given : fromPasswordDatabase();
  return home?.startsWith('/') ? home : undefined;
}

function fromPasswordDatabase(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    // A uid without an entry, as in containers.
    return undefined;
  }
}
