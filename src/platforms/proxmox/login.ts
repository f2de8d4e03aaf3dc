/** Tickets and API tokens (PVE::API2::AccessControl, PVE::APIServer::AnyEvent). */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Ask } from '../contract.ts';
import { asRow, textOf } from '../lib/json.ts';
import type { Http } from '../transport/http/http.ts';
import { createRest, type Login } from '../transport/http/rest.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import { createTokens } from '../transport/http/rest-token.ts';
import type { Identity } from './address.ts';
import { flagOf } from './json.ts';
import { normalizeError } from './normalize-error.ts';
import { totp } from './totp.ts';

/** What requests carry. An API token is one that never changes. */
export interface Pass {
  readonly headers: Readonly<Record<string, string>>;
  /** For everything but GET. */
  readonly csrf: string | undefined;
  /** In ticks. */
  readonly madeAt: number;
}

export interface LoginOptions {
  readonly http: Http;
  readonly clock: Clock;
  readonly ask: Ask;
  readonly identity: Identity;
  /** Lives as long as the connection: others may wait for the same ticket. */
  readonly signal: AbortSignal;
}

/** Tickets live two hours. One that is still good is taken as a password, so that the user is not asked for a code again. */
const RENEW_AFTER_MS = 60 * 60_000;
const DEADLINE_MS = 15_000;

export function createLogin({ http, clock, ask, identity, signal }: LoginOptions): Login<Pass> {
  const rest = createRest({ http, clock });
  const rejected = (why: string, fix: string, cause?: unknown, refused?: 'password') =>
    new FleetError('auth.rejected', `${http.name} refused ${userOf(identity)}: ${why}`, {
      fix,
      cause,
      refused,
    });

  if (identity.kind === 'token') {
    const pass: Pass = {
      headers: { authorization: `PVEAPIToken=${identity.id}=${identity.secret}` },
      csrf: undefined,
      madeAt: 0,
    };
    return {
      get: () => Promise.resolve(pass),
      renew: () => Promise.reject(rejected('the API token is wrong, expired or gone', 'make a new token, or check it')),
      headers: ({ headers }) => headers,
    };
  }

  const { user } = identity;
  let last: { readonly ticket: string; readonly madeAt: number } | undefined;

  async function request(form: Readonly<Record<string, string>>): Promise<Ticket> {
    try {
      const { body } = await rest.change('POST', {
        path: '/access/ticket',
        form: { username: user, ...form },
        signal,
        deadlineMs: DEADLINE_MS,
      });
      return readTicket(body);
    } catch (error) {
      // Nothing was changed by it: whether the ticket was made does not matter.
      if (error instanceof FleetError && error.code === 'outcome.unknown') {
        throw new FleetError('host.unreachable', `${http.name}: no answer to the login`, { retry: true, cause: error });
      }
      throw isRefusal(error) ? error : normalizeError(error, http.name);
    }
  }

  async function login(): Promise<Pass> {
    const ticket = (await renewed()) ?? (await fresh());
    last = { ticket: ticket.ticket, madeAt: clock.ticks() };
    return {
      // Encoded as the server itself does it in a cookie.
      headers: { cookie: `PVEAuthCookie=${encodeURIComponent(ticket.ticket)}` },
      csrf: ticket.csrf,
      madeAt: clock.ticks(),
    };
  }

  async function renewed(): Promise<Ticket | undefined> {
    if (!last || clock.ticks() - last.madeAt > 2 * RENEW_AFTER_MS) return undefined;
    try {
      return await request({ password: last.ticket });
    } catch (error) {
      last = undefined;
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  async function fresh(): Promise<Ticket> {
    const password = identity.kind === 'password' ? (identity.password ?? (await askFor('Password of'))) : '';
    const first = await request({ password }).catch((error: unknown) => {
      throw isRefusal(error)
        ? rejected('user or password is wrong', 'check user, realm and password', error, 'password')
        : error;
    });
    if (!first.needsCode) return first;
    const secret = identity.kind === 'password' ? identity.totp : undefined;
    const code = secret === undefined ? await askFor('One-time code of') : totp(secret, clock.now());
    return request({ password: `totp:${code.trim()}`, 'tfa-challenge': first.ticket }).catch((error: unknown) => {
      const fix = secret === undefined ? 'try the next code' : 'check the TOTP secret, and that both clocks are right';
      throw isRefusal(error) ? rejected('the one-time code is wrong', fix, error) : error;
    });
  }

  async function askFor(what: string): Promise<string> {
    const answer = await ask.secret?.(`${what} ${user} at ${http.name}`);
    if (answer !== undefined && answer !== '') return answer;
    throw new FleetError('auth.needs-secret', `${http.name} wants a secret of ${user}, and there is no user to ask`, {
      fix: 'use an API token, or give the endpoint a password (and a TOTP secret)',
    });
  }

  const tokens = createTokens({ login, expired: ({ madeAt }) => clock.ticks() - madeAt > RENEW_AFTER_MS });
  return {
    ...tokens,
    headers: ({ headers, csrf }, method) =>
      method === 'GET' || csrf === undefined ? headers : { ...headers, CSRFPreventionToken: csrf },
  };
}

interface Ticket {
  readonly ticket: string;
  readonly csrf: string | undefined;
  /** The ticket is a challenge: it is good for a second step only. */
  readonly needsCode: boolean;
}

function readTicket(body: unknown): Ticket {
  const data = asRow(asRow(body, 'the login')['data'], 'the login');
  const ticket = textOf(data, 'ticket');
  if (ticket === undefined) throw new FleetError('host.protocol', 'the login was accepted without a ticket');
  return { ticket, csrf: textOf(data, 'CSRFPreventionToken'), needsCode: flagOf(data, 'NeedTFA') };
}

const isRefusal = (error: unknown): boolean => error instanceof StatusError && error.status === 401;

export const userOf = (identity: Identity): string => (identity.kind === 'token' ? identity.id : identity.user);
