import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** XDG base directories: a relative path in one of the variables is invalid and is passed over, as the specification asks. */
const base = (env: Env, variable: string, home: string, fallback: string): string => {
  const given = env[variable];
  return given?.startsWith('/') ? given : join(home, fallback);
};

/** `--config` wins over `DROVER_CONFIG` wins over `$XDG_CONFIG_HOME/drover/config.yaml`. `~/` is the home directory. */
export function configFile(given: string | undefined, env: Env, home: string): string {
  const named = given || env['DROVER_CONFIG'];
  if (named) return named.replace(/^~(?=\/)/, home);
  return join(base(env, 'XDG_CONFIG_HOME', home, '.config'), 'drover', 'config.yaml');
}

/** Where the audit log and the state of the screen are kept: `$XDG_STATE_HOME/drover`. */
export const stateDirectory = (env: Env, home: string): string =>
  join(base(env, 'XDG_STATE_HOME', home, '.local/state'), 'drover');

/** What users keep and carry along, such as the template library: `$XDG_DATA_HOME/drover`. */
export const dataDirectory = (env: Env, home: string): string =>
  join(base(env, 'XDG_DATA_HOME', home, '.local/share'), 'drover');

/** What can be recreated at any time: `$XDG_CACHE_HOME/drover`. */
export const cacheDirectory = (env: Env, home: string): string =>
  join(base(env, 'XDG_CACHE_HOME', home, '.cache'), 'drover');
