import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import { FleetError, isAbort, sentence } from '../errors.ts';
import { escapeActive } from './escape-active.ts';
import { errnoOf, fileTrouble } from './file-trouble.ts';
import type { Redactor } from './redactor.ts';

/** What is about to be done, in words that can be searched for later. */
export interface Act {
  /** `vm.stop`, `endpoint-remove`. */
  readonly action: string;
  /** Empty for what concerns drover's own configuration. */
  readonly endpoint: string;
  /** The id of what it is done to. */
  readonly object: string;
  readonly arguments: unknown;
}

type AuditResult = 'accepted' | 'failed' | 'cancelled' | 'unknown';

/** One line of the log. An intent without an outcome: drover ended before it knew. */
export interface AuditLine extends Act {
  /** Pairs the intent with its outcome. */
  readonly id: string;
  readonly phase: 'intent' | 'outcome';
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Who sat there: `anna@desk`, with `(root)` when drover ran as somebody else. */
  readonly who: string;
  readonly result?: AuditResult;
  readonly code?: string;
  readonly reason?: string;
  readonly tookMs?: number;
}

/** The append-only log of everything that was changed: a line before (the intent), a line after (what came of it). */
export interface Audit {
  /** Resolves when the intent is written, or can't be: it never stops what it is about. The answer writes the outcome. */
  begin(act: Act): Promise<(error?: unknown) => Promise<void>>;
  /** The newest lines, the oldest of them first; lines that are no audit lines are left out. */
  read(limit: number): Promise<readonly AuditLine[]>;
}

export interface AuditOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told once per run, that the log can't be written. */
  readonly trouble: (message: string) => void;
}

/** A hung network disk must not hold up the stopping of a VM. */
const WRITE_DEADLINE_MS = 2_000;

function whoAmI(env: AuditOptions['env']): string {
  let user = String(process.getuid?.() ?? 'unknown');
  try {
    user = userInfo().username;
  } catch {
    // A uid without an entry in the password database, as in containers.
  }
  const person = env['SUDO_USER'];
  return person && person !== user ? `${person}@${hostname()} (${user})` : `${user}@${hostname()}`;
}

function outcomeOf(error: unknown): Pick<AuditLine, 'result' | 'code' | 'reason'> {
  if (error === undefined) return { result: 'accepted' };
  const code = error instanceof FleetError ? error.code : 'bug';
  if (code === 'outcome.unknown') return { result: 'unknown', code, reason: sentence(error) };
  if (isAbort(error) || code === 'op.cancelled') return { result: 'cancelled' };
  return { result: 'failed', code, reason: sentence(error) };
}

/** One write with O_APPEND, so that lines of two drovers never mix. A line that was cut short before is ended first. */
async function append(file: string, line: string): Promise<void> {
  // Opened for each line: whoever rotates logs may rename it at any time.
  const log = await open(file, 'a+', 0o600);
  try {
    const { size } = await log.stat();
    const last = size > 0 ? (await log.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] : 0x0a;
    const bytes = Buffer.from(`${last === 0x0a ? '' : '\n'}${line}\n`);
    const { bytesWritten } = await log.write(bytes);
    if (bytesWritten < bytes.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
  } finally {
    await log.close();
  }
}

function parseLine(line: string): readonly AuditLine[] {
  try {
    const found: unknown = JSON.parse(line);
    return typeof found === 'object' && found !== null && 'action' in found && 'phase' in found
      ? [found as AuditLine]
      : [];
  } catch {
    return [];
  }
}

export function createAudit({ file, clock, redactor, env, trouble }: AuditOptions): Audit {
  const who = whoAmI(env);
  let told = false;
  const tellOnce = (why: string) => {
    if (!told) trouble(`the audit log ${file} can't be written: ${why}`);
    told = true;
  };

  const spelled = (line: AuditLine): string =>
    escapeActive(JSON.stringify(line, (_key, value) => (typeof value === 'string' ? redactor.redact(value) : value)));

  const write = async (line: AuditLine): Promise<void> => {
    let takeBack = () => {};
    const tooLong = new Promise<string>((resolve) => {
      takeBack = clock.after(WRITE_DEADLINE_MS, () => resolve('the disk does not answer'));
    });
    const written = mkdir(dirname(file), { recursive: true, mode: 0o700 })
      .then(() => append(file, spelled(line)))
      .then(() => undefined, fileTrouble);
    const why = await Promise.race([written, tooLong]);
    takeBack();
    if (why !== undefined) tellOnce(why);
  };

  return {
    async begin(act) {
      const id = randomBytes(6).toString('hex');
      const startedAt = clock.ticks();
      const common = { id, who, ...act };
      await write({ at: new Date(clock.now()).toISOString(), phase: 'intent', ...common });
      return (error) =>
        write({
          at: new Date(clock.now()).toISOString(),
          phase: 'outcome',
          ...common,
          ...outcomeOf(error),
          tookMs: Math.round(clock.ticks() - startedAt),
        });
    },
    async read(limit) {
      try {
        const lines = (await readFile(file, 'utf8')).split('\n').slice(-limit - 1);
        return lines.flatMap(parseLine).slice(-limit);
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return [];
        throw new FleetError('op.failed', `the audit log ${file} can't be read: ${fileTrouble(error)}`, {
          cause: error,
        });
      }
    },
  };
}
