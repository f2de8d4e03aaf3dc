import { userInfo } from 'node:os';
import { FleetError } from '../errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The user's home directory: HOME where it is an absolute path, else what the password database says. Throws
 * config.invalid when neither names one, or when HOME is no UTF-8 text: its folders could not be found again.
 */
export function homeOf(env: Env): string {
  const given = env['HOME'];
  if (given?.includes('\ufffd')) {
    throw new FleetError('config.invalid', 'HOME is not UTF-8 text, so drover can not tell which folder it names', {
      fix: 'set HOME to a path in UTF-8, or to a symbolic link with such a name',
    });
  }
  const home = given?.startsWith('/') ? given : fromPasswordDatabase();
  if (home?.startsWith('/')) return home;
  throw new FleetError(
    'config.invalid',
    'there is no home directory: HOME is not set, and this user has no entry in the password database',
    {
      fix: 'set HOME to a folder that drover may write to',
    },
  );
}

/** The same where drover can do without. */
export function homeIfAny(env: Env): string | undefined {
  try {
    return homeOf(env);
  } catch {
    return undefined;
  }
}

function fromPasswordDatabase(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    // A uid without an entry, as in containers.
    return undefined;
  }
}
