import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../clock.ts';
import { FleetError, isAbort, sentence } from '../../errors.ts';
import { appendLines } from './append-lines.ts';
import { escapeActive } from './escape-active.ts';
import { errnoOf, fileTrouble } from './file-trouble.ts';
import { makeOwnFolder } from './own-folder.ts';
import type { Redactor } from './redactor.ts';
import { whoAmI } from './who-am-i.ts';

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
  /** The user at the terminal: `anna@desk`, with `(root)` when drover ran as another user. */
  readonly who: string;
  readonly result?: AuditResult;
  readonly code?: string;
  readonly reason?: string;
  readonly tookMs?: number;
}

/** The append-only log of everything that was changed: a line before (the intent), a line after (what came of it). */
export interface Audit {
  /**
   * Resolves when the intent is written, or can't be, which is said each time; rejects with op.refused in its place where
   * the log is required. The answer writes the outcome and never rejects.
   */
  begin(act: Act): Promise<(error?: unknown) => Promise<void>>;
  /** The newest lines, the oldest of them first; lines that are no audit lines are left out. */
  read(limit: number): Promise<readonly AuditLine[]>;
}

export interface AuditOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called for each change that could not be logged, with the sentence why. */
  readonly trouble: (message: string) => void;
  /** Whether nothing may be changed that can't be logged: `audit: required` of the configuration. */
  readonly required: () => boolean;
}

/** A hung network disk must not hold up the stopping of a VM. */
const WRITE_DEADLINE_MS = 2_000;

function outcomeOf(error: unknown): Pick<AuditLine, 'result' | 'code' | 'reason'> {
  if (error === undefined) return { result: 'accepted' };
  const code = error instanceof FleetError ? error.code : 'bug';
  if (code === 'outcome.unknown') return { result: 'unknown', code, reason: sentence(error) };
  if (isAbort(error) || code === 'op.cancelled') return { result: 'cancelled' };
  return { result: 'failed', code, reason: sentence(error) };
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

export function createAudit({ file, clock, redactor, env, trouble, required }: AuditOptions): Audit {
  const who = whoAmI(env);

  const spelled = (line: AuditLine): string =>
    escapeActive(JSON.stringify(line, (_key, value) => (typeof value === 'string' ? redactor.redact(value) : value)));

  /** Answers why the line could not be written, if so. */
  const write = async (line: AuditLine): Promise<string | undefined> => {
    let takeBack = () => {};
    const tooLong = new Promise<string>((resolve) => {
      takeBack = clock.after(WRITE_DEADLINE_MS, () => resolve('the disk does not answer'));
    });
    const written = makeOwnFolder(dirname(file))
      .then(() => appendLines(file, [spelled(line)]))
      .then(() => undefined, fileTrouble);
    const why = await Promise.race([written, tooLong]);
    takeBack();
    return why;
  };

  return {
    async begin(act) {
      const id = randomBytes(6).toString('hex');
      const startedAt = clock.ticks();
      const common = { id, who, ...act };
      const what = `${act.action} ${act.object}`;
      const why = await write({ at: new Date(clock.now()).toISOString(), phase: 'intent', ...common });
      if (why !== undefined && required()) {
        throw new FleetError('op.refused', `the audit log ${file} can't be written: ${why}; nothing was sent`, {
          fix: 'the configuration says `audit: required`: make the log writable first',
        });
      }
      if (why !== undefined) trouble(`not in the audit log: ${what}: ${file} can't be written: ${why}`);
      return async (error) => {
        const lost = await write({
          at: new Date(clock.now()).toISOString(),
          phase: 'outcome',
          ...common,
          ...outcomeOf(error),
          tookMs: Math.round(clock.ticks() - startedAt),
        });
        if (lost !== undefined && why === undefined) {
          trouble(`the outcome of ${what} is not in the audit log: ${file} can't be written: ${lost}`);
        }
      };
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
