import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Services } from './services.ts';

const LOOKS_EVERY_MS = 30_000;

/**
 * Calls `start` when a schedule is due, as long as drover is open. What can't be read is no reason to disturb: the list of
 * schedules says it. Answers how to stop.
 */
export function followSchedules(
  { schedules, clock }: Pick<Services, 'schedules' | 'clock'>,
  start: () => void,
): () => void {
  let isStopped = false;
  let stop = () => {};
  const look = async () => {
    const isDue = await schedules.isDue().catch(() => false);
    if (isStopped) return;
    if (isDue) start();
    stop = clock.after(LOOKS_EVERY_MS, () => void look());
  };
  void look();
  return () => {
    isStopped = true;
    stop();
  };
}

/**
 * `drover schedule run`, as cron would start it: in a process of its own, which goes on when this one ends. What it does is in the
 * tasks; `tell` gets the sentence that something went wrong, and the configuration says who else is notified.
 */
export function startScheduleRun(config: string, tell: (text: string) => void): void {
  const [program = ''] = process.argv.slice(1);
  const argv = [program, 'schedule', 'run', `--config=${config}`];
  const child = spawn(process.execPath, argv, { stdio: 'ignore', detached: true });
  child.once('error', (error) => tell(`schedules can't be run: ${error.message}`));
  child.once('exit', (code) => {
    if (code === 0) return;
    tell(
      code === 1
        ? 'a schedule failed or was missed: see the tasks'
        : 'schedules were not run: drover schedule run says why',
    );
  });
  child.unref();
}

/** Room for a question about a command with as many names as one may have: it must be seen whole. */
const MOST_SAID = 20_000;

/** Another command of drover, in a process of its own without a user: how it ended, and the end of what it said to people. */
export async function runUnattended(
  argv: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const [program = ''] = process.argv.slice(1);
  const child = spawn(process.execPath, [program, ...argv], { stdio: ['ignore', 'ignore', 'pipe'], signal });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MOST_SAID);
  });
  const [code] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, said };
}
