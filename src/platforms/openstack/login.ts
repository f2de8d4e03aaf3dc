/** Tokens of Keystone (API reference of Identity v3, POST /v3/auth/tokens; multi-factor: "Authentication receipts"). */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Ask } from '../contract.ts';
import { asRow, type Row, textOf } from '../lib/json.ts';
import type { Http } from '../transport/http/http.ts';
import { createRest, type Login, type RestAnswer } from '../transport/http/rest.ts';
import { StatusError } from '../transport/http/rest-error.ts';
import { createTokens } from '../transport/http/rest-token.ts';
import type { Address } from './address.ts';
import { identityBody, nameOf, passcodeBody } from './identity.ts';
import { rowIn, rowsIn, timeOf } from './json.ts';
import { normalizeError } from './normalize-error.ts';

export interface Pass {
  readonly token: string;
  /** In ticks. */
  readonly madeAt: number;
  /** How long it is good for, by Keystone's own clock. */
  readonly livesMs: number;
  /** As Keystone sends it. */
  readonly catalog: readonly Row[];
  readonly roles: readonly string[];
  /** Undefined for a token that is of no project. */
  readonly project: { readonly id: string; readonly name: string } | undefined;
  readonly user: string;
}

export interface LoginOptions {
  readonly http: Http;
  readonly clock: Clock;
  readonly ask: Ask;
  readonly address: Address;
  /** Lives as long as the connection: others may wait for the same token. */
  readonly signal: AbortSignal;
}

/** A token is replaced this long before it ends, but never in the first half of its life. */
const MARGIN_MS = 5 * 60_000;
/** Keystone hashes passwords slowly on purpose, one after the other. */
const DEADLINE_MS = 60_000;

export function createLogin({ http, clock, ask, address, signal }: LoginOptions): Login<Pass> {
  const rest = createRest({ http, clock });
  const { identity, scope } = address;
  const who = nameOf(identity);
  const rejected = (fix: string, cause: unknown, refused?: 'password') =>
    new FleetError('auth.rejected', `${http.name} refused the login of ${who}`, {
      fix,
      cause,
      refused,
    });

  /** Asked for once: a token may run out while the user is away. */
  let typed: string | undefined;

  async function login(): Promise<Pass> {
    const password = identity.kind === 'password' ? await passwordOf(identity) : undefined;
    const madeAt = clock.ticks();
    const body = identityBody(identity, password);
    const answer = await post(body).catch(async (error: unknown) => {
      const receipt = receiptOf(error);
      if (receipt === undefined || identity.kind !== 'password') throw refused(error);
      const code = await askFor('One-time code of');
      return post(passcodeBody(identity.user, code.trim()), { 'openstack-auth-receipt': receipt }).catch(
        (second: unknown) => {
          throw isRefusal(second) ? rejected('try the next one-time code', second) : second;
        },
      );
    });
    return passOf(answer, madeAt);
  }

  async function passwordOf({ password, passcode }: { password: string | undefined; passcode: string | undefined }) {
    if (password !== undefined || passcode !== undefined) return password;
    typed ??= await askFor('Password of');
    return typed;
  }

  async function post(body: Row, headers: Readonly<Record<string, string>> = {}): Promise<RestAnswer> {
    // An application credential is of one project for ever: Keystone wants no scope with it.
    const scoped = identity.kind === 'application credential' || scope === undefined ? {} : { scope };
    try {
      return await rest.change('POST', {
        path: '/auth/tokens',
        json: { auth: { identity: body, ...scoped } },
        headers,
        signal,
        deadlineMs: DEADLINE_MS,
      });
    } catch (error) {
      // Nothing was changed by it: whether the token was made does not matter.
      if (error instanceof FleetError && error.code === 'outcome.unknown') {
        throw new FleetError('host.unreachable', `${http.name}: no answer to the login`, { retry: true, cause: error });
      }
      if (error instanceof StatusError && error.status === 404) {
        throw new FleetError('host.protocol', `there is no Keystone at ${http.name}${address.keystone.base}`, {
          fix: 'check `auth-url`',
          cause: error,
        });
      }
      throw isRefusal(error) ? error : normalizeError(error, http.name);
    }
  }

  function refused(error: unknown): unknown {
    if (!isRefusal(error)) return error;
    if (identity.kind === 'token') return rejected('make a new token: this one is wrong or has ended', error);
    if (identity.kind === 'password') {
      // A passcode that came with it may be what is wrong.
      const what = identity.passcode === undefined ? 'password' : undefined;
      return rejected('check user, password, project and their domains', error, what);
    }
    return rejected('it is wrong, has ended or was deleted: make a new one', error);
  }

  async function askFor(what: string): Promise<string> {
    const answer = await ask.secret?.(`${what} ${who} at ${http.name}`);
    if (answer !== undefined && answer !== '') return answer;
    throw new FleetError('auth.needs-secret', `${http.name} wants a secret of ${who}, and there is no user to ask`, {
      fix: 'give the endpoint a password, or an application credential',
    });
  }

  const expired = ({ madeAt, livesMs }: Pass): boolean =>
    clock.ticks() - madeAt > Math.max(livesMs - MARGIN_MS, livesMs / 2);
  return { ...createTokens({ login, expired }), headers: ({ token }) => ({ 'x-auth-token': token }) };
}

function passOf({ headers, body }: RestAnswer, madeAt: number): Pass {
  const token = headers['x-subject-token'];
  if (typeof token !== 'string') throw new FleetError('host.protocol', 'the login was accepted without a token');
  const row = asRow(asRow(body, 'the login')['token'], 'the login');
  const project = rowIn(row, 'project');
  const [id, name] = [textOf(project, 'id'), textOf(project, 'name')];
  return {
    token,
    madeAt,
    // Both times are the server's: its clock may be wrong.
    livesMs: (timeOf(row, 'expires_at') ?? Number.POSITIVE_INFINITY) - (timeOf(row, 'issued_at') ?? 0),
    catalog: rowsIn(row, 'catalog'),
    roles: rowsIn(row, 'roles').flatMap((role) => textOf(role, 'name') ?? []),
    project: id === undefined ? undefined : { id, name: name ?? id },
    user: textOf(rowIn(row, 'user'), 'name') ?? 'unknown user',
  };
}

const isRefusal = (error: unknown): boolean => error instanceof StatusError && error.status === 401;

/** What Keystone gives to who has shown one factor of several. */
function receiptOf(error: unknown): string | undefined {
  if (!(error instanceof StatusError) || error.status !== 401) return undefined;
  const receipt = error.headers['openstack-auth-receipt'];
  return typeof receipt === 'string' ? receipt : undefined;
}
