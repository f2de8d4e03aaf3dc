/** From a login as data to credentials: by Amazon's providers, which are given all that the files say. */
import type { Ask } from '../contract.ts';
import type { Deadline } from '../transport/deadline.ts';
import type { Account } from './account.ts';
import { startProcess } from './credential-process.ts';
import type { HttpHandler } from './http-handler.ts';
import { mfaMissing, noLogin } from './login-error.ts';
import type { SignedRequest } from './sdk/messages.ts';
import type { Login } from './user-files/login.ts';

type Sdk = typeof import('@aws-sdk/credential-providers');
export type Credentials = Awaited<ReturnType<ReturnType<Sdk['fromEnv']>>>;

export interface ProviderParts {
  readonly account: Account;
  readonly handler: HttpHandler;
  readonly ask: Ask;
  readonly deadline: Deadline;
  /** Called before a code is asked for. */
  readonly onAsking: () => void;
  /** Called when a program was started, with what ends it. */
  readonly onStarted: (stop: () => void) => void;
}

const NEVER = new AbortController().signal;
const SESSION_NAME = 'drover';

/** The SDK warns on the console, which is the screen here. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** New at each call: what the SDK's providers remember is what was refused. */
export async function credentialsOf(login: Login, parts: ProviderParts): Promise<Credentials> {
  const { account, handler } = parts;
  const { endpoint, region, profile, urls, fips, dualStack } = account;
  if (login.kind === 'keys') return login.keys;
  if (login.kind === 'process') {
    const { keys, stop } = startProcess(login.command, endpoint);
    parts.onStarted(stop);
    return keys;
  }
  const sdk = await import('@aws-sdk/credential-providers');
  // The providers have clients of their own, for STS and SSO: what they want sent is sent as all the rest is.
  const requestHandler = {
    handle: async (request: SignedRequest) => ({ response: await handler.handle(request, NEVER) }),
  };
  const client = { requestHandler, logger: silent, maxAttempts: 1, ...(profile === undefined ? {} : { profile }) };
  const sts = {
    ...client,
    region,
    useFipsEndpoint: fips,
    useDualstackEndpoint: dualStack,
    ...(urls.sts === undefined ? {} : { endpoint: urls.sts }),
  };
  switch (login.kind) {
    case 'role': {
      const { role, source } = login;
      return sdk.fromTemporaryCredentials({
        masterCredentials: () => credentialsOf(source, parts),
        mfaCodeProvider: (serial) => mfaCode(serial, parts),
        logger: silent,
        params: {
          RoleArn: role.arn,
          RoleSessionName: role.sessionName ?? SESSION_NAME,
          ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
          ...(role.mfaSerial === undefined ? {} : { SerialNumber: role.mfaSerial }),
          ...(role.durationSeconds === undefined ? {} : { DurationSeconds: role.durationSeconds }),
        },
        clientConfig: sts,
      })();
    }
    case 'web identity':
      return sdk.fromTokenFile({
        webIdentityTokenFile: login.tokenFile,
        roleArn: login.arn,
        roleSessionName: login.sessionName ?? SESSION_NAME,
        logger: silent,
        clientConfig: sts,
      })();
    case 'sso':
      return sdk.fromSSO({
        profile: login.profile,
        ssoStartUrl: login.startUrl,
        ssoRegion: login.region,
        ssoAccountId: login.account,
        ssoRoleName: login.role,
        ...(login.session === undefined ? {} : { ssoSession: login.session }),
        logger: silent,
        clientConfig: { ...client, region: login.region },
      })();
    case 'login':
      return sdk.fromLoginCredentials({
        profile: login.profile,
        logger: silent,
        clientConfig: { ...client, region },
      })();
    default:
      return ofMachine(sdk, login.kind, account);
  }
}

async function ofMachine(
  sdk: Sdk,
  kind: 'container' | 'instance' | 'container or instance',
  account: Account,
): Promise<Credentials> {
  const { env } = process;
  const isContainer = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] || env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (kind !== 'instance' && isContainer) {
    return sdk.createCredentialChain(sdk.fromHttp({ logger: silent }), sdk.fromContainerMetadata({ logger: silent }))();
  }
  const isDisabled = env['AWS_EC2_METADATA_DISABLED']?.toLowerCase() === 'true';
  if (kind === 'container' || isDisabled) throw noLogin(account);
  return sdk.fromInstanceMetadata({ logger: silent })();
}

async function mfaCode(serial: string, { account, ask, deadline, onAsking }: ProviderParts): Promise<string> {
  onAsking();
  const code = await deadline.whileAsking(async () => ask.secret?.(`MFA code of ${serial}`));
  if (code !== undefined) return code.trim();
  throw mfaMissing(serial, account);
}
