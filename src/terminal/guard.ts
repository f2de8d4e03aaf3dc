/** Signals that end a program and that a person or a system sends to one. */
const DEADLY = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** Those that a terminal sends for a key, to all who share it. */
const TYPED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

export interface Guard {
  /** While another program has the terminal, ctrl-C is meant for that one. */
  ignoreTyped(ignored: boolean): void;
}

/**
 * Calls `restore` before the process ends in any way it can notice: exit, an error that nobody caught (Node emits `exit`
 * before it prints the stack), a signal. Then the end goes on as it would have: same exit code, same signal, the stack of a crash on the restored screen.
 */
export function guardExit(restore: () => void): Guard {
  let typedIgnored = false;
  process.on('exit', restore);
  for (const signal of DEADLY) {
    const onSignal = () => {
      if (typedIgnored && TYPED.includes(signal)) return;
      restore();
      process.off(signal, onSignal);
      process.kill(process.pid, signal);
    };
    process.on(signal, onSignal);
  }
  return {
    ignoreTyped(ignored) {
      typedIgnored = ignored;
    },
  };
}
