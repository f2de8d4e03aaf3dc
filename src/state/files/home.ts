import { FleetError } from '../../errors.ts';
import { findHome } from './home-folder.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The user's home directory. Throws config.invalid when there is none, or when HOME is no UTF-8 text: its folders could not
 * be found again.
 */
export function homeOf(env: Env): string {
  if (env['HOME']?.includes('\ufffd')) {
    throw new FleetError('config.invalid', 'HOME is not UTF-8 text, so drover can not tell which folder it names', {
      fix: 'set HOME to a path in UTF-8, or to a symbolic link with such a name',
    });
  }
  const home = findHome(env);
  if (home !== undefined) return home;
  throw new FleetError(
    'config.invalid',
    'there is no home directory: HOME is not set, and this user has no entry in the password database',
    { fix: 'set HOME to a folder that drover may write to' },
  );
}
