/**
 * How a host is reached over SSH, by the user's own configuration (ssh_config(5)): OpenSSH decides where there is one, our
 * reader otherwise. StrictHostKeyChecking is not looked at: an unknown key is always asked about.
 */

import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { FleetError } from '../../../errors.ts';
import type { Patience } from '../deadline.ts';
import { algorithmsOf, type SshAlgorithms } from './algorithms.ts';
import { settingsOfFiles } from './config-files.ts';
import { settingsOfOpenSsh } from './config-openssh.ts';
import { jumpsOf, type SshJump } from './jumps.ts';
import { checkSshNames } from './names.ts';
import { firstOf, type SshConfigSource, type SshGiven, type SshSettings, userSshConfig } from './settings.ts';
import { expandHome, expandTokens, expandTokensAndVariables, type SshTokens } from './tokens.ts';

export interface SshHostConfig {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** 4 or 6 when only such addresses may be used. */
  readonly addressFamily: 4 | 6 | undefined;
  /** In their order; undefined when the configuration names none. */
  readonly identityFiles: readonly string[] | undefined;
  readonly certificateFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** A socket path, or `none`; undefined leaves it to $SSH_AUTH_SOCK. */
  readonly identityAgent: string | undefined;
  /** The nearest first. */
  readonly proxyJump: readonly SshJump[];
  /** A command for the user's shell, which carries the bytes. */
  readonly proxyCommand: string | undefined;
  /** An accepted key is written to the first one. */
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  /** The name under which the host's key is looked up. */
  readonly hostKeyAlias: string | undefined;
  readonly hashKnownHosts: boolean;
  readonly algorithms: SshAlgorithms;
  /** Which ways of login the configuration allows. */
  readonly methods: {
    readonly publickey: boolean;
    readonly password: boolean;
    readonly 'keyboard-interactive': boolean;
  };
}

/** Rejects with config.invalid where ssh would refuse, and where drover can't do what ssh would. */
export async function readSshConfig(
  given: SshGiven,
  patience: Patience,
  source: SshConfigSource = userSshConfig(),
): Promise<SshHostConfig> {
  checkSshNames(given);
  const settings = (await settingsOfOpenSsh(given, source, patience)) ?? (await settingsOfFiles(given, source));
  return configOf(settings, given, source);
}

