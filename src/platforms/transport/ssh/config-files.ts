/**
 * Reads ssh_config(5) where there is no `ssh` to ask. It answers as ssh does, or refuses with the reason: another answer
 * could be another machine. test/differential/ssh compares both.
 */
import { glob, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { isAbsolute, join } from 'node:path';
import { FleetError, sentence } from '../../../errors.ts';
import { matchesPatternList, matchesPatterns } from '../patterns.ts';
import { knownAlgorithms } from './algorithms.ts';
import { normalJump } from './jumps.ts';
import { type SshConfigSource, type SshGiven, type SshSettings, textOf } from './settings.ts';
import { expandTokens } from './tokens.ts';
import { type SshConfigLine, sshConfigLine } from './words.ts';

/** Rejects with config.invalid for what can't be followed without ssh. */
export async function settingsOfFiles(given: SshGiven, source: SshConfigSource): Promise<SshSettings> {
  const reading: Reading = {
    given,
    source,
    values: new Map(),
    host: given.host,
    isFinal: false,
    wantsFinal: false,
  };
  if (given.user !== undefined) reading.values.set('user', [given.user]);
  if (given.port !== undefined) reading.values.set('port', [String(given.port)]);
  await readBoth(reading);
  refuseCanonical(reading);
  reading.host = finalHost(reading);
  if (reading.wantsFinal) {
    reading.values.set('hostname', [reading.host]);
    reading.isFinal = true;
    await readBoth(reading);
  }
  reading.values.set('hostname', [reading.host]);
  return finished(reading);
}

interface Reading {
  readonly given: SshGiven;
  readonly source: SshConfigSource;
  readonly values: Map<string, string[]>;
  /** What `Host` is compared with: as given, and in the final pass what the connection goes to. */
  host: string;
  isFinal: boolean;
  wantsFinal: boolean;
}

/** Where a line stands. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly isSystem: boolean;
  readonly depth: number;
}

const refusal = ({ file, line }: { file: string; line: number }, why: string): FleetError =>
  new FleetError('config.invalid', `${file}, line ${line}: ${why}`, {
    fix: "install OpenSSH's client: drover asks it then",
  });

async function readBoth(reading: Reading): Promise<void> {
  const { userFile, systemFile } = reading.source;
  await readFileInto(reading, { file: userFile, line: 0, isSystem: false, depth: 0 }, true);
  await readFileInto(reading, { file: systemFile, line: 0, isSystem: true, depth: 0 }, true);
}

const DEEPEST_INCLUDE = 16;

/** `canMatch` is false below a block that does not apply: what is included there is only looked through. */
async function readFileInto(reading: Reading, at: Place, canMatch: boolean): Promise<void> {
  const { file, isSystem, depth } = at;
  if (depth > DEEPEST_INCLUDE) throw refusal(at, 'Include goes too deep');
  if (!isSystem || depth > 0) await refuseForeign(file, reading.source);
  const text = await textOf(file).catch((error: unknown) => {
    throw refusal({ file, line: 0 }, `can't be read: ${sentence(error)}`);
  });
  let active = canMatch;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = sshConfigLine(raw);
    if (!line) continue;
    const place = { ...at, line: index + 1 };
    if (!line.words) throw refusal(place, 'a quote is not closed');
    if (line.rest === '' || line.words.some((word) => word === ''))
      throw refusal(place, `${line.keyword} without a value`);
    if (line.keyword.includes('"')) throw refusal(place, 'a keyword in quotes');
    if (line.keyword === 'host') active = canMatch && matchesPatterns(line.words, reading.host);
    else if (line.keyword === 'match') active = matchApplies(reading, line.words, place) && canMatch;
    else if (line.keyword === 'include') await include(reading, line.words, place, active);
    else keep(reading, line, place, active);
  }
}

/** ssh refuses a configuration that others could have written. */
async function refuseForeign(file: string, { userId }: SshConfigSource): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found && ((found.uid !== 0 && found.uid !== userId) || (found.mode & 0o022) !== 0)) {
    throw refusal({ file, line: 0 }, 'another user owns it or may write it');
  }
}

async function include(reading: Reading, patterns: readonly string[], place: Place, active: boolean): Promise<void> {
  const { home } = reading.source;
  for (const pattern of patterns) {
    // Releases of ssh differ in what they expand here.
    if (/[%$\\{]|^~[^/]/.test(pattern)) throw refusal(place, `Include ${pattern} can't be followed`);
    if (pattern.startsWith('~') && place.isSystem) throw refusal(place, `Include ${pattern} has no home`);
    const base = place.isSystem ? '/etc/ssh' : join(home, '.ssh');
    const full = pattern.startsWith('~') ? join(home, pattern.slice(1)) : pattern;
    const paths: string[] = [];
    for await (const path of glob(isAbsolute(full) ? full : join(base, full))) paths.push(path);
    for (const file of paths.filter((path) => visible(path, pattern)).sort()) {
      await readFileInto(reading, { ...place, file, depth: place.depth + 1 }, active);
    }
  }
}

/** glob(3) passes over names with a dot at their beginning, unless the pattern has it. */
const visible = (path: string, pattern: string): boolean => {
  const name = path.split('/').at(-1) ?? '';
  return !name.startsWith('.') || (pattern.split('/').at(-1) ?? '').startsWith('.');
};

const ALONE = new Set(['all', 'canonical', 'final']);

function matchApplies(reading: Reading, words: readonly string[], place: Place): boolean {
  const { given, source, values, isFinal } = reading;
  const hostName = values.get('hostname')?.[0];
  const host = isFinal || hostName === undefined ? reading.host : expandTokens(hostName, { h: given.host });
  let applies = true;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const negated = word.startsWith('!');
    const attribute = (negated ? word.slice(1) : word).toLowerCase();
    if (attribute === 'all' && (at > 1 || at + 1 < words.length)) throw refusal(place, 'Match all stands with others');
    // Releases of ssh differ in whether that asks for the final pass as well.
    if (attribute === 'final' && negated) throw refusal(place, "Match !final can't be followed");
    if (attribute === 'final') reading.wantsFinal = true;
    let holds = attribute === 'all' || isFinal;
    if (!ALONE.has(attribute)) {
      const value = words[++at];
      if (value === undefined) throw refusal(place, `Match ${attribute} without a value`);
      if (attribute === 'host') holds = matchesPatternList(value.toLowerCase(), host.toLowerCase());
      else if (attribute === 'originalhost') holds = matchesPatternList(value.toLowerCase(), given.host.toLowerCase());
      else if (attribute === 'user') holds = matchesPatternList(value, values.get('user')?.[0] ?? source.localUser);
      else if (attribute === 'localuser') holds = matchesPatternList(value, source.localUser);
      // As ssh, which runs no command when the block can't apply any more.
      else if (attribute !== 'exec' || applies) throw refusal(place, `Match ${attribute} can't be followed`);
    }
    if (holds === negated) applies = false;
  }
  if (words.length === 0) throw refusal(place, 'Match without a criterion');
  return applies;
}

