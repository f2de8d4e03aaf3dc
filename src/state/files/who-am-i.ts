import { hostname, userInfo } from 'node:os';

/** In the environment of a command that a schedule runs: `the schedule nightly of anna@desk`. */
export const SCHEDULE_VARIABLE = 'DROVER_SCHEDULE';

/** The user at the terminal: `anna@desk`, with `(root)` where drover runs as another user, and with the schedule that has begun it. */
export function whoAmI(env: Readonly<Record<string, string | undefined>>): string {
  let user = String(process.getuid?.() ?? 'unknown');
  try {
    user = userInfo().username;
  } catch {
    // A uid without an entry in the password database, as in containers.
  }
  const person = env['SUDO_USER'];
  const who = person && person !== user ? `${person}@${hostname()} (${user})` : `${user}@${hostname()}`;
  const schedule = env[SCHEDULE_VARIABLE];
  return schedule ? `${who}, by ${schedule}` : who;
}
