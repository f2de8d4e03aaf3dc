import { readdirSync, readFileSync } from 'node:fs';
import { run } from '../command.ts';
import type { Host } from './site.ts';

/** All that is asked of a machine in namespaces of its own. */
type Machine = Pick<Host, 'name' | 'dir'>;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the process ended between the listing and now
  }
}

/** The processes that hold the host up: its PID 1 and the `unshare` that waits for it. */
export function keepersOf(host: Machine): readonly number[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).split('\0').includes(host.dir))
    .map(Number);
}

/**
 * The process that is PID 1 inside the host, by its number out here; undefined when the host is down. Found by
 * what runs, not by a file, so that another process that has the number by now is never killed.
 */
export const initOf = (host: Machine): number | undefined =>
  keepersOf(host).find((pid) => /^NSpid:.*\s1$/m.test(read(`/proc/${pid}/status`)));

/** Runs a program inside the host, as root, and gives what it printed. Rejects when it fails or the host is down. */
export const inHost = (host: Machine, ...argv: readonly [string, ...string[]]): Promise<string> =>
  runInside(host, argv);

/** The same with a time of its own that it may take, ms. */
export function runInside(host: Machine, argv: readonly string[], timeoutMs?: number): Promise<string> {
  const init = initOf(host);
  if (init === undefined) return Promise.reject(new Error(`${host.name} of the lab is down`));
  const enter = ['nsenter', '--target', `${init}`, '--mount', '--net', '--pid', '--uts', '--ipc', '--'] as const;
  return run([...enter, ...argv], timeoutMs);
}
