import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A program that crashes at every start must not fill the disk. */
const KEPT = 10;
const REPORT = /^crash-.*\.txt$/;

/**
 * Writes the report where only its owner can read it and answers the path; undefined where nothing can be written. At once
 * and in one go: the program ends right behind it.
 */
export function writeReport(directory: string, text: string, at: number): string | undefined {
  try {
    if (belongsToAnother(directory)) return undefined;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const stamp = new Date(at).toISOString().replace(/[:.]/g, '-');
    const file = join(directory, `crash-${stamp}-${process.pid}.txt`);
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    removeOld(directory);
    return file;
  } catch {
    return undefined;
  }
}

/** As root in a user's home nothing is made: it would lock the user out. The report is printed then. */
function belongsToAnother(directory: string): boolean {
  if (process.getuid?.() !== 0) return false;
  for (let folder = directory; ; folder = dirname(folder)) {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found || folder === dirname(folder)) return found !== undefined && found.uid !== 0;
  }
}

/** The stamp sorts by time. */
function removeOld(directory: string): void {
  const reports = readdirSync(directory).filter((name) => REPORT.test(name));
  for (const name of reports.sort().slice(0, -KEPT)) rmSync(join(directory, name), { force: true });
}
