import { type Clock, wait } from '../../../clock.ts';
import { createGate } from '../../../gate.ts';

/** How much one endpoint may be asked at a time. */
export interface BudgetLimits {
  /** Sent and not yet answered. */
  readonly inFlight: number;
  /** On average; as many may come at once after a quiet second. */
  readonly perSecond: number;
}

export interface Budget {
  /** Resolves when the request may be sent, with what to call once it is answered. Rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<() => void>;
}

/** First come, first served. */
export function createBudget({ inFlight, perSecond }: BudgetLimits, clock: Clock): Budget {
  const gate = createGate(inFlight);
  const turns = createGate(1);
  let tokens = perSecond;
  let filledAt = clock.ticks();

  function fill(): void {
    const now = clock.ticks();
    tokens = Math.min(perSecond, tokens + ((now - filledAt) * perSecond) / 1000);
    filledAt = now;
  }
  const takeToken = (signal: AbortSignal): Promise<void> =>
    turns.run(signal, async () => {
      fill();
      while (tokens < 1) {
        await wait(clock, Math.ceil(((1 - tokens) * 1000) / perSecond), signal);
        fill();
      }
      tokens--;
    });

  return {
    async enter(signal) {
      const leave = await gate.enter(signal);
      try {
        await takeToken(signal);
        return leave;
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}
