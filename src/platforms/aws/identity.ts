/** Who signs: the SDK's own chain of logins, made anew once when the service no longer takes what it gave. */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Ask } from '../contract.ts';
import { type Deadline, within } from '../transport/deadline.ts';
import { createTokens, type Tokens } from '../transport/rest-token.ts';
import type { Account } from './account.ts';
import type { HttpHandler } from './http-handler.ts';
import { loginError } from './login-error.ts';
import type { SignedRequest } from './sdk/messages.ts';

type CredentialsSdk = typeof import('@aws-sdk/credential-providers');
type Credentials = Awaited<ReturnType<ReturnType<CredentialsSdk['fromEnv']>>>;
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
const SESSION_NAME = 'drover';
/** The chain ends with a question to the machine's own metadata service, which most machines do not have. */
const LONGEST_MS = 20_000;

/** The SDK warns on the console, which is the screen here. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Logins under way. What a profile has started (its credential_process, which may be asking somebody) can't be stopped:
 * whoever tries again waits for the same one, rather than that one more is started each time.
 */
const underway = new Map<string, Promise<Credentials>>();

export function createIdentity({ account, handler, clock, ask }: IdentityParts): Identity {
  const { profile, keys, role, region, url } = account;
  const who = JSON.stringify([profile, keys?.accessKeyId, role, region, url]);
  const clientConfig = { region, requestHandler: { handle }, logger: silent };

  /** The providers have clients of their own, for STS and SSO: what they want sent is sent as all the rest is. */
  async function handle(request: SignedRequest) {
    return { response: await handler.handle(request, NEVER) };
  }

  async function mfaCode(serial: string, deadline: Deadline): Promise<string> {
    // Who is asked may have gone when the next one comes.
    underway.delete(who);
    const code = await deadline.whileAsking(async () => ask.secret?.(`MFA code of ${serial}`));
    if (code !== undefined) return code.trim();
    throw new FleetError('auth.needs-secret', `${account.endpoint}: the code of ${serial} is needed`, {
      fix: `connect it where the code can be typed: drover endpoint test ${account.endpoint}`,
    });
  }

  /** New at each login: what the SDK's providers remember is what was refused. */
  async function provider(deadline: Deadline) {
    const sdk = await import('@aws-sdk/credential-providers');
    const mfaCodeProvider = (serial: string) => mfaCode(serial, deadline);
    const base = keys
      ? async () => keys
      : sdk.fromNodeProviderChain({
          clientConfig,
          logger: silent,
          mfaCodeProvider,
          ...(profile === undefined ? {} : { profile }),
        });
    if (!role) return base;
    return sdk.fromTemporaryCredentials({
      masterCredentials: base,
      mfaCodeProvider,
      logger: silent,
      params: {
        RoleArn: role.arn,
        RoleSessionName: SESSION_NAME,
        ...(role.mfaSerial === undefined ? {} : { SerialNumber: role.mfaSerial }),
      },
      clientConfig: { ...clientConfig, ...(url === undefined ? {} : { endpoint: url }), maxAttempts: 1 },
    });
  }

  function begin(deadline: Deadline): Promise<Credentials> {
    const known = underway.get(who);
    if (known !== undefined) return known;
    const begun = provider(deadline).then((give) => give());
    underway.set(who, begun);
    begun.catch(() => underway.delete(who));
    return begun;
  }

  const late = () =>
    new FleetError('host.unreachable', `${account.endpoint}: no login within ${LONGEST_MS / 1000} s`, { retry: true });

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
