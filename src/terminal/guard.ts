/** Signals that end a program and that a person or a system sends to one. */
const DEADLY = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** Those that a terminal sends for a key, to all who share it. */
const TYPED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * The signal of a ctrl-C that ended the other program can come later than the event of its end: each may be taken by another
 * thread of Node's, and one of them waits for a core.
 */
const LATE_MS = 250;

export interface Guard {
  /** While another program has the terminal, ctrl-C is meant for that one; so is one that arrives shortly afterwards. */
  ignoreTyped(ignored: boolean): void;
}

/**
 * Calls `restore` before the process ends in any way it can notice: exit, an uncaught error (Node emits `exit` before it
 * prints the stack), a signal. Then the end goes on as it would have: same exit code, same signal, the stack of a crash on
 * the restored screen.
 */
export function guardExit(restore: () => void): Guard {
  let typedIgnoredUntil = Number.NEGATIVE_INFINITY;
  process.on('exit', restore);
  for (const signal of DEADLY) {
    const onSignal = () => {
      if (performance.now() < typedIgnoredUntil && TYPED.includes(signal)) return;
      restore();
      process.off(signal, onSignal);
      process.kill(process.pid, signal);
    };
    process.on(signal, onSignal);
  }
  return {
    ignoreTyped(ignored) {
      typedIgnoredUntil = ignored ? Number.POSITIVE_INFINITY : performance.now() + LATE_MS;
    },
  };
}