/** Expands what `ssh -G` leaves as it was written. Throws config.invalid. */
function configOf(settings: SshSettings, given: SshGiven, source: SshConfigSource): SshHostConfig {
  const first = (keyword: string) => firstOf(settings, keyword);
  refuseWhatCanNotBeFollowed(settings);
  const hostName = first('hostname') ?? given.host;
  const user = first('user') ?? source.localUser;
  const port = Number(first('port') ?? 22);
  checkSshNames({ host: hostName, user });
  // Releases of ssh differ in whether they expand these.
  if (given.user === undefined && /%|\$\{/.test(user)) throw notFollowed(`User ${user}`);

  const hostKeyAlias = first('hostkeyalias');
  const tokens = tokensOf({ hostName, port, user, hostKeyAlias, given, source, settings });
  const path = (text: string) =>
    expandTokensAndVariables(expandHome(text, source.home, source.localUser), tokens, source.environment);
  const files = (keyword: string) => (settings.get(keyword) ?? []).filter((file) => file.toLowerCase() !== 'none');
  const inTheWay = { h: hostName, n: given.host, p: String(port), r: user };
  const command = first('proxycommand');
  const agent = first('identityagent');
  const family = first('addressfamily');
  return {
    hostName,
    port,
    user,
    addressFamily: family === 'inet' ? 4 : family === 'inet6' ? 6 : undefined,
    identityFiles: settings.has('identityfile') ? files('identityfile').map(path) : undefined,
    certificateFiles: files('certificatefile').map(path),
    identitiesOnly: isYes(first('identitiesonly')),
    identityAgent: agent === undefined ? undefined : agentSocket(agent, path, source),
    proxyJump: jumpsOf(first('proxyjump'), inTheWay),
    // `ssh -G` prints the command that a ProxyJump stands for beside it in some releases.
    proxyCommand:
      command === undefined || first('proxyjump') !== undefined ? undefined : expandTokens(command, inTheWay),
    userKnownHostsFiles: (settings.has('userknownhostsfile') ? files('userknownhostsfile') : USER_KNOWN_HOSTS)
      .map(path)
      .map(absolute),
    globalKnownHostsFiles: (settings.has('globalknownhostsfile')
      ? files('globalknownhostsfile')
      : GLOBAL_KNOWN_HOSTS
    ).map(absolute),
    hostKeyAlias,
    hashKnownHosts: isYes(first('hashknownhosts')),
    algorithms: algorithmsOf(settings),
    methods: {
      publickey: !isNo(first('pubkeyauthentication')),
      password: !isNo(first('passwordauthentication')),
      'keyboard-interactive': !isNo(first('kbdinteractiveauthentication')),
    },
  };
}

const USER_KNOWN_HOSTS = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'];
const GLOBAL_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

const isYes = (value: string | undefined): boolean => ['yes', 'true'].includes(value?.toLowerCase() ?? '');
const isNo = (value: string | undefined): boolean => ['no', 'false'].includes(value?.toLowerCase() ?? '');

const notFollowed = (what: string): FleetError =>
  new FleetError('config.invalid', `SSH configuration: the built-in SSH does not follow ${what}`, {
    fix: 'set `ssh: system` for this endpoint: the ssh of this machine does',
  });

/** Each of these could lead to another machine, or believe a key that ssh would not. */
function refuseWhatCanNotBeFollowed(settings: SshSettings): void {
  for (const keyword of ['BindAddress', 'BindInterface', 'RevokedHostKeys', 'KnownHostsCommand']) {
    const value = firstOf(settings, keyword.toLowerCase());
    if (value !== undefined && value.toLowerCase() !== 'none') throw notFollowed(`${keyword} ${value}`);
  }
  if (firstOf(settings, 'proxyusefdpass')?.toLowerCase() === 'yes') throw notFollowed('ProxyUseFdpass');
  if (firstOf(settings, 'proxycommand') === '-') throw notFollowed('ProxyCommand -');
}

interface Parts {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly hostKeyAlias: string | undefined;
  readonly given: SshGiven;
  readonly source: SshConfigSource;
  readonly settings: SshSettings;
}

/** TOKENS of ssh_config(5), those of paths. */
function tokensOf({ hostName, port, user, hostKeyAlias, given, source, settings }: Parts): SshTokens {
  const jump = firstOf(settings, 'proxyjump');
  return {
    // Releases of ssh differ in whether the hop is part of it.
    C: jump === undefined ? sha1(source.localHost + hostName + port + user) : undefined,
    d: source.home,
    h: hostName,
    i: String(source.userId),
    j: jump === undefined ? '' : undefined,
    k: hostKeyAlias ?? given.host,
    L: source.localHost.split('.')[0] ?? '',
    l: source.localHost,
    n: given.host,
    p: String(port),
    r: user,
    u: source.localUser,
  };
}

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

/** A relative one would be another file in each working directory, and could have been put there by another user. */
function absolute(file: string): string {
  if (isAbsolute(file)) return file;
  throw new FleetError('config.invalid', `SSH configuration: the file of known hosts ${file} has no whole path`, {
    fix: 'write its whole path, or one with ~ at its beginning',
  });
}

/** `none`, `SSH_AUTH_SOCK`, `$VARIABLE`, or a path. */
function agentSocket(value: string, path: (text: string) => string, { environment }: SshConfigSource): string {
  if (value.toLowerCase() === 'none') return 'none';
  const variable = value === 'SSH_AUTH_SOCK' ? value : /^\$([A-Za-z_]\w*)$/.exec(value)?.[1];
  if (variable === undefined) return path(value);
  // As ssh: a variable that is not set is no agent.
  return environment[variable] ?? 'none';
}
