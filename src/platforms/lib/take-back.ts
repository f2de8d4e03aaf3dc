/** What was made on the way to something that failed: taken back in the opposite order, or named with the command that does it. */
import { FleetError, isAbort, sentence } from '../../errors.ts';

export { shellWord } from '../../shell-word.ts';

/** Something that was made, and how it goes again: by drover, and by hand. */
export interface Made {
  /** For sentences: `the volume web1_0.qcow2 in default`. */
  readonly what: string;
  readonly command: string;
  /** Rejects when it is still there. */
  undo(): Promise<unknown>;
}

export interface AskedLast {
  /** What was asked for last: it may be there when no answer came. */
  readonly asked?: Made | undefined;
  /** Whether no answer came; otherwise the error says so (outcome.unknown). */
  readonly isUnsure?: boolean;
}

/** Whether the user has: what only takes long may go on to its end. */
export const isGivenUp = ({ aborted, reason }: AbortSignal): boolean =>
  aborted && (isAbort(reason) || (reason instanceof FleetError && reason.code === 'op.cancelled'));

/**
 * The error to throw: that of the caller, with what is left. Where no answer came nothing is taken back, since what was asked for may
 * still be done, and the link that it would go over may be gone.
 */
export async function takeBack(
  error: unknown,
  made: readonly Made[],
  { asked, isUnsure = error instanceof FleetError && error.code === 'outcome.unknown' }: AskedLast = {},
): Promise<unknown> {
  if (isUnsure) return leaving(error, [...made, ...(asked ? [asked] : [])].toReversed(), 'what may be there');
  const left: Made[] = [];
  let why = '';
  for (const one of made.toReversed()) {
    // What is still there needs what was made before it.
    if (left.length > 0) left.push(one);
    else {
      await one.undo().catch((trouble: unknown) => {
        why = sentence(trouble);
        left.push(one);
      });
    }
  }
  return leaving(error, left, `it could not be taken back (${why})`);
}

function leaving(error: unknown, left: readonly Made[], how: string): unknown {
  if (left.length === 0) return error;
  const code = error instanceof FleetError ? error.code : 'op.failed';
  const first = code === 'outcome.unknown' && error instanceof FleetError && error.fix ? `${error.fix}; ` : '';
  const what = left.map((one) => one.what).join(', ');
  const fix = `${first}what removes it: ${left.map(({ command }) => command).join('; ')}`;
  return new FleetError(code, `${sentence(error)}; ${how}: ${what}`, { fix, cause: error });
}