const COLLECTS = new Set(['identityfile', 'certificatefile']);
const LISTS = new Set(['userknownhostsfile', 'globalknownhostsfile']);
/** These take the rest of the line as it is. */
const WHOLE_LINE = new Set(['proxycommand', 'knownhostscommand']);
/** What ssh would do there can't be said without resolving names as it does. */
const CANONICAL = new Set(['canonicalizehostname', 'canonicalizepermittedcnames']);

function keep(reading: Reading, { keyword, rest, words = [] }: SshConfigLine, place: Place, active: boolean): void {
  const { values } = reading;
  if (keyword === 'proxyjump') {
    // ssh looks at it even where the block does not apply.
    const jump = normalJump(rest.replace(/^[\s=]+/, ''));
    if (jump === undefined) throw refusal(place, `not a host to jump over: ${rest}`);
    // The first of both that is met switches the other off.
    if (active && !values.has('proxycommand') && !values.has('proxyjump')) values.set(keyword, [jump]);
    return;
  }
  if (keyword === 'port' && !/^([1-9]\d{0,4})$/.test(words[0] ?? '')) throw refusal(place, `not a port: ${words[0]}`);
  if (!active) return;
  if (LISTS.has(keyword)) {
    if (!values.has(keyword)) values.set(keyword, [...words]);
    return;
  }
  const value = WHOLE_LINE.has(keyword) ? rest.replace(/^[\s=]+/, '') : words[0];
  if (value === undefined) return;
  if (words.length > 1 && !WHOLE_LINE.has(keyword) && READ.has(keyword))
    throw refusal(place, `too much after ${keyword}`);
  // ProxyJump none ends the search for a jump, not that for a command.
  if (keyword === 'proxycommand' && (values.get('proxyjump')?.[0] ?? 'none') !== 'none') return;
  const kept = values.get(keyword);
  if (!kept) values.set(keyword, [value]);
  // The same file twice counts once.
  else if (COLLECTS.has(keyword) && !kept.includes(value)) kept.push(value);
}

/** Those that must stand alone in their line; of the others nothing is read. */
const READ = new Set([
  'addressfamily',
  'certificatefile',
  'ciphers',
  'hashknownhosts',
  'hostkeyalgorithms',
  'hostkeyalias',
  'hostname',
  'identitiesonly',
  'identityagent',
  'identityfile',
  'kexalgorithms',
  'macs',
  'port',
  'user',
]);

function refuseCanonical({ values, source }: Reading): void {
  for (const keyword of CANONICAL) {
    const value = values.get(keyword)?.[0]?.toLowerCase();
    if (value === undefined || ['no', 'false', 'none'].includes(value)) continue;
    throw refusal({ file: source.userFile, line: 0 }, `${keyword} can't be followed`);
  }
}

/** Where the connection goes: names in lower case, addresses in their usual form. */
function finalHost({ values, given, source }: Reading): string {
  const name = values.get('hostname')?.[0];
  const host = name === undefined ? given.host : expandTokens(name, { h: given.host });
  const family = values.get('addressfamily')?.[0];
  if ((isIP(host) === 6 && family === 'inet') || (isIP(host) === 4 && family === 'inet6')) {
    throw refusal({ file: source.userFile, line: 0 }, `AddressFamily ${family} forbids ${host}`);
  }
  if (isIP(host) === 6 && !host.includes('%')) return new URL(`http://[${host}]`).hostname.slice(1, -1);
  if (isIP(host) !== 4 && (host.includes('%') || /(^|\.)(0x[\da-f]*|\d+)\.?$/i.test(host))) {
    throw refusal({ file: source.userFile, line: 0 }, `${host} is an address in a form that can't be followed`);
  }
  return host.toLowerCase();
}

function finished({ values, source }: Reading): SshSettings {
  const settings: Map<string, readonly string[]> = new Map(values);
  if (values.get('proxycommand')?.[0]?.toLowerCase() === 'none') settings.delete('proxycommand');
  if (values.get('proxyjump')?.[0]?.toLowerCase() === 'none') settings.delete('proxyjump');
  const alias = values.get('hostkeyalias')?.[0];
  if (alias !== undefined) settings.set('hostkeyalias', [alias.toLowerCase()]);
  if (!values.has('user')) settings.set('user', [source.localUser]);
  if (!values.has('port')) settings.set('port', ['22']);
  for (const [keyword, list] of knownAlgorithms(values)) settings.set(keyword, [list.join(',')]);
  return settings;
}
