/** Changes of settings that take several requests: what was done before one failed stays done, and is named. */
import { FleetError } from '../../errors.ts';

export interface ChangeStep {
  /** Of the settings that it changes. */
  readonly keys: readonly string[];
  readonly send: () => Promise<unknown>;
}

/** The sentence for a step that failed after others were done; `why` is what the platform said of it. */
export type HalfDone = (done: readonly string[], failed: readonly string[], why: string) => string;

/**
 * One after the other, up to the first that fails. Rejects with what that one said where nothing was changed before; otherwise
 * with the same code and fix, and the sentence of `halfDone`.
 */
export async function sendSteps(steps: readonly ChangeStep[], halfDone: HalfDone): Promise<void> {
  const done: string[] = [];
  for (const { keys, send } of steps) {
    try {
      await send();
    } catch (error) {
      if (done.length === 0 || !(error instanceof FleetError)) throw error;
      const { code, message, fix, retry } = error;
      const rest = { ...(fix === undefined ? {} : { fix }), retry, cause: error };
      throw new FleetError(code, halfDone(done, keys, message), rest);
    }
    done.push(...keys);
  }
}
