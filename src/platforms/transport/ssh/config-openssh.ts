/**
 * Asks OpenSSH itself what it would do for a host: `ssh -G` reads its configuration and prints the outcome, without
 * connecting. It runs `Match exec` and looks names up for CanonicalizeHostname, as it does before each connection.
 */
import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FleetError } from '../../../errors.ts';
import { type Patience, within } from '../deadline.ts';
import { firstOf, type SshConfigSource, type SshGiven, type SshSettings, textOf } from './settings.ts';
import { sshConfigLine } from './words.ts';

const ANSWER_MS = 10_000;
const MOST_BYTES = 1024 ** 2;
const MOST_KEPT = 1_000;
/** How far the clock of a file system may be behind: a file that changed while ssh read it is read again. */
const CLOCK_MS = 100;

/** The settings, or undefined when this machine has no ssh. Rejects with config.invalid when ssh refuses. */
export async function settingsOfOpenSsh(
  given: SshGiven,
  source: SshConfigSource,
  patience: Patience,
): Promise<SshSettings | undefined> {
  if (source.openssh === undefined) return undefined;
  const argv = [
    // Names the files that were read, and each Match.
    '-vvv',
    '-G',
    ...(given.port === undefined ? [] : ['-p', String(given.port)]),
    ...(given.user === undefined ? [] : ['-l', given.user]),
    '--',
    given.host,
  ];
  const key = [source.openssh, source.userFile, ...argv].join('\0');
  const last = kept.get(key);
  if (last && (await stateOf(last.files)).text === last.state) return last.settings;
  kept.delete(key);

  const started = patience.clock.now();
  const ended = await within(
    ANSWER_MS,
    patience,
    () =>
      new FleetError('host.unreachable', `ssh -G ${given.host} has not ended within ${ANSWER_MS / 1_000} s`, {
        fix: 'see what a `Match exec` of the SSH configuration, or the name server, waits for',
        retry: true,
      }),
    ({ signal }) => run(source.openssh ?? 'ssh', argv, signal),
  );
  if (ended === undefined) return undefined;
  const answer = { ...ended, stderr: unescaped(ended.stderr) };
  if (answer.code !== 0 && isWithoutG(answer.stderr)) return undefined;
  if (answer.code !== 0) throw refused(given.host, answer.stderr);
  const files = filesIn(answer.stderr, source);
  const state = await stateOf(files);
  const settings = await settingsIn(answer, files);
  if (state.changedAt < started - CLOCK_MS && mayBeKept(settings, answer.stderr)) {
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(key, { settings, files, state: state.text });
  }
  return settings;
}

interface Kept {
  readonly settings: SshSettings;
  readonly files: readonly string[];
  readonly state: string;
}

/** An endpoint that is down asks with each try; a file that changed makes its answers fall. */
const kept = new Map<string, Kept>();

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Undefined when there is no such program. */
function run(program: string, argv: readonly string[], signal: AbortSignal): Promise<Ended | undefined> {
  return new Promise((resolve, reject) => {
    // A group of its own: what a `Match exec` has started must end with it.
    const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const output = { stdout: '', stderr: '' };
    const stop = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
        if (output[name].length <= MOST_BYTES) return;
        stop();
        reject(new FleetError('config.invalid', 'ssh -G printed more than a megabyte'));
      });
    }
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', (error) => {
      signal.removeEventListener('abort', stop);
      if ('code' in error && error.code === 'ENOENT') resolve(undefined);
      else reject(new FleetError('config.invalid', `can't run ssh: ${error.message}`, { cause: error }));
    });
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve({ code, ...output });
    });
  });
}

/** Another SSH client, or an OpenSSH before 6.8: it has read nothing. */
const isWithoutG = (stderr: string): boolean =>
  !/^debug\d: /m.test(stderr) && /(unknown|illegal|invalid|unrecognized) option|^usage: /im.test(stderr);

/** ssh writes what is not ASCII, and backslashes, as octal numbers and `\\` (vis(3)). */
const unescaped = (said: string): string =>
  said.replace(/(?:\\(?:[0-7]{3}|\\))+/g, (run) =>
    Buffer.from(
      [...run.matchAll(/\\([0-7]{3}|\\)/g)].map(([, code = '']) => (code === '\\' ? 0x5c : Number.parseInt(code, 8))),
    ).toString('utf8'),
  );

