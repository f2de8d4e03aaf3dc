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
