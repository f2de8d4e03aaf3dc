/**
 * Signals that were ignored when the program was started: nohup ignores SIGHUP, a shell without job control ignores SIGINT
 * and SIGQUIT for what it starts in the background. Node sets all of them back to their default before any code of ours runs,
 * so the shell lines before it (bin/drover, and the first lines of the built program) look, and say it in this variable.
 */
const VARIABLE = 'DROVER_IGNORED_SIGNALS';

/** Signals that end a command, by their numbers on Linux. */
const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;

export type EndingSignal = keyof typeof NUMBERS;

export const endingSignals = Object.keys(NUMBERS) as readonly EndingSignal[];

/**
 * Reads the variable and takes it out of the environment. It holds the mask of /proc/PID/status (`SigIgn`, 16 hex digits); on
 * systems without /proc what `trap` prints, which lists those as `trap -- '' SIGHUP`.
 */
export function takeIgnoredSignals(env: NodeJS.ProcessEnv): ReadonlySet<EndingSignal> {
  const said = env[VARIABLE] ?? '';
  delete env[VARIABLE];
  const mask = /^[\da-f]{1,16}$/i.test(said) ? BigInt(`0x${said}`) : 0n;
  return new Set(
    endingSignals.filter(
      (signal) =>
        (mask >> BigInt(NUMBERS[signal] - 1)) % 2n === 1n ||
        new RegExp(`^trap -- '' (SIG)?${signal.slice(3)}$`, 'm').test(said),
    ),
  );
}
