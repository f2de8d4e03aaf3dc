import { hostname, userInfo } from 'node:os';

/** The user at the terminal: `anna@desk`, with `(root)` where drover runs as another user. */
export function whoAmI(env: Readonly<Record<string, string | undefined>>): string {
  let user = String(process.getuid?.() ?? 'unknown');
  try {
    user = userInfo().username;
  } catch {
    // A uid without an entry in the password database, as in containers.
  }
  const person = env['SUDO_USER'];
  return person && person !== user ? `${person}@${hostname()} (${user})` : `${user}@${hostname()}`;
}
