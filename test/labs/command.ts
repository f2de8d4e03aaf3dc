import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Rejects with the command line and its stderr when it fails or takes too long. */
export function outputOf(argv: readonly [string, ...string[]], timeoutMs = 60_000): Promise<Output> {
  const [program, ...args] = argv;
  return execute(program, args, {
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 ** 2,
    // daemons live in sbin, which not every root has in its PATH
    env: { ...process.env, LC_ALL: 'C.UTF-8', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
  });
}

/** The same, and gives only what the program printed on stdout. */
export async function run(argv: readonly [string, ...string[]], timeoutMs?: number): Promise<string> {
  return (await outputOf(argv, timeoutMs)).stdout;
}
