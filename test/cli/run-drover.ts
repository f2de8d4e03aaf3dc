import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { runCli } from '../../src/cli.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { CrashGuard } from '../../src/crash/guard-crash.ts';
import { FleetError } from '../../src/errors.ts';
import type { RolesOptions } from '../../src/state/roles/read-roles.ts';

export const DROVER = fileURLToPath(new URL('../../bin/drover', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. */
  json<Value>(): Value;
}

export interface Surroundings {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is piped in; at a terminal what was typed before. */
  readonly input?: string;
  /** How wide the user's terminal is; 80 columns otherwise. */
  readonly columns?: number;
  /** The time that the command lives in; that of the desk otherwise. */
  readonly clock?: Clock;
  /** A user at a terminal, who answers the questions with these, one after the other; none otherwise. */
  readonly answers?: readonly string[];
  /** What the administrator lets the user do; everything otherwise. */
  readonly roles?: RolesOptions;
  /** Called with each piece of stderr, and with what ctrl-c does. */
  readonly onStderr?: (text: string, interrupt: () => void) => void;
}

/**
 * A home of its own for one test: configuration, audit log, nothing of the user's. Simulated servers live as long as
 * the desk: a second command finds what the first one has changed.
 */
export interface Desk {
  readonly config: string;
  readonly home: string;
  readonly clock: Clock;
  /** The command line in this process, with streams and an environment of its own. */
  run(...args: readonly string[]): Promise<Ran>;
  runWith(surroundings: Surroundings, ...args: readonly string[]): Promise<Ran>;
  /** The built program in a process of its own, as a shell starts it in a pipe: for what only a process shows. */
  runBuilt(surroundings: Pick<Surroundings, 'env' | 'input'>, ...args: readonly string[]): Promise<Ran>;
  write(yaml: string): Promise<void>;
  clear(): Promise<void>;
}

export async function openDesk(yaml = ''): Promise<Desk> {
  const home = await mkdtemp(join(tmpdir(), 'drover-test-'));
  const config = join(home, 'config.yaml');
  const write = (text: string) => writeFile(config, text, { mode: 0o600 });
  await write(yaml);
  // simulated servers are kept by the clock that they live on
  const clock = { ...systemClock };
  const own = { HOME: home, DROVER_CONFIG: config, XDG_STATE_HOME: join(home, 'state') };
  const runWith: Desk['runWith'] = ({ env, ...more }, ...args) =>
    runHere(args, more.clock ?? clock, { ...more, env: { PATH: process.env['PATH'] ?? '', ...own, ...env } });
  return {
    config,
    home,
    clock,
    write,
    runWith,
    run: (...args) => runWith({}, ...args),
    runBuilt: ({ env, input = '' }, ...args) =>
      runBuilt(args, { PATH: process.env['PATH'] ?? '', ...own, ...env }, input),
    clear: () => rm(home, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A crash fails the test: the command rejects. */
const NO_GUARD: CrashGuard = { describedBy: () => {} };
/** What every question of the command line ends with. */
const QUESTION = /(\[y\/N\]|:) $/;

async function runHere(args: readonly string[], clock: Clock, surroundings: Surroundings): Promise<Ran> {
  const { env = {}, input = '', columns = 80, answers, onStderr, roles } = surroundings;
  const isTTY = answers !== undefined;
  const left = [...(answers ?? [])];
  const interrupt = new AbortController();
  const stdin = Object.assign(new PassThrough(), { isTTY });
  if (!isTTY) stdin.end(input);
  else if (input !== '') stdin.write(input);
  const stdout = collector();
  const stderr = collector((text) => {
    onStderr?.(text, () => interrupt.abort(new FleetError('op.cancelled', 'interrupted')));
    if (isTTY && QUESTION.test(stripVTControlCharacters(text))) stdin.write(`${left.shift() ?? ''}\r`);
  });
  const code = await runCli(args, NO_GUARD, {
    env,
    stdin,
    stdout: Object.assign(stdout.stream, { isTTY, columns }),
    stderr: Object.assign(stderr.stream, { isTTY }),
    clock,
    interrupt: interrupt.signal,
    ...(roles && { roles }),
  });
  return ran(code, stdout.text(), stripVTControlCharacters(withoutErased(stderr.text())));
}

/** What a terminal shows in the end: a line of progress is there on a busy machine only, and is erased again. */
const withoutErased = (text: string): string => text.replaceAll(/[^\n]*\r\x1b\[K/g, '');

function collector(onText: (text: string) => void = () => {}) {
  const pieces: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      pieces.push(text);
      onText(text);
      done();
    },
  });
  return { stream, text: () => pieces.join('') };
}

function runBuilt(args: readonly string[], env: Readonly<Record<string, string>>, input: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(DROVER, args, { env });
    const out = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      out.stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(ran(code, out.stdout, out.stderr)));
    child.stdin.end(input);
  });
}

const ran = (code: number | null, stdout: string, stderr: string): Ran => ({
  code,
  stdout,
  stderr,
  json: () => JSON.parse(stdout),
});

/** One simulated endpoint for each name. */
export const simulated = (
  endpoints: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>,
): string =>
  JSON.stringify({
    endpoints: Object.fromEntries(
      Object.entries(endpoints).map(([name, values]) => [name, { platform: 'fake', 'events-every': 0, ...values }]),
    ),
  });
