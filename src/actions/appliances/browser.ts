/** The program of the desktop that opens pages. */
import { spawn } from 'node:child_process';
import { FleetError, sentence } from '../../errors.ts';

/**
 * `words`: of the configuration; `{url}` in them is the page. Never by a shell. Resolves with the name of the program once it
 * runs: it stays when drover ends, and what it shows is not known. Rejects with op.failed when it can't be started.
 */
export function startBrowser(words: readonly string[], url: string): Promise<string> {
  const [program = '', ...args] = words.map((word) => word.replaceAll('{url}', () => url));
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    child.once('error', (cause) =>
      reject(new FleetError('op.failed', `${program} can't be started: ${sentence(cause)}`, { cause })),
    );
    child.once('spawn', () => {
      child.unref();
      resolve(program);
    });
  });
}
