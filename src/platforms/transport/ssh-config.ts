/**
 * What `~/.ssh/config` says about one host (ssh_config(5)): the first value of a keyword wins, IdentityFile collects.
 * Only what drover needs is read. StrictHostKeyChecking is not: an unknown key is always asked about.
 */
import { glob, readFile } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { matchesPatterns } from './patterns.ts';

export interface SshHostConfig {
  readonly hostName: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** A socket path, or `none`. */
  readonly identityAgent: string | undefined;
  /** `[user@]host[:port]`, the nearest first. */
  readonly proxyJump: readonly string[];
  /** A shell command that carries the bytes. */
  readonly proxyCommand: string | undefined;
  readonly knownHostsFiles: readonly string[];
  /** The name under which the host's key is looked up. */
  readonly hostKeyAlias: string | undefined;
  /** What was not understood, with file and line. */
  readonly warnings: readonly string[];
}

/** What the tokens of ssh_config(5) stand for, beside those that the file itself sets. */
export interface SshConfigSource {
  readonly home: string;
  readonly localUser: string;
  readonly localHost: string;
  /** In order of precedence. Those that don't exist are passed over. */
  readonly files: readonly string[];
}

export const userSshConfig = (): SshConfigSource => ({
  home: homedir(),
  localUser: userInfo().username,
  localHost: hostname(),
  files: [join(homedir(), '.ssh', 'config'), '/etc/ssh/ssh_config'],
});

interface Given {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
}

/** `given` is what the endpoint says, and goes before what the files say. */
export async function readSshConfig(given: Given, source: SshConfigSource): Promise<SshHostConfig> {
  const settings = createSettings();
  for (const file of source.files) await readInto(settings, file, given.host, true, source, 0);
  const first = (keyword: string) => settings.values.get(keyword)?.[0];
  const all = (keyword: string) => settings.values.get(keyword) ?? [];

  const hostName = expand(first('hostname') ?? given.host, { h: given.host });
  const user = given.user ?? first('user');
  const port = given.port ?? (first('port') ? Number(first('port')) : undefined);
  const tokens = {
    d: source.home,
    h: hostName,
    l: source.localHost,
    L: source.localHost.split('.')[0] ?? '',
    n: given.host,
    p: String(port ?? 22),
    r: user ?? source.localUser,
    u: source.localUser,
  };
  const path = (text: string) => expand(text, tokens).replace(/^~(?=\/|$)/, source.home);
  const agent = first('identityagent');
  const command = first('proxycommand');
  return {
    hostName,
    port,
    user,
    identityFiles: all('identityfile').map(path),
    identitiesOnly: first('identitiesonly')?.toLowerCase() === 'yes',
    identityAgent: agent === undefined ? undefined : agentSocket(agent, path),
    proxyJump: jumps(first('proxyjump')),
    proxyCommand: command === undefined || command === 'none' ? undefined : expand(command, tokens),
    knownHostsFiles: (first('userknownhostsfile') ?? '~/.ssh/known_hosts ~/.ssh/known_hosts2')
      .split(/\s+/)
      .filter((word) => word !== 'none')
      .map(path),
    hostKeyAlias: first('hostkeyalias'),
    warnings: settings.warnings,
  };
}

interface Collected {
  readonly values: Map<string, string[]>;
  readonly warnings: string[];
}

const createSettings = (): Collected => ({ values: new Map(), warnings: [] });

const COLLECTS = new Set(['identityfile']);
/** These take the rest of the line as it is. */
const WHOLE_LINE = new Set(['proxycommand', 'userknownhostsfile']);
const DEEPEST_INCLUDE = 16;

async function readInto(
  settings: Collected,
  file: string,
  host: string,
  includedActive: boolean,
  source: SshConfigSource,
  depth: number,
): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  let active = includedActive;
  for (const [index, raw] of text.split('\n').entries()) {
    const match = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(raw);
    if (!match) continue;
    const keyword = (match[1] ?? '').toLowerCase();
    const rest = match[2] ?? '';
    const args = words(rest);
    if (keyword === 'host') active = includedActive && matchesPatterns(args, host);
    else if (keyword === 'match') {
      active = includedActive && args.length === 1 && args[0]?.toLowerCase() === 'all';
      if (!active)
        settings.warnings.push(`${file}, line ${index + 1}: Match is passed over (only \`Match all\` is understood)`);
    } else if (!active) continue;
    else if (keyword === 'include') {
      if (depth >= DEEPEST_INCLUDE) settings.warnings.push(`${file}, line ${index + 1}: Include goes too deep`);
      else
        for (const path of await included(args, file, source))
          await readInto(settings, path, host, active, source, depth + 1);
    } else keep(settings, keyword, WHOLE_LINE.has(keyword) ? rest : args[0]);
  }
}

function keep(settings: Collected, keyword: string, value: string | undefined): void {
  if (value === undefined || value === '') return;
  const values = settings.values.get(keyword);
  // The first of these two that is met switches the other off.
  if (keyword === 'proxyjump' && settings.values.has('proxycommand')) return;
  if (keyword === 'proxycommand' && settings.values.has('proxyjump')) return;
  if (!values) settings.values.set(keyword, [value]);
  else if (COLLECTS.has(keyword)) values.push(value);
}

async function included(patterns: readonly string[], from: string, source: SshConfigSource): Promise<string[]> {
  const base = from.startsWith(`${source.home}/`) ? join(source.home, '.ssh') : dirname(from);
  const paths: string[] = [];
  for (const pattern of patterns) {
    const full = pattern.replace(/^~(?=\/)/, source.home);
    for await (const path of glob(isAbsolute(full) ? full : join(base, full))) paths.push(path);
  }
  return paths.sort();
}

/** Words, with double quotes around those that hold blanks. */
function words(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain ?? '')
    .filter((word) => word !== '');
}

const expand = (text: string, tokens: Readonly<Record<string, string>>): string =>
  text.replace(/%([A-Za-z%])/g, (whole, token: string) => (token === '%' ? '%' : (tokens[token] ?? whole)));

const jumps = (value: string | undefined): string[] =>
  value === undefined || value.toLowerCase() === 'none'
    ? []
    : value
        .split(',')
        .map((hop) => hop.trim())
        .filter((hop) => hop !== '');

/** `none`, `SSH_AUTH_SOCK`, `$VARIABLE`, or a path. */
function agentSocket(value: string, path: (text: string) => string): string | undefined {
  if (value.toLowerCase() === 'none') return 'none';
  if (value === 'SSH_AUTH_SOCK') return process.env['SSH_AUTH_SOCK'];
  if (value.startsWith('$')) return process.env[value.slice(1).replace(/^\{(.*)\}$/, '$1')];
  return path(value);
}
