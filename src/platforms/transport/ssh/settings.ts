/**
 * What ssh would do for one host, before tokens are expanded: keywords of ssh_config(5) in lower case with their values,
 * in the form in which `ssh -G` prints them. Both readers of the configuration end in this.
 */
import { readFile } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * `identityfile` and `certificatefile` have a value per file, `userknownhostsfile` and `globalknownhostsfile` per word;
 * all other keywords have one. `hostname` is what the connection goes to: expanded, in lower case.
 */
export type SshSettings = ReadonlyMap<string, readonly string[]>;

/** What is asked about: a host as the endpoint names it, with what the endpoint says itself, which goes first. */
export interface SshGiven {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
}

/** Whose configuration it is. */
export interface SshConfigSource {
  /** ssh's own idea of it, from the list of users: not $HOME. */
  readonly home: string;
  readonly localUser: string;
  readonly localHost: string;
  readonly userId: number;
  /** In order of precedence. Those that don't exist are passed over; only the last is the system's. */
  readonly userFile: string;
  readonly systemFile: string;
  /** The command that answers `-G`; undefined reads the files without it. */
  readonly openssh: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function userSshConfig(): SshConfigSource {
  const { homedir: home, username, uid } = localUser();
  return {
    home,
    localUser: username,
    localHost: hostname(),
    userId: uid,
    userFile: join(home, '.ssh', 'config'),
    systemFile: '/etc/ssh/ssh_config',
    openssh: 'ssh',
    environment: process.env,
  };
}

/** In a container the user may be missing in the list of users; then $HOME and $USER must do. */
function localUser(): { homedir: string; username: string; uid: number } {
  try {
    return userInfo();
  } catch {
    return { homedir: homedir(), username: process.env['USER'] ?? '', uid: process.getuid?.() ?? -1 };
  }
}

export const firstOf = (settings: SshSettings, keyword: string): string | undefined => settings.get(keyword)?.[0];

/** Empty for a file that does not exist; rejects for one that can't be read. */
export const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return '';
    throw error;
  });
