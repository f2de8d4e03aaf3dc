/** Who signs: the login of the endpoint, made again once when the service no longer takes what it gave. */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Ask } from '../contract.ts';
import { type Deadline, within } from '../transport/deadline.ts';
import { createTokens, type Tokens } from '../transport/http/rest-token.ts';
import type { Account } from './account.ts';
import type { HttpHandler } from './http-handler.ts';
import { loginError } from './login-error.ts';
import { type Credentials, credentialsOf } from './providers.ts';

export type Identity = Tokens<Credentials>;

export interface IdentityParts {
  readonly account: Account;
  readonly handler: HttpHandler;
  readonly clock: Clock;
  readonly ask: Ask;
}

/** A login is replaced this long before it runs out. */
const EARLY_MS = 60_000;
const NEVER = new AbortController().signal;
/** One who connects waits no longer: the metadata service of the machine, which is asked last, is often not there. */
const LONGEST_MS = 20_000;
/** A program that a profile starts may be asking its user meanwhile. When it takes longer it is ended and started again. */
const PROGRAM_MS = 300_000;

interface Begun {
  readonly credentials: Promise<Credentials>;
  /** In ticks. */
  readonly since: number;
  stop(): void;
}

/**
 * Logins under way. The next attempt waits for the program that the one before has started, rather than starting one more
 * each time.
 */
const underway = new Map<string, Begun>();

export function createIdentity({ account, handler, clock, ask }: IdentityParts): Identity {
  const { endpoint, login, region, urls } = account;
  const who = JSON.stringify([login, region, urls.sts]);

  function begin(deadline: Deadline): Promise<Credentials> {
    const known = underway.get(who);
    if (known && clock.ticks() - known.since < PROGRAM_MS) return known.credentials;
    known?.stop();
    let stop = () => {};
    // Who is asked for a code may have gone when the next one comes.
    const forget = () => {
      if (underway.get(who) === begun) underway.delete(who);
    };
    const begun: Begun = {
      credentials: credentialsOf(login, {
        account,
        handler,
        ask,
        deadline,
        onAsking: forget,
        onStarted: (end) => {
          stop = end;
        },
      }),
      since: clock.ticks(),
      stop: () => stop(),
    };
    underway.set(who, begun);
    begun.credentials.catch(forget);
    return begun.credentials;
  }

  const late = () =>
    new FleetError('host.unreachable', `${endpoint}: no login within ${LONGEST_MS / 1000} s`, { retry: true });

  return createTokens<Credentials>({
    login: () =>
      within(LONGEST_MS, { clock, signal: NEVER }, late, begin).then(
        (credentials) => {
          // What came too late for the one who asked is kept for the next one.
          underway.delete(who);
          return credentials;
        },
        (error: unknown) => {
          throw loginError(error, account);
        },
      ),
    expired: ({ expiration }) => expiration !== undefined && expiration.getTime() - Date.now() < EARLY_MS,
  });
}