/** What ssh said, without its debug output. */
function refused(host: string, stderr: string): FleetError {
  const said = stderr
    .split(/\r?\n/)
    .filter((line) => line !== '' && !/^debug\d: |^Pseudo-terminal will not/.test(line))
    .slice(-3);
  return new FleetError('config.invalid', `ssh refuses ${host}: ${said.join('; ') || 'without a reason'}`, {
    fix: `try \`ssh -G ${host}\``,
  });
}

/** Files that were read, and the folders in which an Include may find another one. */
function filesIn(stderr: string, { userFile, systemFile }: SshConfigSource): readonly string[] {
  const read = [...stderr.matchAll(/^debug1: Reading configuration data (.*?)\r?$/gm)].map(([, file = '']) => file);
  const missed = [...stderr.matchAll(/: include (.*) matched no files\r?$/gm)].map(([, pattern = '']) =>
    pattern.replace(/^~(?=\/)/, dirname(dirname(userFile))),
  );
  const files = [userFile, systemFile, ...read];
  const folders = [...files, ...missed.flatMap((pattern) => upwards(pattern))].map((file) => dirname(file));
  return [...new Set([...files, ...folders, ...folders.map((folder) => dirname(folder))])];
}

const upwards = (path: string): string[] => (path.length > 1 ? [path, ...upwards(dirname(path))] : []);

/** What tells that one of them is another one now, and when the last of them changed (ms of the time of day). */
async function stateOf(files: readonly string[]): Promise<{ readonly text: string; readonly changedAt: number }> {
  const states = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => undefined)));
  return {
    text: states
      .map((found) => (found ? `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` : '-'))
      .join('\n'),
    changedAt: Math.max(0, ...states.map((found) => Number(found?.ctimeMs ?? 0))),
  };
}

const LISTS: ReadonlySet<string> = new Set(['userknownhostsfile', 'globalknownhostsfile']);

async function settingsIn({ stdout, stderr }: Ended, files: readonly string[]): Promise<SshSettings> {
  const expanded = new Map(
    [...stderr.matchAll(/^debug3: expanded \w+ '(.*)' -> '(.*)'\r?$/gm)].map(([, from = '', to = '']) => [from, to]),
  );
  const settings = new Map<string, string[]>();
  for (const line of stdout.split('\n')) {
    const [, keyword = '', value = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (keyword === '') continue;
    const words = LISTS.has(keyword) ? await wordsAsWritten(keyword, value, files, expanded) : [value];
    settings.set(keyword, [...(settings.get(keyword) ?? []), ...words]);
  }
  // All of the usual ones, in any release: the configuration names none.
  const identities = settings.get('identityfile') ?? [];
  if (identities.length > 3 && identities.every((file) => USUAL.test(file))) settings.delete('identityfile');
  return settings;
}

const USUAL = /^~\/\.ssh\/id_(rsa|dsa|xmss|ecdsa|ecdsa_sk|ed25519|ed25519_sk|mldsa\w*)$/;

/**
 * `ssh -G` prints a list without its quotes, and some releases print it expanded: where a path has a blank, the line that
 * it came from tells them apart.
 */
async function wordsAsWritten(
  keyword: string,
  value: string,
  files: readonly string[],
  expanded: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  for (const file of files) {
    for (const raw of (await textOf(file).catch(() => '')).split('\n')) {
      const line = sshConfigLine(raw);
      if (line?.keyword !== keyword || !line.words) continue;
      const printed = line.words.map((word) => expanded.get(word) ?? word);
      if (value === line.words.join(' ') || value === printed.join(' ')) return line.words;
    }
  }
  return value.split(' ');
}

/** Not when the answer depends on more than files: commands, networks, names that are looked up. */
function mayBeKept(settings: SshSettings, stderr: string): boolean {
  if (/executing command|exec|localnetwork/i.test(stderr)) return false;
  const canonical = firstOf(settings, 'canonicalizehostname') ?? 'false';
  const cnames = [...settings].find(([keyword]) => keyword.toLowerCase() === 'canonicalizepermittedcnames')?.[1][0];
  return ['false', 'no'].includes(canonical) && (cnames ?? 'none') === 'none';
}
