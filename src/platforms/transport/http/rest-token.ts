import { FleetError } from '../../../errors.ts';

/** A login that runs out: made when first needed, recreated once when the server no longer knows it. */
export interface Tokens<Token> {
  get(signal: AbortSignal): Promise<Token>;
  /** After a 401 to a request that carried `stale`. A caller that comes while it is recreated waits for the same one. */
  renew(stale: Token, signal: AbortSignal): Promise<Token>;
}

export interface TokenOptions<Token> {
  /** Rejects with auth.rejected when the server does not want this login: it is then never tried again. */
  login(): Promise<Token>;
  /** Old enough to be replaced before it is refused. */
  expired?(token: Token): boolean;
}

export function createTokens<Token>({ login, expired }: TokenOptions<Token>): Tokens<Token> {
  let current: Token | undefined;
  let underway: Promise<Token> | undefined;
  let rejected: FleetError | undefined;

  function begin(): Promise<Token> {
    if (rejected) return Promise.reject(rejected);
    underway ??= login()
      .then(
        (token) => {
          current = token;
          return token;
        },
        (error: unknown) => {
          // The same password again would not be better, and locks accounts.
          if (error instanceof FleetError && error.code.startsWith('auth.')) rejected = error;
          throw error;
        },
      )
      .finally(() => {
        underway = undefined;
      });
    return underway;
  }

  return {
    async get(signal) {
      if (current !== undefined && !expired?.(current)) return current;
      return unlessAborted(begin(), signal);
    },
    async renew(stale, signal) {
      if (current !== undefined && current !== stale) return current;
      return unlessAborted(begin(), signal);
    },
  };
}

/** The login goes on for the others when one of those who wait gives up. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
