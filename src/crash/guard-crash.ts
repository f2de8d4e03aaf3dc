import process from 'node:process';
import { stateDirectory } from '../state/config/paths.ts';
import { findHome } from '../state/files/home-folder.ts';
import { programVersion } from '../version.ts';
import { type CrashSource, spellReport } from './report.ts';
import { writeReport } from './write-report.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface CrashGuard {
  /** Sets the source of what happened last, as soon as there is one; it knows which secrets must not be in a report. */
  describedBy(source: CrashSource): void;
}

/** Before anything is configured there is no secret to blot out, and nothing was sent. */
const EMPTY: CrashSource = { redact: (text) => text, sections: () => [] };

/**
 * From now on an uncaught exception or an unhandled rejection writes a report, says so on stderr and ends the program with
 * exit code 1. Code that restores the terminal listens to `uncaughtExceptionMonitor`, which comes first, so that the
 * sentence can be read.
 */
export function guardCrash(env: Env): CrashGuard {
  let source = EMPTY;
  process.on('uncaughtException', (error, origin) => {
    process.stderr.write(`${reportCrash(error, origin, env, source)}\n`);
    process.exit(1);
  });
  return {
    describedBy(known) {
      source = known;
    },
  };
}

/** Writes the report, and answers the sentences to print when the terminal is as it was. */
function reportCrash(error: unknown, origin: string, env: Env, source: CrashSource): string {
  const { columns, rows } = process.stdout;
  const size = process.stdout.isTTY ? { columns, rows } : undefined;
  const at = Date.now();
  const text = spellReport({ at, version: programVersion(), env, size, error, origin }, source);
  const home = findHome(env);
  const file = home === undefined ? undefined : writeReport(stateDirectory(env, home), text, at);
  const what = 'drover has crashed; that is a bug in it. VMs and running tasks at the hosts go on.';
  return file === undefined
    ? `${what}\nNo report could be written, so here it is:\n${text}`
    : `${what}\nA report is in ${file}, with secrets blotted out.`;
}
