import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Input } from './input.ts';
import type { ConsoleTerminal } from './screen.ts';

export interface RunCommandOptions {
  readonly screen: ConsoleTerminal;
  readonly input: Input;
  readonly argv: readonly [string, ...string[]];
  /** Ends the command (SIGTERM) when it aborts. */
  readonly signal: AbortSignal;
}

/**
 * Gives the whole terminal to a program (ssh, an editor) until it ends, and takes it back. Answers its exit code, or
 * 128 + n like a shell when signal n ended it. Rejects when the program can't be started.
 */
export function runCommand({ screen, input, argv, signal }: RunCommandOptions): Promise<number> {
  return screen.lend('cooked', async () => {
    input.pause();
    try {
      const [command, ...parameters] = argv;
      const child = spawn(command, parameters, { stdio: 'inherit', signal });
      const [code, ending] = await once(child, 'exit');
      return typeof code === 'number' ? code : 128 + (constants.signals[ending as NodeJS.Signals] ?? 0);
    } finally {
      input.resume();
    }
  });
}
