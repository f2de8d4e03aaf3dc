/**
 * The files that all AWS tools share, read as the aws command reads them (botocore/configloader.py and session.py,
 * full_config): profiles with what both files say of them, single sign-on sessions, and addresses of services.
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { type IniValue, readIni, type Section } from './ini.ts';
import { splitWords } from './words.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface AwsFiles {
  /** By name, in the order of the files. What the credentials file says of a profile counts before the configuration. */
  readonly profiles: ReadonlyMap<string, Section>;
  /** As the configuration alone has them. */
  readonly configured: ReadonlyMap<string, Section>;
  /** As the credentials file alone has them. */
  readonly credentials: ReadonlyMap<string, Section>;
  readonly ssoSessions: ReadonlyMap<string, Section>;
  readonly services: ReadonlyMap<string, Section>;
}

export interface Surroundings {
  readonly env: Env;
  readonly home: string;
  /** The text of a file; undefined for one that is not there. */
  text(path: string): Promise<string | undefined>;
}

export const around = (env: Env = process.env): Surroundings => ({ env, home: env['HOME'] || homedir(), text: textOf });

/** Rejects with config.invalid, with the place, for a file that is broken. A file that is not there has no profiles. */
export async function readAwsFiles(surroundings: Surroundings): Promise<AwsFiles> {
  const [config, credentials] = await Promise.all([
    sectionsOf('AWS_CONFIG_FILE', '~/.aws/config', surroundings),
    sectionsOf('AWS_SHARED_CREDENTIALS_FILE', '~/.aws/credentials', surroundings),
  ]);
  const named = {
    profile: new Map<string, Section>(),
    'sso-session': new Map<string, Section>(),
    services: new Map<string, Section>(),
  };
  for (const [title, values] of config) {
    const kind = (['profile', 'sso-session', 'services'] as const).find((word) => title.startsWith(word));
    const [, name, ...more] = (kind && splitWords(title)) || [];
    if (kind && name !== undefined && more.length === 0) named[kind].set(name, values);
    else if (title === 'default') named.profile.set(title, values);
  }
  const profiles = new Map(named.profile);
  for (const [name, values] of credentials) profiles.set(name, new Map([...(profiles.get(name) ?? []), ...values]));
  return {
    profiles,
    configured: named.profile,
    credentials,
    ssoSessions: named['sso-session'],
    services: named.services,
  };
}

async function sectionsOf(variable: string, usual: string, { env, home, text }: Surroundings) {
  const path = (env[variable] ?? usual)
    .replace(/\$(?:(\w+)|\{([^}]*)\})/g, (whole, bare: string, braced: string) => env[bare ?? braced] ?? whole)
    .replace(/^~(?=\/|$)/, home);
  const found = path === '' ? undefined : await text(path);
  return found === undefined ? new Map<string, Section>() : readIni(path, found);
}

/** No user has more profiles. */
const FILE_MAX = 4 * 1024 ** 2;

/** What may not be read is passed over here: the aws command says so whenever it is used. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    const found = await stat(resolve(path));
    // A named pipe would wait for ever.
    return found.isFile() && found.size <= FILE_MAX ? await readFile(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** A word that is not empty; undefined for what is not there, or has keys below it. */
export function wordIn(section: ReadonlyMap<string, IniValue> | undefined, key: string): string | undefined {
  const value = section?.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
