import { readFile } from 'node:fs/promises';
import { errnoOf } from './file-trouble.ts';

/** Whether a process of this number runs on this machine. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs and belongs to another user.
    return errnoOf(error) !== 'ESRCH';
  }
}

/** Whether the very process runs on this machine that had this number and this start, as `startOfProcess` has it. */
export async function isStillRunning({
  pid,
  started,
}: {
  readonly pid: number;
  readonly started: string;
}): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const now = await startOfProcess(pid);
  return started === '' || now === '' || started === now;
}

/**
 * When a process started, in the kernel's ticks: a number comes again, a number with its start does not. Field 22 of
 * /proc/PID/stat, `starttime` in proc(5); empty where there is no /proc. The name before it may hold anything.
 */
export async function startOfProcess(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
